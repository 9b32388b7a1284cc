"""Pictures unpacked for the screen, away from Qt's thread: Pillow, and nothing of Qt. Blocking.

Qt's reader asks its device, which is Python's, while it holds a lock that the window's own thread
may be waiting for. How large a picture says it is is looked at before it is unpacked.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

_KINDS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "ICO")
"""Not TIFF: its library writes to the terminal."""
_MOST_PIXELS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A picture, scaled down.

    Attributes:
        kind: PNG, JPEG and so on.
        width, height: of the original in pixels, turned as the camera was held.
        pixels: red, green, blue and opacity of each pixel of the small one; empty where the
            picture is damaged, or too large to be unpacked.
        small: width and height of the small one.
    """

    kind: str
    width: int
    height: int
    pixels: bytes = b""
    small: tuple[int, int] = (0, 0)


def unpacked(data: bytes, largest: tuple[int, int]) -> Unpacked | None:
    """The picture that ``data`` is, fitted into ``largest``; ``None`` where it is none."""
    from PIL import Image, ImageOps

    # What is odd about a picture is of no interest; what cannot be read raises.
    warnings.filterwarnings("ignore", module="PIL")
    try:
        image = Image.open(io.BytesIO(data), formats=_KINDS)
    except (*_DAMAGE, Image.DecompressionBombError):
        return None
    with image:
        kind, (width, height) = image.format or "", image.size
        if width * height > _MOST_PIXELS:
            return Unpacked(kind, width, height)
        try:
            image.draft("RGB", largest)  # a photo is unpacked small at once
            small = ImageOps.exif_transpose(image)
            if (small.width < small.height) != (image.width < image.height):
                width, height = height, width
            small = small.convert("RGBA")
        except _DAMAGE:
            return Unpacked(kind, width, height)
    small.thumbnail(largest)
    return Unpacked(kind, width, height, small.tobytes(), small.size)


# What Pillow's decoders raise on damaged bytes.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError, ArithmeticError,
    MemoryError, AttributeError, AssertionError, RuntimeError,
)  # fmt: skip
