"""What renaming and moving a file of Drive have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from app.domain.names import shown
from app.domain.skills import Preview, SkillContext, SkillResult
from skills.drive._definitions import DOMAIN, TIMEOUT
from skills.files import _writing
from skills.files._definitions import text


class PlaceInDrive(_writing.OneFileSkill):
    """Gives a file of Drive another name or folder."""

    domain = DOMAIN
    timeout = TIMEOUT

    @abstractmethod
    def goal(self, params: Mapping[str, object]) -> str:
        """Where it goes, as ``Workspace.move`` takes it."""

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """What would be called what."""
        workspace = context.workspace
        plan = await workspace.plan_move(text(params, "path"), self.goal(params))
        return await _writing.preview(await self._words("Move", params, context), plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Move it."""
        words = await self._words("Moved", params, context)
        before = (await context.workspace.entry(text(params, "path"))).display
        version = await context.workspace.move(text(params, "path"), self.goal(params))
        return _writing.changed(
            f"{words}: version {version.version}.", version, context, {"moved_from": before}
        )

    async def _words(self, verb: str, params: Mapping[str, object], context: SkillContext) -> str:
        before = (await context.workspace.entry(text(params, "path"))).display
        goal = self.goal(params)
        if goal.startswith("drive:"):
            goal = shown((await context.workspace.drive.file(goal)).name)
            return f"{verb} {before} to the folder {goal}"
        return f"{'Rename' if verb == 'Move' else 'Renamed'} {before} to {shown(goal)}"
