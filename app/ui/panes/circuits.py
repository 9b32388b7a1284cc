"""The circuits pane: which skill works, which is paused and why, and a way to let it try again."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.events import Circuit, CircuitState, Event, ToolResultEvent
from app.resilience.circuit_breaker import BreakerSnapshot
from app.ui import words
from app.ui.controls import Button, Dot, ElidedLabel, Label
from app.ui.session import Session
from app.ui.theme import Theme


class CircuitsPane(QWidget):
    """A line a skill. What needs attention stands first."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._lines: dict[str, _Line] = {}
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
        self.refresh()

    def line(self, name: str) -> _Line | None:
        """The line of a skill."""
        return self._lines.get(name)

    def refresh(self) -> None:
        """Show how the circuits stand now."""
        snapshots = self._session.desk.breakers.all()
        for shot in snapshots:
            if shot.name not in self._lines:
                line = _Line(self._theme, shot.name)
                line.reset.clicked.connect(lambda _checked=False, n=shot.name: self._reset(n))
                self._lines[shot.name] = line
                self._column.insertWidget(self._column.count() - 1, line)
            self._lines[shot.name].show_state(shot, self._remaining(shot))
        troubled = [shot for shot in snapshots if shot.state is not CircuitState.CLOSED]
        for place, shot in enumerate(troubled):
            line = self._lines[shot.name]
            if self._column.indexOf(line) != place:
                self._column.removeWidget(line)
                self._column.insertWidget(place, line)
        if troubled:
            self._summary.setText(f"{words.count(len(troubled), 'skill')} paused after failures")
            self._timer.start()
        else:
            self._summary.setText(
                "All circuits closed: every skill works. One that keeps failing is paused here."
            )
            self._timer.stop()

    def _remaining(self, shot: BreakerSnapshot) -> float | None:
        if shot.retry_at is None:
            return None
        return (shot.retry_at - self._session.desk.clock.now()).total_seconds()

    def _reset(self, name: str) -> None:
        self._session.desk.breakers.reset(name)
        self.refresh()

    def _take(self, event: Event) -> None:
        if isinstance(event, Circuit | ToolResultEvent):
            self.refresh()


class _Line(QWidget):
    """One skill's circuit."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._name = name
        self._dot = Dot(theme)
        self._title = Label(name)
        self._count = Label(kind="small")
        self._below = ElidedLabel(kind="small")
        self.reset = Button("&Reset", name=f"Reset the circuit of {name}")
        self.reset.setToolTip("Let it be called again at once")
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 5, 6, 5)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._dot, 0, 0)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._count, 0, 2)
        grid.addWidget(self.reset, 0, 3, 2, 1)
        grid.addWidget(self._below, 1, 1, 1, 2)

    @property
    def text(self) -> str:
        """What the line says."""
        return f"{self._title.text()} {self._below.whole}".strip()

    def show_state(self, shot: BreakerSnapshot, remaining: float | None) -> None:
        """Show a state; ``remaining`` seconds until the next try."""
        state, word = words.CIRCUIT_STATES[shot.state]
        self._dot.show_state(state)
        self._title.setText(f"{self._name}  {word}")
        closed = shot.state is CircuitState.CLOSED
        self.reset.setVisible(not closed)
        parts = []
        if shot.successes:
            parts.append(f"{shot.successes:,} ok")
        if closed and shot.failures:
            parts.append(f"{shot.failures} failed")
        self._count.setText(" · ".join(parts))
        below = []
        if not closed:
            if shot.failures:
                below.append(words.count(shot.failures, "failure"))
            if shot.reason:
                below.append(shot.reason)
            if remaining is not None:
                below.append(f"tries again in {words.countdown(remaining)}")
        self._below.setText(" · ".join(below))
        self._below.setVisible(bool(below))
        self.setAccessibleName(f"{self._name}: {word}. {self._below.whole}".strip())
