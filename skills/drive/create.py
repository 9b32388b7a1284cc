"""``drive.create``: makes a new text file in Drive.

Arguments: ``path`` (``drive:FOLDER_ID/NAME``), ``content``.
Metadata: ``path`` (with the new file's id), ``version``, ``operation``, ``hash_after``.
Errors: ``file_exists`` where a file has that name in the folder; as ``drive.edit``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, TIMEOUT, definition
from skills.files.create import CreateFile


class CreateInDrive(CreateFile):
    """Makes a file where none has that name."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "create",
        "Make a new text file (UTF-8) in Google Drive. Fails where the folder has a file with "
        "that name already.",
        {
            "path": {
                "type": "string",
                "pattern": "^drive:[A-Za-z0-9_-]+/.",
                "description": "Where: drive:FOLDER_ID/NAME; drive:root/NAME is in My Drive. The "
                "name needs a text ending such as .md, .txt or .csv.",
            },
            "content": {"type": "string", "description": "What it says; empty unless given."},
        },
        ["path"],
    )


skill: Skill = CreateInDrive()
