"""``drive.move``: puts a file of Drive in another folder; its history goes along.

Arguments: ``path``, ``folder``. Metadata: as ``files.move`` for a file.
Errors: ``not_a_file`` where ``folder`` is none; as ``drive.edit``.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.skills import Skill
from skills.drive._definitions import FILE, FOLDER, definition
from skills.drive._placing import PlaceInDrive
from skills.files._definitions import text


class MoveInDrive(PlaceInDrive):
    """Gives a file another folder."""

    tool_definition = definition(
        "move",
        "Move a file of Google Drive to another folder. Its id, sharing, links and versions stay.",
        {"path": FILE, "folder": FOLDER},
        ["path", "folder"],
    )

    def goal(self, params: Mapping[str, object]) -> str:
        """The folder: the name stays."""
        return text(params, "folder")


skill: Skill = MoveInDrive()
