"""Which contents a pack holds, and where: in memory, and as a file that spares reading the pack.

The file is a cache: where it is missing or wrong, the pack itself says it all.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from app.files.blob_record import KEY

_MAGIC: Final = b"\xabSX1"
# Magic, CRC-32 of the entries, number and length of the pack.
_HEAD: Final = struct.Struct("<4sLQQ")
_ENTRY: Final = struct.Struct(f"<{KEY}sQQ")  # key, offset, length of the content


class PackIndex:
    """Entries of one pack. A frozen part, sorted and compact, and what was added since."""

    def __init__(self, frozen: bytes = b"") -> None:
        self._frozen = frozen
        self._added: dict[bytes, list[tuple[int, int]]] = {}

    @classmethod
    def from_bytes(cls, data: bytes, number: int, pack_size: int) -> PackIndex | None:
        """What ``to_bytes`` wrote; ``None`` where it is damaged or about another pack."""
        if len(data) < _HEAD.size:
            return None
        magic, check, *about = _HEAD.unpack_from(data)
        body = data[_HEAD.size :]
        sound = magic == _MAGIC and about == [number, pack_size] and len(body) % _ENTRY.size == 0
        return cls(body) if sound and check == zlib.crc32(body) else None

    def to_bytes(self, number: int, pack_size: int) -> bytes:
        """As a file."""
        self.freeze()
        return _HEAD.pack(_MAGIC, zlib.crc32(self._frozen), number, pack_size) + self._frozen

    def add(self, key: bytes, offset: int, size: int) -> None:
        """There is one more record."""
        self._added.setdefault(key, []).append((offset, size))

    def freeze(self) -> None:
        """Take less memory; for a pack that grows no more."""
        if self._added:
            self._frozen = b"".join(_ENTRY.pack(*entry) for entry in sorted(self.entries()))
            self._added = {}

    def offsets(self, key: bytes) -> list[int]:
        """Where the content is, newest record first."""
        recent = [offset for offset, _ in self._added.get(key, ())]
        return sorted((*self._frozen_offsets(key), *recent), reverse=True)

    def entries(self) -> Iterator[tuple[bytes, int, int]]:
        """Key, offset and length of the content of every record."""
        yield from _ENTRY.iter_unpack(self._frozen)
        for key, places in list(self._added.items()):
            yield from ((key, offset, size) for offset, size in places)

    def _frozen_offsets(self, key: bytes) -> Iterator[int]:
        data, step = self._frozen, _ENTRY.size
        at = bisect_left(
            range(len(data) // step), key, key=lambda n: data[n * step : n * step + KEY]
        )
        while data.startswith(key, at * step):
            yield _ENTRY.unpack_from(data, at * step)[1]
            at += 1
