"""Files outside the vault that are being written: what they are called, how one left is cleared.

Whoever is about to make one first says so in a work folder of the vault. A process that dies
leaves the two of them, and recovery clears exactly the file that was named.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.files.fs_ops import PART_SUFFIX, WORK_SUFFIX, FsOps, write_all

logger = logging.getLogger(__name__)

NOTE: Final = f"partial{WORK_SUFFIX}"
"""In a work folder of the vault: which file its execution is making outside."""

_SHOWN_BYTES: Final = 80
_MOST: Final = 8192
"""No path is longer than this."""


def partial_name(name: str, op_id: str) -> str:
    """What a file ``name`` is called until it is whole; no other execution calls one so."""
    # Cut by bytes, so that a name of 255 bytes can be written too.
    shown = os.fsencode(name)[:_SHOWN_BYTES].decode("utf-8", "ignore")
    return f".{shown}.{op_id}{PART_SUFFIX}"


def write_note(fs: FsOps, folder: int, partial: Path) -> None:
    """Note in a work folder that ``partial`` is about to be made; on disk on return."""
    handle = fs.open_new(folder, NOTE)
    try:
        write_all(fs, handle, os.fsencode(partial))
        fs.sync(handle)
    finally:
        fs.close(handle)
    fs.sync(folder)


def clear_noted(fs: FsOps, folder: int, op_id: str) -> Path | None:
    """Take away the file that a work folder's note names, and then the note.

    Returns the file, ``None`` where none was left. One that cannot be reached now (on a disk that
    was taken away) is left with its note for the next time.
    """
    try:
        with suppress(FileNotFoundError):
            cleared = _clear(fs, op_id, _read_note(fs, folder))
            fs.unlink_ours(folder, NOTE)
            return cleared
    except OSError as error:
        logger.warning("a partial file cannot be cleared yet", extra={"reason": str(error)})
    return None


def _read_note(fs: FsOps, folder: int) -> bytes:
    handle = fs.open_read(folder, NOTE)
    try:
        return fs.read(handle, _MOST)
    finally:
        fs.close(handle)


def _clear(fs: FsOps, op_id: str, note: bytes) -> Path | None:
    """Nothing but a regular file that is called as ``op_id`` calls it; no link is followed."""
    path = Path(os.fsdecode(note))
    ours = re.compile(rf"\..*\.{op_id}{re.escape(PART_SUFFIX)}", re.DOTALL)
    if b"\0" in note or not path.is_absolute() or not ours.fullmatch(path.name):
        return None  # torn by a power cut: then the file was not made yet
    parent = fs.open_folder(path.parent)
    try:
        found = _unlink(fs, parent, path.name)
        fs.sync(parent)  # its name must not come back once the note is gone
    finally:
        fs.close(parent)
    return path if found else None


def _unlink(fs: FsOps, folder: int, name: str) -> bool:
    try:
        if not stat.S_ISREG(fs.stat(folder, name).st_mode):
            return False
        fs.unlink_ours(folder, name)
    except FileNotFoundError:
        return False
    return True
