"""``files.undo``: takes back every change a turn made to files; each becomes a new version.

Arguments: ``turn`` (id of the turn; unless given, the newest of this conversation that changed
files and is not undone).
Metadata: ``files``, one object a change: ``path``, ``version``, ``operation``, ``hash_after``.
Errors: ``not_found`` where there is nothing to undo, ``file_changed`` where a file is no longer
as the turn left it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import NotFoundError
from app.domain.skills import Preview, Skill, SkillContext, SkillResult, WriteSkill
from skills.files import _writing
from skills.files._definitions import DOMAIN, definition, maybe_text

_MOST_NAMES: Final = 5


class UndoTurn(WriteSkill):
    """Takes back what an answer changed."""

    domain = DOMAIN
    tool_definition = definition(
        "undo",
        "Take back all file changes of the last answer that changed files (or of the turn given). "
        "Undone changes are kept as versions and can be restored.",
        {
            "turn": {
                "type": "string",
                "minLength": 1,
                "description": "Id of the turn to undo; leave it out for the last one.",
            }
        },
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The differences it would make."""
        plans = await context.workspace.plan_undo(maybe_text(params, "turn"))
        if not plans:
            raise _nothing()
        names = _listed([plan.display for plan in plans])
        return await _writing.preview(f"Undo the changes of {names}", *plans)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Undo the turn."""
        versions = await context.workspace.undo(maybe_text(params, "turn"))
        if not versions:
            raise _nothing()
        files = [_writing.facts(version, context) for version in versions]
        done = _listed([f"{one['path']} (now version {one['version']})" for one in files])
        return SkillResult.ok(
            f"Took back the changes of {done}.",
            files_produced=tuple(one.path for one in versions if one.hash_after is not None),
            side_effects=tuple(map(_writing.side_effect, versions)),
            metadata={"files": files},
        )


def _nothing() -> NotFoundError:
    return NotFoundError("There is nothing to undo in this conversation.")


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], f"{len(names) - _MOST_NAMES} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


skill: Skill = UndoTurn()
