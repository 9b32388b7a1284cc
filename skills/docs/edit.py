"""``docs.edit``: replaces exact text in a Google Doc, in place.

Arguments: ``path``, ``old``, ``new``, ``expected_count`` (how many places, 1 unless said). The text
is that of ``files.read``: what is no text stands in it as marks, which stay. Styles, comments and
suggestions of all else stay. Metadata and errors as ``files.edit``; also ``drive_lossy`` where
something that is no text would go.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import FILE, TIMEOUT
from skills.files._definitions import definition
from skills.files.edit import EditFile


class EditDocument(EditFile):
    """Changes some words of a Doc."""

    domain = "docs"
    timeout = TIMEOUT
    tool_definition = definition(
        "edit",
        "Change some words of a Google Doc in place: give old (copied exactly from docs.read, "
        "enough of it to be unique) and new; expected_count says in how many places old must "
        "stand (1 unless said), else nothing is changed. Marks such as \ufffc or "
        "⟦cell⟧ stand for what is no text and have to stay. The whole document is "
        "copied first; styles, comments and suggestions stay.",
        {
            "path": FILE,
            "old": {"type": "string", "minLength": 1, "description": "Exact text to replace."},
            "new": {"type": "string", "description": "Text to put there; may be empty."},
            "expected_count": {
                "type": "integer",
                "minimum": 1,
                "description": "In how many places old stands; all are replaced.",
            },
        },
        ["path", "old", "new"],
        domain="docs",
    )


skill: Skill = EditDocument()
