"""What stands behind a line of a list that is chosen, has the focus, or is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle

from app.ui.theme import Theme


def draw_row_ground(
    painter: QPainter,
    box: QRectF,
    state: QStyle.StateFlag,
    theme: Theme,
    *,
    radius: float = 8,
    shows_focus: bool = True,
) -> None:
    """Paint it into ``box``. With high contrast a line says what a soft colour says otherwise."""
    selected = bool(state & QStyle.StateFlag.State_Selected)
    focused = shows_focus and bool(state & QStyle.StateFlag.State_HasFocus)
    over = bool(state & QStyle.StateFlag.State_MouseOver)
    if not (selected or over or focused):
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent_soft" if selected else "hover"))
    if selected or over:
        painter.drawRoundedRect(box, radius, radius)
    width = theme.ring - 1 if focused or (selected and theme.high_contrast) else 0
    if width:
        inset = width / 2
        painter.setPen(QPen(theme.colour("accent"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)
