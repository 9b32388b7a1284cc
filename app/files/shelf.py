"""One copy of everything it was given: small records in packs, large ones in files of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import IN_MEMORY
from app.files.blob_record import Header, Record
from app.files.fs_ops import FsOps
from app.files.loose import Loose, LooseFiles
from app.files.packs import Packed, Packs
from app.files.vault_folders import VaultFolders

Place = Packed | Loose

LARGE: Final = 256 * 1024
"""A longer payload gets a file of its own."""


class Shelf:
    """The vault has two: the second holds what other contents are built on, once more.

    Every method that looks at the disk raises ``OSError``.
    """

    def __init__(self, folders: VaultFolders, fs: FsOps, *parts: str) -> None:
        self._packs = Packs(folders, fs, *parts, "packs")
        self._loose = LooseFiles(folders, fs, *parts, "blobs")

    def refresh(self) -> None:
        """See what other processes did."""
        self._packs.refresh()

    # -- reading ---------------------------------------------------------------------------

    def kept_open(self) -> AbstractContextManager[None]:
        """Packs that the calling thread reads from stay open between its reads."""
        return self._packs.kept_open()

    def find(self, key: bytes) -> Iterator[Place]:
        """Every place that should hold the content, the most promising first."""
        yield from self._packs.find(key)
        yield from self._loose.find(key)

    def has(self, key: bytes) -> bool:
        """Whether there is such a place."""
        return any(True for _ in self.find(key))

    def header(self, place: Place, key: bytes) -> Header:
        """What stands there. Raises ``BlobDamagedError``."""
        match place:
            case Packed():
                return self._packs.header(place, key)
            case Loose():
                return self._loose.header(place, key)

    def load(self, place: Place, key: bytes) -> Record:
        """What stands there, where it fits in memory. Raises ``BlobDamagedError``."""
        match place:
            case Packed():
                return self._packs.load(place, key)
            case Loose():
                return self._loose.load(place, key)

    def is_long(self, place: Loose, key: bytes) -> bool:
        """Whether it is too long to be held in memory, and has to be streamed."""
        try:
            return self._loose.header(place, key).size > IN_MEMORY
        except (OSError, BlobDamagedError):
            return False

    def stream(self, place: Loose, key: bytes) -> Iterator[bytes]:
        """A long content, piece by piece, unchecked. Raises ``BlobDamagedError``."""
        return self._loose.stream(place, key)

    def contents(self) -> dict[bytes, int]:
        """Key and length of every content."""
        return {**self._loose.contents(), **self._packs.contents()}

    def headers(self) -> Iterator[Header]:
        """What every record says of itself."""
        yield from self._packs.headers()
        yield from self._loose.headers()

    def stored_bytes(self) -> int:
        """Length of all files."""
        return self._packs.stored_bytes() + self._loose.stored_bytes()

    # -- writing: one thread of one process at a time --------------------------------------

    def put(self, record: Record) -> None:
        """Keep a record; durable when it returns. ``refresh`` came before."""
        if record.header.stored > LARGE:
            self._loose.write(record)
        else:
            self._packs.append(record)

    def put_stream(
        self, chunks: Iterable[bytes], keeps: Callable[[bytes], bool]
    ) -> tuple[bytes, int]:
        """Keep a content of any length, unless ``keeps(key)``. Returns its key and length."""
        return self._loose.write_stream(chunks, keeps)

    def make_durable(self, place: Place) -> None:
        """Make sure that what stands there is on disk, whoever wrote it."""
        match place:
            case Packed():
                self._packs.make_durable(place)
            case Loose():
                self._loose.make_durable(place)

    def cut(self, doomed: Collection[bytes]) -> int:
        """Let go of ``doomed``: a delta before what it is built on. Returns bytes freed."""
        return self._packs.cut(doomed) + self._loose.cut(doomed)
