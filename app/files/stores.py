"""Several stores as one: each file's own is seen from how it is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from app.domain.files import OperationState
from app.files.contents import Content
from app.files.drive_places import is_drive
from app.files.drive_reader import reaching
from app.files.failures import apart
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


class Documents(FileStore, Protocol):
    """The store of files that have text and no bytes."""

    def is_document(self, locator: str) -> bool:
        """Whether a file of Drive is one of them."""
        ...


class Stores:
    """Folders of this machine, files of Google Drive, and its Docs and Sheets."""

    def __init__(self, folders: FileStore, drive: FileStore, documents: Documents) -> None:
        self._folders = folders
        self._drive = drive
        self._documents = documents

    def name_of(self, locator: str) -> str:
        """The name of the store that holds it; that of Drive is one."""
        store = self._drive if is_drive(locator) else self._folders
        return store.name_of(locator)

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

    def require_possible(self, locator: str, after: Content) -> None:
        """Refuse what the file cannot become."""
        self._of(locator).require_possible(locator, after)

    def is_respelled(self, locator: str, target: str) -> bool:
        """Whether both are one file. Raises ``FileError`` where one is in Drive and one is not."""
        if is_drive(locator) and is_drive(target):
            return self._drive.is_respelled(locator, target)
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
        with reaching(change.locator):
            store = self._of(change.locator)
        return store.settle(change, reached, archive)

    # -- inside ----------------------------------------------------------------------------

    def _of(self, locator: str) -> FileStore:
        if not is_drive(locator):
            return self._folders
        return self._documents if self._documents.is_document(locator) else self._drive

    def _both(self, locator: str, target: str) -> FileStore:
        if is_drive(locator) != is_drive(target):
            raise apart(locator, target)
        return self._of(locator)
