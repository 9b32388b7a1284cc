"""Google Drive behind the port ``DriveClient``, by Google's own client library.

A request is described by the library (``services``), sent on a borrowed connection that sends it
exactly once (``connections``), and repeated where that is safe (``attempts``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.drive import (
    FOLDER_TYPE,
    DriveExistsError,
    DriveFile,
)
from app.files.drive_client import Check, Progress, Upload, unchecked
from app.integrations.google.attempts import Attempts, repeated
from app.integrations.google.documents import GoogleDocuments
from app.integrations.google.downloads import PIECE
from app.integrations.google.drive_errors import Deed, as_drive_errors, no_sense
from app.integrations.google.drive_metadata import (
    FILE_FIELDS,
    NoSenseError,
    file_of,
    items,
    mapping,
    text,
)
from app.integrations.google.drive_reading import DriveReader
from app.integrations.google.drive_session import DriveSession
from app.integrations.google.drive_uploads import DriveUploads
from app.integrations.google.uploads import UploadSizes, media_type


class GoogleDrive(DriveReader, GoogleDocuments):
    """One account's Drive. Safe to use from several threads; blocking.

    Args:
        session: what the requests share; closed by ``close``.
        sizes: what goes up in one request, and in which pieces the rest.
        download_piece: bytes in one request on their way down.
    """

    def __init__(
        self,
        session: DriveSession,
        *,
        sizes: UploadSizes | None = None,
        download_piece: int = PIECE,
    ) -> None:
        super().__init__(session, download_piece=download_piece)
        self._uploads = DriveUploads(session, sizes or UploadSizes())

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def new_ids(self, count: int) -> tuple[str, ...]:
        """Ids for files to come."""
        request = self._session.services.v3.files().generateIds(
            count=count, space="drive", type="files", fields="ids"
        )
        return self._session.read(request, lambda said: _ids_of(said, count))

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
        """Make a file with an id that ``new_ids`` gave."""
        body = _metadata(file_id, name, folder, app_properties or {})
        body["mimeType"] = media_type(upload)  # else Drive makes a guess

        def describe(media: Any) -> Any:
            return self._session.services.v3.files().create(
                body=body, media_body=media, supportsAllDrives=True, fields=FILE_FIELDS
            )

        attempts = Attempts(self._session.waiting, check)
        try:
            return self._uploads.make(describe, upload, attempts, check, progress)
        except DriveExistsError as error:
            return self._made_already(file_id, attempts, error)

    def create_folder(
        self, file_id: str, name: str, folder: str | None, app_properties: Mapping[str, str]
    ) -> DriveFile:
        """Make a folder with an id that ``new_ids`` gave."""
        body = {**_metadata(file_id, name, folder, app_properties), "mimeType": FOLDER_TYPE}
        request = self._session.services.v3.files().create(
            body=body, supportsAllDrives=True, fields=FILE_FIELDS
        )
        attempts = Attempts(self._session.waiting)
        try:
            return self._make(request, attempts)
        except DriveExistsError as error:
            return self._made_already(file_id, attempts, error)

    def copy(
        self,
        file_id: str,
        copy_id: str | None,
        name: str,
        folder: str | None,
        app_properties: Mapping[str, str],
    ) -> DriveFile:
        """Copy the newest revision, within Drive."""
        request = self._session.services.v3.files().copy(
            fileId=file_id,
            body=_metadata(copy_id, name, folder, app_properties),
            supportsAllDrives=True,
            fields=FILE_FIELDS,
        )
        attempts = Attempts(self._session.waiting)
        if copy_id is None:
            return self._session.ask(request, file_of, Deed.ONCE, attempts)
        try:
            return self._make(request, attempts)
        except DriveExistsError as error:
            return self._made_already(copy_id, attempts, error)

    def replace(
        self,
        file_id: str,
        etag: str,
        upload: Upload,
        *,
        check: Check = unchecked,
        progress: Progress | None = None,
    ) -> None:
        """Give a file new bytes as a new revision, if it still has this ``etag``."""

        def describe(media: Any) -> Any:
            request = self._session.services.v2.files().update(
                fileId=file_id,
                media_body=media,
                newRevision=True,
                updateViewedDate=False,
                supportsAllDrives=True,
                fields="id",
            )
            request.headers["If-Match"] = etag
            return request

        def newest() -> str | None:
            return self.get(file_id).head_revision

        self._uploads.replace(describe, upload, check, progress, newest)

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
        """Another name, another folder, into or out of the trash."""
        body: dict[str, object] = {}
        if name is not None:
            body["name"] = name
        if trashed is not None:
            body["trashed"] = trashed
        if app_properties is not None:
            body["appProperties"] = dict(app_properties)

        def once() -> DriveFile:
            # Drive refuses a folder that a file is in already, so a move that is repeated after
            # its answer was lost has to look first.
            places: tuple[str, ...] = ()
            if to_folder is not None or from_folder is not None:
                places = self.get(file_id).parents
            request = self._session.services.v3.files().update(
                fileId=file_id,
                body=body,
                addParents=to_folder if to_folder not in places else None,
                removeParents=from_folder if from_folder in places else None,
                supportsAllDrives=True,
                fields=FILE_FIELDS,
            )
            with self._session.connections.borrow() as connection:
                answer = request.execute(http=connection, num_retries=0)
            return file_of(answer)

        try:
            with as_drive_errors(Deed.REPEATABLE):
                return repeated(once, Attempts(self._session.waiting))
        except NoSenseError:
            raise no_sense(Deed.REPEATABLE) from None

    def pin(self, file_id: str, revision: str) -> None:
        """Ask Drive to keep a revision for ever."""
        request = self._session.services.v3.revisions().update(
            fileId=file_id, revisionId=revision, body={"keepForever": True}, fields="id"
        )
        attempts = Attempts(self._session.waiting)
        self._session.ask(request, lambda said: said, Deed.REPEATABLE, attempts)

    # -- helpers -----------------------------------------------------------------------------

    def _make(self, request: Any, attempts: Attempts) -> DriveFile:
        return self._session.ask(request, file_of, Deed.REPEATABLE, attempts, given_id=True)

    def _made_already(self, file_id: str, attempts: Attempts, error: DriveExistsError) -> DriveFile:
        """What a try whose answer was lost had made; raises ``error`` if there was no such try."""
        if not attempts.unsure:
            raise error
        return self.get(file_id)


def _metadata(
    file_id: str | None, name: str, folder: str | None, app_properties: Mapping[str, str]
) -> dict[str, object]:
    said: dict[str, object] = {"name": name, "appProperties": dict(app_properties)}
    if file_id is not None:
        said["id"] = file_id
    if folder is not None:
        said["parents"] = [folder]
    return said


def _ids_of(said: object, count: int) -> tuple[str, ...]:
    ids = tuple(one for one in map(text, items(mapping(said).get("ids"))) if one)
    if len(ids) != count or len(set(ids)) != count:
        raise NoSenseError("not as many ids as were asked for")
    return ids
