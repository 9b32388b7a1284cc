"""How a Drive file is named in the history: by its id, and by where it was known to be.

``drive:FILE_ID/FOLDER_ID/NAME``. The id alone tells which file it is: names in Drive need not be
unique, and change. Folder and name say where it was, so that a rename is a version like any other
and can be taken back. People and models write and read ``drive:FILE_ID`` or ``drive:FILE_ID/NAME``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from app.domain.drive import DriveFile
from app.domain.errors import FileError

PREFIX: Final = "drive:"
ROOT: Final = "root"
"""Stands for My Drive, in Drive's own interface too."""
_NOWHERE: Final = "-"
_KEPT: Final = "".join(chr(code) for code in range(32, 127) if chr(code) not in "%/")
_ID: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True)
class DrivePlace:
    """A Drive file and where it was known to be.

    Attributes:
        file_id: Drive's.
        folder: id of the folder it is in; ``None`` where that is not known.
        name: as Drive shows it; empty where it is not known.
    """

    file_id: str
    folder: str | None = None
    name: str = ""

    @property
    def locator(self) -> str:
        """As the history keeps it."""
        return f"{PREFIX}{self.file_id}/{self.folder or _NOWHERE}/{_written(self.name)}"

    @property
    def display(self) -> str:
        """For people and models, who may write it back."""
        return f"{PREFIX}{self.file_id}" + (f"/{_written(self.name)}" if self.name else "")


def is_drive(path: str) -> bool:
    """Whether ``path`` names a Drive file, in whichever form."""
    return path.startswith(PREFIX)


def place_of(file: DriveFile) -> DrivePlace:
    """Where Drive says that a file is."""
    return DrivePlace(file.file_id, file.parents[0] if file.parents else None, file.name)


def place_at(locator: str) -> DrivePlace:
    """What a locator of the history says. Raises ``FileError`` for anything else."""
    parts = locator.removeprefix(PREFIX).split("/")
    if not is_drive(locator) or len(parts) != 3 or not is_file_id(parts[0]):
        raise FileError(f"{locator} does not name a Drive file.", details={"path": locator})
    file_id, folder, name = parts
    return DrivePlace(file_id, None if folder == _NOWHERE else folder, unquote(name))


def display_of(path: str) -> str:
    """The short form of a locator; what is none stays as it was written."""
    return place_at(path).display if is_drive(path) and path.count("/") == 2 else path


def id_in(path: str) -> tuple[str, str]:
    """The id that a person or a model wrote, and what stands behind it (a name, or nothing).

    Raises ``FileError`` where no id can be seen.
    """
    file_id, _, rest = path.removeprefix(PREFIX).partition("/")
    if not is_drive(path) or not is_file_id(file_id):
        raise FileError(
            f"{path} does not name a Drive file.",
            hint="Write drive: and the file's id, as drive.search gives it.",
            details={"path": path},
        )
    return file_id, unquote(rest.rpartition("/")[2])


def is_file_id(text: str) -> bool:
    """Whether Drive could have given this id."""
    return 0 < len(text) <= 200 and _ID.issuperset(text)


def _written(name: str) -> str:
    """A name without what parts a locator, or a line. Other alphabets stay as they are."""
    return "".join(
        char
        if char in _KEPT or (ord(char) > 159 and char.isprintable())
        else quote(char, safe="", errors="replace")
        for char in name
    )
