"""``drive.versions``: the history of a file of Drive, as Steward knows it, oldest first.

Arguments: ``path``. Metadata and content as ``files.versions``.
"""

from __future__ import annotations

from app.domain.skills import Skill
from skills.drive._definitions import DOMAIN, FILE, definition
from skills.files.versions import ListVersions


class ListVersionsInDrive(ListVersions):
    """Shows what became of a file."""

    domain = DOMAIN
    tool_definition = definition(
        "versions",
        "List the versions of a file in Google Drive that Steward keeps, oldest first: number, "
        "time (UTC), what was done, by whom. Works for trashed files.",
        {"path": FILE},
        ["path"],
    )


skill: Skill = ListVersionsInDrive()
