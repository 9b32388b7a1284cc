"""The file with a person's new bytes, before it takes the name: beside it, or without a name.

One without a name is seen by nobody, and nothing is left of it after a crash; so it may be made
before the change is announced.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, suppress

from app.files.fs_ops import FsOps
from app.files.holes import write_with_holes
from app.files.spot import Spot

_PRIVATE = 0o600
"""A file that replaces another is nobody else's until it has the mode of that one."""
_AS_ALLOWED = 0o666
"""A new file gets what the person's umask allows."""


class Unseen:
    """A whole file without a name (``app.files.store.Ready``)."""

    def __init__(self, fs: FsOps, place: Spot, handle: int, opened: ExitStack) -> None:
        self._fs = fs
        self._place = place
        self._handle = handle
        self._opened = opened

    def sync(self) -> None:
        """Return when its bytes are on disk."""
        self._fs.sync(self._handle)

    def appear(self) -> None:
        """Give it the swap name."""
        self._fs.link_unnamed(self._handle, self._place.folder, self._place.swap)

    def close(self) -> None:
        """Let go; if it has not appeared, nothing is left of it."""
        with suppress(OSError):  # what matters of it was synced
            self._opened.close()


class NothingToMake:
    """Of a change that needs no new file (``app.files.store.Ready``)."""

    def sync(self) -> None:
        """Nothing is written."""

    def appear(self) -> None:
        """Nothing appears."""

    def close(self) -> None:
        """Nothing is open."""


def make_unseen(
    fs: FsOps,
    place: Spot,
    chunks: Iterable[bytes],
    *,
    like: int | None,
    mode: int | None,
    opened: ExitStack,
) -> Unseen:
    """A file without a name, on its way to the disk. Raises ``UnsupportedFile``, ``OSError``.

    ``opened`` holds ``place`` open; what it would close is handed over.
    """
    handle = fs.open_unnamed(place.folder, _AS_ALLOWED if like is None else _PRIVATE)
    opened.callback(fs.close, handle)
    _fill(fs, handle, chunks, like=like, mode=mode)
    fs.begin_sync(handle)
    return Unseen(fs, place, handle, opened.pop_all())


def write_swap(
    fs: FsOps,
    place: Spot,
    chunks: Iterable[bytes],
    *,
    like: int | None = None,
    mode: int | None = None,
    moved: bool = False,
) -> None:
    """Write a synced file under the swap name. Raises ``FileExistsError``, ``OSError``.

    It gets owner, mode and extended attributes of the open file ``like``, where there is one
    (``moved``: its times too), else the permission bits ``mode``.
    """
    handle = fs.open_new(place.folder, place.swap, _AS_ALLOWED if like is None else _PRIVATE)
    try:
        _fill(fs, handle, chunks, like=like, mode=mode, moved=moved)
        fs.sync(handle)
    finally:
        fs.close(handle)


def _fill(
    fs: FsOps,
    handle: int,
    chunks: Iterable[bytes],
    *,
    like: int | None,
    mode: int | None,
    moved: bool = False,
) -> None:
    write_with_holes(fs, handle, chunks)
    if like is not None:
        fs.copy_attributes(like, handle)
        if moved:
            fs.copy_times(like, handle)
    elif mode is not None:
        fs.set_mode(handle, mode)
