"""``drive.read``: the text of a file in Drive, in pages.

Docs are read as Markdown, Sheets as their tables (every sheet), Slides as their text; other files
as ``files.read`` reads them. Arguments, content, metadata and errors as there.
"""

from __future__ import annotations

from typing import Final

from app.domain.drive import DOCUMENT_TYPE, SHEET_TYPE, SLIDES_TYPE
from app.domain.errors import NotTextError
from app.domain.names import shown
from app.domain.skills import Skill, SkillContext
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.read import PAGING, ReadFile

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORTS: Final = {
    DOCUMENT_TYPE: ("text/markdown", ".md"),
    SHEET_TYPE: (_XLSX, ".xlsx"),
    SLIDES_TYPE: ("text/plain", ".txt"),
}
"""How the text of a Workspace file is had: the format, and the ending that says so."""


_SHORTCUTS: Final = 5
"""So many are followed, one to another; they may lead in a circle."""


class ReadInDrive(ReadFile):
    """Reads a file of Drive."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "read",
        "Read a file in Google Drive as text: text files, Docs, Sheets, Slides, Word, Excel, "
        "PowerPoint and PDF files. Long files come in pages; where one ends, the last line in "
        "square brackets says how to get the next.",
        {
            "path": FILE,
            **PAGING,
        },
        ["path"],
    )

    async def _content(self, path: str, context: SkillContext) -> tuple[bytes, str]:
        file = await context.workspace.drive.file(path)
        for _ in range(_SHORTCUTS):
            if file.shortcut_to is None:
                break
            path = f"drive:{file.shortcut_to}"
            file = await context.workspace.drive.file(path)
        if not file.is_workspace or file.is_folder:
            return await super()._content(path, context)
        if file.mime_type not in _EXPORTS:
            raise NotTextError(
                f"{shown(file.name)} is a {file.mime_type.rpartition('.')[2]}, which has no text.",
                hint="drive.export can save it in another format, where Drive has one.",
                details={"path": path},
            )
        mime_type, ending = _EXPORTS[file.mime_type]
        data = await context.workspace.drive.export(path, mime_type)
        return data, f"drive:{file.file_id}/{file.name}{ending}"


skill: Skill = ReadInDrive()
