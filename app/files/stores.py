"""Several stores as one: each file's own is seen from how it is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from app.domain.errors import FileError
from app.domain.files import OperationState
from app.files.contents import Content
from app.files.drive_places import is_drive
from app.files.store import (
    Archive,
    Change,
    ChangeKind,
    FileStore,
    FolderContent,
    Outcome,
    Pulled,
    Ready,
    Take,
)


class Stores:
    """Folders of this machine, and Google Drive."""

    def __init__(self, folders: FileStore, drive: FileStore) -> None:
        self._folders = folders
        self._drive = drive

    def name_of(self, locator: str) -> str:
        """The name of the store that holds it."""
        return self._of(locator).name_of(locator)

    def pull(self, locator: str, *, limit: int, take: Take | None = None) -> Pulled:
        """Read a file."""
        return self._of(locator).pull(locator, limit=limit, take=take)

    @contextmanager
    def reading(self, locator: str) -> Iterator[BinaryIO]:
        """The file, open to be read."""
        with self._of(locator).reading(locator) as stream:
            yield stream

    def probe(self, locator: str) -> str | None:
        """SHA-256 hex of the file's bytes now."""
        return self._of(locator).probe(locator)

    def is_as_pulled(self, locator: str, pulled: Pulled) -> bool:
        """Whether the file is as it was read."""
        return self._of(locator).is_as_pulled(locator, pulled)

    def require_allowed(self, kind: ChangeKind, locator: str) -> None:
        """Refuse what would fail."""
        self._of(locator).require_allowed(kind, locator)

    def is_respelled(self, locator: str, target: str) -> bool:
        """Whether both are one file. Raises ``FileError`` where they are in different stores."""
        return self._both(locator, target).is_respelled(locator, target)

    def look_into(self, folder: str) -> FolderContent:
        """Everything below a folder."""
        return self._of(folder).look_into(folder)

    def prepare(self, change: Change) -> Change:
        """Complete the facts of a change."""
        return self._of(change.locator).prepare(change)

    def stage(self, change: Change, content: Content | None) -> None:
        """Make ready what ``act`` needs."""
        self._of(change.locator).stage(change, content)

    def stage_unseen(self, change: Change, content: Content | None) -> Ready | None:
        """Make it ready unseen, where there is such a way."""
        return self._of(change.locator).stage_unseen(change, content)

    def act(self, change: Change, archive: Archive, pulled: Pulled | None) -> Outcome:
        """Do it."""
        return self._of(change.locator).act(change, archive, pulled)

    def settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        """What happened, after a failure or a crash."""
        return self._of(change.locator).settle(change, reached, archive)

    # -- inside ----------------------------------------------------------------------------

    def _of(self, locator: str) -> FileStore:
        return self._drive if is_drive(locator) else self._folders

    def _both(self, locator: str, target: str) -> FileStore:
        if is_drive(locator) != is_drive(target):
            raise FileError(
                "A file does not move between Google Drive and a folder of this machine.",
                hint="Copy it (drive.copy, drive.export or drive.create), then remove the other.",
                details={"path": locator, "target": target},
            )
        return self._of(locator)
