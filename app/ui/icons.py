"""One set of line icons, drawn for us, tinted with the theme's colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtGui import QGuiApplication, QIcon, QPixmap

FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "icons"


@lru_cache(maxsize=256)
def icon(name: str, colour: str, size: int = 16) -> QIcon:
    """The icon called ``name`` (a file of ``resources/icons``) in ``colour``.

    ``size`` is its edge in device-independent pixels; it is crisp on every screen there is now.
    """
    drawn = QIcon()
    for scale in sorted(
        {1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    ):
        drawn.addPixmap(pixmap(name, colour, size, scale))
    return drawn


def pixmap(name: str, colour: str, size: int = 16, scale: float = 1) -> QPixmap:
    """The icon as a picture of ``size`` device-independent pixels."""
    # Through Qt's picture reader: importing QtSvg would take longer than drawing.
    pixels = round(size * scale)
    source = _source(name).replace("currentColor", colour)
    source = source.replace('width="16" height="16"', f'width="{pixels}" height="{pixels}"')
    picture = QPixmap()
    picture.loadFromData(source.encode(), "SVG")
    picture.setDevicePixelRatio(scale)
    return picture


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
