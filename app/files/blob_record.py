"""How one stored content is written down: a header that can be found and checked, and a payload.

A record in a pack begins with its header; a file of its own ends with it, because what a stream
holds is known only after it has passed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from app.domain.errors import BlobDamagedError

MAGIC: Final = b"\xabSV1"
# Magic, kind, generation, hash, length of the content, length and CRC-32 of the payload.
_FIELDS: Final = struct.Struct("<4sBxH32sQQL")
_CHECK: Final = struct.Struct("<L")
KEY: Final = 32
"""Bytes of a SHA-256; a ``key`` is one, in bytes."""
HEADER: Final = _FIELDS.size + _CHECK.size
LONGEST: Final = HEADER + KEY
"""A header with the base of a delta."""
_WINDOW: Final = 1024 * 1024


class Kind(IntEnum):
    """What a payload is."""

    RAW = 0
    """The content itself: a file of its own, without a header, of an earlier Steward."""
    WHOLE = 1
    """One Zstandard frame."""
    DELTA = 2
    """One Zstandard frame whose dictionary is another content, the base: of an earlier Steward."""
    MIDDLE = 3
    """How many bytes the base and the content both begin and end with, and what is between them:
    one Zstandard frame whose dictionary is what the base has there."""


_BUILT: Final = frozenset({Kind.DELTA, Kind.MIDDLE})
_KINDS: Final = _BUILT | {Kind.WHOLE}


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a content without decoding it.

    Attributes:
        kind: what the payload is.
        key: SHA-256 of the content.
        size: bytes of the content.
        stored: bytes of the payload.
        checksum: CRC-32 of the payload.
        generation: edits since the last content that was stored whole.
        base: key of the content a delta is built on.
    """

    kind: Kind
    key: bytes
    size: int
    stored: int
    checksum: int
    generation: int = 0
    base: bytes | None = None

    @property
    def length(self) -> int:
        """Bytes of the whole record."""
        return HEADER + (KEY if self.base else 0) + self.stored

    def to_bytes(self) -> bytes:
        """As it is written."""
        fields = _FIELDS.pack(
            MAGIC, self.kind, self.generation, self.key, self.size, self.stored, self.checksum
        )
        base = self.base or b""
        return fields + _CHECK.pack(zlib.crc32(base, zlib.crc32(fields))) + base


@dataclass(frozen=True, slots=True)
class Record:
    """A header and its payload."""

    header: Header
    payload: bytes


def parse(data: bytes) -> Header | None:
    """The header ``data`` begins with; ``None`` where it is none, or damaged."""
    if len(data) < HEADER or not data.startswith(MAGIC):
        return None
    _, kind, generation, key, size, stored, checksum = _FIELDS.unpack_from(data)
    base = data[HEADER:LONGEST] if kind in _BUILT else b""
    (check,) = _CHECK.unpack_from(data, _FIELDS.size)
    if check != zlib.crc32(base, zlib.crc32(data[: _FIELDS.size])) or kind not in _KINDS:
        return None
    return Header(Kind(kind), key, size, stored, checksum, generation, base or None)


def checked(header: Header, payload: bytes) -> Record:
    """The record. Raises ``BlobDamagedError`` where the payload is not what the header says."""
    if len(payload) != header.stored or zlib.crc32(payload) != header.checksum:
        raise damaged(header.key, "its bytes have changed")
    return Record(header, payload)


def scan(
    read_at: Callable[[int, int], bytes], start: int, size: int
) -> tuple[list[tuple[Header, int]], int]:
    """The records between two offsets of a pack, each with its offset, and where the last ends.

    What is damaged is stepped over. After the last record there may be one that is not whole:
    a write is under way, or was cut off.

    Args:
        read_at: bytes of the pack: how many, from where.
        start: where a record begins.
        size: length of the pack.
    """
    found: list[tuple[Header, int]] = []
    window, origin = b"", start
    position = end = start
    while position + HEADER <= size:
        if position + LONGEST > origin + len(window):
            window, origin = read_at(_WINDOW, position), position
            if len(window) < HEADER:
                break
        here = position - origin
        header = parse(window[here : here + LONGEST])
        if header is not None and position + header.length <= size:
            found.append((header, position))
            position = end = position + header.length
        elif header is not None and position == end:
            break
        else:
            next_one = window.find(MAGIC, here + 1)
            # A magic may lie across the edge of the window.
            position = origin + (next_one if next_one > 0 else len(window) - len(MAGIC) + 1)
            position = max(position, origin + here + 1)
    return found, end


def damaged(key: bytes, why: str) -> BlobDamagedError:
    """The error for a content that cannot be given back."""
    digest = key.hex()
    return BlobDamagedError(
        f"The stored version {digest[:12]} is damaged: {why}.",
        hint="Other versions are not affected. `steward files verify` checks the whole vault.",
        details={"hash": digest},
    )
