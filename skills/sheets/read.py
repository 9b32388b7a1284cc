"""``sheets.read``: what was entered in the cells of a Google Sheet, every sheet of it, in pages.

Arguments, content, metadata and errors as ``files.read``; the text is that of
``app.domain.sheet_text``: formulas, not their results.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import FILE, TIMEOUT
from skills.files._definitions import definition
from skills.files.read import PAGING, ReadFile


class ReadSheet(ReadFile):
    """Reads the cells of a spreadsheet."""

    domain = "sheets"
    timeout = TIMEOUT
    tool_definition = definition(
        "read",
        "Read what was entered in the cells of a Google Sheet, as JSON: an object of sheets, each "
        "a list of rows, one row a line. Formulas begin with =. To see their results, use "
        "drive.read.",
        {
            "path": FILE,
            **PAGING,
        },
        ["path"],
        domain="sheets",
    )


skill: Skill = ReadSheet()
