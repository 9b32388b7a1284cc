"""``files.create``: makes a new text file, with the folders above it.

Arguments: ``path``, ``content`` (empty unless given; written as UTF-8, exactly as it is).
Metadata: ``path``, ``version``, ``operation``, ``hash_after``.
Errors: ``file_exists``; ``not_text`` for a name that promises another format than text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from app.domain.errors import NotTextError
from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from app.domain.text import TextFile, encode
from skills.files import _writing
from skills.files._definitions import DOMAIN, definition, drive_timeout, maybe_text, text

# Text under such a name would be a file that nothing can open.
_OTHER_FORMATS: Final = frozenset(
    [
        *(".doc", ".docm", ".docx", ".odp", ".ods", ".odt", ".pdf", ".ppt", ".pptm", ".pptx"),
        *(".xls", ".xlsm", ".xlsx", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".webp"),
        *(".avi", ".mov", ".mp3", ".mp4", ".wav", ".7z", ".gz", ".tar", ".zip", ".db", ".exe"),
    ]
)


class CreateFile(_writing.OneFileSkill):
    """Makes a file where none stands."""

    domain = DOMAIN
    timeout_for = staticmethod(drive_timeout)
    tool_definition = definition(
        "create",
        "Make a new text file (UTF-8). Folders that are missing on the way are made. Fails where "
        "something stands already: use files.edit to change a file.",
        {
            "path": {
                "type": "string",
                "minLength": 1,
                "description": "Where to put it, relative to the first granted folder, or "
                "absolute. The name needs a text ending such as .md, .txt or .csv.",
            },
            "content": {"type": "string", "description": "What it says; empty unless given."},
        },
        ["path"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The file it would make."""
        plan = await context.workspace.plan_create(text(params, "path"), _content(params))
        return await _writing.preview(f"Create {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Make the file."""
        version = await context.workspace.create(text(params, "path"), _content(params))
        shown = context.workspace.display(version.path)
        return _writing.changed(f"Created {shown}: version {version.version}.", version, context)


def _content(params: Mapping[str, object]) -> bytes:
    path = text(params, "path")
    ending = PurePath(path).suffix.lower()
    if ending in _OTHER_FORMATS:
        raise NotTextError(
            f"{path} would not be a real {ending} file: only text can be written.",
            hint="Use a text ending such as .md, .txt or .csv.",
            details={"path": path},
        )
    return encode(maybe_text(params, "content") or "", TextFile("", "utf-8"))


skill: Skill = CreateFile()
