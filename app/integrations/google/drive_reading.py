"""All of Drive that only reads."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from app.domain.drive import (
    DriveAccount,
    DriveChanges,
    DriveFile,
    DriveForbiddenError,
    DrivePage,
    DriveRevision,
    DriveStaleError,
)
from app.files.drive_client import Check, DriveQuery, Tag, unchecked
from app.integrations.google.downloads import PIECE, pieces_of
from app.integrations.google.drive_errors import Deed, as_drive_errors
from app.integrations.google.drive_metadata import (
    ACCOUNT_FIELDS,
    FILE_FIELDS,
    REVISION_FIELDS,
    TAG_FIELDS,
    NoSenseError,
    account_of,
    change_of,
    file_of,
    items,
    mapping,
    revision_of,
    tagged_file_of,
    text,
)
from app.integrations.google.drive_queries import is_ranked, search_text
from app.integrations.google.drive_session import DriveSession
from app.integrations.google.exports import Exports

_PAGE: Final = 100
_MOST_PAGES: Final = 1_000
"""Lists that are read whole end here: more would be a server that never ends one."""


class DriveReader:
    """The part of ``DriveClient`` that only reads; its words hold here, too."""

    def __init__(self, session: DriveSession, *, download_piece: int = PIECE) -> None:
        self._session = session
        self._download_piece = download_piece

    def account(self) -> DriveAccount:
        """Whose it is, and how full."""
        request = self._session.services.v3.about().get(fields=ACCOUNT_FIELDS)
        return self._session.read(request, account_of)

    def search(self, query: DriveQuery, page: str | None = None) -> DrivePage:
        """Files; those changed last first, but the best matches first where words are given."""
        place = (
            {"corpora": "allDrives"}
            if query.shared_drive is None
            else {"corpora": "drive", "driveId": query.shared_drive}
        )
        order = {} if is_ranked(query) else {"orderBy": "modifiedTime desc"}
        request = self._session.services.v3.files().list(
            q=search_text(query) or None,
            pageToken=page,
            pageSize=_PAGE,
            includeItemsFromAllDrives=True,
            supportsAllDrives=True,
            spaces="drive",
            fields=f"nextPageToken,incompleteSearch,files({FILE_FIELDS})",
            **place,
            **order,
        )
        return self._session.read(request, _page_of)

    def shared_drives(self) -> Mapping[str, str]:
        """Names of the shared drives by their ids."""
        drives = self._session.services.v3.drives()
        found: dict[str, str] = {}

        def ask(token: str | None) -> Any:
            return drives.list(
                pageSize=100, pageToken=token, fields="nextPageToken,drives(id,name)"
            )

        for one in self._all(ask, "drives"):
            fields = mapping(one)
            if drive_id := text(fields.get("id")):
                found[drive_id] = text(fields.get("name")) or ""
        return found

    def get(self, file_id: str) -> DriveFile:
        """A file, also one in the trash; a shortcut as itself."""
        request = self._session.services.v3.files().get(
            fileId=file_id, supportsAllDrives=True, fields=FILE_FIELDS
        )
        return self._session.read(request, file_of)

    def tag(self, file_id: str) -> Tag:
        """A file as it is now, with its ``etag``."""
        request = self._session.services.v2.files().get(
            fileId=file_id, supportsAllDrives=True, fields=TAG_FIELDS
        )
        etag, file = self._session.read(request, tagged_file_of)
        return Tag(etag, file)

    def download(
        self, file_id: str, revision: str, *, check: Check = unchecked
    ) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of one revision, in pieces."""

        @contextmanager
        def opened() -> Iterator[Iterator[bytes]]:
            pieces = self._revision_pieces(file_id, revision, check)
            try:
                yield pieces
            finally:
                pieces.close()

        return opened()

    def export(self, file_id: str, mime_type: str, *, check: Check = unchecked) -> bytes:
        """A Workspace file in another format."""
        session = self._session
        with as_drive_errors(Deed.READ):
            exports = Exports(session.connections, session.waiting, session.services.v3)
            return exports.export(file_id, mime_type, check)

    def revisions(self, file_id: str) -> tuple[DriveRevision, ...]:
        """All that Drive still has, oldest first."""
        revisions = self._session.services.v3.revisions()

        def ask(token: str | None) -> Any:
            return revisions.list(
                fileId=file_id,
                pageSize=1_000,
                pageToken=token,
                fields=f"nextPageToken,revisions({REVISION_FIELDS})",
            )

        return tuple(revision_of(one) for one in self._all(ask, "revisions", needs="id"))

    def changes_start(self, shared_drive: str | None = None) -> str:
        """From where the changes feed tells what happens from now on."""
        request = self._session.services.v3.changes().getStartPageToken(
            driveId=shared_drive, supportsAllDrives=True, fields="startPageToken"
        )
        return self._session.read(request, lambda said: _needed(said, "startPageToken"))

    def changes(self, page: str, shared_drive: str | None = None) -> DriveChanges:
        """What changed since."""
        request = self._session.services.v3.changes().list(
            pageToken=page,
            driveId=shared_drive,
            pageSize=_PAGE,
            includeRemoved=True,
            includeItemsFromAllDrives=True,
            supportsAllDrives=True,
            spaces="drive",
            fields="nextPageToken,newStartPageToken,"
            f"changes(fileId,removed,time,file({FILE_FIELDS}))",
        )
        return self._session.read(request, _changes_of)

    # -- helpers -----------------------------------------------------------------------------

    def _revision_pieces(
        self, file_id: str, revision: str, check: Check
    ) -> Generator[bytes, None, None]:
        """The bytes of a revision; of a file that may only be read, those of its newest one.

        Who may only read a file may not read its revisions by name, but its newest bytes. That
        these are the revision that was asked for is looked up before and after.
        """
        v3 = self._session.services.v3
        by_name = v3.revisions().get_media(fileId=file_id, revisionId=revision)
        try:
            yield from self._bytes_at(by_name.uri, check)
        except DriveForbiddenError:
            if self.get(file_id).head_revision != revision:
                raise
        else:
            return
        newest = v3.files().get_media(fileId=file_id, supportsAllDrives=True)
        yield from self._bytes_at(newest.uri, check)
        if self.get(file_id).head_revision != revision:
            raise DriveStaleError(
                "The file in Drive was changed while it was read.",
                hint="Nothing was changed here. Read it again.",
            )

    def _bytes_at(self, address: str, check: Check) -> Iterator[bytes]:
        session = self._session
        with as_drive_errors(Deed.READ):
            yield from pieces_of(
                session.connections,
                session.waiting,
                address,
                check=check,
                piece=self._download_piece,
            )

    def _all(self, ask: Any, name: str, *, needs: str | None = None) -> list[object]:
        """All pages of a list."""
        found: list[object] = []
        token: str | None = None
        for _ in range(_MOST_PAGES):
            answer = self._session.read(ask(token), mapping)
            entries = items(answer.get(name))
            found += [one for one in entries if needs is None or text(mapping(one).get(needs))]
            token = text(answer.get("nextPageToken"))
            if token is None:
                break
        return found


def _page_of(said: object) -> DrivePage:
    fields = mapping(said)
    return DrivePage(
        files=tuple(file_of(one) for one in items(fields.get("files")) if mapping(one).get("id")),
        next_page=text(fields.get("nextPageToken")),
        incomplete=fields.get("incompleteSearch") is True,
    )


def _changes_of(said: object) -> DriveChanges:
    fields = mapping(said)
    changes = (change_of(one) for one in items(fields.get("changes")))
    next_page = text(fields.get("nextPageToken"))
    next_start = text(fields.get("newStartPageToken"))
    if next_page is None and next_start is None:
        raise NoSenseError("a feed that neither goes on nor ends")
    return DriveChanges(
        changes=tuple(one for one in changes if one is not None),
        next_page=next_page,
        next_start=None if next_page else next_start,
    )


def _needed(said: object, name: str) -> str:
    found = text(mapping(said).get(name))
    if found is None:
        raise NoSenseError(name)
    return found
