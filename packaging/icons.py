"""Draws Steward's icon in the sizes that desktops ask for, from its one SVG."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recipe import ROOT

SOURCE: Final = ROOT / "resources" / "icons" / "steward.svg"
SIZES: Final = (16, 24, 32, 48, 64, 128, 256, 512)


def draw(folder: Path) -> list[Path]:
    """``steward-SIZE.png`` for each size; equal bytes each time. Needs no display."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImageReader

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for size in SIZES:
        reader = QImageReader(str(SOURCE))
        reader.setScaledSize(QSize(size, size))
        picture = reader.read()
        path = folder / f"steward-{size}.png"
        if picture.isNull() or not picture.save(str(path)):
            raise OSError(f"{SOURCE} cannot be drawn: {reader.errorString()}")
        made.append(path)
    return made


def draw_for(system: str, folder: Path) -> None:
    """The one file of all sizes that Windows and macOS take; ``system`` as ``sys.platform``."""
    from PIL import Image

    pictures = [Image.open(path) for path in reversed(draw(folder))]
    if system == "win32":
        sizes = [(size, size) for size in SIZES if size <= 256]
        pictures[0].save(folder / "steward.ico", sizes=sizes)
    if system == "darwin":
        pictures[0].save(folder / "steward.icns", append_images=pictures[1:])
