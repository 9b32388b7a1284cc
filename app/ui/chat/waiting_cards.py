"""Which of the cards that ask takes the keys: one at a time, and only while it can be seen.

A key that decides must never decide something the person does not look at. Where the card is out
of view, its keys bring it into view and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.chat.approval_card import ApprovalCard


class WaitingCards(QObject):
    """Follows the cards that ``cards`` gives, oldest first, inside ``view``.

    The one with the focus takes the keys, else the oldest. ``wanted(card)``: a key of it was
    pressed while it is out of view.
    """

    wanted = Signal(object)

    def __init__(self, view: QWidget, cards: Callable[[], Sequence[ApprovalCard]]) -> None:
        super().__init__(view)
        self._view = view
        self._cards = cards
        self._active: ApprovalCard | None = None
        self._elsewhere: list[QShortcut] = []
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    @property
    def active(self) -> ApprovalCard | None:
        """The card that the keys are about."""
        return self._active

    def look(self) -> None:
        """Cards came, went or moved."""
        cards = self._cards()
        active = self._choose(cards)
        seen = active is not None and self._is_seen(active)
        for card in cards:
            card.take_keys(card is active and seen, one_of_several=len(cards) > 1)
        if active is not self._active or seen is bool(self._elsewhere):
            self._active = active
            self._offer_elsewhere(None if seen else active)

    def _choose(self, cards: Sequence[ApprovalCard]) -> ApprovalCard | None:
        focused = QApplication.focusWidget()
        for card in cards:
            if focused is not None and (card is focused or card.isAncestorOf(focused)):
                return card
        if self._active in cards:
            return self._active
        return cards[0] if cards else None

    def _is_seen(self, card: ApprovalCard) -> bool:
        buttons = card.choices
        corner = buttons.mapTo(self._view, QPoint(0, 0))
        return self._view.rect().contains(buttons.rect().translated(corner).center())

    def _offer_elsewhere(self, card: ApprovalCard | None) -> None:
        for shortcut in self._elsewhere:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._elsewhere = []
        if card is None:
            return
        for keys in card.mnemonics():
            shortcut = QShortcut(keys, self._view)
            shortcut.activated.connect(lambda: self.wanted.emit(self._active))
            self._elsewhere.append(shortcut)

    def _focus_moved(self, _old: QWidget | None, _new: QWidget | None) -> None:
        if shiboken6.isValid(self._view) and len(self._cards()) > 1:
            self.look()
