"""Many small records in few files. A pack only ever grows; a record in it is never changed.

One write and one sync for each record. What a crash cut off at the end of a pack stays there, and
the next record goes to a new pack.
"""

from __future__ import annotations

import errno
import re
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_record import LONGEST, Header, Record, checked, damaged, parse, scan
from app.files.fs_ops import PART_SUFFIX, FsOps, write_all
from app.files.pack_index import PackIndex
from app.files.pack_rewriting import copy_without
from app.files.vault_folders import VaultFolders

FULL: Final = 16 * 1024 * 1024
"""A pack of this many bytes gets no more records."""
_INDEX_STEP: Final = 2 * 1024 * 1024
"""The index of a pack that still grows is written when it has grown by this many bytes."""
_LOOKS: Final = 8
"""Looks at a folder from which another process takes packs away, at most, before giving up."""
_NAME: Final = re.compile(r"([0-9]{8})\.(pack|index)")


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a record is."""

    number: int
    offset: int


@dataclass(slots=True)
class _Pack:
    """What this process knows of a pack.

    Attributes:
        end: where the last whole record ends.
        size: length of the file when it was last looked at.
        synced: everything before it is known to be on disk.
        indexed: length of the part of it that its index file speaks of.
        torn: whether a write of this process failed in it.
    """

    index: PackIndex = field(default_factory=PackIndex)
    end: int = 0
    size: int = 0
    synced: int = 0
    indexed: int = 0
    torn: bool = False


class Packs:
    """The packs of one folder. One thread of one process writes at a time; any may read."""

    def __init__(self, folders: VaultFolders, fs: FsOps, *parts: str) -> None:
        self._folders = folders
        self._fs = fs
        self._parts = parts
        self._path: Path | None = None
        self._open = threading.local()
        self._packs: dict[int, _Pack] = {}
        self._lock = threading.RLock()
        self._loaded = False

    @property
    def _folder(self) -> Path:
        if self._path is None:
            self._path = self._folders.root.joinpath(*self._parts)
        return self._path

    # -- reading ---------------------------------------------------------------------------

    def refresh(self) -> None:
        """See what was added or taken away since. Raises ``OSError``."""
        with self._lock:
            for _ in range(_LOOKS):
                # A pack that another process takes away meanwhile has its records in a new one.
                with suppress(FileNotFoundError):
                    self._look()
                    return
            self._look()

    def find(self, key: bytes) -> list[Packed]:
        """Every place of a content, the newest first. Raises ``OSError``."""
        with self._lock:
            if not self._loaded:
                self.refresh()
            return [
                Packed(number, offset)
                for number in sorted(self._packs, reverse=True)
                for offset in self._packs[number].index.offsets(key)
            ]

    def header(self, place: Packed, key: bytes) -> Header:
        """What stands there. Raises ``BlobDamagedError``, ``OSError``."""
        with self._reading(place.number) as handle:
            return self._header(handle, place, key)

    def load(self, place: Packed, key: bytes) -> Record:
        """What stands there. Raises ``BlobDamagedError``, ``OSError``."""
        with self._reading(place.number) as handle:
            header = self._header(handle, place, key)
            begin = place.offset + header.length - header.stored
            return checked(header, self._read_at(handle, header.stored, begin))

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """What the calling thread reads from stays open until the end of the outermost block."""
        if getattr(self._open, "handles", None) is not None:
            yield
            return
        self._open.handles, self._open.stack = {}, ExitStack()
        try:
            yield
        finally:
            stack: ExitStack = self._open.stack
            self._open.handles = self._open.stack = None
            with suppress(OSError):  # they were only read from
                stack.close()

    def contents(self) -> dict[bytes, int]:
        """Key and length of every content."""
        with self._lock:
            self.refresh()
            return {
                key: size for pack in self._packs.values() for key, _, size in pack.index.entries()
            }

    def stored_bytes(self) -> int:
        """Length of all files."""
        return sum(size for _, size in self._folders.sizes(self._folder))

    def headers(self) -> Iterator[Header]:
        """What every record says of itself. Raises ``OSError``."""
        for number in self._numbers():
            yield from (header for header, _ in self._records(number))

    # -- writing ---------------------------------------------------------------------------

    def append(self, record: Record) -> None:
        """Keep a record; durable when it returns. ``refresh`` came before. Raises ``OSError``."""
        with self._lock:
            number = max(self._packs, default=0)
            pack = self._packs.get(number)
            if pack is None or pack.torn or pack.end < pack.size or pack.size >= FULL:
                number += 1
                pack = None
            folder = self._folders.make(*self._parts)
            with self._folders.opened(folder) as parent:
                if pack is None:
                    handle = self._fs.open_new(parent, _pack(number))
                    pack = self._packs[number] = _Pack()
                else:
                    handle = self._fs.open_append(parent, _pack(number))
                self._write(handle, pack, record)
                if not pack.synced:
                    self._fs.sync(parent)
            self._check_written(number, pack, record)
            self._update_indexes(number)

    def make_durable(self, place: Packed) -> None:
        """Whoever wrote it may have died before it was on disk. Raises ``OSError``."""
        with self._lock:
            pack = self._packs[place.number]
            if place.offset < pack.synced:
                return
            with self._folders.opened(self._folders.make(*self._parts)) as parent:
                handle = self._fs.open_read(parent, _pack(place.number))
                try:
                    self._fs.sync(handle)
                finally:
                    self._fs.close(handle)
                self._fs.sync(parent)
            pack.synced = pack.end

    def cut(self, doomed: Collection[bytes]) -> int:
        """Write the packs that hold one of ``doomed`` anew, without these. Returns bytes freed.

        Each new pack is on disk before the old one goes; everything that is not a sound record
        of one of ``doomed`` is in it, byte for byte. The newest packs come first: a delta goes
        before what it is built on. Raises ``OSError``.
        """
        with self._lock:
            self.refresh()
            return sum(self._cut(number, doomed) for number in reversed(self._numbers()))

    # -- inside ----------------------------------------------------------------------------

    def _look(self) -> None:
        sizes: dict[int, int] = {}
        indexes = set()
        for entry in self._folders.scan(self._folder):
            if match := _NAME.fullmatch(entry.name):
                if match[2] == "index":
                    indexes.add(int(match[1]))
                else:
                    sizes[int(match[1])] = entry.stat(follow_symlinks=False).st_size
        for number in self._packs.keys() - sizes.keys():
            del self._packs[number]
        for number, size in sorted(sizes.items()):
            pack = self._packs.get(number)
            if pack is None:
                self._packs[number] = self._load(number, size, number in indexes)
            elif pack.size < size:
                self._look_on(number, pack, size)
        self._loaded = True

    @contextmanager
    def _reading(self, number: int) -> Iterator[int]:
        handles: dict[int, int] | None = getattr(self._open, "handles", None)
        if handles is None:
            with self._folders.file(self._folder, _pack(number)) as handle:
                yield handle
            return
        if number not in handles:
            opened = self._folders.file(self._folder, _pack(number))
            handles[number] = self._open.stack.enter_context(opened)
        yield handles[number]

    def _numbers(self) -> list[int]:
        with self._lock:
            if not self._loaded:
                self.refresh()
            return sorted(self._packs)

    def _load(self, number: int, size: int, indexed: bool) -> _Pack:
        pack = _Pack()
        if indexed:
            with suppress(OSError), self._folders.file(self._folder, _index(number)) as handle:
                data = self._read_at(handle, self._fs.stat_open(handle).st_size, 0)
                index = PackIndex.from_bytes(data, number, size)
                if index is not None:
                    pack = _Pack(index, end=index.covers, size=index.covers, indexed=index.covers)
        if pack.size < size:
            self._look_on(number, pack, size)
        return pack

    def _look_on(self, number: int, pack: _Pack, size: int) -> None:
        with self._folders.file(self._folder, _pack(number)) as handle:
            found, pack.end = scan(
                lambda count, offset: self._read_at(handle, count, offset), pack.end, size
            )
        for header, offset in found:
            pack.index.add(header.key, offset, header.size)
        pack.size = size

    def _records(self, number: int) -> list[tuple[Header, int]]:
        with self._folders.file(self._folder, _pack(number)) as handle:
            size = self._fs.stat_open(handle).st_size
            return scan(lambda count, offset: self._read_at(handle, count, offset), 0, size)[0]

    def _header(self, handle: int, place: Packed, key: bytes) -> Header:
        header = parse(self._fs.read_at(handle, LONGEST, place.offset))
        if header is None or header.key != key:
            raise damaged(key, "its bytes have changed")
        return header

    def _read_at(self, handle: int, size: int, offset: int) -> bytes:
        pieces = []
        while size and (piece := self._fs.read_at(handle, size, offset)):
            pieces.append(piece)
            size -= len(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _write(self, handle: int, pack: _Pack, record: Record) -> None:
        pack.torn = True  # until all of it is on disk
        try:
            write_all(self._fs, handle, record.header.to_bytes() + record.payload)
            self._fs.sync(handle)
            pack.torn = False
        finally:
            if pack.torn:  # what was written may be whole, and yet not be on disk
                with suppress(OSError):
                    pack.end = pack.size = self._fs.stat_open(handle).st_size
            self._fs.close(handle)

    def _check_written(self, number: int, pack: _Pack, record: Record) -> None:
        place = Packed(number, pack.end)
        pack.torn = True  # should anything else stand there
        try:
            written = self.load(place, record.header.key)
        except BlobDamagedError:
            written = None
        if written != record:
            raise OSError(errno.EIO, "what was written does not come back")
        pack.torn = False
        pack.index.add(record.header.key, pack.end, record.header.size)
        pack.end = pack.size = pack.synced = pack.end + record.header.length

    def _update_indexes(self, newest: int) -> None:
        """Spare the next start reading the packs; it is no loss where that fails."""
        for number, pack in self._packs.items():
            step = _INDEX_STEP if number == newest else 1
            if pack.end >= pack.indexed + step and not pack.torn:
                pack.indexed = pack.end
                with suppress(OSError):
                    self._write_index(number, pack)

    def _write_index(self, number: int, pack: _Pack) -> None:
        name = f"{uuid.uuid4().hex}{PART_SUFFIX}"
        with (
            self._folders.opened(self._folders.make("parts")) as parts,
            self._folders.opened(self._folder) as folder,
        ):
            handle = self._fs.open_new(parts, name)
            try:
                write_all(self._fs, handle, pack.index.to_bytes(number, pack.end))
            finally:
                self._fs.close(handle)
            self._fs.rename_ours(parts, name, folder, _index(number))

    def _cut(self, number: int, doomed: Collection[bytes]) -> int:
        ranges = [
            (offset, header.length)
            for header, offset in self._records(number)
            if header.key in doomed
        ]
        if not ranges:
            return 0
        newest = max(self._packs)
        if number == newest or sum(length for _, length in ranges) < self._packs[number].size:
            copy_without(
                self._fs, self._folders, self._folder, (_pack(number), _pack(newest + 1)), ranges
            )
        freed = self._packs[number].size
        with self._folders.opened(self._folder) as folder:
            self._fs.unlink_stored(folder, _pack(number))
            with suppress(FileNotFoundError):
                self._fs.unlink_stored(folder, _index(number))
            self._fs.sync(folder)
        self.refresh()
        return freed - (self._packs[newest + 1].size if newest + 1 in self._packs else 0)


def _pack(number: int) -> str:
    return f"{number:08}.pack"


def _index(number: int) -> str:
    return f"{number:08}.index"
