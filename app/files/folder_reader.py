"""Files in folders of this machine, looked at: read whole, in pieces, or by their hash alone."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from app.domain.errors import FileError, FileTooLargeError, NotAFileError
from app.files import streams
from app.files.blobs import CHUNK
from app.files.folder_rename import look_into
from app.files.fs_ops import FsOps
from app.files.spot import spot, stamp_of
from app.files.store import FolderContent, Pulled, Take

_TRIES: Final = 3


class FolderReader:
    """The half of the ``FileStore`` of granted folders that touches nothing."""

    def __init__(self, fs: FsOps) -> None:
        self.fs = fs

    def pull(self, locator: str, *, limit: int, take: Take | None = None) -> Pulled:
        """Read a file that is at rest, in memory or in pieces."""
        for _ in range(_TRIES):
            with spot(self.fs, locator, "") as place:
                _require_file(self.fs.stat(place.folder, place.name).st_mode, locator)
                with place.reading(place.name) as handle:
                    before = self.fs.stat_open(handle)
                    reading = _Reading(self.fs, handle)
                    content = None
                    if before.st_size <= limit:
                        content = b"".join(reading.up_to(limit))
                    elif take is None:
                        raise _too_large(locator, before.st_size, limit)
                    else:
                        take(reading.up_to(None))
                    after = self.fs.stat_open(handle)
            at_rest = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
            if at_rest and reading.size == after.st_size:
                mode = stat.S_IMODE(after.st_mode)
                digest = reading.check.hexdigest()
                return Pulled(content, digest, reading.size, mode, stamp_of(after))
        raise FileError(
            f"{locator} is being written to and does not come to rest.",
            hint="Try again when the program that writes it is done.",
            details={"path": locator},
        )

    @contextmanager
    def reading(self, locator: str) -> Iterator[BinaryIO]:
        """A regular file, open to be read."""
        with spot(self.fs, locator, "") as place:
            _require_file(self.fs.stat(place.folder, place.name).st_mode, locator)
            with place.reading(place.name) as handle, streams.reading(self.fs, handle) as stream:
                yield stream

    def probe(self, locator: str) -> str | None:
        """SHA-256 hex of what stands there, ``None`` for nothing."""
        with spot(self.fs, locator, "", may_be_new=True) as place:
            seen = place.see(place.name)
        if not seen.is_file and not seen.is_nothing:
            raise NotAFileError(
                f"{locator} is not a regular file.",
                hint="Folders, links, devices and pipes are left alone.",
                details={"path": locator},
            )
        return seen.hash

    def is_as_pulled(self, locator: str, pulled: Pulled) -> bool:
        """Whether it is the same file, untouched, or has the same bytes at least."""
        with spot(self.fs, locator, "", may_be_new=True) as place:
            return place.holds(pulled)

    def look_into(self, folder: str) -> FolderContent:
        """Everything below a folder."""
        return look_into(self.fs, folder)


class _Reading:
    """An open file as it is read, with what its bytes come to."""

    def __init__(self, fs: FsOps, handle: int) -> None:
        self._fs = fs
        self._handle = handle
        self.check = hashlib.sha256()
        self.size = 0

    def up_to(self, limit: int | None) -> Iterator[bytes]:
        """The bytes in pieces; no more once there are more than ``limit``."""
        while limit is None or self.size <= limit:
            chunk = self._fs.read(self._handle, CHUNK)
            if not chunk:
                return
            self.check.update(chunk)
            self.size += len(chunk)
            yield chunk


def _require_file(mode: int, locator: str) -> None:
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise NotAFileError(
            f"{locator} is {what}.",
            hint="Name a file. Devices, pipes and sockets are left alone.",
            details={"path": locator},
        )


def _too_large(locator: str, size: int, limit: int) -> FileTooLargeError:
    return FileTooLargeError(
        f"{locator} has {size:,} bytes; the limit is {limit:,}.",
        details={"path": locator, "size": size, "limit": limit},
    )
