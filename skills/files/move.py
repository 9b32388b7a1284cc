"""``files.move``: moves or renames a file; its versions go along.

Arguments: ``path``, ``target`` (the new path; a folder that exists, or a target that ends with
``/``, keeps the file's name). A relative target is in the granted folder the file is in.
Metadata: ``path`` (the new one), ``version``, ``operation``, ``hash_after``, ``moved_from``.
Errors: ``file_exists``, ``file_missing``, ``path_outside``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from app.domain.skills import Preview, Skill, SkillContext, SkillResult, WriteSkill
from skills.files import _writing
from skills.files._definitions import DOMAIN, PATH, definition, text


class MoveFile(WriteSkill):
    """Gives a file another name or place."""

    domain = DOMAIN
    tool_definition = definition(
        "move",
        "Move or rename a file. Nothing may stand at the target; missing folders are made. The "
        "file's versions go along.",
        {
            "path": PATH,
            "target": {
                "type": "string",
                "minLength": 1,
                "description": "The new path, in the same granted folder unless it is absolute. "
                "With a / at the end: a folder to put the file into.",
            },
        },
        ["path", "target"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """What would be called what."""
        plan = await context.workspace.plan_move(text(params, "path"), _target(params))
        shown = context.workspace.display(plan.target or _target(params))
        return await _writing.preview(f"Move {plan.display} to {shown}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Move the file."""
        workspace = context.workspace
        before = (await workspace.entry(text(params, "path"))).display
        version = await workspace.move(text(params, "path"), _target(params))
        after = workspace.display(version.path)
        return _writing.changed(
            f"Moved {before} to {after}: version {version.version}.",
            version,
            context,
            {"moved_from": before},
        )


def _target(params: Mapping[str, object]) -> str:
    target = text(params, "target")
    return target + PurePath(text(params, "path")).name if target.endswith("/") else target


skill: Skill = MoveFile()
