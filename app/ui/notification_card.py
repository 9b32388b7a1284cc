"""One notification as a card: what happened, how often, when, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.domain.events import Notification, Severity
from app.ui import words
from app.ui.controls import Button, Dot, IconButton, Label
from app.ui.file_names import without_ids
from app.ui.remedies import hint_in
from app.ui.theme import Theme
from app.ui.translation import translate

RANKS: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
"""The first ones stand first."""
_INFO_MS: Final = 15_000


def _look(severity: Severity) -> tuple[str, str]:
    """A state (see ``controls.Dot``) and a word."""
    match severity:
        case Severity.INFO:
            return "ok", translate("Notifications", "Information")
        case Severity.WARNING:
            return "attention", translate("Notifications", "Warning")
        case Severity.ERROR:
            return "trouble", translate("Notifications", "Error")


class NotificationCard(QFrame):
    """One card. ``dismissed`` when the person puts it away, ``expired`` when its time is up."""

    dismissed = Signal()
    expired = Signal()

    def __init__(self, theme: Theme, notification: Notification) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._dot = Dot(theme)
        self._message = Label(wrap=True)
        self._facts = Label(kind="small", wrap=True)
        self._hint = Label(kind="muted", wrap=True)
        self.close_button = IconButton(theme, "close", translate("Notifications", "Dismiss"))
        self.close_button.setToolTip(translate("Notifications", "Dismiss (Escape)"))
        self.close_button.clicked.connect(self.dismissed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INFO_MS)
        self._timer.timeout.connect(self._expire)
        self.acts: list[Button] = []
        text = self._text = QVBoxLayout()
        text.setSpacing(3)
        text.addWidget(self._message)
        text.addWidget(self._hint)
        text.addWidget(self._facts)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 9, 6, 9)
        line.setSpacing(9)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 4, 0, 0)
        beside.addWidget(self._dot)
        beside.addStretch(1)
        line.addLayout(beside)
        line.addLayout(text, 1)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.notification = notification
        self.show_notification(notification, notification.at)

    @property
    def text(self) -> str:
        """All that the card says."""
        parts = (self._message.text(), self._hint.text(), self._facts.text())
        return "\n".join(part for part in parts if part)

    def show_notification(self, notification: Notification, first_at: datetime) -> None:
        """Show a newer form of the card, which came first at ``first_at``."""
        self.notification = notification
        state, severity = _look(notification.severity)
        self._dot.show_state(state)
        self._message.setText(without_ids(notification.message))
        hint = without_ids(hint_in(notification.context))
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        facts = [notification.source, words.clock_time(notification.at)]
        if notification.count > 1:
            times = translate("Notifications", "{count} times").format(
                count=f"{notification.count:,}"
            )
            facts = [
                notification.source,
                times,
                translate("Notifications", "since {clock_time}").format(
                    clock_time=words.clock_time(first_at)
                ),
            ]
        self._facts.setText(" · ".join(facts))
        self.setAccessibleName(f"{severity}: {without_ids(notification.message)}")
        self.setAccessibleDescription(f"{hint} {self._facts.text()}".strip())
        self.close_button.setAccessibleName(
            translate("Notifications", "Dismiss: {message}").format(
                message=without_ids(notification.message)
            )
        )
        if notification.severity is Severity.INFO:
            self._timer.start()

    def add_offer(self, words: str, acts: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Something that can be done about it: ``words``, and a button for each act.

        Each puts the card away.
        """
        self._text.addSpacing(6)
        if words:
            self._text.addWidget(Label(words, wrap=True))
            self._text.addSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(6)
        for text, act in acts:
            button = Button(text, kind="chip", name=f"{text}: {words}" if words else text)
            button.clicked.connect(self.dismissed)
            button.clicked.connect(act)
            self.acts.append(button)
            line.addWidget(button)
        line.addStretch(1)
        self._text.addLayout(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Delete put the card away."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Delete) and not event.modifiers():
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def _expire(self) -> None:
        if self.underMouse() or self.hasFocus() or self.close_button.hasFocus():
            self._timer.start()  # it is being read
        else:
            self.expired.emit()
