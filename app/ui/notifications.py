"""Notifications in the window: a small stack of cards over the conversation.

Errors stand first, then what is new. A card says what happened, how often, when, and what to do.
One that only informs goes by itself; any other stays until it is put away. The stack never takes
the focus; a key of the window goes to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.events import Notification, Severity
from app.ui import words
from app.ui.controls import Button, Dot, IconButton, Label
from app.ui.theme import Theme

SHOWN: Final = 3
"""Cards shown at a time; the others wait below the last one."""
KEPT: Final = 50
"""Cards kept in all; the oldest go first. The log has every one."""

_WIDTH: Final = 348
_MARGIN: Final = 12
_INFO_MS: Final = 15_000
_RANKS: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_STATES: Final = {
    Severity.INFO: ("ok", "Information"),
    Severity.WARNING: ("attention", "Warning"),
    Severity.ERROR: ("trouble", "Error"),
}


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
        self.close_button = IconButton(theme, "close", "Dismiss")
        self.close_button.setToolTip("Dismiss (Escape)")
        self.close_button.clicked.connect(self.dismissed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INFO_MS)
        self._timer.timeout.connect(self._expire)
        text = QVBoxLayout()
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
        state, severity = _STATES[notification.severity]
        self._dot.show_state(state)
        self._message.setText(notification.message)
        hint = str(notification.context.get("hint") or "")
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        facts = [notification.source, words.clock_time(notification.at)]
        if notification.count > 1:
            times = f"{notification.count:,} times"
            facts = [notification.source, times, f"since {words.clock_time(first_at)}"]
        self._facts.setText(" · ".join(facts))
        self.setAccessibleName(f"{severity}: {notification.message}")
        self.setAccessibleDescription(f"{hint} {self._facts.text()}".strip())
        self.close_button.setAccessibleName(f"Dismiss: {notification.message}")
        if notification.severity is Severity.INFO:
            self._timer.start()

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


class CardStack(QWidget):
    """A sink of the router, over the top right of ``host``. ``dismissed(id)`` tells what was seen.

    ``left`` is emitted when the last card is gone and the focus was in it.
    """

    dismissed = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme = theme
        self._host = host
        self._cards: list[NotificationCard] = []
        self._first_at: dict[str | None, datetime] = {}
        self.setAccessibleName("Notifications")
        self.setToolTip("Ctrl+Shift+N goes to the first one")
        self._more = Label(kind="small")
        self.dismiss_all = Button("Dismiss all", kind="chip", name="Dismiss all notifications")
        self.dismiss_all.setToolTip("Dismiss all (Shift+Delete)")
        self.dismiss_all.clicked.connect(self._dismiss_all)
        self._below = QFrame()
        self._below.setProperty("kind", "card")
        below = QHBoxLayout(self._below)
        below.setContentsMargins(12, 5, 8, 5)
        below.addWidget(self._more, 1)
        below.addWidget(self.dismiss_all)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._below)
        host.installEventFilter(self)
        self.hide()

    @property
    def cards(self) -> list[NotificationCard]:
        """All cards, as they stand below each other."""
        return list(self._cards)

    def deliver(self, notification: Notification) -> None:
        """Show a notification; the same ``id`` again changes its card."""
        for card in self._cards:
            if card.notification.id == notification.id:
                card.show_notification(notification, self._first_at[notification.id])
                self._arrange()
                return
        card = NotificationCard(self._theme, notification)
        card.dismissed.connect(lambda: self._dismiss(card))
        card.expired.connect(lambda: self._take_away(card))
        self._first_at[notification.id] = notification.at
        self._cards.insert(0, card)
        self._column.insertWidget(0, card)
        for old in self._cards[KEPT:]:
            self._take_away(old)
        self._arrange()

    def take_focus(self) -> None:
        """Go to the first card."""
        if self._cards:
            self._cards[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift+Delete puts all cards away."""
        shift = Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Delete and event.modifiers() == shift:
            self._dismiss_all()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _dismiss(self, card: NotificationCard) -> None:
        place = self._cards.index(card)
        had_focus = card.hasFocus() or card.close_button.hasFocus()
        self._take_away(card)
        if card.notification.id is not None:
            self.dismissed.emit(card.notification.id)
        if had_focus:
            if self._cards:
                self._cards[min(place, len(self._cards) - 1, SHOWN - 1)].setFocus()
            else:
                self.left.emit()

    def _dismiss_all(self) -> None:
        for card in list(self._cards):
            self._take_away(card)
            if card.notification.id is not None:
                self.dismissed.emit(card.notification.id)
        self.left.emit()

    def _take_away(self, card: NotificationCard) -> None:
        if card not in self._cards:
            return
        self._cards.remove(card)
        self._first_at.pop(card.notification.id, None)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self._arrange()

    def _arrange(self) -> None:
        self._cards.sort(key=lambda card: _RANKS.index(card.notification.severity))
        for place, card in enumerate(self._cards):
            if self._column.indexOf(card) != place:
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
            card.setVisible(place < SHOWN)
        hidden = len(self._cards) - SHOWN
        whole = words.count(len(self._cards), "notification")
        self._more.setText(f"{hidden} more" if hidden > 0 else whole)
        self._below.setVisible(len(self._cards) > 1)
        self.setVisible(bool(self._cards))
        self._place()

    def _place(self) -> None:
        if not self._cards:
            return
        width = min(_WIDTH, self._host.width() - 2 * _MARGIN)
        self.setFixedWidth(width)
        self._column.activate()
        height = self._column.heightForWidth(width)
        self.setFixedHeight(height if height > 0 else self.sizeHint().height())
        self.move(self._host.width() - width - _MARGIN, _MARGIN)
        self.raise_()
