"""What changes would be, worked out without making them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from app.domain.files import ConflictChoice
from app.domain.workspace import PlannedChange, PlannedFolder
from app.files.plans import Sides
from app.files.request import (
    Request,
    create_request,
    edit_request,
    move_request,
    remove_request,
    rewrite_request,
)
from app.files.store import ChangeKind
from app.files.undo_steps import UndoStep
from app.files.workspace_looking import LookingWorkspace


class PlanningWorkspace(LookingWorkspace):
    """Works out changes for previews."""

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
                display=self.display(source),
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

    def _plan(self, request: Request) -> PlannedChange:
        sides = self._manager.plans.work_out(request)
        hash_before = None if sides.before is None else sides.before.hash
        return self._planned(request.locator, request.target, sides, hash_before)

    def _planned_step(self, step: UndoStep) -> PlannedChange:
        if step.kind is ChangeKind.MOVE_FOLDER:
            return PlannedChange(
                path=step.path,
                display=self.display(step.path),
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
            display=self.display(path),
            before=None if before is None or too_large else before.content,
            after=None if after is None or too_large else after.content,
            hash_before=hash_before,
            target=target,
            size_before=None if before is None else before.size,
            size_after=None if after is None else after.size,
            too_large=too_large,
        )
