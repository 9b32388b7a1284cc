"""The port of Google Drive: what may be asked of it.

Nothing here deletes for good: Drive's own trash is emptied by nobody but the person, after 30 days
by Drive. Blocking, for worker threads; safe to call from several at once. Requests that only read,
and those that can be repeated without harm, are tried again with growing pauses where Drive says so
(403 ``rateLimitExceeded`` and ``userRateLimitExceeded``, 429, 5xx) or the network failed; each is
said to be one or the other below.

Every method raises the errors of ``app.domain.drive``, and whatever ``check`` raises: that is
called between the pieces of a transfer and while waiting for another try, so that Cancel is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.drive import (
    DriveAccount,
    DriveChanges,
    DriveFile,
    DrivePage,
    DriveRevision,
)
from app.files.gate import current_gate

Check = Callable[[], None]
Progress = Callable[[int, int | None], None]
"""Bytes done, of how many where that is known."""


def unchecked() -> None:
    """Nobody asks to stop but who waits for this worker, before its change has begun."""
    current_gate().check()


@dataclass(frozen=True, slots=True)
class DriveQuery:
    """Which files are looked for; every condition that is given must hold.

    Attributes:
        words: in the text, or as the beginning of words of the name.
        name: the whole name.
        folder: directly in this folder (``root``: My Drive).
        mime_type: of this kind.
        modified_after: UTC.
        trashed: in the trash, or not.
        app_property: a key and value that this program noted.
        shared_drive: only in this one; else everywhere.
    """

    words: str | None = None
    name: str | None = None
    folder: str | None = None
    mime_type: str | None = None
    modified_after: datetime | None = None
    trashed: bool | None = False
    app_property: tuple[str, str] | None = None
    shared_drive: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes on their way up.

    Attributes:
        size: how many.
        chunks: called anew for each try; gives all of them, in pieces.
        mime_type: their kind. Drive makes it the kind of the file, also of one that is replaced.
    """

    size: int
    chunks: Callable[[], Iterator[bytes]]
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Tag:
    """A file as it is just now, and what a change can be made to depend on (v2 ``etag``)."""

    etag: str
    file: DriveFile


class DriveClient(Protocol):
    """One account's Drive."""

    def account(self) -> DriveAccount:
        """Whose it is, and how full. Only reads."""
        ...

    def search(self, query: DriveQuery, page: str | None = None) -> DrivePage:
        """Files, those changed last first; 100 at most in a page. Only reads.

        With ``words`` the best matches come first: Drive takes no other order then.
        """
        ...

    def shared_drives(self) -> Mapping[str, str]:
        """Names of the shared drives by their ids. Only reads."""
        ...

    def get(self, file_id: str) -> DriveFile:
        """A file, also one in the trash. No shortcut is followed. Only reads.

        Raises ``DriveMissingError``.
        """
        ...

    def download(
        self, file_id: str, revision: str, *, check: Check = unchecked
    ) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of one revision, in pieces. Only reads.

        Errors come when the pieces are taken. Where this account may read a file but not its
        revisions, the newest one is given, and ``DriveStaleError`` if it was not that one.
        """
        ...

    def export(self, file_id: str, mime_type: str, *, check: Check = unchecked) -> bytes:
        """A Workspace file in another format. Only reads.

        Above Drive's 10 MB for it the long-running way is taken (``files.download``).
        """
        ...

    def new_ids(self, count: int) -> tuple[str, ...]:
        """Ids for files to come. May be repeated without harm."""
        ...

    def create(
        self,
        file_id: str,
        name: str,
        folder: str | None,
        upload: Upload,
        *,
        app_properties: Mapping[str, str] | None = None,
        check: Check = unchecked,
        progress: Progress | None = None,
    ) -> DriveFile:
        """Make a file with an id that ``new_ids`` gave; ``folder``: ``None`` for My Drive.

        May be repeated: a second time raises ``DriveExistsError``, and there is one file. Where
        the answer to a first try was lost and a second one finds the file, that file is given.
        """
        ...

    def create_folder(
        self, file_id: str, name: str, folder: str | None, app_properties: Mapping[str, str]
    ) -> DriveFile:
        """Make a folder, as ``create`` makes a file."""
        ...

    def copy(
        self,
        file_id: str,
        copy_id: str | None,
        name: str,
        folder: str | None,
        app_properties: Mapping[str, str],
    ) -> DriveFile:
        """Copy the newest revision, within Drive.

        With ``copy_id`` as ``create``. The copy keeps what was noted on the file, but for what
        ``app_properties`` says otherwise. A Workspace file takes none: then it is not repeated by
        itself, and after ``DriveOfflineError`` its ``app_properties`` tell whether it was made.
        """
        ...

    def tag(self, file_id: str) -> Tag:
        """A file as it is now, with its ``etag``. Only reads."""
        ...

    def replace(
        self,
        file_id: str,
        etag: str,
        upload: Upload,
        *,
        check: Check = unchecked,
        progress: Progress | None = None,
    ) -> None:
        """Give a file new bytes as a new revision, if it still has this ``etag``.

        Id, sharing, links and comments stay. Never tried again by itself, but for the pieces of
        one resumable upload: after ``DriveOfflineError`` the revisions tell whether it happened.
        Drive looks at the ``etag`` of an upload in pieces when it begins; whether the newest
        revision is still that one is looked at again before the last piece.
        Raises ``DriveStaleError``.
        """
        ...

    def change(
        self,
        file_id: str,
        *,
        name: str | None = None,
        to_folder: str | None = None,
        from_folder: str | None = None,
        trashed: bool | None = None,
        app_properties: Mapping[str, str] | None = None,
    ) -> DriveFile:
        """Another name, another folder, into or out of the trash. May be repeated."""
        ...

    def revisions(self, file_id: str) -> tuple[DriveRevision, ...]:
        """All that Drive still has, oldest first; it may leave some out. Only reads."""
        ...

    def pin(self, file_id: str, revision: str) -> None:
        """Ask Drive to keep a revision for ever (200 a file at most). May be repeated."""
        ...

    def document(self, file_id: str) -> Mapping[str, object]:
        """A Doc as the Docs API gives it, with its tabs and its ``revisionId``. Only reads."""
        ...

    def edit_document(
        self, file_id: str, requests: Sequence[Mapping[str, object]], revision: str
    ) -> None:
        """Carry out ``documents.batchUpdate`` as a whole, if it still has this ``revisionId``.

        Never tried again by itself: after ``DriveOfflineError`` the document tells whether it
        happened. Raises ``DriveStaleError``.
        """
        ...

    def spreadsheet(self, file_id: str) -> Mapping[str, object]:
        """A Sheet's sheets, each with what was entered in its cells. Only reads."""
        ...

    def edit_spreadsheet(self, file_id: str, requests: Sequence[Mapping[str, object]]) -> None:
        """Carry out ``spreadsheets.batchUpdate`` as a whole. Never tried again by itself.

        The interface has no way to make it depend on the sheet being as it was.
        """
        ...

    def changes_start(self, shared_drive: str | None = None) -> str:
        """From where the changes feed tells what happens from now on. Only reads."""
        ...

    def changes(self, page: str, shared_drive: str | None = None) -> DriveChanges:
        """What changed since. Only reads."""
        ...


def pieces(content: bytes, size: int = 1 << 20) -> Iterable[bytes]:
    """Bytes in pieces, as ``Upload.chunks`` gives them."""
    return (content[start : start + size] for start in range(0, len(content), size))
