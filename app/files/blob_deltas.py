"""Chooses what a content is stored as: whole, or as a delta against an earlier version.

Deltas must stay few steps away from a content stored whole, however long the history. Each edit
counts one generation on; generation g is built on the version of generation ``g & (g - 1)``, the
number with its lowest one-bit cleared. So it is as many steps away as g has one-bits, and the
version to build on is always among those that its predecessor is built on.
"""

from __future__ import annotations

from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import IN_MEMORY, decoded, delta, whole
from app.files.blob_reader import BlobReader
from app.files.blob_record import KEY, Header, Record, damaged

SHORTEST: Final = 4096
"""Shorter contents are stored whole: a delta would cost a sync more and save little."""
LAST_GENERATION: Final = 1023
"""The next one is stored whole. At most ten steps, then."""
_CLEARLY: Final = 2
_BY_FAR: Final = 64


class Deltas:
    """Makes records."""

    def __init__(self, reader: BlobReader) -> None:
        self._reader = reader

    def record(self, key: bytes, content: bytes, like: bytes | None) -> Record:
        """What to store of a content that is not there yet. ``like``: an earlier version of it.

        It is decoded again before it is given out. Raises ``BlobDamagedError`` where that fails.
        """
        choice = self._choose(content, like)
        if choice is None:
            return self.whole(key, content)
        base_key, generation, least = choice
        try:
            base = self._reader.content(base_key)
        except BlobDamagedError:
            return self.whole(key, content)
        built = delta(key, content, base_key, base, generation)
        size = built.header.stored + KEY
        if size * _BY_FAR >= min(least, len(content)):
            alone = self.whole(key, content)
            if size * _CLEARLY >= alone.header.stored:
                return alone
        return _proven(built, content, base)

    def whole(self, key: bytes, content: bytes) -> Record:
        """The content on its own, decoded again like any other."""
        return _proven(whole(key, content), content, None)

    def _choose(self, content: bytes, like: bytes | None) -> tuple[bytes, int, int] | None:
        """What to build on, which generation that makes, and what the whole took."""
        if like is None or not SHORTEST <= len(content) <= IN_MEMORY:
            return None
        line: list[Header] = []
        key: bytes | None = like
        while key is not None:
            header = self._reader.header(key)
            if header is None or len(line) > LAST_GENERATION.bit_length():
                return None
            line.append(header)
            key = header.base
        generation = line[0].generation + 1
        if generation > LAST_GENERATION or line[-1].size > IN_MEMORY:
            return None
        wanted = generation & (generation - 1)
        # A version that was stored anew, whole, after damage has lost its generation.
        base = next((header for header in line if header.generation == wanted), line[-1])
        return (base.key, generation, line[-1].stored) if base.size <= IN_MEMORY else None


def _proven(record: Record, content: bytes, base: bytes | None) -> Record:
    if decoded(record, base) != content:
        raise damaged(record.header.key, "it could not be stored")
    return record
