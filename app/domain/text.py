"""Bytes as text and back without losing a byte. Pure.

A file keeps its encoding, byte order mark and line endings through a change: ``decode`` finds
them, ``encode`` uses them again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from app.domain.errors import NotEncodableError, NotTextError

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

# Encodings that are guessed when a file is not UTF-8. Each is stateless, so that an edit cannot
# touch a byte outside the replaced part; the rare ones of charset-normalizer's list (cp1006,
# cp775, ptcp154 …) win on short texts far more often than they are right.
_LEGACY: Final = (
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
)

_MAGIC: Final = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)

_FEW: Final = 4
"""Bytes over 127 below which every guess is as good as another: then it is Western."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TextFile:
    """The text of a file and how its bytes spell it.

    Attributes:
        text: the characters, without the byte order mark, line endings as they stand.
        encoding: Python's name of the encoding, for instance ``utf-8``.
        bom: the byte order mark, or nothing.
        newline: the one line ending used throughout; ``None`` where several are used or none.
        damaged: mostly UTF-8 with some bytes that are not; ``text`` has a lone surrogate for
            each of them, so that it can still be encoded to the same bytes.
    """

    text: str
    encoding: str
    bom: bytes = b""
    newline: str | None = None
    damaged: bool = False

    @property
    def label(self) -> str:
        """The encoding as a person writes it: ``utf-8``, ``utf-8 with BOM``, ``cp1252``."""
        return f"{self.encoding} with BOM" if self.bom == b"\xef\xbb\xbf" else self.encoding

    @property
    def shown(self) -> str:
        """The text for a person or a model: LF line endings where one kind is used throughout,
        ``\N{REPLACEMENT CHARACTER}`` for what could not be decoded.
        """
        text = self.text
        if self.newline not in (None, "\n"):
            text = _LINE_END.sub("\n", text)
        return printable(text) if self.damaged else text


def decode(data: bytes, name: str = "The file") -> TextFile:
    """The text in ``data``; UTF-8 where it can be, a guess by charset-normalizer where not.

    May take a second on tens of megabytes. Raises ``NotTextError``, whose ``details["is"]``
    says what the bytes look like.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                text = data[len(bom) :].decode(encoding)
            except UnicodeDecodeError:
                break
            return _text_file(text, encoding, bom)
    what = describe(data)
    if what is None and b"\x00" in data:
        if wide := _utf16_without_bom(data):
            return _text_file(data.decode(wide), wide)
        what = "binary data"
    if what is not None:
        raise _not_text(name, what)
    try:
        return _text_file(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data, name)


def encode(text: str, like: TextFile) -> bytes:
    """``text`` in the encoding of ``like`` and with its byte order mark.

    Raises ``NotEncodableError`` where a character does not exist in that encoding.
    """
    try:
        return like.bom + text.encode(
            like.encoding, "surrogateescape" if like.damaged else "strict"
        )
    except UnicodeEncodeError as error:
        characters = sorted(set(error.object[error.start : error.end]))
        spelt = ", ".join(_spelt(one) for one in characters[:5])
        raise NotEncodableError(
            f"The file is written in {like.encoding}, which has no way to write {spelt}.",
            hint="Use other characters.",
            details={"encoding": like.encoding, "characters": [_spelt(one) for one in characters]},
        ) from error


def check_encodable(text: str, like: TextFile) -> None:
    """Raise ``NotEncodableError`` where new ``text`` cannot be written in ``like``'s encoding."""
    encode(text, replace(like, damaged=False))


def with_newlines(text: str, newline: str) -> str:
    """``text`` with every line ending made ``newline``."""
    return _LINE_END.sub(newline, text)


def newline_of(text: str) -> str | None:
    """The one line ending used throughout ``text``; ``None`` for several or none."""
    if "\r" not in text:
        return "\n" if "\n" in text else None
    endings = set(_LINE_END.findall(text))
    return endings.pop() if len(endings) == 1 else None


def printable(text: str) -> str:
    """``text`` without lone surrogates, which no output can carry."""
    return text if text.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def describe(data: bytes) -> str | None:
    """What well-known bytes are (``a PNG image``); ``None`` where they are nothing known."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return what
    if data[4:8] == b"ftyp":
        return "a video or photo"
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "a WebP image", b"WAVE": "a sound"}.get(data[8:12], "a video")
    return None


# -- finding the encoding ----------------------------------------------------------------


def _text_file(text: str, encoding: str, bom: bytes = b"", *, damaged: bool = False) -> TextFile:
    return TextFile(text, encoding, bom, newline_of(text), damaged)


def _utf16_without_bom(data: bytes) -> str | None:
    """UTF-16 of mostly Latin text: every other byte is zero, and none of the rest."""
    if len(data) % 2:
        return None
    even, odd = data[::2].count(0), data[1::2].count(0)
    half = len(data) // 2
    encoding = "utf-16-le" if odd > 0.7 * half else "utf-16-be"
    if min(even, odd) or max(even, odd) <= 0.7 * half:
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(one < " " and one not in "\t\n\r\f" for one in text) else encoding


def _decode_legacy(data: bytes, name: str) -> TextFile:
    text = data.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= one <= "\udcff" for one in text)
    valid = sum(one > "\x7f" for one in text) - broken
    if valid >= 3 * broken:
        # UTF-8 with a few stray bytes: any other encoding would spoil every other character.
        return _text_file(text, "utf-8", damaged=True)
    encoding = _guess(data)
    if encoding is None:
        raise _not_text(name, "binary data")
    return _text_file(data.decode(encoding), encoding)


def _guess(data: bytes) -> str | None:
    if sum(byte > 0x7F for byte in data) < _FEW and _is_mostly_plain(data):
        return _western(data)
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(_LEGACY))
    best = matches.best()
    if best is None:
        return _western(data) if _is_mostly_plain(data) else None
    # Short texts fit several code pages equally well; then the commonest is the best guess.
    for match in matches:
        as_good = match.chaos <= best.chaos + 0.02 and match.coherence >= best.coherence - 0.02
        if as_good and "cp1252" in (match.encoding, *match.could_be_from_charset):
            return _western(data)
    return best.encoding


def _is_mostly_plain(data: bytes) -> bool:
    control = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in data)
    foreign = sum(byte > 0x7F for byte in data)
    return control <= 0.01 * len(data) and (foreign < _FEW or foreign <= 0.15 * len(data))


def _western(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:  # it leaves five bytes undefined
        return "latin-1"
    return "cp1252"


def _not_text(name: str, what: str) -> NotTextError:
    return NotTextError(f"{name} is {what}, not text.", details={"is": what})


def _spelt(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
