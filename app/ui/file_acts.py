"""What the person does to their files from the panes, and what the status line says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.files import ConflictChoice, FileConflict
from app.ui import words
from app.ui.file_names import name_of
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.workspace import Workspace


class FileActs:
    """Each act is a new version, made in the person's name; errors are left to the caller.

    Args:
        workspace: the person's files, for what is done in their name.
        say: the status line: state and words.
    """

    def __init__(
        self, workspace: Callable[[], Workspace], say: Callable[[str, str], object]
    ) -> None:
        self._workspace = workspace
        self._say = say

    async def restore(self, path: str, version: int) -> None:
        """Make a file what it was in an earlier version."""
        made = await self._workspace().restore(path, version)
        self._say(
            "ok",
            translate(
                "Versions", "Restored version {version} of {filename} as version {version2}."
            ).format(version=version, filename=name_of(made.path), version2=made.version),
        )

    async def undo(self, turn_id: str | None) -> None:
        """Take back what an answer changed (``None``: the last one that changed anything)."""
        made = await self._workspace().undo(turn_id)
        names = ", ".join(dict.fromkeys(name_of(version.path) for version in made))
        count = words.count(len(made), "change")
        self._say(
            "ok",
            translate("Versions", "Took back {count}: {names}.").format(count=count, names=names)
            if made
            else translate("Versions", "There is nothing to undo."),
        )

    async def undo_version(self, path: str, version: int) -> None:
        """Take back what one version did to its file, and that alone."""
        made = await self._workspace().undo_version(path, version)
        if made:
            last = made[-1]
            kept = (
                translate("Versions", " Later changes stay.") if last.metadata.get("merged") else ""
            )
            which = translate("Versions", "version {version} of {filename}").format(
                version=version, filename=name_of(last.path)
            )
            self._say(
                "ok",
                translate(
                    "Versions", "Took back {which}: it is version {version} now.{kept}"
                ).format(which=which, version=last.version, kept=kept),
            )

    async def resolve(self, conflict: FileConflict, choice: ConflictChoice) -> None:
        """End a conflict."""
        made = await self._workspace().resolve(conflict.op_id, choice)
        if choice is ConflictChoice.THEIRS or made is None:
            name = name_of(conflict.path)
            self._say(
                "ok",
                translate(
                    "Versions", "{name} stays as it is. The other change was not made."
                ).format(name=name),
            )
            return
        what = (
            translate("Versions", "Merged both changes")
            if choice is ConflictChoice.MERGE
            else translate("Versions", "Made our change")
        )
        self._say(
            "ok",
            translate("Versions", "{what}: {filename} is version {version} now.").format(
                what=what, filename=name_of(made.path), version=made.version
            ),
        )
