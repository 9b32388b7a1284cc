"""``docs.read``: the text of a Google Doc as ``docs.edit`` takes it, in pages.

Arguments, content, metadata and errors as ``files.read``. What is no text stands in it as marks.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import FILE, TIMEOUT
from skills.files._definitions import definition
from skills.files.read import PAGING, ReadFile


class ReadDocument(ReadFile):
    """Reads a Doc."""

    domain = "docs"
    timeout = TIMEOUT
    tool_definition = definition(
        "read",
        "Read a Google Doc as the plain text that docs.edit takes: pictures, chips and breaks "
        "stand in it as \N{OBJECT REPLACEMENT CHARACTER}, tables as ⟦table⟧, ⟦row⟧ and ⟦cell⟧. To "
        "read it with headings and lists as Markdown, use drive.read.",
        {
            "path": FILE,
            **PAGING,
        },
        ["path"],
        domain="docs",
    )


skill: Skill = ReadDocument()
