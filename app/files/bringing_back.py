"""Brings the bytes of pruned versions back from the archive they went to.

Only bytes whose hash the history knows get into the vault; whatever else is in an archive is
left alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import struct
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, TypeGuard
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - a class

from app.domain.errors import FileError
from app.files.blobs import CHUNK, BlobStore
from app.files.export import HISTORY
from app.files.fs_ops import FsOps
from app.files.gate import Gate, StoreLock
from app.files.new_file import Source
from app.storage.file_contents import NeededContents
from app.storage.file_marks import VersionMarks

Progress = Callable[[int, int, str], None]
"""Told how many contents are done, of how many, and that they are ``contents``."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes of a line of the history that are read: a longer one is cut, and then it is no JSON."""
_WRONG: Final = (
    BadZipFile,
    ZlibError,
    struct.error,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
)
"""What ``zipfile`` and ``json`` raise for what is no archive of ours."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What came back: versions, different contents, and their length in bytes."""

    versions: int
    contents: int
    content_bytes: int


class BringerBack:
    """Reads one archive. Blocking."""

    def __init__(
        self,
        *,
        needed: NeededContents,
        marks: VersionMarks,
        blobs: BlobStore,
        fs: FsOps,
        lock: StoreLock,
        gate: Gate,
        progress: Progress | None = None,
    ) -> None:
        self._needed = needed
        self._marks = marks
        self._blobs = blobs
        self._fs = fs
        self._lock = lock
        self._gate = gate
        self._progress = progress

    def run(self, path: Path) -> BroughtBack:
        """Bring back what ``path`` has of pruned versions; each content by itself.

        Raises ``FileError`` for what is no archive, or is damaged; what came back before stays.
        """
        versions = contents = content_bytes = 0
        try:
            with self._opened(path) as archive:
                pruned = set(self._needed.of_pruned_versions())
                entries = self._entries(archive, pruned)
                for number, (digest, entry) in enumerate(entries.items()):
                    self._gate.check()
                    if self._progress is not None:
                        self._progress(number, len(entries), "contents")
                    if not self._blobs.is_whole(digest):
                        self._require_right(archive, entry, digest)
                    # Under one lock: else a pruning that ends just now could drop them again.
                    with self._lock.held(self._gate):
                        if not self._blobs.is_whole(digest):
                            content_bytes += self._keep(archive, entry, digest)
                            contents += 1
                        versions += self._marks.unprune(digest)
        except _WRONG as error:
            raise FileError(
                f"{path} is no archive of versions, or it is damaged.",
                hint="Give a file that `steward files export` or `prune` wrote.",
                details={"path": str(path)},
            ) from error
        return BroughtBack(versions, contents, content_bytes)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[ZipFile]:
        folder = self._fs.open_folder(path.parent)
        try:
            handle = self._fs.open_read(folder, path.name)
            try:
                if not stat.S_ISREG(self._fs.stat_open(handle).st_mode):
                    raise BadZipFile(path.name)  # a device may go on for ever
                with ZipFile(BufferedReader(Source(self._fs, handle), CHUNK)) as archive:
                    yield archive
            finally:
                self._fs.close(handle)
        finally:
            self._fs.close(folder)

    def _entries(self, archive: ZipFile, wanted: Collection[str]) -> dict[str, _Entry]:
        """Those of ``wanted``, by hash, oldest first as in the history. Raises ``ValueError``."""
        found: dict[str, _Entry] = {}
        with _content(archive, HISTORY) as lines:
            while line := lines.readline(_LONGEST_LINE):
                self._gate.check()
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise BadZipFile(HISTORY)
                digest, name, before = row.get("hash"), row.get("content"), row.get("hash_before")
                if isinstance(name, str) and _is_hash(digest) and digest in wanted:
                    found.setdefault(digest, _Entry(name, before if _is_hash(before) else None))
        return found

    def _require_right(self, archive: ZipFile, entry: _Entry, digest: str) -> None:
        check = hashlib.sha256()
        for chunk in self._chunks(archive, entry.name):
            check.update(chunk)
        if check.hexdigest() != digest:
            raise ValueError(entry.name)

    def _keep(self, archive: ZipFile, entry: _Entry, digest: str) -> int:
        blob = self._blobs.put(self._chunks(archive, entry.name), like=entry.before)
        if blob.hash != digest:  # someone writes to the archive
            raise ValueError(entry.name)
        return blob.size

    def _chunks(self, archive: ZipFile, name: str) -> Iterator[bytes]:
        with _content(archive, name) as content:
            while chunk := content.read(CHUNK):
                self._gate.check()
                yield chunk


@dataclass(frozen=True, slots=True)
class _Entry:
    """Bytes in the archive: their name, and the hash of the version before them."""

    name: str
    before: str | None


def _content(archive: ZipFile, name: str) -> IO[bytes]:
    """Raises ``ValueError`` where it is packed as no archive of ours is, ``KeyError``."""
    if archive.getinfo(name).compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError(name)
    return archive.open(name)


def _is_hash(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None
