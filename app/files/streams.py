"""Open files as the streams that a change reads and writes; every call goes through ``FsOps``."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from app.files.blobs import CHUNK, write_all
from app.files.fs_ops import FsOps
from app.files.holes import is_hole

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


def reading(fs: FsOps, handle: int, check: Callable[[], None] = lambda: None) -> BinaryIO:
    """A stream to read and seek in. Closing it leaves ``handle`` open.

    ``check`` is called with every piece, and may raise.
    """
    return io.BufferedReader(_Source(fs, handle, check), CHUNK)


def writing(made: Made) -> BinaryIO:
    """A stream to write once, from start to end."""
    return io.BufferedWriter(made, CHUNK)


class _Source(io.RawIOBase):
    """An open file of ours to read and seek in."""

    def __init__(self, fs: FsOps, handle: int, check: Callable[[], None]) -> None:
        self._fs = fs
        self._handle = handle
        self._check = check

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._check()
        view = memoryview(buffer).cast("B")
        data = self._fs.read(self._handle, len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._fs.seek(self._handle, offset, whence)


class Made(io.RawIOBase):
    """An empty open file of ours that is written once; long runs of zeros become holes.

    Attributes:
        check: the SHA-256 of what was written.
        size: how many bytes it was.
    """

    def __init__(self, fs: FsOps, handle: int, check: Callable[[], None]) -> None:
        self._fs = fs
        self._handle = handle
        self._before_each = check
        self.check = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Write all of ``data``."""
        self._before_each()
        piece = bytes(data)
        self.check.update(piece)
        self.size += len(piece)
        if is_hole(piece):
            self._fs.seek(self._handle, len(piece), os.SEEK_CUR)
        else:
            write_all(self._fs, self._handle, piece)
        return len(piece)

    def finish(self) -> None:
        """A hole at the end has a length only when it is given one."""
        self._fs.set_size(self._handle, self.size)
