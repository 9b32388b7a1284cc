"""Contents in files of their own: large ones, and those an earlier Steward kept as they were.

A new one is written under a temporary name, synced, checked and renamed: under its name it is
whole.
"""

from __future__ import annotations

import errno
import hashlib
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from app.domain.errors import BlobDamagedError
from app.files.blob_codec import CHUNK, Packer, unpacked
from app.files.blob_record import LONGEST, Header, Kind, Record, checked, damaged, parse
from app.files.fs_ops import PART_SUFFIX, FsOps, write_all
from app.files.vault_folders import VaultFolders

_SUFFIX: Final = ".z"
_NAME: Final = re.compile(rf"([0-9a-f]{{64}})({re.escape(_SUFFIX)})?")


@dataclass(frozen=True, slots=True)
class Loose:
    """A file of the vault that holds one content. ``raw``: as it is, without a header."""

    name: str
    raw: bool


class LooseFiles:
    """``…/ab/<sha256>.z``, and ``…/ab/<sha256>`` of an earlier Steward.

    The payload comes first, then the header, in a field of fixed length.
    """

    def __init__(self, folders: VaultFolders, fs: FsOps, *parts: str) -> None:
        self._folders = folders
        self._fs = fs
        self._parts = parts
        # Files this process has written or synced.
        self._durable: set[str] = set()
        self._sizes: dict[str, int] = {}

    # -- reading ---------------------------------------------------------------------------

    def find(self, key: bytes) -> list[Loose]:
        """The files that should hold it. Raises ``OSError``."""
        digest = key.hex()
        folder = f"{self._base}/{digest[:2]}"
        if not self._fs.is_there(folder):  # most contents are in packs
            return []
        files = [Loose(digest + _SUFFIX, raw=False), Loose(digest, raw=True)]
        return [file for file in files if self._fs.is_there(f"{folder}/{file.name}")]

    def header(self, file: Loose, key: bytes) -> Header:
        """What it says of itself. Raises ``BlobDamagedError``, ``OSError``."""
        with self._opened(file) as handle:
            return self._header(handle, file, key)

    def load(self, file: Loose, key: bytes) -> Record:
        """A content that fits in memory. Raises ``BlobDamagedError``, ``OSError``."""
        with self._opened(file) as handle:
            header = self._header(handle, file, key)
            payload = b"".join(self._payload(handle, header.stored))
            return Record(header, payload) if file.raw else checked(header, payload)

    def stream(self, file: Loose, key: bytes) -> Iterator[bytes]:
        """A content of any length, unchecked. Raises ``BlobDamagedError``, ``OSError``."""
        with self._opened(file) as handle:
            header = self._header(handle, file, key)
            payload = self._payload(handle, header.stored)
            yield from payload if file.raw else unpacked(key, payload)

    def contents(self) -> dict[bytes, int]:
        """Key of every content and its length; 0 where that is not to be found out."""
        found = {}
        for folder, entries in self._entries():
            with self._folders.opened(folder) as handle:
                for file, size in entries:
                    found[_key(file)] = size if file.raw else self._size(handle, file, size)
        return found

    def stored_bytes(self) -> int:
        """Length of all files."""
        return sum(size for _, entries in self._entries() for _, size in entries)

    def headers(self) -> Iterator[Header]:
        """What every file says of itself, where it is not damaged. Raises ``OSError``."""
        for _, entries in self._entries():
            for file, _ in entries:
                # One that only cannot be read for now may be built on another: that must be told.
                with suppress(BlobDamagedError):
                    yield self.header(file, _key(file))

    # -- writing ---------------------------------------------------------------------------

    def write(self, record: Record) -> None:
        """Keep a record; durable when it returns. Raises ``OSError``."""
        with self._part([record.payload], lambda: record.header) as (parts, name, _):
            handle = self._fs.open_read(parts, name)
            try:
                written = b"".join(self._payload(handle, record.header.stored))
            finally:
                self._fs.close(handle)
            if written != record.payload:
                raise OSError(errno.EIO, "what was written does not come back")
            self._name(parts, name, record.header)

    def write_stream(
        self, chunks: Iterable[bytes], keeps: Callable[[bytes], bool]
    ) -> tuple[bytes, int]:
        """Keep a content of any length, unless ``keeps(key)``. Returns its key and length.

        Durable when it returns. Raises ``OSError``.
        """
        packer = Packer()
        with self._part(packer.payload(chunks), lambda: packer.header) as (parts, name, header):
            if keeps(header.key):
                self._fs.unlink_ours(parts, name)
                return header.key, header.size
            handle = self._fs.open_read(parts, name)
            try:
                check = hashlib.sha256()
                for piece in unpacked(header.key, self._payload(handle, header.stored)):
                    check.update(piece)
            finally:
                self._fs.close(handle)
            if check.digest() != header.key:
                raise OSError(errno.EIO, "what was written does not come back")
            self._name(parts, name, header)
        return header.key, header.size

    def make_durable(self, file: Loose) -> None:
        """Whoever renamed it may have died before its name was on disk. Raises ``OSError``."""
        if file.name not in self._durable:
            folder = self._folders.make(*self._parts, file.name[:2])
            with self._folders.opened(folder) as handle:
                self._fs.sync(handle)
            self._durable.add(file.name)

    def cut(self, doomed: Collection[bytes]) -> int:
        """Let go of the files of ``doomed``. Returns bytes freed. Raises ``OSError``."""
        freed = 0
        gone = [
            (folder, file, size)
            for folder, entries in self._entries()
            for file, size in entries
            if _key(file) in doomed
        ]
        for folder, file, size in sorted(gone, key=lambda one: self._generation(one[1])):
            with self._folders.opened(folder) as handle:
                self._fs.unlink_stored(handle, file.name)
                self._fs.sync(handle)
            self._durable.discard(file.name)
            freed += size
        return freed

    # -- inside ----------------------------------------------------------------------------

    @cached_property
    def _base(self) -> Path:
        return self._folders.root.joinpath(*self._parts)

    def _folder(self, name: str) -> Path:
        return self._base / name[:2]

    @contextmanager
    def _opened(self, file: Loose) -> Iterator[int]:
        with self._folders.file(self._folder(file.name), file.name) as handle:
            yield handle

    def _entries(self) -> Iterator[tuple[Path, list[tuple[Loose, int]]]]:
        for folder in self._folders.scan(self._base):
            if folder.is_dir(follow_symlinks=False):
                found = [
                    (Loose(name, raw=not match[2]), size)
                    for name, size in self._folders.sizes(Path(folder.path))
                    if (match := _NAME.fullmatch(name))
                ]
                if found:
                    yield Path(folder.path), found

    def _header(self, handle: int, file: Loose, key: bytes) -> Header:
        size = self._fs.stat_open(handle).st_size
        if file.raw:
            return Header(Kind.RAW, key, size, size, 0)
        header = parse(self._fs.read_at(handle, LONGEST, max(0, size - LONGEST)))
        if header is None or header.key != key or header.stored != size - LONGEST:
            raise damaged(key, "its bytes have changed")
        return header

    def _size(self, folder: int, file: Loose, size: int) -> int:
        if file.name not in self._sizes:
            try:
                handle = self._fs.open_read(folder, file.name)
            except FileNotFoundError:
                return 0  # pruned by another process since it was listed
            try:
                header = parse(self._fs.read_at(handle, LONGEST, max(0, size - LONGEST)))
            finally:
                self._fs.close(handle)
            self._sizes[file.name] = header.size if header else 0
        return self._sizes[file.name]

    def _generation(self, file: Loose) -> int:
        """Sorts a delta before what it is built on."""
        try:
            return -self.header(file, _key(file)).generation
        except (OSError, BlobDamagedError):
            return 0

    def _payload(self, handle: int, size: int) -> Iterator[bytes]:
        at = 0
        while at < size and (piece := self._fs.read_at(handle, min(CHUNK, size - at), at)):
            yield piece
            at += len(piece)

    @contextmanager
    def _part(
        self, payload: Iterable[bytes], header: Callable[[], Header]
    ) -> Iterator[tuple[int, str, Header]]:
        """A synced file under a temporary name; what a crash leaves goes at the next start."""
        name = f"{uuid.uuid4().hex}{PART_SUFFIX}"
        with self._folders.opened(self._folders.make("parts")) as parts:
            try:
                handle = self._fs.open_new(parts, name)
                try:
                    for piece in payload:
                        write_all(self._fs, handle, piece)
                    made = header()
                    write_all(self._fs, handle, made.to_bytes().ljust(LONGEST, b"\0"))
                    self._fs.sync(handle)
                finally:
                    self._fs.close(handle)
                yield parts, name, made
            except Exception:  # also that it was stopped: it may be large
                with suppress(OSError):
                    self._fs.unlink_ours(parts, name)
                raise

    def _name(self, parts: int, name: str, header: Header) -> None:
        file = header.key.hex() + _SUFFIX
        path = self._folders.make(*self._parts, file[:2])
        with self._folders.opened(path) as folder:
            self._fs.rename_ours(parts, name, folder, file)
            self._fs.sync(folder)
        self._durable.add(file)


def _key(file: Loose) -> bytes:
    return bytes.fromhex(file.name[:64])
