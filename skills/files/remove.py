"""``files.remove``: takes a file out of its folder; its bytes are kept as a version.

Arguments: ``path``.
Metadata: ``path``, ``version``, ``operation``, ``hash_after`` (``null``: no file stands there).
Errors: ``file_missing``, ``not_a_file``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.files import _writing
from skills.files._definitions import DOMAIN, LARGE_FILE_TIMEOUT, PATH, definition, text


class RemoveFile(_writing.OneFileSkill):
    """Removes a file, recoverably."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "remove",
        "Remove a file from its folder. Its content is kept: files.restore or files.undo brings "
        "it back. Works on files, not on folders.",
        {"path": PATH},
        ["path"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """What would be gone from the folder."""
        plan = await context.workspace.plan_remove(text(params, "path"))
        return await _writing.preview(f"Remove {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Remove the file."""
        version = await context.workspace.remove(text(params, "path"))
        shown = context.workspace.display(version.path)
        kept = version.version - 1
        return _writing.changed(
            f"Removed {shown}. Its content is kept as version {kept} and can be restored.",
            version,
            context,
        )


skill: Skill = RemoveFile()
