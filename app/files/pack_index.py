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
# Magic, CRC-32 of all that follows, number of the pack, length of it that is covered.
_HEAD: Final = struct.Struct("<4sLQQ")
_ENTRY: Final = struct.Struct(f"<{KEY}sQQ")  # key, offset, length of the content


class PackIndex:
    """Entries of one pack. A frozen part, sorted and compact, and what was added since.

    Attributes:
        covers: how many bytes of the pack an index file spoke of.
    """

    def __init__(self, frozen: bytes = b"", covers: int = 0) -> None:
        self.covers = covers
        self._frozen = frozen
        self._added: dict[bytes, list[tuple[int, int]]] = {}

    @classmethod
    def from_bytes(cls, data: bytes, number: int, pack_size: int) -> PackIndex | None:
        """What ``to_bytes`` wrote; ``None`` where it is damaged or about another pack."""
        if len(data) < _HEAD.size:
            return None
        magic, check, about, covers = _HEAD.unpack_from(data)
        body = data[_HEAD.size :]
        if magic != _MAGIC or about != number or covers > pack_size or len(body) % _ENTRY.size:
            return None
        return cls(body, covers) if check == zlib.crc32(body, _salt(number, covers)) else None

    def to_bytes(self, number: int, covers: int) -> bytes:
        """As a file about the pack with this number, up to the length ``covers``."""
        self.freeze()
        check = zlib.crc32(self._frozen, _salt(number, covers))
        return _HEAD.pack(_MAGIC, check, number, covers) + self._frozen

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


def _salt(number: int, covers: int) -> int:
    return zlib.crc32(struct.pack("<QQ", number, covers))
