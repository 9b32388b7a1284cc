"""Makes a picture fit for a model: a kind and a size that every one takes. Blocking.

A picture comes from anywhere: how large it says it is is looked at before it is unpacked.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from app.domain.errors import NotTextError

MAX_EDGE: Final = 1_568
"""Pixels of the longer edge; models scale larger ones down themselves, and charge for them."""
_MAX_PIXELS: Final = 100_000_000
_MAX_SENT: Final = 4_000_000
"""Bytes; some services take 5 MB in all."""
_KINDS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_OTHERS: Final = {"BMP": "image/bmp"}
"""Not TIFF: its library writes to the terminal, and knows more kinds than anyone has tested."""
_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was looked at.

    Attributes:
        media_type: of the original.
        width, height: of the original, in pixels, turned as the camera was held.
        sent: the bytes that a model is given: PNG, JPEG, WebP or GIF.
    """

    media_type: str
    width: int
    height: int
    sent: bytes


def picture_in(data: bytes, name: str) -> Picture | None:
    """The picture that ``data`` is; ``None`` where it is none.

    Raises ``NotTextError`` for a picture that is damaged, or too large to be unpacked.
    """
    from PIL import Image, ImageOps

    # What is odd about a picture is of no interest; what cannot be read raises.
    warnings.filterwarnings("ignore", module="PIL")
    try:
        image = Image.open(io.BytesIO(data), formats=[*_KINDS, *_OTHERS])
    except (*_DAMAGE, Image.DecompressionBombError):
        return None
    with image:
        kind = image.format or ""
        width, height = image.size
        if width * height > _MAX_PIXELS:
            raise _unreadable(name, f"is a picture of {width:,} × {height:,} pixels, too many")  # noqa: RUF001
        try:
            turned = ImageOps.exif_transpose(image)
            size = turned.size
            if kind in _KINDS and max(size) <= MAX_EDGE and len(data) <= _MAX_SENT:
                turned.load()  # a damaged one is found out now, and not by a model's server
                return Picture(_KINDS[kind], *size, data)
            sent = _small(turned)
        except _DAMAGE as error:
            raise _unreadable(name, "is a picture that is damaged") from error
    return Picture({**_KINDS, **_OTHERS}[kind], *size, sent)


# What Pillow's decoders raise on damaged bytes.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError, ArithmeticError,
    MemoryError, AttributeError, AssertionError, RuntimeError,
)  # fmt: skip


def _small(image: object) -> bytes:
    from PIL import Image

    assert isinstance(image, Image.Image)
    clear = "A" in image.getbands() or "transparency" in image.info
    small = image.convert("RGBA" if clear else "RGB")
    small.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "PNG")
    if out.tell() > _MAX_SENT // 4 and not clear:  # a photo
        out = io.BytesIO()
        small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _unreadable(name: str, what: str) -> NotTextError:
    return NotTextError(
        f"{name} {what}.", hint="Save it again as a PNG or JPEG picture.", details={"is": what}
    )
