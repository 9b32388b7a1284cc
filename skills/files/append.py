"""``files.append``: adds text at the end of a file.

Arguments: ``path``, ``text``. The text starts on a line of its own: where the last line has no
line end, one comes first. A file that ends with a line end (or is empty) does so afterwards, too.
Encoding and line endings are kept.
Metadata: ``path``, ``version``, ``operation``, ``hash_after``.
Errors: ``not_text``, ``not_encodable``, ``file_missing``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.files import _large, _writing
from skills.files._definitions import DOMAIN, LARGE_FILE_TIMEOUT, PATH, definition, text
from skills.files._edits import append_text


class AppendToFile(_writing.OneFileSkill):
    """Adds to a text file that exists."""

    domain = DOMAIN
    timeout = LARGE_FILE_TIMEOUT
    tool_definition = definition(
        "append",
        "Add text at the end of a text file that exists, on a line of its own; line ends are "
        "added where they are missing.",
        {
            "path": PATH,
            "text": {"type": "string", "minLength": 1, "description": "What to add."},
        },
        ["path", "text"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The difference it would make."""
        plan = await _large.plan(context.workspace, *_change(params))
        return await _writing.preview(f"Add to the end of {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Add the text."""
        version = await _large.edit(context.workspace, *_change(params))
        shown = context.workspace.display(version.path)
        return _writing.changed(
            f"Added to the end of {shown}: version {version.version}.", version, context
        )


def _change(params: Mapping[str, object]) -> tuple[str, _large.Small, _large.Large]:
    path, addition = text(params, "path"), text(params, "text")
    return (
        path,
        lambda data: append_text(data, path, addition),
        _large.append_text(path, addition),
    )


skill: Skill = AppendToFile()
