"""Chooses what a content is stored as: whole, or as a delta against an earlier version.

Deltas must stay few steps away from a content stored whole, however long the history. Each edit
counts one generation on; generation g, written in base four, is built on the version whose number
has the last digit that is not zero cleared. So it is as many steps away as g has such digits, and
the version to build on is always among those that its predecessor is built on. Base two would
make smaller deltas, but of two versions one would be built on, and so be kept twice; of four now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import IN_MEMORY, decoded, delta, whole
from app.files.blob_reader import BlobReader
from app.files.blob_record import KEY, Record, damaged

SHORTEST: Final = 4096
"""Shorter contents are stored whole: a delta would cost a sync more and save little."""
LAST_GENERATION: Final = 1023
"""The next one is stored whole. At most five steps, then."""
_BASE: Final = 4
_CLEARLY: Final = 2
_BY_FAR: Final = 64


@dataclass(frozen=True, slots=True)
class Built:
    """What to store.

    Attributes:
        line: the record, then what it is built on.
        like_is_sound: whether the earlier version was seen to be as it was when it was checked.
    """

    line: list[Record]
    like_is_sound: bool = False


class Deltas:
    """Makes records."""

    def __init__(self, reader: BlobReader) -> None:
        self._reader = reader

    def record(self, key: bytes, content: bytes, like: bytes | None) -> Built:
        """What to store of a content that is not there yet.

        ``like``: an earlier version of it. The record is decoded again before it is given out.
        Raises ``BlobDamagedError`` where that fails.
        """
        choice = self._choose(content, like)
        if choice is None:
            return Built([self.whole(key, content)])
        line, at, generation = choice
        base_line = line[at:]
        try:
            base = self._reader.decoded(base_line)
        except BlobDamagedError:
            return Built([self.whole(key, content)])
        built = delta(key, content, base_line[0].header.key, base, generation)
        size = built.header.stored + KEY
        if size * _BY_FAR >= min(line[-1].header.stored, len(content)):
            alone = self.whole(key, content)
            if size * _CLEARLY >= alone.header.stored:
                return Built([alone], self._reader.is_known(line))
        return Built([_proven(built, content, base), *base_line], self._reader.is_known(line))

    def whole(self, key: bytes, content: bytes) -> Record:
        """The content on its own, decoded again like any other."""
        return _proven(whole(key, content), content, None)

    def _choose(self, content: bytes, like: bytes | None) -> tuple[list[Record], int, int] | None:
        """The line of ``like``, where in it to build on, and which generation that makes."""
        if like is None or not SHORTEST <= len(content) <= IN_MEMORY:
            return None
        line = self._reader.line(like)
        if not line or len(line) > LAST_GENERATION.bit_length() + 1:
            return None
        generation = line[0].header.generation + 1
        if generation > LAST_GENERATION:
            return None
        wanted = built_on(generation)
        # A version that was stored anew, whole, after damage has lost its generation.
        matches = (n for n, one in enumerate(line) if one.header.generation == wanted)
        at = next(matches, len(line) - 1)
        return (line, at, generation) if line[at].header.size <= IN_MEMORY else None


def built_on(generation: int) -> int:
    """The generation that a later one, above 0, is a delta against."""
    digit = 1
    while generation % (digit * _BASE) == 0:
        digit *= _BASE
    return generation - generation % (digit * _BASE)


def _proven(record: Record, content: bytes, base: bytes | None) -> Record:
    if decoded(record, base) != content:
        raise damaged(record.header.key, "it could not be stored")
    return record
