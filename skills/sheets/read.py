"""``sheets.read``: what was entered in the cells of a Google Sheet, every sheet of it, in pages.

Arguments, content, metadata and errors as ``files.read``; the text is that of
``app.domain.sheet_text``: formulas, not their results.
"""

from __future__ import annotations

from app.domain.skills import Skill, ToolDefinition
from skills.drive._definitions import FILE, TIMEOUT
from skills.files.read import MAX_PAGE, PAGE, ReadFile


class ReadSheet(ReadFile):
    """Reads the cells of a spreadsheet."""

    domain = "sheets"
    timeout = TIMEOUT
    tool_definition = ToolDefinition(
        "sheets.read",
        "Read what was entered in the cells of a Google Sheet, as JSON: an object of sheets, each "
        "a list of rows, one row a line. Formulas begin with =. To see their results, use "
        "drive.read.",
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


skill: Skill = ReadSheet()
