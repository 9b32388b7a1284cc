"""The list above the composer that shows what can be completed. It never takes the focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.chat.completion import Offer, Offers
from app.ui.direction import mirrored
from app.ui.row_ground import draw_row_ground
from app.ui.theme import Theme
from app.ui.translation import translate

_ROW: Final = 30
_WIDEST: Final = 620


class OfferList(QListWidget):
    """Shows ``Offers`` above a widget; ``chosen(Offer)`` when one is clicked."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._offers: Offers | None = None
        self.setObjectName("offers")
        self.setAccessibleName(translate("Composer", "Completions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_OfferDelegate(theme, self))
        self.itemClicked.connect(self._clicked)
        theme.changed.connect(self._restyle)
        self._theme = theme
        self._restyle()
        self.hide()

    @property
    def offers(self) -> Offers | None:
        """What is shown, if anything is."""
        return self._offers if self.isVisible() else None

    def show_offers(self, offers: Offers, above: QRect) -> None:
        """Show ``offers`` above a rectangle of the parent."""
        self._offers = offers
        self.clear()
        for offer in offers.offers:
            item = QListWidgetItem(offer.label)
            item.setData(Qt.ItemDataRole.UserRole, offer)
            spoken = f"{offer.label}, {offer.summary}" if offer.summary else offer.label
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.addItem(item)
        self.setCurrentRow(0 if offers.eager else -1)
        height = len(offers.offers) * self._theme.px(_ROW) + 10
        width = min(above.width(), self._theme.px(_WIDEST))
        place = QRect(above.left(), above.top() - height - 6, width, height)
        self.setGeometry(mirrored(above, place))
        self.show()
        self.raise_()

    def move_by(self, step: int) -> None:
        """Select another line, round and round."""
        row = self.currentRow() + step
        self.setCurrentRow(row % self.count())

    def selected(self) -> Offer | None:
        """The line that is selected."""
        row = self.currentRow()
        offer = self.item(row).data(Qt.ItemDataRole.UserRole) if row >= 0 else None
        return offer if isinstance(offer, Offer) else None

    def first(self) -> Offer | None:
        """The selected line, else the first one."""
        return self.selected() or (self._offers.offers[0] if self._offers else None)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"QListWidget#offers {{ background: {tokens.raised}; border: 1px solid"
            f" {tokens.strong_line}; border-radius: 8px; padding: 4px; }}"
        )


class _OfferDelegate(QStyledItemDelegate):
    """What it is on the left, what it does beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All lines are of one height."""
        return QSize(option.rect.width(), self._theme.px(_ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a line."""
        offer: Offer = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        view = self.parent()
        assert isinstance(view, QListWidget)
        painter.save()
        if view.currentRow() == index.row():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            chosen = QStyle.StateFlag.State_Selected
            draw_row_ground(painter, QRectF(box), chosen, self._theme, radius=6)
        text = box.adjusted(10, 0, -10, 0)
        painter.setFont(self._theme.code_font)
        painter.setPen(self._theme.colour("text"))
        metrics = painter.fontMetrics()
        label = metrics.elidedText(offer.label, Qt.TextElideMode.ElideRight, text.width() * 2 // 3)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, label)
        if offer.summary:
            beside = text.adjusted(metrics.horizontalAdvance(label) + 16, 0, 0, 0)
            rest = mirrored(text, beside)
            painter.setFont(self._theme.small_font)
            painter.setPen(self._theme.colour("muted"))
            summary = painter.fontMetrics().elidedText(
                offer.summary, Qt.TextElideMode.ElideRight, rest.width()
            )
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, summary)
        painter.restore()
