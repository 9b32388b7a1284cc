"""What a file is called in the window: by its name, wherever it is kept.

The history names a file of Google Drive by its id. That is no path of this machine, and nobody
wants to read it: the window shows the name, and "Google Drive" as the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath
from typing import Final

from app.domain.names import shown
from app.files.drive_places import PREFIX, display_of, id_in, is_drive, place_at
from app.ui.translation import translate

__all__ = [
    "copied",
    "drive",
    "drive_id",
    "is_drive",
    "name_of",
    "place_of",
    "tip_of",
    "told_of",
    "without_ids",
]

_QUOTE: Final = '"'
_WRITTEN: Final = re.compile(
    rf"(?<![\w-]){PREFIX}[A-Za-z0-9_-]{{1,200}}/(?:[A-Za-z0-9_-]+/)?(?=[^\s/])"
)
"""What stands before the name where a Drive file is written out."""


def drive() -> str:
    """Google Drive, as a place."""
    return translate("Drive", "Google Drive")


def drive_id(path: str) -> str:
    """The id of a Drive file, however it is written."""
    return id_in(path)[0]


def name_of(path: str) -> str:
    """The last part of a path, or what a Drive file is called."""
    if is_drive(path):
        return shown(id_in(path)[1]) or path
    return PurePath(path).name or path


def place_of(path: str, display: str, folders: Mapping[str, str]) -> str:
    """Where it is, in short; empty for the top of a granted folder.

    Args:
        path: as the history keeps it.
        display: its short form.
        folders: names of folders of Drive by their ids, those that are known.
    """
    if is_drive(path):
        folder = place_at(path).folder if path.count("/") == 2 else None
        name = folders.get(folder or "")
        return f"{drive()} · {shown(name)}" if name else drive()
    above = PurePosixPath(display).parent
    return "" if above == PurePosixPath() else str(above)


def tip_of(path: str) -> str:
    """All that names it: the whole path, or a Drive file's name and id."""
    if not is_drive(path):
        return path
    return f"{name_of(path)}\n{told_of(drive_id(path))}"


def told_of(file_id: str) -> str:
    """What tells a Drive file from others of its name."""
    return translate("Drive", "Google Drive, id {id}").format(id=file_id)


def copied(path: str) -> str:
    """What the clipboard gets of it: what can be written to Steward to name it."""
    if not is_drive(path):
        return path
    short = display_of(path)
    return f"{PREFIX}{drive_id(path)}" if _QUOTE in short else short  # it is quoted as one word


def without_ids(text: str) -> str:
    """A text with ``Google Drive/NAME`` in place of each ``drive:ID/NAME``."""
    return _WRITTEN.sub(f"{drive()}/", text)
