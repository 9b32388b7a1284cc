"""Reference pictures of the window: made, kept half as large, and compared with what it looks like.

``python -m tests.ui.references`` makes them anew (``make pictures``). Text is set in the fonts of
``tests/ui/fonts``, the clock stands still, and the folders have the same names on each machine.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel

from app.ui.look import Look
from app.ui.main_window import MainWindow
from tests.clocks import FixedClock
from tests.ui.screens import SCENES, staged
from tests.ui.settling import picture, still

FOLDER: Final = Path(__file__).parent / "kept"
FONTS: Final = Path(__file__).parent / "fonts"
RESULTS: Final = Path(__file__).parents[2] / "build" / "pictures"
SIZE: Final = QSize(1100, 700)
SHOWN: Final = (
    "nothing_yet", "asked", "editing", "restored", "conflict", "blame", "branched", "traced",
    "circuits_in_trouble", "told", "files", "you", "limits", "setting_up", "channels_people",
    "from_phone",
)  # fmt: skip
"""Scenes with a picture in each of ``LOOKS``."""
LOOKS: Final = {
    "light": Look(theme="light", reduced_motion="on"),
    "dark": Look(theme="dark", reduced_motion="on"),
    "contrast": Look(theme="light", contrast="high", reduced_motion="on"),
}
BLOCK: Final = 10
"""Edge of the squares that are compared, in pixels of the picture that is kept."""
MOST_SHIFT: Final = 20
"""How far a channel (0 to 255) may be from all of its neighbours in the other picture."""
MOST_PIXELS: Final = 4
"""So many pixels of a block may be further away: the edges of letters."""
HOME: Final = "/home/anna/.steward"


# --- what makes each run alike ------------------------------------------------------------------


@contextmanager
def repeatable() -> Iterator[None]:
    """The same fonts, time and zone while the window is made and drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.assembly.SystemClock", FixedClock)
        patch.setattr("app.ui.theme.QFontDatabase", _OurFonts)
        patch.setenv("TZ", "UTC")
        time.tzset()
        before = QLocale()
        QLocale.setDefault(QLocale("en_US"))
        added = [QFontDatabase.addApplicationFont(str(one)) for one in FONTS.glob("*.ttf")]
        assert -1 not in added, "a font cannot be read"
        try:
            yield
        finally:
            for one in added:
                QFontDatabase.removeApplicationFont(one)
            QLocale.setDefault(before)
    time.tzset()


class _OurFonts:
    """In place of Qt's own: the system's fonts are those of the tests."""

    SystemFont = QFontDatabase.SystemFont

    @staticmethod
    def systemFont(which: QFontDatabase.SystemFont) -> QFont:
        mono = which == QFontDatabase.SystemFont.FixedFont
        font = QFont("DejaVu Sans Mono" if mono else "DejaVu Sans", 10)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


async def draw(application: QApplication, home: Path, name: str) -> dict[str, QImage]:
    """The scene called ``name`` in each of ``LOOKS``."""
    drawn = {}
    look = next(iter(LOOKS.values()))
    async with staged(application, home, SCENES[name], look, SIZE) as person:
        for title, look in LOOKS.items():
            person.window.theme.adopt(look)
            await still(person.window)
            _rename_home(person.window, home)
            drawn[title] = _half(picture(person.window).toImage())
    return drawn


def _rename_home(window: MainWindow, home: Path) -> None:
    for label in window.findChildren(QLabel):
        whole = getattr(label, "whole", label.text())
        if str(home) in whole:
            label.setText(whole.replace(str(home), HOME))


def _half(image: QImage) -> QImage:
    size = image.size() / 2
    smooth = Qt.TransformationMode.SmoothTransformation
    small = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return small.convertToFormat(QImage.Format.Format_RGB32)


# --- comparing ----------------------------------------------------------------------------------


def reference(name: str, look: str) -> Path:
    """Where the picture of a scene is kept."""
    return FOLDER / f"{name}-{look}.png"


def differing_blocks(actual: QImage, expected: QImage) -> list[tuple[int, int]]:
    """Corners of the blocks that do not look alike.

    A pixel is alike when a neighbour in the other picture is about as red, green and blue: letters
    may be smoothed otherwise, but nothing may be moved, cut or coloured otherwise.
    """
    if actual.size() != expected.size():
        return [(0, 0)]
    ours, theirs = _rows(actual), _rows(expected)
    found: dict[tuple[int, int], int] = {}
    for y, (row, other) in enumerate(zip(ours, theirs, strict=True)):
        if row == other:
            continue
        for x, (pixel, wanted) in enumerate(zip(row, other, strict=True)):
            if pixel == wanted:
                continue
            if not (_is_near(pixel, theirs, x, y) and _is_near(wanted, ours, x, y)):
                corner = x // BLOCK * BLOCK, y // BLOCK * BLOCK
                found[corner] = found.get(corner, 0) + 1
    return sorted(corner for corner, count in found.items() if count > MOST_PIXELS)


def _rows(image: QImage) -> list[list[int]]:
    same = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(same.constBits()).cast("I")
    width = same.width()
    return [list(pixels[y * width : (y + 1) * width]) for y in range(same.height())]


def _is_near(pixel: int, rows: list[list[int]], x: int, y: int) -> bool:
    around = [other for row in rows[max(y - 1, 0) : y + 2] for other in row[max(x - 1, 0) : x + 2]]
    for shift in (0, 8, 16):
        channel = pixel >> shift & 255
        theirs = [other >> shift & 255 for other in around]
        if not min(theirs) - MOST_SHIFT <= channel <= max(theirs) + MOST_SHIFT:
            return False
    return True


def difference(actual: QImage, expected: QImage, blocks: list[tuple[int, int]]) -> QImage:
    """The actual picture, pale, with a frame around what differs from the expected one."""
    shown = actual.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    painter.setOpacity(0.5)
    painter.fillRect(shown.rect(), Qt.GlobalColor.white)
    painter.setOpacity(1)
    painter.setPen(Qt.GlobalColor.red)
    for x, y in blocks:
        painter.drawRect(x, y, BLOCK - 1, BLOCK - 1)
    painter.end()
    return shown


def kept(image: QImage, path: Path) -> None:
    """Write a picture. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path), quality=0):  # as small as can be
        raise OSError(f"{path} cannot be written")


def main() -> int:
    """Make the reference pictures anew; names of scenes choose some."""
    from app.ui.event_loop import StewardEventLoop

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("fusion")
    application.setQuitOnLastWindowClosed(False)

    async def make(home: Path, name: str) -> None:
        for look, image in (await draw(application, home, name)).items():
            kept(image, reference(name, look))

    with repeatable(), asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner:
        for name in sys.argv[1:] or SHOWN:
            with tempfile.TemporaryDirectory() as home:
                runner.run(make(Path(home), name))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
