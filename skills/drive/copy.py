"""``drive.copy``: copies a file of Drive to a new file, in Drive or in a granted folder.

Arguments: ``path``, ``target`` (``drive:FOLDER_ID/NAME``, or a path in a granted folder).
Metadata: ``path`` (the new file), ``version``, ``operation``, ``hash_after``, ``copied_from``.
Errors: ``file_exists``; ``file_too_large`` above 64 MiB; as ``drive.edit``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files import _writing
from skills.files._definitions import text


class CopyInDrive(_writing.OneFileSkill):
    """Copies a file."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "copy",
        "Copy a file of Google Drive to a new file: in Drive (drive:FOLDER_ID/NAME), or in a "
        "granted folder of this computer (a path). For Docs, Sheets and Slides use drive.export.",
        {
            "path": FILE,
            "target": {
                "type": "string",
                "minLength": 1,
                "description": "The new file: drive:FOLDER_ID/NAME, or a path.",
            },
        },
        ["path", "target"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The file it would make."""
        workspace = context.workspace
        content = await workspace.read(text(params, "path"))
        before = (await workspace.entry(text(params, "path"))).display
        plan = await workspace.plan_create(text(params, "target"), content)
        return await _writing.preview(f"Copy {before} to {text(params, 'target')}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Copy it."""
        workspace = context.workspace
        content = await workspace.read(text(params, "path"))
        before = (await workspace.entry(text(params, "path"))).display
        version = await workspace.create(text(params, "target"), content)
        after = workspace.display(version.path)
        return _writing.changed(
            f"Copied {before} to {after}: version {version.version}.",
            version,
            context,
            {"copied_from": before},
        )


skill: Skill = CopyInDrive()
