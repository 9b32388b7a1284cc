"""The person's files as skills and faces see them: ``app.domain.workspace`` over the manager.

Every path is resolved and confined in a worker thread just before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from app.domain.files import (
    ConflictChoice,
    FileVersion,
    Origin,
)
from app.domain.workspace import Workspace
from app.files.drive_finder import DriveFinder
from app.files.folders import GrantedFolders
from app.files.version_manager import VersionManager
from app.files.workspace_paths import Expected
from app.files.workspace_planning import PlanningWorkspace
from app.storage.file_conflicts import OpenConflict


class Workspaces:
    """Makes workspaces: one an origin, all on the same folders and the same manager."""

    def __init__(
        self, manager: VersionManager, folders: GrantedFolders, drive: DriveFinder | None = None
    ) -> None:
        self._manager = manager
        self._folders = folders
        self._drive = drive

    def bind(
        self,
        origin: Origin,
        *,
        expected: Expected | None = None,
        permit: Callable[[], None] = lambda: None,
    ) -> Workspace:
        """A workspace whose versions say ``origin``.

        Args:
            origin: who asks.
            expected: what was approved (``Preview.targets``): a writer that would touch another
                file, or finds other bytes, raises ``FileChangedError``.
            permit: called before each change begins; what it raises stops the change.
        """
        return BoundWorkspace(self._manager, self._folders, self._drive, origin, expected, permit)


class BoundWorkspace(PlanningWorkspace):
    """Keeps the ``Workspace`` protocol; see there."""

    def __init__(
        self,
        manager: VersionManager,
        folders: GrantedFolders,
        drive: DriveFinder | None,
        origin: Origin,
        expected: Expected | None,
        permit: Callable[[], None],
    ) -> None:
        super().__init__(manager, folders, drive, origin, expected)
        self._permit = permit

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """A change begins within, where it may."""
        with self._naming():
            self._permit()
            yield

    async def create(self, path: str, content: bytes) -> FileVersion:
        """Make a new file."""
        place = await self._look(path, lambda: self._new(path))
        with self._changing():
            return await self._manager.create(
                place, content, origin=self._origin, bound=self._bound(place)
            )

    async def edit(self, path: str, change: Callable[[bytes], bytes]) -> FileVersion:
        """Replace the content by ``change(content)``."""
        place = await self._look(path, lambda: self._there(path))
        with self._changing():
            return await self._manager.edit(
                place, change, origin=self._origin, bound=self._bound(place)
            )

    async def rewrite(self, path: str, change: Callable[[BinaryIO, BinaryIO], None]) -> FileVersion:
        """Replace the content, of any size, by what ``change`` writes."""
        place = await self._look(path, lambda: self._there(path))
        with self._changing():
            return await self._manager.rewrite(
                place, change, origin=self._origin, bound=self._bound(place)
            )

    async def move(self, path: str, target: str) -> FileVersion:
        """Move or rename."""
        place = await self._look(path, lambda: self._there(path))
        goal = await self._look(target, lambda: self._goal(place, target))
        with self._changing():
            return await self._manager.move(
                place, goal, origin=self._origin, bound=self._bound(place)
            )

    async def move_folder(self, path: str, target: str) -> Sequence[FileVersion]:
        """Move or rename a folder."""
        source, goal = await self._look(path, lambda: self._folder_goal(path, target))
        with self._changing():
            return await self._manager.move_folder(
                source, goal, origin=self._origin, bound=self._bound(source)
            )

    async def remove(self, path: str) -> FileVersion:
        """Take the file out of the folder; restorable."""
        place = await self._look(path, lambda: self._file_there(path))
        with self._changing():
            return await self._manager.remove(place, origin=self._origin, bound=self._bound(place))

    async def restore(self, path: str, version: int) -> FileVersion:
        """Make the content that of an earlier version."""
        place = await self._look(path, lambda: self._known(path))
        with self._changing():
            return await self._manager.restore(
                place, version, origin=self._origin, bound=self._bound(place)
            )

    async def undo(self, turn_id: str | None = None) -> Sequence[FileVersion]:
        """Take back every change of a turn."""
        with self._changing():
            return await self._manager.undo(turn_id, origin=self._origin, check=self._check_steps)

    async def undo_version(self, path: str, version: int) -> Sequence[FileVersion]:
        """Take back what one version did to a file."""
        place = await self._look(path, lambda: self._known(path))
        with self._changing():
            return await self._manager.undo_version(
                place, version, origin=self._origin, check=self._check_steps
            )

    async def resolve(self, op_id: str, choice: ConflictChoice) -> FileVersion | None:
        """End a conflict as the person chose."""

        def look() -> OpenConflict:
            one = self._manager.open_conflicts.get(op_id)
            self._require_granted(one)
            return one

        one = await self._look(None, look)
        with self._changing():
            bound = None if choice is ConflictChoice.THEIRS else self._bound(one.path)
            return await self._manager.resolve(op_id, choice, origin=self._origin, bound=bound)
