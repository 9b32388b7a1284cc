"""``drive.rename``: gives a file of Drive another name; its history goes along.

Arguments: ``path``, ``name``. Metadata: as ``files.move`` for a file. Errors: as ``drive.edit``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Skill
from skills.drive._definitions import FILE, definition
from skills.drive._placing import PlaceInDrive
from skills.files._definitions import text


class RenameInDrive(PlaceInDrive):
    """Gives a file another name."""

    tool_definition = definition(
        "rename",
        "Rename a file of Google Drive. Its id, sharing, links and versions stay.",
        {"path": FILE, "name": {"type": "string", "minLength": 1, "description": "The new name."}},
        ["path", "name"],
    )

    def goal(self, params: Mapping[str, object]) -> str:
        """The name: the folder stays."""
        return text(params, "name")


skill: Skill = RenameInDrive()
