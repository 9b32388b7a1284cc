"""``docs.append``: adds text at the end of a Google Doc, in place.

Arguments: ``path``, ``text``. Metadata and errors as ``files.append``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import FILE, TIMEOUT
from skills.files._definitions import definition
from skills.files.append import AppendToFile


class AppendToDocument(AppendToFile):
    """Adds paragraphs at the end of a Doc."""

    domain = "docs"
    timeout = TIMEOUT
    tool_definition = definition(
        "append",
        "Add text at the end of a Google Doc, in place; each line is a paragraph. The whole "
        "document is copied first.",
        {
            "path": FILE,
            "text": {"type": "string", "minLength": 1, "description": "What to add."},
        },
        ["path", "text"],
        domain="docs",
    )


skill: Skill = AppendToDocument()
