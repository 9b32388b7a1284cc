"""``drive.diff``: the unified difference between two versions of a file of Drive.

Arguments: ``path``, ``a``, ``b``. Content, metadata and errors as ``files.diff``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, TIMEOUT, definition
from skills.files.diff import DiffVersions


class DiffVersionsInDrive(DiffVersions):
    """Compares versions."""

    domain = DOMAIN
    timeout = TIMEOUT
    tool_definition = definition(
        "diff",
        "Show the difference between two versions of a file in Google Drive as a unified diff. "
        "Without a and b: the last two versions. With a alone: that version against the file as "
        "it is now. An empty result means that they are the same.",
        {
            "path": FILE,
            "a": {"type": "integer", "minimum": 1, "description": "The earlier version."},
            "b": {"type": "integer", "minimum": 1, "description": "The later version."},
        },
        ["path"],
    )


skill: Skill = DiffVersionsInDrive()
