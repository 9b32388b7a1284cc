"""``docs.read``: the text of a Google Doc as ``docs.edit`` takes it, in pages.

Arguments, content, metadata and errors as ``files.read``. What is no text stands in it as marks.
"""

from __future__ import annotations

from app.domain.skills import Skill, ToolDefinition
from skills.drive._definitions import FILE, TIMEOUT
from skills.files.read import MAX_PAGE, PAGE, ReadFile


class ReadDocument(ReadFile):
    """Reads a Doc."""

    domain = "docs"
    timeout = TIMEOUT
    tool_definition = ToolDefinition(
        "docs.read",
        "Read a Google Doc as the plain text that docs.edit takes: pictures, chips and breaks "
        "stand in it as \N{OBJECT REPLACEMENT CHARACTER}, tables as ⟦table⟧, ⟦row⟧ and ⟦cell⟧. To "
        "read it with headings and lists as Markdown, use drive.read.",
        {
            "type": "object",
            "properties": {
                "path": FILE,
                "offset": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Characters to pass over: next_offset of the page before.",
                },
                "line": {"type": "integer", "minimum": 1, "description": "Start at this line."},
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_PAGE,
                    "description": f"Characters at most; {PAGE:,} unless given.",
                },
            },
            "required": ["path"],
            "additionalProperties": False,
        },
    )


skill: Skill = ReadDocument()
