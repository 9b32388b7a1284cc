"""Files of Google Drive, looked at: read whole, in pieces, or by their checksum alone."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final, Protocol

from app.domain.drive import (
    DOCUMENT_TYPE,
    SHEET_TYPE,
    DriveError,
    DriveFile,
    DriveMissingError,
    DriveOfflineError,
    DriveSignedOutError,
)
from app.domain.errors import FileError, FileTooLargeError, NotAFileError
from app.files.drive_client import DriveClient
from app.files.drive_places import DrivePlace, display_of, place_at
from app.files.drive_transfers import Transfers
from app.files.store import FolderContent, Pulled, Take, UnreachableError

_TRIES: Final = 3
_MODE: Final = 0o600
"""Drive has no permission bits: these are for the copies on this machine."""


class Drives(Protocol):
    """The accounts that are signed in."""

    def of(self, file_id: str) -> DriveClient:
        """The account that sees the file, or the folder. Raises ``DriveSignedOutError``."""
        ...

    def clients(self) -> Sequence[DriveClient]:
        """Every account that is signed in. Raises ``DriveSignedOutError`` where none is."""
        ...

    def account(self, file_id: str) -> str:
        """Names the account that ``of`` gives. Raises as that."""
        ...

    def is_signed_in(self, account: str) -> bool:
        """Whether an account can be used just now; asks nobody."""
        ...

    def lost(self, file_id: str) -> bool:
        """The account that saw a file does not any more. Returns whether another one may."""
        ...


def seen(drives: Drives, file_id: str) -> tuple[DriveClient, DriveFile]:
    """A file as an account sees it that may. Raises ``DriveMissingError`` where none may."""
    client = drives.of(file_id)
    try:
        return client, client.get(file_id)
    except DriveMissingError:
        if not drives.lost(file_id):
            raise
    client = drives.of(file_id)
    return client, client.get(file_id)


class DriveReader:
    """The half of the ``FileStore`` of Google Drive that touches nothing.

    A file in the trash counts as one that is not there. ``transfers`` is told what is on its way.
    """

    def __init__(self, drives: Drives, transfers: Transfers | None = None) -> None:
        self._drives = drives
        self._transfers = transfers or Transfers()
        self._known: dict[tuple[str, str], str] = {}  # SHA-256 of revisions, which never change

    def name_of(self, locator: str) -> str:
        """All of them are Drive's, whichever account sees them."""
        return "drive"

    def pull(self, locator: str, *, limit: int, take: Take | None = None) -> Pulled:
        """Read the newest revision, in memory or in pieces."""
        place = place_at(locator)
        for _ in range(_TRIES):
            client, file = self._require_file(place, locator)
            if (file.size or 0) > limit and take is None:
                raise _too_large(locator, file.size or 0, limit)
            with (
                client.download(file.file_id, str(file.head_revision)) as pieces,
                self._transfers.download(locator, file.size, pieces) as chunks,
            ):
                reading = Checked(chunks)
                content: bytes | None = None
                if take is None or (file.size or 0) <= limit:
                    content = b"".join(reading)
                else:
                    take(reading)
            if reading.is_whole(file):
                digest = reading.sha256.hexdigest()
                self._known[file.file_id, str(file.head_revision)] = digest
                return Pulled(content, digest, reading.size, _MODE, stamp_of(file))
        raise FileError(
            f"{locator} could not be read whole: what arrived is not what Drive says it has.",
            hint="Nothing was changed. Try again when nobody writes to it.",
            details={"path": locator},
        )

    @contextmanager
    def reading(self, locator: str) -> Iterator[BinaryIO]:
        """The newest revision, in a nameless file of this machine."""
        with tempfile.TemporaryFile() as stream:

            def take(chunks: Iterator[bytes]) -> None:
                stream.seek(0)
                stream.truncate()
                for chunk in chunks:
                    stream.write(chunk)

            self.pull(locator, limit=-1, take=take)
            stream.seek(0)
            yield stream

    def probe(self, locator: str) -> str | None:
        """SHA-256 hex of the newest revision; most often Drive tells it."""
        try:
            client, file = self._require_file(place_at(locator), locator)
        except FileNotFoundError:
            return None
        return file.sha256 or self._hash(client, file)

    def is_as_pulled(self, locator: str, pulled: Pulled) -> bool:
        """Whether it is the same revision, or has the same bytes at least."""
        try:
            _, file = self._require_file(place_at(locator), locator)
        except FileNotFoundError:
            return False
        return stamp_of(file) == pulled.stamp or (file.md5, file.size) == pulled.stamp[1:]

    def is_respelled(self, locator: str, target: str) -> bool:
        """Whether both are places of one file: a rename in Drive never meets another name."""
        return place_at(locator).file_id == place_at(target).file_id

    def look_into(self, folder: str) -> FolderContent:
        """No folder of Drive is moved as a whole. Raises ``NotAFileError``."""
        raise NotAFileError(
            f"{folder} is in Google Drive, where whole folders are left alone.",
            hint="Move its files one by one, or move the folder in Drive itself.",
            details={"path": folder},
        )

    # -- inside ----------------------------------------------------------------------------

    def _require_file(self, place: DrivePlace, locator: str) -> tuple[DriveClient, DriveFile]:
        """The file as Drive describes it now.

        Raises ``FileNotFoundError`` where it is gone or in the trash, ``NotAFileError``.
        """
        try:
            client, file = seen(self._drives, place.file_id)
        except DriveMissingError as error:
            raise _gone(locator) from error
        if file.trashed:
            raise _gone(locator)
        require_bytes(file, locator)
        return client, file

    def _hash(self, client: DriveClient, file: DriveFile) -> str:
        key = (file.file_id, str(file.head_revision))
        if key not in self._known:
            with client.download(*key) as chunks:
                reading = Checked(chunks)
                for _ in reading:
                    pass
            if not reading.is_whole(file):
                raise DriveError(
                    f"{file.name} could not be read whole.",
                    hint="Nothing was changed. Try again.",
                    details={"file_id": file.file_id},
                )
            self._known[key] = reading.sha256.hexdigest()
        return self._known[key]


class Checked:
    """Bytes as they arrive, with what they come to."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.sha256.update(chunk)
        self.md5.update(chunk)
        self.size += len(chunk)
        return chunk

    def is_whole(self, file: DriveFile) -> bool:
        """Whether it is what Drive says that the file has."""
        return self.size == file.size and file.md5 in (None, self.md5.hexdigest())


def stamp_of(file: DriveFile) -> tuple[object, ...]:
    """What the bytes of a file can be told by without reading them."""
    return (file.head_revision, file.md5, file.size)


@contextmanager
def reaching(locator: str) -> Iterator[None]:
    """What keeps us from Drive altogether becomes ``UnreachableError``."""
    try:
        yield
    except (DriveOfflineError, DriveSignedOutError) as error:
        raise UnreachableError(
            f"Google Drive cannot be reached for {display_of(locator)}: {error.message}",
            hint=error.hint or "Steward finishes what it began there when Drive can be reached.",
            details={**error.details, "path": locator},
        ) from error


def require_bytes(file: DriveFile, locator: str) -> None:
    """Raises ``NotAFileError`` for what has no bytes of its own."""
    if file.is_folder:
        what, hint = "a folder", "Name a file; drive.search finds what is in a folder."
    elif file.shortcut_to is not None:
        what, hint = "a shortcut", f"Name what it stands for: drive:{file.shortcut_to}."
    elif file.mime_type in (DOCUMENT_TYPE, SHEET_TYPE):
        what = f"a {file.kind}, which has no bytes of its own"
        hint = "Read it with drive.read; it is changed by docs.edit and sheets.update."
    elif file.is_workspace or file.head_revision is None:
        what = f"a {file.kind or 'file'}, which has no bytes that could be changed"
        hint = "drive.read gives the text of slides; drive.export saves it as a new file."
    else:
        return
    details = {"path": locator, "is": "folder" if file.is_folder else file.kind}
    raise NotAFileError(f"{locator} is {what}.", hint=hint, details=details)


def _gone(locator: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), locator)


def _too_large(locator: str, size: int, limit: int) -> FileTooLargeError:
    return FileTooLargeError(
        f"{locator} has {size:,} bytes; the limit is {limit:,}.",
        details={"path": locator, "size": size, "limit": limit},
    )
