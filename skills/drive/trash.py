"""``drive.trash``: puts a file of Drive in Drive's trash; its bytes are kept as a version.

Arguments: ``path``. Metadata and errors as ``files.remove``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.remove import RemoveFile


class TrashInDrive(RemoveFile):
    """Removes a file, recoverably."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "trash",
        "Put a file of Google Drive in the trash. It is copied first: drive.restore or files.undo "
        "brings it back. Works on files, not on folders.",
        {"path": FILE},
        ["path"],
    )


skill: Skill = TrashInDrive()
