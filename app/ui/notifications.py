"""Notifications in the window: a small stack of cards above the conversation.

Errors stand first, then what is new. A card says what happened, how often, when, and what to do.
One that only informs goes by itself; any other stays until it is put away. The stack never takes
the focus; a key of the window goes to it. It covers nothing: what is read moves down for it.
Where large text leaves the first card too little room, the stack scrolls: no words are cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.controls import Button, Label
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from app.domain.events import Notification
    from app.ui.notification_card import NotificationCard

    Act = tuple[str, Callable[[], object]]

SHOWN: Final = 3
"""Cards shown at a time, as far as there is room; the others wait below the last one."""
KEPT: Final = 50
"""Cards kept in all; the oldest go first. The log has every one."""

_MARGIN: Final = 12
_GAP: Final = 8
_SHARE: Final = 0.25
"""So much of the conversation's height the cards may take, but for the first one."""


class CardStack(QScrollArea):
    """A sink of the router, in the layout of ``host``. ``dismissed(id)`` tells what was seen.

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
        self._shown = 0
        self.setAccessibleName(translate("Notifications", "Notifications"))
        self.setToolTip(translate("Notifications", "Ctrl+Shift+N goes to the first one"))
        self._more = Label(kind="small")
        self.dismiss_all = Button(
            translate("Notifications", "Dismiss all"),
            kind="chip",
            name=translate("Notifications", "Dismiss all notifications"),
        )
        self.dismiss_all.setToolTip(translate("Notifications", "Dismiss all (Shift+Delete)"))
        self.dismiss_all.clicked.connect(self._dismiss_all)
        self._below = QFrame()
        self._below.setProperty("kind", "card")
        below = QHBoxLayout(self._below)
        below.setContentsMargins(12, 5, 8, 5)
        below.addWidget(self._more, 1)
        below.addWidget(self.dismiss_all)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._ground = QWidget()
        self._column = QVBoxLayout(self._ground)
        self._column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _GAP)
        self._column.setSpacing(_GAP)
        self._column.addWidget(self._below)
        self.setWidget(self._ground)
        self._ground.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        host.installEventFilter(self)
        theme.changed.connect(self._fit)
        self.hide()

    @property
    def cards(self) -> list[NotificationCard]:
        """All cards, as they stand below each other."""
        return list(self._cards)

    def deliver(self, notification: Notification) -> None:
        """Show a notification; the same ``id`` again changes its card."""
        for card in self._cards:
            if card.notification.id == notification.id and notification.id is not None:
                card.show_notification(notification, self._first_at[notification.id])
                self._arrange()
                return
        self.add(notification)

    def add(
        self, notification: Notification, offers: Sequence[tuple[str, Sequence[Act]]] = ()
    ) -> NotificationCard:
        """Show a card of its own; see ``NotificationCard.add_offer`` for ``offers``."""
        from app.ui.notification_card import NotificationCard  # not before the first paint

        card = NotificationCard(self._theme, notification)
        card.dismissed.connect(lambda: self._dismiss(card))
        card.expired.connect(lambda: self._take_away(card))
        for words, acts in offers:
            card.add_offer(words, acts)
        self._first_at[notification.id] = notification.at
        self._cards.insert(0, card)
        self._column.insertWidget(0, card)
        for old in self._cards[KEPT:]:
            self._take_away(old)
        self._arrange()
        return card

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
        """Show as many cards as there is room for now; the room follows what they need."""
        if watched is self._host:
            if event.type() == QEvent.Type.Resize:
                self._fit()
            return False
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def hasHeightForWidth(self) -> bool:
        """It has, as its cards have."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All that the cards need; with less, they scroll."""
        return self._ground.heightForWidth(width)

    def sizeHint(self) -> QSize:
        """That of the cards."""
        return self._ground.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest word; the height may be scrolled."""
        return QSize(self._ground.minimumSizeHint().width(), super().minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        """How high a card is can be known only now."""
        super().showEvent(event)
        self._fit()

    def stand_between(self, sides: int) -> None:
        """Leave so much room at either side: that of the column that is read."""
        self._column.setContentsMargins(sides, _MARGIN, sides, _GAP)
        self._fit()

    def _dismiss(self, card: NotificationCard) -> None:
        if card not in self._cards:
            return
        place = self._cards.index(card)
        had_focus = card.hasFocus() or card.close_button.hasFocus()
        self._take_away(card)
        if card.notification.id is not None:
            self.dismissed.emit(card.notification.id)
        if had_focus:
            if self._cards:
                self._cards[min(place, self._shown - 1)].setFocus()
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
        from app.ui.notification_card import RANKS

        self._cards.sort(key=lambda card: RANKS.index(card.notification.severity))
        for place, card in enumerate(self._cards):
            if self._column.indexOf(card) != place:
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
        self.setVisible(bool(self._cards))
        self._fit()
        self.updateGeometry()
        if (layout := self._host.layout()) is not None:
            layout.activate()  # at once: Qt does so for what does not scroll

    def _fit(self) -> None:
        if not self._cards:
            return
        from app.ui import words

        for place, card in enumerate(self._cards):
            card.setVisible(place < SHOWN)
        self._shown = self._fitting()
        for card in self._cards[self._shown : SHOWN]:
            card.hide()
        hidden = len(self._cards) - self._shown
        whole = words.count(len(self._cards), "notification")
        self._more.setText(
            translate("Notifications", "{hidden} more").format(hidden=hidden)
            if hidden > 0
            else whole
        )
        self._below.setVisible(len(self._cards) > 1)

    def _fitting(self) -> int:
        """How many cards, from the first one, there is room for."""
        sides = self._column.contentsMargins()
        width = self._host.width() - sides.left() - sides.right()
        room = self._host.height() * _SHARE
        for place, card in enumerate(self._cards[:SHOWN]):
            room -= card.heightForWidth(width) + _GAP
            if room < 0 and place:
                return place
        return min(len(self._cards), SHOWN)
