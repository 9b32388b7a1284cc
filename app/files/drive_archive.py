"""The native copies: what is changed in Drive is copied there first, into a folder of ours.

The bytes are in the vault before, so this is a second archive, which the person can open in Drive.
A copy that is there with the same checksum is used again: repeats do not eat the account's storage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Final

from app.domain.drive import (
    FOLDER_TYPE,
    DriveExistsError,
    DriveFile,
    DriveForbiddenError,
    DriveMissingError,
    DriveOfflineError,
)
from app.files.drive_client import DriveClient, DriveQuery

logger = logging.getLogger(__name__)

FOLDER_NAME: Final = "Steward archive"
_ROLE: Final = ("steward", "archive")
SOURCE: Final = "steward_source"
OPERATION: Final = "steward_op"
_TEXT: Final = "steward_text"


class DriveArchive:
    """The archive folder of one account. Blocking."""

    def __init__(self, client: DriveClient) -> None:
        self._client = client
        self._folder: str | None = None

    def known_copy(self, file: DriveFile) -> str | None:
        """Id of a copy of just these bytes; touches nothing."""
        copies = (copy for copy in self._copies(file.file_id) if _is_copy(copy, file))
        found = next(copies, None)
        return None if found is None else found.file_id

    def newest_copy(self, file_id: str) -> str | None:
        """Id of the copy that was made last of a file, which may be gone; touches nothing."""
        found = next(self._copies(file_id), None)
        return None if found is None else found.file_id

    def keep(self, file: DriveFile, copy_id: str, op_id: str) -> DriveFile | None:
        """A copy of the file with this id, made now unless it is there.

        ``None`` where Drive allows no copy: then the vault alone has the bytes. Its checksum is
        that of the file as it is now, perhaps no longer the one that was read: compare them.
        """
        properties = {SOURCE: file.file_id, OPERATION: op_id}
        try:
            made = self._client.copy(file.file_id, copy_id, file.name, self._into(), properties)
            return self._out_of_trash(made)
        except DriveExistsError:
            return self._client.get(copy_id)
        except DriveForbiddenError as error:
            logger.warning(
                "no copy in Drive, the vault has the bytes", extra={"why": error.message}
            )
            return None
        except DriveMissingError:
            if self._folder is None:
                raise
            self._folder = None  # someone took the folder away: a new one, once
            return self._client.copy(file.file_id, copy_id, file.name, self._into(), properties)

    def keep_document(
        self, file: DriveFile, text: str, op_id: str, says: Callable[[str], str]
    ) -> DriveFile | None:
        """A copy of a Doc or Sheet that says ``text`` (a hash), made now unless it is there.

        One that was made before is used again only where the document was not changed since, in
        its looks neither, and where nobody wrote in the copy. ``says`` gives the hash of what a
        document says now. ``None`` where what was copied says something else.

        Drive takes no id for it: where its answer is lost, what is noted on the copy tells.
        """
        state = _state(file, text)
        for copy in self._copies(file.file_id):
            if copy.app_properties.get(_TEXT) == state and says(copy.file_id) == text:
                return copy
        properties = {SOURCE: file.file_id, OPERATION: op_id, _TEXT: state}
        try:
            made = self._client.copy(file.file_id, None, file.name, self._into(), properties)
        except DriveOfflineError:
            found = self._made_by(op_id, file)
            if found is None:
                raise
            made = found
        except DriveMissingError:
            if self._folder is None:
                raise
            self._folder = None  # someone took the folder away: a new one, once
            made = self._client.copy(file.file_id, None, file.name, self._into(), properties)
        made = self._out_of_trash(made)
        return made if says(made.file_id) == text else None

    def _made_by(self, op_id: str, file: DriveFile) -> DriveFile | None:
        copies = self._copies(file.file_id)
        return next((one for one in copies if one.app_properties.get(OPERATION) == op_id), None)

    def _out_of_trash(self, made: DriveFile) -> DriveFile:
        """What lies in a folder in the trash goes with it: a new folder, and the copy into it."""
        if not made.trashed:
            return made
        old, self._folder = self._folder, None
        return self._client.change(made.file_id, to_folder=self._into(), from_folder=old)

    def _copies(self, file_id: str) -> Iterator[DriveFile]:
        """Those in the archive folder, the newest first."""
        folder = self._folder or self._found()
        if folder is None:
            return
        page: str | None = None
        while True:
            query = DriveQuery(app_property=(SOURCE, file_id), folder=folder)
            found = self._client.search(query, page)
            yield from found.files
            page = found.next_page
            if page is None:
                return

    def _into(self) -> str:
        if self._folder is None:
            self._folder = self._found() or self._made()
        return self._folder

    def _found(self) -> str | None:
        page = self._client.search(
            DriveQuery(app_property=_ROLE, mime_type=FOLDER_TYPE, name=FOLDER_NAME)
        )
        return page.files[0].file_id if page.files else None

    def _made(self) -> str:
        (folder_id,) = self._client.new_ids(1)
        made = self._client.create_folder(folder_id, FOLDER_NAME, None, dict([_ROLE]))
        return made.file_id


def _is_copy(copy: DriveFile, file: DriveFile) -> bool:
    return file.md5 is not None and (copy.md5, copy.size) == (file.md5, file.size)


def _state(file: DriveFile, text: str) -> str:
    """What a document says and when it was changed last: its looks may have changed alone."""
    at = "" if file.modified_at is None else file.modified_at.isoformat(timespec="milliseconds")
    return f"{text} {at}"
