"""``drive.export``: saves a Google document in another format, as a new file.

Arguments: ``path`` (a Doc, a Sheet, Slides), ``format``, ``target`` (a path in a granted folder, or
``drive:FOLDER_ID/NAME``). Metadata: ``path``, ``version``, ``operation``, ``hash_after``,
``exported_from``.
Errors: ``file_exists``; ``not_a_file`` for a file that is no Google document; ``drive_error`` where
Drive has no such format for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.names import shown
from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files import _writing
from skills.files._definitions import text

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
FORMATS: Final = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "pdf": "application/pdf",
    "md": "text/markdown",
    "txt": "text/plain",
    "csv": "text/csv",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Drive's own words for each; which of them a file has depends on its kind."""


class ExportFromDrive(_writing.OneFileSkill):
    """Saves a Google document as a file."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "export",
        "Save a Google Doc, Sheet or Slides in another format as a new file: in a granted folder "
        "of this computer (a path), or in Drive (drive:FOLDER_ID/NAME). Docs: docx, pdf, md, txt, "
        "odt; Sheets: xlsx, pdf, csv (the first sheet only), ods; Slides: pptx, pdf, txt.",
        {
            "path": FILE,
            "format": {
                "type": "string",
                "enum": list(FORMATS),
                "description": "What it is saved as; it depends on its kind.",
            },
            "target": {
                "type": "string",
                "minLength": 1,
                "description": "The new file: a path, or drive:FOLDER_ID/NAME.",
            },
        },
        ["path", "format", "target"],
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The file it would make."""
        source = await context.workspace.drive.file(text(params, "path"))
        content = await self._content(params, context)
        plan = await context.workspace.plan_create(text(params, "target"), content)
        summary = (
            f"Export {shown(source.name)} as {text(params, 'format')} to {text(params, 'target')}"
        )
        return await _writing.preview(summary, plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Save it."""
        source = await context.workspace.drive.file(text(params, "path"))
        content = await self._content(params, context)
        version = await context.workspace.create(text(params, "target"), content)
        after = context.workspace.display(version.path)
        return _writing.changed(
            f"Exported {shown(source.name)} to {after}: version {version.version}.",
            version,
            context,
            {"exported_from": f"drive:{source.file_id}"},
        )

    async def _content(self, params: Mapping[str, object], context: SkillContext) -> bytes:
        return await context.workspace.drive.export(
            text(params, "path"), FORMATS[text(params, "format")]
        )


skill: Skill = ExportFromDrive()
