"""Paths as a person or a model writes them, resolved and confined; and what was approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from app.domain.drive import DriveSignedOutError
from app.domain.errors import FileChangedError, FileMissingError, NotAFileError, PathOutsideError
from app.domain.files import (
    Origin,
)
from app.files.drive_finder import DriveFinder
from app.files.drive_places import is_drive
from app.files.failures import apart, changed, explaining, naming
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.request import (
    Bound,
)
from app.files.undo_steps import UndoStep
from app.files.version_manager import VersionManager
from app.files.walking import Walker
from app.storage.file_conflicts import OpenConflict

T = TypeVar("T")

Expected = Mapping[str, str | None]


class WorkspacePaths:
    """Who asks, in which folders, and what a path that was written means.

    Blocking, but for ``_look``.
    """

    def __init__(
        self,
        manager: VersionManager,
        folders: GrantedFolders,
        drive: DriveFinder | None,
        origin: Origin,
        expected: Expected | None,
    ) -> None:
        self._manager = manager
        self._folders = folders
        self._finder = drive
        self._origin = origin
        self._expected = expected
        self._walker = Walker(folders, FsOps())

    # -- paths; blocking -------------------------------------------------------------------

    async def _look(self, path: str | None, look: Callable[[], T]) -> T:
        def work() -> T:
            with self._naming(), explaining(path or "the granted folders"):
                return look()

        return await self._manager.in_worker(work)

    def _naming(self) -> AbstractContextManager[None]:
        """What fails within names files as people and models do."""
        return naming(self.display)

    def display(self, path: str) -> str:
        """Short form of an absolute path, or of a Drive file's."""
        return self._folders.display(path)

    def _resolve(self, path: str) -> Path:
        return self._folders.resolve(path)

    def _standing(self, path: str) -> str:
        """Where the file stands. That of Drive is no ``Path``: it would lose a name like ``.``."""
        return self._drive.there(path) if is_drive(path) else str(self._resolve(path))

    @property
    def _drive(self) -> DriveFinder:
        if self._finder is None:
            raise DriveSignedOutError(
                "Google Drive is not connected.", hint="Connect it in the settings, under Drive."
            )
        return self._finder

    def _there(self, path: str) -> str:
        try:
            return self._standing(path)
        except FileMissingError as error:
            if self._expected is not None:  # it was there when this was approved
                raise changed(path) from error
            raise

    def _file_there(self, path: str) -> str:
        place = self._there(path)
        if not is_drive(place) and Path(place).is_dir():
            raise NotAFileError(
                f"{path} is a folder, and a folder is never removed as a whole.",
                hint="Remove its files one by one; or move it to another place.",
                details={"path": path},
            )
        return place

    def _new(self, path: str) -> str:
        if is_drive(path):
            return self._drive.new(path)
        return str(self._folders.resolve(path, for_new=True))

    def _known(self, path: str) -> str:
        """A file that is there, or one that was: the first place with a history."""
        if is_drive(path):
            return self._drive.known(path)
        try:
            return str(self._resolve(path))
        except FileMissingError:
            for place in self._folders.candidates(path):
                if self._manager.plans.known_at(str(place)) is not None:
                    return str(place)
            raise

    def _known_folder(self, path: str) -> Path:
        """A folder that is there, or one that was: the first place with a history below it."""
        try:
            (start,) = self._starts(path)
        except FileMissingError:
            for place in self._folders.candidates(path):
                if self._manager.plans.known_below(str(place), limit=1):
                    return place
            raise
        return start

    def _goal(self, source: str, target: str) -> str:
        """Where a move leads: ``target``, or into it where it is a folder.

        A relative target is looked for first in the granted folder that the file is in.
        """
        if is_drive(source):
            return self._drive.goal(source, target)
        if is_drive(target):  # else it would be a folder on this machine with such a name
            raise apart(source, target)
        goal = self._folders.resolve(target, for_new=True, near=Path(source))
        return str(goal / Path(source).name if goal.is_dir() else goal)

    def _folder_goal(self, path: str, target: str) -> tuple[str, str]:
        """A folder that may be moved, and where that leads."""
        _require_local(path)
        source = self._there(path)
        if not Path(source).is_dir():
            raise NotAFileError(
                f"{path} is not a folder.", hint="Name a folder.", details={"path": path}
            )
        self._folders.require_movable(Path(source))
        return source, self._goal(source, target)

    def _starts(self, path: str | None) -> Sequence[Path]:
        if path is not None:
            _require_local(path)
            start = self._resolve(path)
            if not start.is_dir():
                raise NotAFileError(
                    f"{path} is not a folder.", hint="Name a folder.", details={"path": path}
                )
            return [start]
        self._folders.candidates(".")  # raises where no folder is granted
        starts = [root for root in self._folders.roots if root.is_dir()]
        return starts or [self._resolve(".")]

    def _confine(self, steps: Sequence[UndoStep]) -> None:
        for step in steps:
            for path in (step.path, step.target):
                if (
                    path is not None
                    and not is_drive(path)
                    and str(self._folders.confine(Path(path))) != path
                ):
                    raise PathOutsideError(
                        f"{path} leads elsewhere now; nothing was undone.",
                        details={"path": path},
                    )

    def _check_steps(self, steps: Sequence[UndoStep]) -> None:
        self._confine(steps)
        self._require_expected(steps)

    def _require_granted(self, one: OpenConflict) -> None:
        for path in (one.path, one.target):
            if (
                path is not None
                and not is_drive(path)
                and str(self._folders.confine(Path(path))) != path
            ):
                raise PathOutsideError(
                    f"{path} leads elsewhere now; nothing was changed.", details={"path": path}
                )

    # -- what was approved -----------------------------------------------------------------

    def _bound(self, path: str) -> Bound | None:
        if self._expected is None:
            return None
        if path not in self._expected:
            raise FileChangedError(
                f"{path} is not among the files this was approved for; nothing was changed.",
                hint="Ask again.",
                details={"path": path},
            )
        return Bound(self._expected[path])

    def _require_expected(self, steps: Sequence[UndoStep]) -> None:
        if self._expected is None:
            return
        found = {step.path: step.now for step in steps}
        for path, digest in found.items():
            if path not in self._expected or self._expected[path] != digest:
                raise changed(path)


def _require_local(path: str) -> None:
    if is_drive(path):
        raise NotAFileError(
            f"{path} is in Google Drive, where folders are not worked on as a whole.",
            hint="files.list shows what is in one, drive.search finds files; name the files.",
            details={"path": path},
        )
