"""Google Drive as a person looks around in it: each account's folders, in pages.

Blocking, for worker threads. Every method raises ``DriveSignedOutError``, ``DriveOfflineError`` and
other ``DriveError``.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.drive import (
    DriveForbiddenError,
    DriveMissingError,
    DrivePage,
    DriveSpot,
)
from app.files.drive_client import DriveClient, DriveQuery
from app.files.drive_places import ROOT
from app.files.drive_reader import Drives


class DriveBrowser:
    """Looks into every account that is signed in."""

    def __init__(self, drives: Drives) -> None:
        self._drives = drives
        self._emails: dict[DriveClient, str] = {}

    def tops(self) -> Sequence[DriveSpot]:
        """Where to begin: My Drive and the shared drives of each account."""
        return [top for client in self._drives.clients() for top in self._tops_of(client)]

    def look_into(self, spot: DriveSpot, page: str | None = None) -> DrivePage:
        """What is in a folder, folders first within a page; nothing of the trash."""
        found = self._client(spot).search(DriveQuery(folder=spot.folder_id), page)
        files = sorted(found.files, key=lambda one: (not one.is_folder, one.name.casefold()))
        return DrivePage(tuple(files), found.next_page, found.incomplete)

    def search(self, words: str, page: str | None = None) -> DrivePage:
        """Files and folders with these words in name or text, one account after the other."""
        clients = self._drives.clients()
        at, _, token = (page or "0:").partition(":")
        number = int(at)
        if number >= len(clients):
            return DrivePage(())
        found = clients[number].search(DriveQuery(words=words), token or None)
        if found.next_page is not None:
            return DrivePage(found.files, f"{number}:{found.next_page}", found.incomplete)
        is_last = number + 1 == len(clients)
        return DrivePage(found.files, None if is_last else f"{number + 1}:", found.incomplete)

    # -- inside ----------------------------------------------------------------------------

    def _tops_of(self, client: DriveClient) -> list[DriveSpot]:
        account = self._email(client)
        try:
            root = client.get(ROOT)
        except (DriveMissingError, DriveForbiddenError):  # it may see only what it made
            return [DriveSpot(account, None, "")]
        try:
            shared = client.shared_drives()
        except DriveForbiddenError:
            shared = {}
        return [
            DriveSpot(account, root.file_id, root.name),
            *(DriveSpot(account, one, name, shared=True) for one, name in shared.items()),
        ]

    def _email(self, client: DriveClient) -> str:
        known = self._emails.get(client)
        if known is None:
            known = self._emails[client] = client.account().email
        return known

    def _client(self, spot: DriveSpot) -> DriveClient:
        for client in self._drives.clients():
            if spot.account and self._email(client) == spot.account:
                return client
        return self._drives.of(spot.folder_id or ROOT)
