"""A virtual screen with a window manager, and a person in front of it: real keys, real clicks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from PIL import Image, ImageChops, ImageFilter, ImageGrab

T = TypeVar("T")

TOOLS: Final = ("Xvfb", "openbox", "xdotool")
SIZE: Final = (1400, 920)
_STEP: Final = 0.05
_NEARLY: Final = 3
_THICK: Final = 7
"""Pixels."""
_PATIENCE: Final = 30.0


def missing_tools() -> list[str]:
    """What is not installed of what this needs."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def until(holds: Callable[[], T | None], what: str) -> T:
    """Wait until ``holds``; its value."""
    deadline = time.monotonic() + _PATIENCE
    while not (value := holds()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(_STEP)
    return value


class Screen:
    """What is on the display, and the hands that use it."""

    def __init__(self, display: str) -> None:
        self.display = display
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def picture(self) -> Image.Image:
        """Everything that is to be seen."""
        return ImageGrab.grab(xdisplay=self.display)

    def wait_for_window(self, title: str) -> None:
        """Until a window of this title is there and has the keyboard."""
        self._hands("search", "--sync", "--onlyvisible", "--name", title, "windowfocus", "--sync")

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        self._hands("type", "--delay", "10", text)

    def press(self, keys: str) -> None:
        """Press a combination: ``alt+a``."""
        self._hands("key", "--clearmodifiers", keys)

    def click(self, x: int, y: int) -> None:
        """Move the mouse there and press its left button."""
        self._hands("mousemove", "--sync", str(x), str(y), "click", "1")

    def find(self, colour: str, area: tuple[int, int, int, int]) -> tuple[int, int] | None:
        """The middle of what is filled with a colour within an area (left, top, right, bottom).

        As an eye finds a button; ``None`` where there is nothing of it.
        """
        part = self.picture().convert("RGB").crop(area)
        alike = ImageChops.difference(part, Image.new("RGB", part.size, colour)).convert("L")
        filled = alike.point(lambda value: 255 if value < _NEARLY else 0)
        # What is thinner than a button's room around its word is an edge, or a letter.
        box = filled.filter(ImageFilter.MinFilter(_THICK)).getbbox()
        if box is None:
            return None
        return area[0] + (box[0] + box[2]) // 2, area[1] + (box[1] + box[3]) // 2

    def _hands(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=30)


@contextmanager
def screen() -> Iterator[Screen]:
    """A display of its own; gone at the end, with the window manager."""
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as noise:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0",
             f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"],
            pass_fds=[writing], stderr=noise,
        )  # fmt: skip
        os.close(writing)
        manager = None
        try:
            with os.fdopen(reading) as told:
                number = told.readline().strip()
            assert number, "the virtual screen did not start"
            seen = Screen(f":{number}")
            manager = subprocess.Popen(["openbox"], env=seen.environment, stderr=noise)
            yield seen
        finally:
            for process in filter(None, (manager, server)):
                process.terminate()
                process.wait(timeout=20)


def shoot(seen: Screen, name: str, folder: Path) -> None:
    """Keep a picture, for whoever wants to look at it."""
    folder.mkdir(parents=True, exist_ok=True)
    seen.picture().save(folder / f"{name}.png")
