"""``files.restore``: brings back the content of an earlier version, as a new version.

Arguments: ``path``, ``version``. Works for a removed file, too.
Metadata: ``path``, ``version`` (the new one), ``operation``, ``hash_after``, ``restored_from``.
Errors: ``not_found`` for a version there never was, ``blob_damaged``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.files import _writing
from skills.files._definitions import DOMAIN, LARGE_FILE_TIMEOUT, PATH, definition, number, text


class RestoreVersion(_writing.OneFileSkill):
    """Makes an earlier version the current one."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "restore",
        "Bring back an earlier version of a file (also of a removed one). Look at files.versions "
        "first. What stands there now is kept as a version, too.",
        {
            "path": PATH,
            "version": {"type": "integer", "minimum": 1, "description": "Number of the version."},
        },
        ["path", "version"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The difference it would make."""
        wanted = number(params, "version")
        plan = await context.workspace.plan_restore(text(params, "path"), wanted)
        return await _writing.preview(f"Restore version {wanted} of {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Restore the version."""
        wanted = number(params, "version")
        version = await context.workspace.restore(text(params, "path"), wanted)
        shown = context.workspace.display(version.path)
        return _writing.changed(
            f"Restored version {wanted} of {shown}: that is now version {version.version}.",
            version,
            context,
            {"restored_from": wanted},
        )


skill: Skill = RestoreVersion()
