"""How the steps of a turn are drawn: a state as a shape, and when it ran as a bar."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from app.ui.controls import draw_state, state_colour
from app.ui.direction import mirrored_f
from app.ui.panes.trace_model import NodeRole
from app.ui.panes.trace_nodes import Node
from app.ui.theme import Theme

_BAR_HEIGHT: Final = 3


class StateDelegate(QStyledItemDelegate):
    """A state's shape before its word."""

    def __init__(self, theme: Theme, parent: QTreeView) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Room for the shape."""
        super().initStyleOption(option, index)
        option.text = f"    {option.text}"

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The cell, then the shape."""
        super().paint(painter, option, index)
        node = index.data(NodeRole.NODE)
        if isinstance(node, Node):
            box, edge = option.rect, self._theme.px(8)
            dot = QRectF(box.left() + 3, box.center().y() - edge / 2 + 1, edge, edge)
            draw_state(painter, mirrored_f(QRectF(box), dot), node.state, self._theme)


class TimeDelegate(QStyledItemDelegate):
    """Under a step a bar: when in its turn it ran, and for how long."""

    def __init__(self, theme: Theme, parent: QTreeView) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The cell, then the bar."""
        super().paint(painter, option, index)
        node = index.data(NodeRole.NODE)
        if not isinstance(node, Node) or node.parent is None or node.begins is None:
            return
        whole = node.parent.span
        if whole <= 0:
            return
        box = QRectF(option.rect)
        left = box.left() + box.width() * min(node.begins / whole, 1.0)
        width = box.width() * (node.milliseconds or 0) / whole
        width = min(max(width, _BAR_HEIGHT), box.right() - left)
        token = "accent" if node.kind == "model" else ""
        colour = self._theme.colour(token) if token else state_colour(node.state, self._theme)
        bar = QRectF(left, box.bottom() - _BAR_HEIGHT, width, _BAR_HEIGHT)
        painter.fillRect(mirrored_f(box, bar), colour)
