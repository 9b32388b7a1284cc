"""The person's files as skills and faces see them: ``app.domain.workspace`` over the manager.

Every path is resolved and confined in a worker thread just before it is used.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from app.domain.errors import FileChangedError, FileMissingError, NotAFileError, PathOutsideError
from app.domain.files import (
    BlameLine,
    ConflictChoice,
    FileConflict,
    FileVersion,
    Origin,
    TrackedFile,
)
from app.domain.workspace import FileEntry, PlannedChange, PlannedFolder, Workspace
from app.files.failures import changed, explaining
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.plans import Sides
from app.files.request import (
    MAX_BYTES,
    Bound,
    Request,
    create_request,
    edit_request,
    move_request,
    remove_request,
    rewrite_request,
)
from app.files.store import ChangeKind
from app.files.undo_steps import UndoStep
from app.files.version_manager import VersionManager
from app.files.walking import Walker
from app.storage.file_conflicts import OpenConflict

T = TypeVar("T")

Expected = Mapping[str, str | None]


class Workspaces:
    """Makes workspaces: one an origin, all on the same folders and the same manager."""

    def __init__(self, manager: VersionManager, folders: GrantedFolders) -> None:
        self._manager = manager
        self._folders = folders

    def bind(self, origin: Origin, *, expected: Expected | None = None) -> Workspace:
        """A workspace whose versions say ``origin``.

        Args:
            origin: who asks.
            expected: what was approved (``Preview.targets``): a writer that would touch another
                file, or finds other bytes, raises ``FileChangedError``.
        """
        return BoundWorkspace(self._manager, self._folders, origin, expected)


class BoundWorkspace:
    """Keeps the ``Workspace`` protocol; see there."""

    def __init__(
        self,
        manager: VersionManager,
        folders: GrantedFolders,
        origin: Origin,
        expected: Expected | None,
    ) -> None:
        self._manager = manager
        self._folders = folders
        self._origin = origin
        self._expected = expected
        self._walker = Walker(folders, FsOps())

    # -- looking ---------------------------------------------------------------------------

    @property
    def folders(self) -> Sequence[str]:
        """Granted folders, absolute."""
        return tuple(str(folder) for folder in self._folders.folders)

    def display(self, path: str) -> str:
        """Short form of an absolute path."""
        return self._folders.display(path)

    async def entry(self, path: str) -> FileEntry:
        """The file or folder at ``path``."""
        return await self._look(path, lambda: self._walker.entry(self._resolve(path)))

    async def list(self, path: str | None = None) -> Sequence[FileEntry]:
        """Entries of a folder, or of all granted folders."""
        return await self._look(
            path, lambda: [e for folder in self._starts(path) for e in self._walker.entries(folder)]
        )

    async def walk(
        self, path: str | None = None, *, include_ignored: bool = False, limit: int = 50_000
    ) -> Sequence[FileEntry]:
        """Files below a folder, or below all granted folders."""

        def look() -> Sequence[FileEntry]:
            found: dict[str, FileEntry] = {}  # one granted folder may lie in another
            for folder in self._starts(path):
                rest = limit - len(found)
                if rest <= 0:
                    break
                walked = self._walker.walk(folder, include_ignored=include_ignored, limit=rest)
                found.update((entry.path, entry) for entry in walked)
            return list(found.values())

        return await self._look(path, look)

    async def read(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Whole content."""
        limit = MAX_BYTES if max_bytes is None else max_bytes
        return await self._look(
            path, lambda: self._manager.plans.pull(str(self._resolve(path)), limit=limit)
        )

    async def read_with(self, path: str, look: Callable[[BinaryIO], T]) -> T:
        """What ``look`` says of the file, of any size."""
        return await self._look(
            path, lambda: self._manager.plans.read_with(str(self._resolve(path)), look)
        )

    # -- planning --------------------------------------------------------------------------

    async def plan_create(self, path: str, content: bytes) -> PlannedChange:
        """What ``create`` would do."""
        return await self._look(
            path, lambda: self._plan(create_request(self._new(path), content, self._origin))
        )

    async def plan_edit(self, path: str, change: Callable[[bytes], bytes]) -> PlannedChange:
        """What ``edit`` would do."""
        return await self._look(
            path, lambda: self._plan(edit_request(self._there(path), change, self._origin))
        )

    async def plan_rewrite(
        self, path: str, change: Callable[[BinaryIO, BinaryIO], None]
    ) -> PlannedChange:
        """What ``rewrite`` would do."""
        return await self._look(
            path, lambda: self._plan(rewrite_request(self._there(path), change, self._origin))
        )

    async def plan_move(self, path: str, target: str) -> PlannedChange:
        """What ``move`` would do."""

        def look() -> PlannedChange:
            source = self._there(path)
            goal = self._goal(source, target)
            return self._plan(move_request(source, goal, self._origin))

        return await self._look(path, look)

    async def plan_move_folder(self, path: str, target: str) -> PlannedChange:
        """What ``move_folder`` would do."""

        def look() -> PlannedChange:
            source, goal = self._folder_goal(path, target)
            plan = self._manager.plan_folder(source, goal)
            return PlannedChange(
                path=source,
                display=self._folders.display(source),
                before=None,
                after=None,
                hash_before=plan.fingerprint,
                target=goal,
                folder=PlannedFolder(plan.files, plan.others),
            )

        return await self._look(path, look)

    async def plan_remove(self, path: str) -> PlannedChange:
        """What ``remove`` would do."""
        return await self._look(
            path, lambda: self._plan(remove_request(self._file_there(path), self._origin))
        )

    async def plan_restore(self, path: str, version: int) -> PlannedChange:
        """What ``restore`` would do."""
        return await self._look(
            path,
            lambda: self._plan(
                self._manager.plans.restore_request(self._known(path), version, self._origin)
            ),
        )

    async def plan_undo(self, turn_id: str | None = None) -> Sequence[PlannedChange]:
        """What ``undo`` would do."""

        def look() -> Sequence[PlannedChange]:
            steps, _ = self._manager.plans.undo_steps(turn_id, self._origin.conversation_id)
            self._confine(steps)
            return [self._planned_step(step) for step in steps]

        return await self._look(None, look)

    async def plan_undo_version(self, path: str, version: int) -> Sequence[PlannedChange]:
        """What ``undo_version`` would do."""

        def look() -> Sequence[PlannedChange]:
            plans = self._manager.plans
            step = plans.undo_version_step(self._known(path), version)
            self._confine([step])
            return [self._plan(plans.undo_request(step, {}, self._origin))]

        return await self._look(path, look)

    async def plan_resolve(self, op_id: str, choice: ConflictChoice) -> PlannedChange:
        """What ``resolve`` would do."""

        def look() -> PlannedChange:
            conflicts = self._manager.open_conflicts
            one = conflicts.get(op_id)
            self._require_granted(one)
            request = conflicts.request(op_id, choice, self._origin)
            if request is not None:
                return self._plan(request)
            theirs = conflicts.theirs(op_id)
            return self._planned(one.path, None, Sides(theirs, theirs), one.theirs)

        return await self._look(None, look)

    # -- changing --------------------------------------------------------------------------

    async def create(self, path: str, content: bytes) -> FileVersion:
        """Make a new file."""
        place = await self._look(path, lambda: self._new(path))
        return await self._manager.create(
            place, content, origin=self._origin, bound=self._bound(place)
        )

    async def edit(self, path: str, change: Callable[[bytes], bytes]) -> FileVersion:
        """Replace the content by ``change(content)``."""
        place = await self._look(path, lambda: self._there(path))
        return await self._manager.edit(
            place, change, origin=self._origin, bound=self._bound(place)
        )

    async def rewrite(self, path: str, change: Callable[[BinaryIO, BinaryIO], None]) -> FileVersion:
        """Replace the content, of any size, by what ``change`` writes."""
        place = await self._look(path, lambda: self._there(path))
        return await self._manager.rewrite(
            place, change, origin=self._origin, bound=self._bound(place)
        )

    async def move(self, path: str, target: str) -> FileVersion:
        """Move or rename."""
        place = await self._look(path, lambda: self._there(path))
        goal = await self._look(target, lambda: self._goal(place, target))
        return await self._manager.move(place, goal, origin=self._origin, bound=self._bound(place))

    async def move_folder(self, path: str, target: str) -> Sequence[FileVersion]:
        """Move or rename a folder."""
        source, goal = await self._look(path, lambda: self._folder_goal(path, target))
        return await self._manager.move_folder(
            source, goal, origin=self._origin, bound=self._bound(source)
        )

    async def remove(self, path: str) -> FileVersion:
        """Take the file out of the folder; restorable."""
        place = await self._look(path, lambda: self._file_there(path))
        return await self._manager.remove(place, origin=self._origin, bound=self._bound(place))

    async def restore(self, path: str, version: int) -> FileVersion:
        """Make the content that of an earlier version."""
        place = await self._look(path, lambda: self._known(path))
        return await self._manager.restore(
            place, version, origin=self._origin, bound=self._bound(place)
        )

    async def undo(self, turn_id: str | None = None) -> Sequence[FileVersion]:
        """Take back every change of a turn."""
        return await self._manager.undo(turn_id, origin=self._origin, check=self._check_steps)

    async def undo_version(self, path: str, version: int) -> Sequence[FileVersion]:
        """Take back what one version did to a file."""
        place = await self._look(path, lambda: self._known(path))
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
        keeps = choice is ConflictChoice.THEIRS
        bound = None if keeps else self._bound(one.path)
        return await self._manager.resolve(op_id, choice, origin=self._origin, bound=bound)

    # -- history ---------------------------------------------------------------------------

    async def conflicts(self) -> Sequence[FileConflict]:
        """Undecided conflicts in the granted folders."""
        found = await self._manager.conflicts()
        return [one for one in found if self._folders.holds(Path(one.path))]

    async def versions(
        self, path: str, *, limit: int | None = None, before: int | None = None
    ) -> Sequence[FileVersion]:
        """History of a file, oldest first."""
        return await self._look(
            path,
            lambda: self._manager.plans.versions_at(self._known(path), limit=limit, before=before),
        )

    async def version_content(self, path: str, version: int) -> bytes:
        """Exact bytes of a version."""
        return await self._look(
            path, lambda: self._manager.plans.content_at(self._known(path), version)
        )

    async def blame(
        self,
        path: str,
        version: int | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Sequence[BlameLine]:
        """For each line of a version where it comes from."""
        place = await self._look(path, lambda: self._known(path))
        return await self._manager.blame(place, version, progress=progress)

    async def version_chunks(self, path: str, version: int) -> AsyncIterator[bytes]:
        """Exact bytes of a version, in pieces."""
        place = await self._look(path, lambda: self._known(path))
        async for chunk in self._manager.version_chunks(place, version):
            yield chunk

    async def tracked(
        self, folder: str | None = None, *, limit: int | None = None
    ) -> Sequence[TrackedFile]:
        """Every file with a history inside the granted folders, or below one folder of them."""

        def look() -> Sequence[TrackedFile]:
            roots = self._folders.roots if folder is None else [self._known_folder(folder)]
            found = {
                file.file_id: file
                for root in roots  # one may lie in another
                for file in self._manager.plans.known_below(str(root), limit=limit)
            }
            # Files by the thousand share few folders: each folder is judged once.
            inside: dict[str, bool] = {}
            for file in found.values():
                parent = os.path.dirname(file.path)  # noqa: PTH120 - a plain string
                if parent not in inside:
                    inside[parent] = self._folders.holds(Path(parent))
            kept = [f for f in found.values() if inside[os.path.dirname(f.path)]]  # noqa: PTH120
            if len(roots) > 1:
                kept.sort(key=lambda file: file.changed_at, reverse=True)
            return kept[:limit]

        return await self._look(folder, look)

    async def find_tracked(self, text: str = "", *, limit: int = 200) -> Sequence[TrackedFile]:
        """Files with a history whose path has every word of ``text``, changed last first."""
        words = text.split()
        folded = [word.casefold() for word in words]

        def look() -> Sequence[TrackedFile]:
            roots = [str(root) for root in self._folders.roots]

            def is_meant(path: str) -> bool:
                if not self._folders.holds(Path(path)):
                    return False
                # What stands above the granted folder would find every file in it.
                above = max(len(root) for root in roots if path.startswith(root))
                return all(word in path[above:].casefold() for word in folded)

            return self._manager.history.find_tracked(words, limit=limit, keep=is_meant)

        return await self._look(None, look)

    # -- paths; blocking -------------------------------------------------------------------

    async def _look(self, path: str | None, look: Callable[[], T]) -> T:
        def work() -> T:
            with explaining(path or "the granted folders"):
                return look()

        return await self._manager.in_worker(work)

    def _resolve(self, path: str) -> Path:
        return self._folders.resolve(path)

    def _there(self, path: str) -> str:
        try:
            return str(self._resolve(path))
        except FileMissingError as error:
            if self._expected is not None:  # it was there when this was approved
                raise changed(path) from error
            raise

    def _file_there(self, path: str) -> str:
        place = self._there(path)
        if Path(place).is_dir():
            raise NotAFileError(
                f"{path} is a folder, and a folder is never removed as a whole.",
                hint="Remove its files one by one; or move it to another place.",
                details={"path": path},
            )
        return place

    def _new(self, path: str) -> str:
        return str(self._folders.resolve(path, for_new=True))

    def _known(self, path: str) -> str:
        """A file that is there, or one that was: the first place with a history."""
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
        goal = self._folders.resolve(target, for_new=True, near=Path(source))
        return str(goal / Path(source).name if goal.is_dir() else goal)

    def _folder_goal(self, path: str, target: str) -> tuple[str, str]:
        """A folder that may be moved, and where that leads."""
        source = self._there(path)
        if not Path(source).is_dir():
            raise NotAFileError(
                f"{path} is not a folder.", hint="Name a folder.", details={"path": path}
            )
        self._folders.require_movable(Path(source))
        return source, self._goal(source, target)

    def _starts(self, path: str | None) -> Sequence[Path]:
        if path is not None:
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
                if path is not None and str(self._folders.confine(Path(path))) != path:
                    raise PathOutsideError(
                        f"{path} leads elsewhere now; nothing was undone.",
                        details={"path": path},
                    )

    def _check_steps(self, steps: Sequence[UndoStep]) -> None:
        self._confine(steps)
        self._require_expected(steps)

    def _require_granted(self, one: OpenConflict) -> None:
        for path in (one.path, one.target):
            if path is not None and str(self._folders.confine(Path(path))) != path:
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

    def _plan(self, request: Request) -> PlannedChange:
        sides = self._manager.plans.work_out(request)
        hash_before = None if sides.before is None else sides.before.hash
        return self._planned(request.locator, request.target, sides, hash_before)

    def _planned_step(self, step: UndoStep) -> PlannedChange:
        if step.kind is ChangeKind.MOVE_FOLDER:
            return PlannedChange(
                path=step.path,
                display=self._folders.display(step.path),
                before=None,
                after=None,
                hash_before=step.now,
                target=step.target,
                folder=PlannedFolder(step.files),
            )
        sides = self._manager.plans.step_sides(step)
        return self._planned(step.path, step.target, sides, step.now)

    def _planned(
        self, path: str, target: str | None, sides: Sides, hash_before: str | None
    ) -> PlannedChange:
        before, after = sides.before, sides.after
        too_large = any(side is not None and side.content is None for side in (before, after))
        return PlannedChange(
            path=path,
            display=self._folders.display(path),
            before=None if before is None or too_large else before.content,
            after=None if after is None or too_large else after.content,
            hash_before=hash_before,
            target=target,
            size_before=None if before is None else before.size,
            size_after=None if after is None else after.size,
            too_large=too_large,
        )
