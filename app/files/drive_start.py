"""Drive is not asked while Steward starts: a slow line must not keep the window waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from app.domain.drive import DriveOfflineError
from app.files.drive_client import DriveClient
from app.files.drive_reader import Drives


class StartingDrives:
    """The accounts, from ``begin`` on. What a crash left open in Drive is ended after that."""

    def __init__(self, drives: Drives) -> None:
        self._drives = drives
        self._begun = threading.Event()

    def begin(self) -> None:
        """Let Drive be asked."""
        self._begun.set()

    def of(self, file_id: str) -> DriveClient:
        """The account that sees the file."""
        self._require_begun()
        return self._drives.of(file_id)

    def clients(self) -> Sequence[DriveClient]:
        """Every account that is signed in."""
        self._require_begun()
        return self._drives.clients()

    def account(self, file_id: str) -> str:
        """Names the account that ``of`` gives."""
        self._require_begun()
        return self._drives.account(file_id)

    def is_signed_in(self, account: str) -> bool:
        """Whether an account can be used just now."""
        return self._drives.is_signed_in(account)

    def lost(self, file_id: str) -> bool:
        """The account that saw a file does not any more."""
        return self._drives.lost(file_id)

    def _require_begun(self) -> None:
        if not self._begun.is_set():
            raise DriveOfflineError(
                "Google Drive is asked when Steward has started.", hint="Try again in a moment."
            )
