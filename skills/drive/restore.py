"""``drive.restore``: brings back an earlier version of a file of Drive, also of a trashed one.

Arguments: ``path``, ``version``. Metadata and errors as ``files.restore``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.restore import RestoreVersion


class RestoreInDrive(RestoreVersion):
    """Makes an earlier version the current one."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "restore",
        "Bring back an earlier version of a file in Google Drive (also of a trashed one). Look at "
        "drive.versions first. What stands there now is kept as a version, too.",
        {
            "path": FILE,
            "version": {"type": "integer", "minimum": 1, "description": "Number of the version."},
        },
        ["path", "version"],
    )


skill: Skill = RestoreInDrive()
