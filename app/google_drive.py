"""Google Drive put together: the accounts, the stores of its files, and who watches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.drive import DriveStatus, DriveTransfer
from app.files.document_store import DocumentStore
from app.files.drive_browsing import DriveBrowser
from app.files.drive_finder import DriveFinder
from app.files.drive_start import StartingDrives
from app.files.drive_store import DriveStore
from app.files.drive_transfers import Transfers
from app.files.drive_watching import DriveWatcher
from app.files.folder_store import FolderStore
from app.files.fs_ops import FsOps
from app.files.stores import Stores
from app.integrations.google.accounts import GoogleAccounts
from app.storage.drive_watch import DriveWatch

if TYPE_CHECKING:
    from app.config import Settings
    from app.domain.google_accounts import GoogleAccount
    from app.domain.skills import Clock
    from app.files.version_manager import VersionManager
    from app.integrations.google.account_book import Hide
    from app.settings_store import SettingsStore
    from app.storage.database import Database


class ConnectedDrive:
    """What Steward has of Google Drive. Drive itself is not asked before ``begin``.

    Attributes:
        accounts: who is signed in.
        stores: folders of this machine and files of Drive, as one store.
        browser: looks around in Drive.
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
        self.browser = DriveBrowser(self._drives)
        self._transfers = Transfers()
        self._watch: DriveWatch | None = None
        self._watcher: DriveWatcher | None = None
        self._listeners: list[Callable[[], None]] = []
        self.stores = Stores(
            FolderStore(FsOps()),
            DriveStore(self._drives, self._transfers),
            DocumentStore(self._drives),
        )

    def finder(self, versions: VersionManager) -> DriveFinder:
        """Finds files by what a person wrote."""
        return DriveFinder(self._drives, versions.history)

    def watcher(self, versions: VersionManager, database: Database, clock: Clock) -> DriveWatcher:
        """Notes what others do; it looks at once when an account is connected."""
        watch = self._watch = DriveWatch(database, clock)
        watcher = self._watcher = DriveWatcher(
            versions=versions,
            drives=self._drives,
            feeds=watch,
            folders=lambda: frozenset(watch.folders()),
            now=clock.now,
            on_status=self._tell,
        )
        self.accounts.subscribe(watcher.look_now)
        return watcher

    @property
    def status(self) -> DriveStatus:
        """How the last look at it went."""
        return DriveStatus() if self._watcher is None else self._watcher.status

    def transfers(self) -> Sequence[DriveTransfer]:
        """What is on its way for longer than a moment. From any thread."""
        return self._transfers.slow()

    def look_now(self) -> None:
        """Do not wait for the next look. From any thread."""
        if self._watcher is not None:
            self._watcher.look_now()

    def folders(self) -> Mapping[str, str]:
        """Names of the watched folders by their ids, the oldest first. Blocking."""
        return {} if self._watch is None else self._watch.folders()

    def add_folder(self, folder_id: str, name: str) -> None:
        """Keep what happens to the files in a folder from now on. Blocking."""
        assert self._watch is not None
        self._watch.add_folder(folder_id, name)

    def remove_folder(self, folder_id: str) -> None:
        """Watch it no more; what was recorded stays. Blocking."""
        assert self._watch is not None
        self._watch.remove_folder(folder_id)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener``, on the loop's thread, when ``status`` changes; ends by the result."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def begin(self) -> None:
        """Steward has started: let Drive be asked."""
        self._drives.begin()
