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
from app.files.blob_record import KEY, Record, damaged

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

    def record(self, key: bytes, content: bytes, like: bytes | None) -> list[Record]:
        """What to store of a content that is not there yet, then what that is built on.

        ``like``: an earlier version of it. The record is decoded again before it is given out.
        Raises ``BlobDamagedError`` where that fails.
        """
        choice = self._choose(content, like)
        if choice is None:
            return [self.whole(key, content)]
        line, generation, least = choice
        try:
            base = self._reader.decoded(line)
        except BlobDamagedError:
            return [self.whole(key, content)]
        built = delta(key, content, line[0].header.key, base, generation)
        size = built.header.stored + KEY
        if size * _BY_FAR >= min(least, len(content)):
            alone = self.whole(key, content)
            if size * _CLEARLY >= alone.header.stored:
                return [alone]
        return [_proven(built, content, base), *line]

    def whole(self, key: bytes, content: bytes) -> Record:
        """The content on its own, decoded again like any other."""
        return _proven(whole(key, content), content, None)

    def _choose(self, content: bytes, like: bytes | None) -> tuple[list[Record], int, int] | None:
        """What to build on, which generation that makes, and what the whole took."""
        if like is None or not SHORTEST <= len(content) <= IN_MEMORY:
            return None
        line = self._reader.line(like)
        if not line or len(line) > LAST_GENERATION.bit_length() + 1:
            return None
        generation = line[0].header.generation + 1
        if generation > LAST_GENERATION:
            return None
        wanted = generation & (generation - 1)
        # A version that was stored anew, whole, after damage has lost its generation.
        matches = (n for n, one in enumerate(line) if one.header.generation == wanted)
        base = line[next(matches, len(line) - 1) :]
        size = base[0].header.size
        return (base, generation, line[-1].header.stored) if size <= IN_MEMORY else None


def _proven(record: Record, content: bytes, base: bytes | None) -> Record:
    if decoded(record, base) != content:
        raise damaged(record.header.key, "it could not be stored")
    return record
