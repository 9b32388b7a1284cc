"""A whole folder under another name: what is in it, the one rename, and what came of it.

A folder is renamed in one step that takes along all that is in it, and only to a free name:
where the system cannot refuse to replace, it can still replace nothing but an empty folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable
from typing import Final

from app.domain.errors import FileError
from app.domain.files import OperationState
from app.files.atomic_rename import UnsupportedRename
from app.files.fs_ops import FsOps
from app.files.spot import Spot
from app.files.store import Change, FolderContent, Outcome

MAX_FILES: Final = 5_000
"""Files of a folder that is moved: each gets a version of its own."""

_PATH_BYTES: Final = 4_095
_UNKEPT: Final = frozenset({".git"})
"""Folders of programs that keep a history of their own: they go along as they are."""


def look_into(fs: FsOps, folder: str) -> FolderContent:
    """Everything below a folder; no link is followed. Raises ``OSError``, ``FileError``."""
    files: list[str] = []
    unkept: list[str] = []
    others = 0
    waiting = [(folder, files)]
    while waiting:
        here, kept = waiting.pop()
        for entry in sorted(fs.scan(here), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, unkept if entry.name in _UNKEPT else kept))
            elif entry.is_file(follow_symlinks=False):
                kept.append(entry.path)
            else:
                others += 1
        if len(files) > MAX_FILES:
            raise FileError(
                f"{folder} holds more than {MAX_FILES:,} files, too many to be moved at once; "
                "nothing was changed.",
                hint="Move its subfolders one by one.",
                details={"path": folder, "limit": MAX_FILES},
            )
    return FolderContent(tuple(sorted(files)), tuple(sorted(unkept)), others)


def fingerprint(names: Iterable[str]) -> str:
    """SHA-256 hex of a set of names: what an approval of a folder's move is bound to."""
    check = hashlib.sha256()
    for name in sorted(names):
        check.update(os.fsencode(name) + b"\0")
    return check.hexdigest()


def require_short_enough(folder: str, target: str, files: Iterable[str]) -> None:
    """Raises ``FileError`` where a file's new path would be longer than the system takes."""
    longer = len(os.fsencode(target)) - len(os.fsencode(folder))
    for path in files:
        if len(os.fsencode(path)) + longer > _PATH_BYTES:
            raise FileError(
                f"Below {target} the path of a file would be too long; nothing was changed.",
                hint="Choose a shorter name.",
                details={"path": path, "target": target},
            )


def identity(fs: FsOps, place: Spot) -> list[int] | None:
    """Which folder stands there; ``None`` where none does."""
    try:
        found = fs.stat(place.folder, place.name)
    except FileNotFoundError:
        return None
    return [found.st_dev, found.st_ino] if stat.S_ISDIR(found.st_mode) else None


def rename_folder(fs: FsOps, place: Spot, target: Spot) -> None:
    """The one step. Raises ``FileExistsError``, ``FileError`` between two disks."""
    # With a slash behind it, a name stands for a folder only, whatever came in its place.
    old, new = f"{place.name}/", f"{target.name}/"
    try:
        try:
            fs.rename_no_replace(place.folder, old, target.folder, new)
        except UnsupportedRename:
            if not target.see(target.name).is_nothing:
                raise FileExistsError(
                    errno.EEXIST, os.strerror(errno.EEXIST), target.name
                ) from None
            fs.rename_folder(place.folder, old, target.folder, new)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise FileError(
                "The folder's new place is on another disk, where a folder cannot be moved to in "
                "one step; nothing was changed.",
                hint="Move its files one by one.",
                details={"errno": error.errno},
            ) from error
        raise
    target.sync()
    place.sync()


def settle_rename(fs: FsOps, place: Spot, target: Spot, change: Change) -> Outcome:
    """Whether the rename happened. After a restart some disks number their folders anew."""
    old, new = identity(fs, place), identity(fs, target)
    mine = change.facts.get("file")
    if new is None or (new != mine and old is not None):
        return Outcome(OperationState.ABORTED)
    target.sync()
    place.sync()
    return Outcome(OperationState.DONE)
