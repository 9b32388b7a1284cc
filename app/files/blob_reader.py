"""Gives contents back: finds a sound copy, follows deltas to what they are built on, checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import CHUNK, decoded
from app.files.blob_record import Record, damaged
from app.files.loose import Loose
from app.files.packs import Packed
from app.files.proven import Proven
from app.files.shelf import Place, Shelf

_DEEPEST: Final = 32
"""More steps than any delta is ever away from a content stored whole."""


class BlobReader:
    """Reads from several shelves; where one copy is damaged the next one is taken."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = shelves
        self._proven = Proven()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Packs that the calling thread reads from stay open between its reads."""
        with ExitStack() as stack:
            for shelf in self._shelves:
                stack.enter_context(shelf.kept_open())
            yield

    def content(self, key: bytes) -> bytes:
        """A content that fits in memory, checked. Raises ``BlobDamagedError``."""
        try:
            return self._content(key, {}, careful=False)
        except BlobDamagedError:
            # A step in the middle decodes to something else: look for it in every copy.
            return self._content(key, {}, careful=True)

    def chunks(self, key: bytes) -> Iterator[bytes]:
        """A content of any length; ``BlobDamagedError`` after the last piece if it is not right."""
        place = self._long(key)
        if place is not None:
            yield from _checked(key, place[0].stream(place[1], key))
            return
        content = self.content(key)
        if len(content) <= CHUNK:
            yield content
            return
        for at in range(0, len(content), CHUNK):
            yield content[at : at + CHUNK]

    def line(self, key: bytes) -> list[Record]:
        """What a content is stored as, then what that is built on, to the one stored whole.

        Each is read from disk, from the first copy with the right checksum. Empty where one has
        none, and for a content that does not fit in memory.
        """
        found: list[Record] = []
        wanted: bytes | None = key
        with self.kept_open():
            while wanted is not None:
                record = self._record(wanted) if len(found) <= _DEEPEST else None
                if record is None:
                    return []
                found.append(record)
                wanted = record.header.base
        return found

    def decoded(self, line: Sequence[Record]) -> bytes:
        """The content of a line that was just read, checked. Raises ``BlobDamagedError``."""
        content = self._proven.get(line)
        if content is None:
            for record in reversed(line):
                content = decoded(record, content)
            key = line[0].header.key
            if content is None or not _is(key, content):
                return self.content(key)
            self._proven.add(line, content)
        return content

    def remember(self, line: Sequence[Record], content: bytes) -> None:
        """``line`` was just written and read back, and ``content`` is what it decodes to."""
        self._proven.add(line, content)

    def is_unchanged(self, key: bytes) -> bool:
        """Whether the content was decoded and checked before, and its records are as then."""
        return self._proven.has(key) and self.is_known(self.line(key))

    def is_known(self, line: Sequence[Record]) -> bool:
        """Whether a line that was just read was decoded and checked before."""
        return bool(line) and self._proven.get(line) is not None

    def is_sound(self, shelf: Shelf, place: Place, key: bytes) -> bool:
        """Whether this copy gives the content back, with whatever it is built on."""
        try:
            if isinstance(place, Loose) and shelf.is_long(place, key):
                for _ in _checked(key, shelf.stream(place, key)):
                    pass
                return True
            return _is(key, self._from(shelf, place, key, {}, careful=False))
        except (OSError, BlobDamagedError):
            return False

    def loads(self, shelf: Shelf, place: Place, key: bytes) -> bool:
        """Whether this copy is as it was written, by its checksum."""
        try:
            if not (isinstance(place, Loose) and shelf.is_long(place, key)):
                shelf.load(place, key)
        except (OSError, BlobDamagedError):
            return False
        return True

    # -- inside ----------------------------------------------------------------------------

    def _record(self, key: bytes) -> Record | None:
        for shelf in self._shelves:
            for place in _find(shelf, key):
                try:
                    if isinstance(place, Loose) and shelf.is_long(place, key):
                        return None
                    return shelf.load(place, key)
                except (OSError, BlobDamagedError):
                    continue
        return None

    def _long(self, key: bytes) -> tuple[Shelf, Loose] | None:
        """Where a long content is; ``None`` for one that fits in memory."""
        for shelf in self._shelves:
            for place in _find(shelf, key):
                if isinstance(place, Packed):
                    return None
                if shelf.is_long(place, key):
                    return shelf, place
        return None

    def _content(
        self, key: bytes, failed: dict[bytes, BlobDamagedError], *, careful: bool
    ) -> bytes:
        """``failed``: what is known not to come back, and what is being decoded."""
        if key in failed or len(failed) > _DEEPEST:
            raise failed.get(key) or damaged(key, "its bytes have changed")
        depth = len(failed)
        failed[key] = problem = damaged(key, "it cannot be read: there is no such file")
        for shelf in self._shelves:
            for place in _find(shelf, key):
                try:
                    content = self._from(shelf, place, key, failed, careful=careful)
                except OSError as error:
                    problem = damaged(key, f"it cannot be read: {error.strerror or error}")
                    continue
                except BlobDamagedError as error:
                    problem = error
                    if error.details["hash"] != key.hex():
                        problem = damaged(key, "a version that it is built on is damaged")
                    continue
                if (depth and not careful) or _is(key, content):
                    del failed[key]
                    return content
                problem = damaged(key, "its bytes have changed")
        failed[key] = problem
        raise problem

    def _from(
        self,
        shelf: Shelf,
        place: Place,
        key: bytes,
        failed: dict[bytes, BlobDamagedError],
        *,
        careful: bool,
    ) -> bytes:
        record = shelf.load(place, key)
        base = record.header.base
        return decoded(record, base and self._content(base, failed, careful=careful))


def _find(shelf: Shelf, key: bytes) -> Iterator[Place]:
    with suppress(OSError):  # another shelf may have it
        yield from shelf.find(key)


def _is(key: bytes, content: bytes) -> bool:
    return hashlib.sha256(content).digest() == key


def _checked(key: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    check = hashlib.sha256()
    try:
        for piece in pieces:
            check.update(piece)
            yield piece
    except OSError as error:
        raise damaged(key, f"it cannot be read: {error.strerror or error}") from error
    if check.digest() != key:
        raise damaged(key, "its bytes have changed")
