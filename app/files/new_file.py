"""Writes one new file somewhere, whole or not at all, and never over another."""

from __future__ import annotations

import errno
import io
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from app.files.atomic_rename import UnsupportedRename
from app.files.failures import exists
from app.files.fs_ops import FsOps, write_all
from app.files.partial import partial_name
from app.files.work import WorkFolders

_AT_ONCE: Final = 1024 * 1024


class Sink(io.RawIOBase):
    """An open file that is written from its start to its end."""

    def __init__(self, fs: FsOps, handle: int) -> None:
        self._fs = fs
        self._handle = handle
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of ``data``, soon."""
        self._waiting += data
        if len(self._waiting) >= _AT_ONCE:
            self.finish()
        return len(data)

    def finish(self) -> None:
        """Write what waits."""
        write_all(self._fs, self._handle, bytes(self._waiting))
        self._waiting.clear()


class Source(io.RawIOBase):
    """An open file that is read from anywhere."""

    def __init__(self, fs: FsOps, handle: int) -> None:
        self._fs = fs
        self._handle = handle
        self._size = fs.stat_open(handle).st_size
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer``."""
        data = self._fs.read_at(self._handle, len(buffer), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class NewFile:
    """A file on its way: under a name of ours until it is whole."""

    def __init__(self, fs: FsOps, folder: int, name: str) -> None:
        self._fs = fs
        self._folder = folder
        self._name = name

    @contextmanager
    def written(self) -> Iterator[Sink]:
        """Write it, once; synced at the end."""
        handle = self._fs.open_new(self._folder, self._name)
        try:
            sink = Sink(self._fs, handle)
            yield sink
            sink.finish()
            self._fs.sync(handle)
        finally:
            self._fs.close(handle)

    @contextmanager
    def read(self) -> Iterator[Source]:
        """Read what was written."""
        handle = self._fs.open_read(self._folder, self._name)
        try:
            yield Source(self._fs, handle)
        finally:
            self._fs.close(handle)


@contextmanager
def new_file(fs: FsOps, path: Path, work: WorkFolders) -> Iterator[NewFile]:
    """The file ``path``, which gets its name when the body ends, and is no trace before.

    Should the process die meanwhile, recovery finds in ``work`` what to clear. Raises
    ``FileExistsAlreadyError`` where something stands there, ``OSError``.
    """
    op_id = uuid.uuid4().hex
    folder = fs.open_folder(path.parent)
    name = partial_name(path.name, op_id)
    try:
        _require_free(fs, folder, path)
        with work.folder(op_id) as own:
            own.remember(path.with_name(name))
            with ExitStack() as undo:
                undo.callback(_drop, fs, folder, name)
                yield NewFile(fs, folder, name)
                _give_name(fs, folder, name, path)
                undo.pop_all()
            fs.sync(folder)
            own.forget()
    finally:
        fs.close(folder)


def _drop(fs: FsOps, folder: int, name: str) -> None:
    with suppress(OSError):
        fs.unlink_ours(folder, name)


def _require_free(fs: FsOps, folder: int, path: Path) -> None:
    try:
        fs.stat(folder, path.name)
    except FileNotFoundError:
        return
    raise exists(str(path))


def _give_name(fs: FsOps, folder: int, name: str, path: Path) -> None:
    try:
        try:
            fs.rename_no_replace(folder, name, folder, path.name)
        except UnsupportedRename:
            try:
                fs.link(folder, name, folder, path.name)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
                    raise
                # A disk that has neither (FAT): nothing keeps two programs apart there.
                _require_free(fs, folder, path)
                fs.rename_ours(folder, name, folder, path.name)
            else:
                fs.unlink_ours(folder, name)
    except FileExistsError as error:
        raise exists(str(path)) from error
