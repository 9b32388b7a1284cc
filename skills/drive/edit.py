"""``drive.edit``: replaces exact text in a file of Drive.

Arguments: ``path``, ``old``, ``new``, ``expected_count`` (how many places, 1 unless said).
Id, sharing, links and comments of the file stay. Metadata and errors as ``files.edit``; also
``drive_signed_out``, ``drive_offline``, ``drive_forbidden``, ``drive_full``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.edit import EditFile


class EditInDrive(EditFile):
    """Changes a text file of Drive."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "edit",
        "Change some words of a text file in Google Drive: give old (copied exactly from "
        "drive.read, enough of it to be unique) and new; expected_count says in how many places "
        "old must stand (1 unless said), else nothing is changed. It is copied first, and "
        "sharing, links and comments stay.",
        {
            "path": FILE,
            "old": {"type": "string", "minLength": 1, "description": "Exact text to replace."},
            "new": {"type": "string", "description": "Text to put there; may be empty."},
            "expected_count": {
                "type": "integer",
                "minimum": 1,
                "description": "In how many places old stands; all are replaced. 1 unless said.",
            },
        },
        ["path", "old", "new"],
    )


skill: Skill = EditInDrive()
