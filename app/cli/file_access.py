"""How the ``files`` commands reach files and histories: in the granted folders, else by path."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from app.domain.errors import (
    FileError,
    FileMissingError,
    NoFolderError,
    NotAFileError,
    PathOutsideError,
)
from app.domain.files import BlameLine, FileVersion, Origin
from app.files.drive_places import PREFIX, id_in, is_drive

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.domain.workspace import Workspace

T = TypeVar("T")

BY: Final = "terminal"


class Histories(Protocol):
    """What a workspace and the version manager have in common."""

    async def versions(self, path: str) -> Sequence[FileVersion]:
        """The history, oldest first."""
        ...

    async def version_content(self, path: str, version: int) -> bytes:
        """Exact bytes of a version."""
        ...

    def version_chunks(self, path: str, version: int) -> AsyncIterator[bytes]:
        """Exact bytes of a version of any size, in pieces."""
        ...

    async def blame(
        self, path: str, version: int | None = None, *, progress: Callable[[int, int], None]
    ) -> Sequence[BlameLine]:
        """For each line where it comes from."""
        ...


def workspace_of(assembly: Assembly) -> Workspace:
    """Files as the person at the terminal sees and changes them."""
    return assembly.workspaces.bind(Origin(user=assembly.user, by=BY))


async def reading(
    assembly: Assembly, path: str, look: Callable[[Histories, str], Awaitable[T]]
) -> T:
    """Look in the granted folders; for a path outside, in the history alone.

    Raises ``FileMissingError`` where that has nothing of it, and what ``look`` raises.
    """
    try:
        return await look(workspace_of(assembly), path)
    except (PathOutsideError, NoFolderError, FileMissingError) as error:
        for place in await assembly.versions.in_worker(lambda: _places_outside(path)):
            if await assembly.versions.versions(place):
                return await look(assembly.versions, place)
        if isinstance(error, FileMissingError):
            raise
        raise _no_versions(path) from error  # no folder has to be granted to look


async def known_places(assembly: Assembly, paths: Sequence[str]) -> list[str]:
    """For each path the absolute one that has a history, or has files with one below it.

    Needs no granted folder. Raises ``FileMissingError``.
    """

    def place_of(path: str) -> str:
        if is_drive(path):
            record = assembly.versions.history.find_below("drive", f"{PREFIX}{id_in(path)[0]}/")
            if record is None:
                raise _no_versions(path)
            return record.locator
        granted = assembly.folders.candidates(path) if assembly.folders.folders else []
        places = [*map(str, granted), *_places_outside(path)]
        for place in places:
            try:
                assembly.versions.care.files_at([place])
            except FileMissingError:
                continue
            return place
        raise _no_versions(path)

    return await assembly.versions.in_worker(lambda: [place_of(path) for path in paths])


async def no_folder(assembly: Assembly, path: str) -> None:
    """See to it that ``path`` is not a folder. Raises ``NotAFileError``."""

    def is_folder() -> bool:
        granted = assembly.folders.candidates(path) if assembly.folders.folders else []
        return any(place.is_dir() for place in granted)

    if await assembly.versions.in_worker(is_folder):
        raise NotAFileError(
            f"{path} is a folder; only files have versions.",
            hint="`steward files list` shows the files and how many versions each has.",
            details={"path": path},
        )


def _no_versions(path: str) -> FileMissingError:
    return FileMissingError(f"Steward has no versions of {path}.", details={"path": path})


def _places_outside(path: str) -> list[str]:
    """What a path means on this machine when no granted folder has it; blocking."""
    place = os.path.abspath(Path(path).expanduser())  # noqa: PTH100 - keeps links
    return list(dict.fromkeys([os.path.realpath(place), place]))


def needs_folder(error: FileError) -> FileError:
    """The same failure, with the way out of it."""
    return type(error)(
        error.message,
        hint="Name the folder with --folder DIR: changes are made in granted folders only.",
        details=error.details,
    )
