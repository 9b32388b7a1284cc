"""Lines of a list in two parts: what it is above, more about it below, sought words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QIcon,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.ui.direction import leading, mirrored, window_is_rtl
from app.ui.row_ground import draw_row_ground
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_SIDE: Final = 10


class Part(IntEnum):
    """What an item holds besides its text, which is its first line."""

    BELOW = Qt.ItemDataRole.UserRole
    VALUE = Qt.ItemDataRole.UserRole + 1


class TwoLineList(QListWidget):
    """A list of such lines. ``mark`` says which words are marked."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.marked: tuple[str, ...] = ()
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_TwoLines(theme, self))

    def add(self, text: str, below: str, value: object, icon: QIcon | None = None) -> None:
        """Add a line that stands for ``value``."""
        item = QListWidgetItem(text)
        if icon is not None:
            item.setIcon(icon)
        item.setData(Part.BELOW, below)
        item.setData(Part.VALUE, value)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text}, {below}" if below else text)
        item.setToolTip(below)
        self.addItem(item)

    def mark(self, text: str) -> None:
        """Mark the words of ``text`` wherever they stand."""
        self.marked = tuple(text.casefold().split())
        self.viewport().update()

    def move_by(self, step: int) -> None:
        """Select another line."""
        row = min(max(self.currentRow() + step, 0), self.count() - 1)
        self.setCurrentRow(row)


class _TwoLines(QStyledItemDelegate):
    """Draws them."""

    def __init__(self, theme: Theme, view: TwoLineList) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines and some air."""
        return QSize(60, round(option.fontMetrics.height() * 2.05) + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one."""
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(box).adjusted(0, 1, 0, -1)
        draw_row_ground(painter, ground, option.state, self._theme, shows_focus=False)
        inner = box.adjusted(_SIDE, 6, -_SIDE, -6)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            side = self._theme.px(16)
            place = QRect(inner.left(), inner.center().y() - side // 2, side, side)
            icon.paint(painter, mirrored(inner, place))
            inner = mirrored(inner, inner.adjusted(side + _SIDE, 0, 0, 0))
        self._line(painter, inner, inner.top(), str(index.data()), self._theme.font, "text")
        below, small = str(index.data(Part.BELOW) or ""), self._theme.small_font
        self._line(painter, inner, inner.top() + inner.height() // 2 + 1, below, small, "muted")
        painter.restore()

    def _line(
        self, painter: QPainter, box: QRect, top: int, text: str, font: QFont, colour: str
    ) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        elide = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(text.replace("\n", " "), elide, box.width())
        layout = QTextLayout(shown, font)
        marked = QTextCharFormat()
        marked.setFontWeight(QFont.Weight.DemiBold)
        marked.setForeground(self._theme.colour("accent"))
        layout.setFormats([_range(s, n, marked) for s, n in _places(shown, self._view.marked)])
        option = QTextOption()
        option.setTextDirection(QGuiApplication.layoutDirection())
        option.setAlignment(leading())
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        room = box.width() + 40  # a marked word is a little wider
        line.setLineWidth(room)
        layout.endLayout()
        left = box.right() + 1 - room if window_is_rtl() else box.left()
        layout.draw(painter, QPointF(left, top))


def _range(start: int, length: int, what: QTextCharFormat) -> QTextLayout.FormatRange:
    one = QTextLayout.FormatRange()
    one.start, one.length, one.format = start, length, what
    return one


def _places(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where ``words`` stand in ``text``: start and length."""
    folded = text.casefold()
    if len(folded) != len(text):  # a letter became two: the places would be others
        return
    for word in words:
        at = folded.find(word)
        while at >= 0:
            yield at, len(word)
            at = folded.find(word, at + len(word))
