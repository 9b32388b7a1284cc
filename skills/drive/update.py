"""``drive.update``: gives a text file of Drive a whole new content.

Arguments: ``path``, ``content``. Metadata and errors as ``drive.edit``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.edit import EditFile


class UpdateInDrive(EditFile):
    """Writes a text file of Drive anew."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "update",
        "Replace the whole content of a text file in Google Drive. It is copied first, and "
        "sharing, links and comments stay. To change some words, use drive.edit.",
        {
            "path": FILE,
            "content": {"type": "string", "description": "The whole new content."},
        },
        ["path", "content"],
    )


skill: Skill = UpdateInDrive()
