"""One set of line icons, drawn for us, tinted with the theme's colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "icons"
_SCALES: Final = (1, 2, 3)


@lru_cache(maxsize=256)
def icon(name: str, colour: str, size: int = 16) -> QIcon:
    """The icon called ``name`` (a file of ``resources/icons``) in ``colour``.

    ``size`` is its edge in device-independent pixels; it is crisp at up to three times that.
    """
    drawn = QIcon()
    for scale in _SCALES:
        drawn.addPixmap(pixmap(name, colour, size, scale))
    return drawn


def pixmap(name: str, colour: str, size: int = 16, scale: float = 1) -> QPixmap:
    """The icon as a picture of ``size`` device-independent pixels."""
    # Imported here: the first paint needs few icons, and QtSvg takes a moment to load.
    from PySide6.QtSvg import QSvgRenderer

    source = _source(name).replace("currentColor", colour)
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
