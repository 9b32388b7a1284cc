"""One circuit in its pane: state, reason, the last outcomes, and what the person can do.

While the focus is in the line, R resets it and P pauses it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.domain.events import CircuitState
from app.resilience.circuit_breaker import BreakerSnapshot
from app.ui import words
from app.ui.controls import Button, Dot, ElidedLabel, Label
from app.ui.sparkline import Sparkline
from app.ui.theme import Theme
from app.ui.translation import translate


class CircuitLine(QWidget):
    """``reset`` lets it be called again at once; ``trip`` pauses it until then."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._name = name
        self._dot = Dot(theme)
        self._title = ElidedLabel()
        self._count = ElidedLabel(kind="small")
        self._below = Label(kind="small", wrap=True)
        self.outcomes = Sparkline(theme)
        self.reset = Button(
            translate("Circuits", "Reset"),
            kind="chip",
            name=translate("Circuits", "Reset the circuit of {name}").format(name=name),
        )
        self.reset.setToolTip(translate("Circuits", "Let it be called again at once (R)"))
        self.trip = Button(
            translate("Circuits", "Pause"),
            kind="chip",
            name=translate("Circuits", "Trip the circuit of {name}: pause it").format(name=name),
        )
        self.trip.setToolTip(translate("Circuits", "Let nobody call it until it is reset (P)"))
        facts = QHBoxLayout()
        facts.setSpacing(8)
        facts.addWidget(self.outcomes)
        facts.addWidget(self._count, 1)
        facts.addStretch(0)  # also where nothing stands here: the column keeps its width
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 5, 6, 5)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._dot, 0, 0)
        grid.addWidget(self._title, 0, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.reset)
        buttons.addWidget(self.trip)
        grid.addLayout(buttons, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addLayout(facts, 1, 1)
        grid.addWidget(self._below, 2, 1, 1, 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """R and P press the buttons."""
        button = {Qt.Key.Key_R: self.reset, Qt.Key.Key_P: self.trip}.get(Qt.Key(event.key()))
        if button is not None and button.isVisible() and not event.modifiers():
            button.click()
        else:
            super().keyPressEvent(event)

    @property
    def text(self) -> str:
        """What the line says."""
        return f"{self._title.whole} {self._below.text()}".strip()

    def show_state(self, shot: BreakerSnapshot, remaining: float | None) -> None:
        """Show a state; ``remaining`` seconds until the next try."""
        state, word = words.circuit_state(shot.state)
        if shot.by_hand:
            word = translate("Circuits", "paused by hand")
        self._dot.show_state(state)
        self._title.setText(f"{self._name}  {word}")
        closed = shot.state is CircuitState.CLOSED
        self.reset.setVisible(not closed)
        self.trip.setVisible(not shot.by_hand)
        self.outcomes.show_outcomes([mark.failed for mark in shot.history])
        self.outcomes.setVisible(bool(shot.history))
        parts = []
        if shot.successes:
            parts.append(
                translate("Circuits", "{successes} ok").format(successes=f"{shot.successes:,}")
            )
        if closed and shot.failures:
            parts.append(
                translate("Circuits", "{failures} failed in a row").format(failures=shot.failures)
            )
        if shot.opened:
            parts.append(
                translate("Circuits", "opened {count}").format(
                    count=words.count(shot.opened, "time")
                )
            )
        self._count.setText(" · ".join(parts))
        self._count.setVisible(bool(parts))
        below = "" if closed else _explained(shot, remaining)
        self._below.setText(below)
        self._below.setVisible(bool(below))
        self.setAccessibleName(f"{self._name}: {word}. {below}".strip())


def _explained(shot: BreakerSnapshot, remaining: float | None) -> str:
    parts = []
    if shot.failures and not shot.by_hand:
        parts.append(words.count(shot.failures, "failure"))
    if shot.reason:
        parts.append(shot.reason)
    if shot.by_hand:
        parts.append(translate("Circuits", "stays so until it is reset"))
    elif shot.state is CircuitState.HALF_OPEN:
        parts.append(
            translate("Circuits", "one call may try it now")
            if remaining is None
            else translate("Circuits", "one call is trying it")
        )
    elif remaining is not None and remaining > 0:
        parts.append(
            translate("Circuits", "tries again in {countdown}").format(
                countdown=words.countdown(remaining)
            )
        )
    else:
        parts.append(translate("Circuits", "the next call tries it"))
    return " · ".join(parts)
