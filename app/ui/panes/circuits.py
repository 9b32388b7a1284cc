"""The circuits pane: which skill or service works, which is paused and why, and two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.domain.events import Circuit, CircuitState, Event, ToolResultEvent, TurnFinished
from app.resilience.circuit_breaker import BreakerSnapshot
from app.ui import words
from app.ui.controls import Label
from app.ui.panes.circuit_line import CircuitLine
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate


class CircuitsPane(QWidget):
    """A line for each skill and each outside service. What needs attention stands first."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._lines: dict[str, CircuitLine] = {}
        self._summary = Label(kind="section", wrap=True)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self._inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setStyleSheet(
            "QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"
        )
        page = QVBoxLayout(self)
        page.setContentsMargins(14, 12, 8, 8)
        page.setSpacing(8)
        page.addWidget(self._summary)
        page.addWidget(area, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.refresh)
        session.happened.connect(self._take)
        session.provider_changed.connect(self.refresh)
        self.refresh()

    def line(self, name: str) -> CircuitLine | None:
        """The line of a skill or service."""
        return self._lines.get(name)

    def refresh(self) -> None:
        """Show how the circuits stand now."""
        snapshots = self._session.desk.breakers.all()
        for shot in snapshots:
            if shot.name not in self._lines:
                line = CircuitLine(self._theme, shot.name)
                line.reset.clicked.connect(lambda _checked=False, n=shot.name: self._reset(n))
                line.trip.clicked.connect(lambda _checked=False, n=shot.name: self._trip(n))
                self._lines[shot.name] = line
                self._column.insertWidget(self._column.count() - 1, line)
            self._lines[shot.name].show_state(shot, self._remaining(shot))
        self._order(snapshots)
        troubled = [shot for shot in snapshots if shot.state is not CircuitState.CLOSED]
        if troubled:
            self._summary.setText(
                translate("Circuits", "{count} not closed").format(
                    count=words.count(len(troubled), "circuit")
                )
            )
            self._timer.start()
        else:
            self._summary.setText(
                translate(
                    "Circuits",
                    "All circuits closed: every skill and service works. One that "
                    "keeps failing is paused here.",
                )
            )
            self._timer.stop()

    def _order(self, snapshots: tuple[BreakerSnapshot, ...]) -> None:
        # Troubled ones, then outside services, then skills; each by name.
        def rank(shot: BreakerSnapshot) -> tuple[bool, bool, str]:
            return shot.state is CircuitState.CLOSED, ": " not in shot.name, shot.name

        for place, shot in enumerate(sorted(snapshots, key=rank)):
            line = self._lines[shot.name]
            if self._column.indexOf(line) != place:
                self._column.removeWidget(line)
                self._column.insertWidget(place, line)

    def _remaining(self, shot: BreakerSnapshot) -> float | None:
        if shot.retry_at is None:
            return None
        return (shot.retry_at - self._session.desk.clock.now()).total_seconds()

    def _reset(self, name: str) -> None:
        self._session.desk.breakers.reset(name)
        self.refresh()
        self._lines[name].trip.setFocus()

    def _trip(self, name: str) -> None:
        self._session.desk.breakers.trip(name, "Paused by you.")
        self.refresh()
        self._lines[name].reset.setFocus()

    def _take(self, event: Event) -> None:
        if isinstance(event, Circuit | ToolResultEvent | TurnFinished):
            self.refresh()
