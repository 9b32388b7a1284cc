"""Google Drive put together: the accounts, the stores of its files, and who watches them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.files.document_store import DocumentStore
from app.files.drive_finder import DriveFinder
from app.files.drive_start import StartingDrives
from app.files.drive_store import DriveStore
from app.files.drive_watching import DriveWatcher
from app.files.folder_store import FolderStore
from app.files.fs_ops import FsOps
from app.files.stores import Stores
from app.integrations.google.accounts import GoogleAccounts
from app.storage.drive_watch import DriveWatch

if TYPE_CHECKING:
    from app.config import Settings, SettingsStore
    from app.domain.google_accounts import GoogleAccount
    from app.domain.skills import Clock
    from app.files.version_manager import VersionManager
    from app.integrations.google.account_book import Hide
    from app.storage.database import Database


class ConnectedDrive:
    """What Steward has of Google Drive. Drive itself is not asked before ``begin``.

    Attributes:
        accounts: who is signed in.
        stores: folders of this machine and files of Drive, as one store.
    """

    def __init__(
        self,
        store: SettingsStore,
        *,
        settings: Callable[[], Settings],
        clock: Clock,
        hide: Hide,
        on_end: Callable[[GoogleAccount], None],
    ) -> None:
        self.accounts = GoogleAccounts(
            store, settings=settings, clock=clock, hide=hide, on_end=on_end
        )
        self._drives = StartingDrives(self.accounts)
        self.stores = Stores(
            FolderStore(FsOps()), DriveStore(self._drives), DocumentStore(self._drives)
        )

    def finder(self, versions: VersionManager) -> DriveFinder:
        """Finds files by what a person wrote."""
        return DriveFinder(self._drives, versions.history)

    def watcher(self, versions: VersionManager, database: Database, clock: Clock) -> DriveWatcher:
        """Notes what others do; it looks at once when an account is connected."""
        watch = DriveWatch(database, clock)
        watcher = DriveWatcher(
            versions=versions,
            drives=self._drives,
            feeds=watch,
            folders=lambda: frozenset(watch.folders()),
        )
        self.accounts.subscribe(watcher.look_now)
        return watcher

    def begin(self) -> None:
        """Steward has started: let Drive be asked."""
        self._drives.begin()
