"""What a person or a model means by ``drive:…``: a file of Drive, or a name for a new one.

Blocking, for worker threads.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from app.domain.drive import DriveFile, DriveMissingError, DrivePage
from app.domain.errors import FileError, FileMissingError, NotAFileError
from app.domain.workspace import FileEntry
from app.files.drive_client import DriveClient, DriveQuery
from app.files.drive_places import PREFIX, ROOT, DrivePlace, id_in, place_at, place_of
from app.files.drive_reader import Drives, seen
from app.files.failures import apart, exists
from app.storage.file_history import FileHistory

_STORE: Final = "drive"


class DriveFinder:
    """Finds files by their ids, in Drive and in the history."""

    def __init__(self, drives: Drives, history: FileHistory) -> None:
        self._drives = drives
        self._history = history
        self._lock = threading.Lock()
        self._new: dict[tuple[str, str], str] = {}

    def there(self, path: str) -> str:
        """The locator of a file that is in Drive, as the history knows it or as Drive does.

        Raises ``FileMissingError``, ``NotAFileError`` for a folder.
        """
        file = self.file(path)
        known = self._known(file.file_id)
        if file.trashed:
            raise _missing(
                path,
                "It is in Drive's trash; files.restore brings it back."
                if known
                else "It is in Drive's trash, and Steward has no versions of it: take it out "
                "there, in the browser.",
            )
        return known or place_of(file).locator

    def known(self, path: str) -> str:
        """The locator of a file that has a history, else of one that is in Drive."""
        return self._known(id_in(path)[0]) or self.there(path)

    def new(self, path: str) -> str:
        """The locator of a file to be made: ``drive:FOLDER_ID/NAME`` (``root``: My Drive).

        The same each time until it is made, so that what is approved is what is done. Raises
        ``FileExistsAlreadyError`` where a file has that name there: Drive would show both.
        """
        folder, name = id_in(path)
        if path.removeprefix(PREFIX).count("/") > 1:
            raise FileError(
                f"{path} names a folder and a name, and something between them.",
                hint="Write drive:FOLDER_ID/NAME; drive.search finds the folder's id. A slash in "
                "the name itself is written %2F.",
                details={"path": path},
            )
        if not name:
            raise FileError(
                f"{path} does not say how the new file is to be called.",
                hint="Write drive:FOLDER_ID/NAME; drive:root/NAME is in My Drive.",
                details={"path": path},
            )
        client, folder = self._folder(folder, path)
        if client.search(DriveQuery(name=name, folder=folder)).files:
            raise exists(path)
        with self._lock:
            file_id = self._new.get((folder, name))
            if file_id is None or self._known(file_id) is not None:
                (file_id,) = client.new_ids(1)
                self._new[folder, name] = file_id
        return DrivePlace(file_id, folder, name).locator

    def goal(self, source: str, target: str) -> str:
        """Where a file goes that gets another name, or another folder, or both.

        ``target``: a new name; or ``drive:FOLDER_ID``, or ``drive:FOLDER_ID/NAME``.
        """
        place = place_at(source)
        if not target.startswith(PREFIX):
            if target.startswith(("/", "~", "./", "../")):
                raise apart(source, target)
            if "/" in target or not target.strip():
                raise FileError(
                    f"{target} is no name for a Drive file.",
                    hint="Give a name alone, or drive:FOLDER_ID/NAME.",
                    details={"path": source, "target": target},
                )
            return DrivePlace(place.file_id, place.folder, target.strip()).locator
        folder, name = id_in(target)
        _, folder = self._folder(folder, target)
        return DrivePlace(place.file_id, folder, name or place.name).locator

    def file(self, path: str) -> DriveFile:
        """What Drive says of it. Raises ``FileMissingError``."""
        file_id, _ = id_in(path)
        try:
            return seen(self._drives, file_id)[1]
        except DriveMissingError as error:
            raise _missing(path, "It may have been removed, or not be shared with you.") from error

    def entry(self, path: str) -> FileEntry:
        """What Drive says of a file or folder, as a folder's entries are given."""
        return _entry(self.file(path))

    def entries(self, path: str) -> list[FileEntry]:
        """What is in a folder of Drive, folders first, then by name."""
        client, folder = self._folder(id_in(path)[0], path)
        found: list[FileEntry] = []
        page: str | None = None
        while True:
            some = client.search(DriveQuery(folder=folder), page)
            found += [_entry(file) for file in some.files]
            page = some.next_page
            if page is None:
                return sorted(found, key=lambda one: (not one.is_dir, _name(one).casefold()))

    def search(self, query: DriveQuery, page: str | None = None) -> DrivePage:
        """Files of all accounts, one account after the other."""
        clients = self._drives.clients()
        at, _, token = (page or "0:").partition(":")
        number = int(at) if at.isdecimal() else 0
        if number >= len(clients):
            return DrivePage(())
        found = clients[number].search(query, token or None)
        following = f"{number}:{found.next_page}" if found.next_page else f"{number + 1}:"
        is_last = found.next_page is None and number + 1 == len(clients)
        return DrivePage(found.files, None if is_last else following)

    def folder(self, path: str) -> str:
        """The real id of a folder of Drive. Raises ``NotAFileError``, ``FileMissingError``."""
        return self._folder(id_in(path)[0], path)[1]

    def export(self, path: str, mime_type: str) -> bytes:
        """A Workspace file in another format. Raises ``NotAFileError`` for other files."""
        file = self.file(path)
        if not file.is_workspace or file.is_folder:
            raise NotAFileError(
                f"{path} is no Google document: it is read as it is.",
                hint="Read it with drive.read.",
                details={"path": path},
            )
        return self._drives.of(file.file_id).export(file.file_id, mime_type)

    # -- inside ----------------------------------------------------------------------------

    def _folder(self, folder: str, path: str) -> tuple[DriveClient, str]:
        """The account of a folder, and its real id."""
        client = self._drives.of(folder)
        try:
            found = client.get(folder)
        except DriveMissingError as error:
            raise _missing(
                path, "No such folder in Drive, or it is not shared with you."
            ) from error
        if not found.is_folder or found.trashed:
            raise NotAFileError(
                f"{PREFIX}{folder} is not a folder of Drive.",
                hint=f"drive.search finds folders; {PREFIX}{ROOT} is My Drive.",
                details={"path": path},
            )
        return client, found.file_id

    def _known(self, file_id: str) -> str | None:
        record = self._history.find_below(_STORE, f"{PREFIX}{file_id}/")
        return None if record is None else record.locator


def _name(entry: FileEntry) -> str:
    return place_at(entry.path).name


def _entry(file: DriveFile) -> FileEntry:
    place = place_of(file)
    return FileEntry(
        path=place.locator,
        display=place.display,
        is_dir=file.is_folder,
        size=file.size or 0,
        modified_at=file.modified_at or datetime.fromtimestamp(0, UTC),
        kind="" if file.is_folder else file.kind,
    )


def _missing(path: str, hint: str) -> FileMissingError:
    return FileMissingError(
        f"There is no file {path} in Google Drive.", hint=hint, details={"path": path}
    )
