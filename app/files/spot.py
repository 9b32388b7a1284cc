"""One name in one open folder, with the temporary names an operation uses beside it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from app.files.atomic_rename import UnsupportedRename
from app.files.blobs import CHUNK
from app.files.fs_ops import ASIDE_SUFFIX, SWAP_SUFFIX, FsOps
from app.files.store import Pulled

_SHOWN_BYTES: Final = 40
_NO_LINKS: Final = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
)


class Kind(Enum):
    """What stands under a name."""

    NOTHING = auto()
    FILE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found under a name: for a file its SHA-256 hex, which it is, and its ``stamp_of``
    before it was read.
    """

    kind: Kind
    hash: str | None = None
    identity: tuple[int, int] | None = None
    stamp: tuple[int, ...] | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the name is free."""
        return self.kind is Kind.NOTHING

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.kind is Kind.FILE


_NOTHING: Final = Seen(Kind.NOTHING)
_OTHER: Final = Seen(Kind.OTHER)


class Spot:
    """The place of a file: its folder held open, so that it stays the same place.

    ``folder`` is ``None`` where the folder does not exist yet: then nothing is there.
    """

    def __init__(self, fs: FsOps, folder: int | None, name: str, op_id: str) -> None:
        self._fs = fs
        self._folder = folder
        self.name = name
        self.swap = _ours(name, op_id, SWAP_SUFFIX)
        self.aside = _ours(name, op_id, ASIDE_SUFFIX)
        self._dropped = False

    @property
    def folder(self) -> int:
        """The open folder. Raises ``FileNotFoundError`` where there is none."""
        if self._folder is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.name)
        return self._folder

    def see(self, name: str) -> Seen:
        """What stands under ``name`` (mine, the swap's or the aside's)."""
        if self._folder is None:
            return _NOTHING
        try:
            if not stat.S_ISREG(self._fs.stat(self._folder, name).st_mode):
                return _OTHER
            with self.reading(name) as handle:
                found = self._fs.stat_open(handle)
                check = hashlib.sha256()
                while chunk := self._fs.read(handle, CHUNK):
                    check.update(chunk)
        except FileNotFoundError:
            return _NOTHING
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                return _OTHER
            raise
        identity = (found.st_dev, found.st_ino)
        return Seen(Kind.FILE, check.hexdigest(), identity, stamp_of(found))

    def holds(self, pulled: Pulled) -> bool:
        """Whether the file of my name is as it was read: untouched since, or with its bytes.

        Bytes changed in place within one tick of the system's clock, or through a mapping, may
        not show yet. So nothing is let go of on this word alone.
        """
        try:
            if stamp_of(self._fs.stat(self.folder, self.name)) == pulled.stamp:
                return True
        except FileNotFoundError:
            return False
        return self.see(self.name).hash == pulled.hash

    def require_untouched(self, name: str, seen: Seen) -> None:
        """Raises ``OSError`` (``EBUSY``) where the file was written to since it was seen."""
        if stamp_of(self._fs.stat(self.folder, name)) != seen.stamp:
            raise OSError(errno.EBUSY, "another program is writing to it", self.name)

    def identity(self, name: str) -> tuple[int, int] | None:
        """Which file stands under ``name``; ``None`` for nothing, and for what is no file."""
        try:
            found = self._fs.stat(self.folder, name)
        except FileNotFoundError:
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None

    @contextmanager
    def reading(self, name: str) -> Iterator[int]:
        """The regular file under ``name``, open. Raises ``OSError`` (``ELOOP``) for others."""
        handle = self._fs.open_read(self.folder, name)
        try:
            if not stat.S_ISREG(self._fs.stat_open(handle).st_mode):
                raise OSError(errno.ELOOP, "not a regular file", name)
            yield handle
        finally:
            self._fs.close(handle)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes under ``name``, in pieces."""
        with self.reading(name) as handle:
            while chunk := self._fs.read(handle, CHUNK):
                yield chunk

    def sync(self) -> None:
        """Return when the folder's names are on disk."""
        self._fs.sync(self.folder)
        self._dropped = False

    def sync_dropped(self) -> None:
        """Return when no dropped name can come back after a power cut."""
        if self._dropped:
            self.sync()

    def drop(self, name: str) -> None:
        """Unlink a temporary name of ours, if it is there."""
        try:
            self._fs.unlink_ours(self.folder, name)
        except FileNotFoundError:
            return
        self._dropped = True

    def exchange_with_swap(self) -> None:
        """Swap the file and the swap file; with two renames where there is no exchange.

        Then the name is free for a moment, but nothing is ever overwritten: what a crash leaves
        between the two renames is put back. The caller syncs.
        """
        try:
            self._fs.exchange(self.folder, self.name, self.swap)
        except UnsupportedRename:
            self.sync()  # else a power cut could keep the first rename and not the swap file
            self.put_aside()
            self.put(self.swap)
            self._fs.rename_aside(self.folder, self.aside, self.swap)

    def put(self, ours: str) -> None:
        """Give a file under a name of ours my name. Raises ``FileExistsError``."""
        self.put_from(self.folder, ours)

    def put_from(self, folder: int, ours: str) -> None:
        """``put``, from a name of ours in another open folder.

        Where the system cannot rename without replacing, a hard link serves; where there are no
        hard links either, a look before the rename does, which leaves a window of microseconds.
        """
        try:
            self._fs.rename_no_replace(folder, ours, self.folder, self.name)
        except UnsupportedRename:
            try:
                self._fs.link(folder, ours, self.folder, self.name)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if not self.see(self.name).is_nothing:
                    raise FileExistsError(
                        errno.EEXIST, os.strerror(errno.EEXIST), self.name
                    ) from error
                self._fs.rename_ours(folder, ours, self.folder, self.name)
            else:
                self.sync()  # else a power cut could take both names
                self._fs.unlink_ours(folder, ours)

    def put_aside(self) -> None:
        """Take the file out to the aside name."""
        self._fs.rename_aside(self.folder, self.name, self.aside)

    def put_aside_as_swap(self) -> None:
        """Take the file out to the swap name."""
        self._fs.rename_aside(self.folder, self.name, self.swap)

    def aside_becomes_swap(self) -> None:
        """The last of the renames of ``exchange_with_swap``."""
        self._fs.rename_aside(self.folder, self.aside, self.swap)
        self.sync()


@contextmanager
def spot(fs: FsOps, locator: str, op_id: str, *, may_be_new: bool = False) -> Iterator[Spot]:
    """Open the folder of ``locator``, an absolute resolved path, following no link.

    ``may_be_new``: a folder that does not exist is a spot with nothing in it.
    """
    parent, name = os.path.split(locator)
    try:
        folder = fs.open_folder(parent)
    except FileNotFoundError:
        if not may_be_new:
            raise
        yield Spot(fs, None, name, op_id)
        return
    try:
        yield Spot(fs, folder, name, op_id)
    finally:
        fs.close(folder)


def stamp_of(found: os.stat_result) -> tuple[int, ...]:
    """What tells a file from another, and from itself after it was written to or renamed."""
    return (
        found.st_dev,
        found.st_ino,
        stat.S_IFMT(found.st_mode),
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
    )


def _ours(name: str, op_id: str, suffix: str) -> str:
    # Cut by bytes, so that a name of 255 bytes has a swap file too.
    shown = os.fsencode(name)[:_SHOWN_BYTES].decode("utf-8", "ignore")
    return f".{shown}.{op_id}{suffix}"
