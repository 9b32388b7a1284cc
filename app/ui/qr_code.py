"""A QR code: dark on white in every theme, with the margin that readers need, sharp at any scale.

ISO/IEC 18004 wants a quiet zone of four modules around the symbol, and dark modules on a light
ground: many readers see nothing in an inverted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET: Final = 4
"""Modules of white around the symbol."""
_MODULE: Final = 5
"""Edge of a module in pixels; it is for a camera, so that it does not grow with the text."""


class QrCode(QWidget):
    """Shows nothing before ``show_text``. ``modules``: the symbol, ``True`` where it is dark."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.modules: Sequence[Sequence[bool]] = ()
        self._drawn = QImage()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show ``text`` as a code."""
        import segno  # only who pairs a phone needs it

        code = segno.make(text, error="m", micro=False)
        self.modules = [[bool(module) for module in row] for row in code.matrix]
        self._drawn = _drawn(self.modules)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Whole pixels for each module."""
        return self._drawn.size() * _MODULE

    def minimumSizeHint(self) -> QSize:
        """Small enough for a small screen, and still read from it."""
        return self._drawn.size() * 3

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As large as a whole number of the screen's own pixels for each module allows."""
        if self._drawn.isNull():
            return
        painter = QPainter(self)
        ratio = painter.deviceTransform().m11()
        edge = int(min(self.width(), self.height()) * ratio) // self._drawn.width()
        side = edge * self._drawn.width()
        # In the screen's own pixels: at 125 % one of ours is none of its.
        painter.scale(1 / ratio, 1 / ratio)
        left = int((self.width() * ratio - side) / 2)
        top = int((self.height() * ratio - side) / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.drawImage(QRect(left, top, side, side), self._drawn)
        painter.end()


def _drawn(modules: Sequence[Sequence[bool]]) -> QImage:
    """One pixel for each module, with the quiet zone."""
    side = len(modules) + 2 * QUIET
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for y, row in enumerate(modules, start=QUIET):
        for x, dark in enumerate(row, start=QUIET):
            if dark:
                image.setPixelColor(x, y, Qt.GlobalColor.black)
    return image
