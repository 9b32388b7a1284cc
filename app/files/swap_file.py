"""The file with a person's new bytes, before it takes the name: beside it, or without a name.

One without a name is seen by nobody, and nothing is left of it after a crash; so it may be made
before the change is announced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, suppress

from app.files.fs_ops import FsOps, UnsupportedFile
from app.files.holes import write_with_holes
from app.files.spot import Spot

_PRIVATE = 0o600
"""A file that replaces another is nobody else's until it has the mode of that one."""
_AS_ALLOWED = 0o666
"""A new file gets what the person's umask allows."""

Opened = Callable[[], AbstractContextManager[Spot]]
"""Opens the folder of a file, as it is at that moment."""


class Unseen:
    """A whole file without a name (``app.files.store.Ready``)."""

    def __init__(self, fs: FsOps, place: Opened, handle: int) -> None:
        self._fs = fs
        self._place = place
        self._handle = handle

    def sync(self) -> None:
        """Return when its bytes are on disk."""
        self._fs.sync(self._handle)

    def appear(self) -> bool:
        """Give it the swap name, if it can have one, in the folder that is there now.

        It was made a while ago: the folder may have got another name since, and what appeared in
        it would never be found again.
        """
        with self._place() as place:
            try:
                self._fs.link_unnamed(self._handle, place.folder, place.swap)
            except UnsupportedFile:
                return False
        return True

    def close(self) -> None:
        """Let go; if it has not appeared, nothing is left of it."""
        with suppress(OSError):  # what matters of it was synced
            self._fs.close(self._handle)


class NothingToMake:
    """Of a change that needs no new file (``app.files.store.Ready``)."""

    def sync(self) -> None:
        """Nothing is written."""

    def appear(self) -> bool:
        """Nothing has to."""
        return True

    def close(self) -> None:
        """Nothing is open."""


def make_unseen(
    fs: FsOps,
    place: Opened,
    chunks: Iterable[bytes],
    *,
    replaces: bool,
    mode: int | None,
) -> Unseen:
    """A file without a name, on its way to the disk. Raises ``UnsupportedFile``, ``OSError``.

    ``replaces``: the file of that place, whose owner, mode and attributes it gets.
    """
    with ExitStack() as undo:
        with ExitStack() as opened:
            here = opened.enter_context(place())
            like = opened.enter_context(here.reading(here.name)) if replaces else None
            handle = fs.open_unnamed(here.folder, _AS_ALLOWED if like is None else _PRIVATE)
            undo.callback(fs.close, handle)
            _fill(fs, handle, chunks, like=like, mode=mode)
            with suppress(OSError):  # a hint; what is wrong with the disk, ``sync`` tells
                fs.begin_sync(handle)
        undo.pop_all()
        return Unseen(fs, place, handle)


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
