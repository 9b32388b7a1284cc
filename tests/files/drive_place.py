"""A Drive on loopback, with a version manager on it that speaks to it by Google's own library."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from app.domain.files import FileVersion, Origin
from app.domain.workspace import Workspace
from app.files.blobs import BlobStore, hash_of
from app.files.document_store import DocumentStore
from app.files.drive_client import DriveClient
from app.files.drive_finder import DriveFinder
from app.files.drive_store import DriveStore
from app.files.drive_transfers import Transfers
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.stores import Stores
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.integrations.google.attempts import RetryPolicy
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.drive_session import DriveSession
from app.integrations.google.uploads import UploadSizes
from app.storage.database import Database
from tests.clocks import FixedClock
from tests.files.place import ME
from tests.standins.google_drive import ME as ME_IN_DRIVE
from tests.standins.google_drive import DriveServer, StoredFile


class OneAccount:
    """The one account that is signed in."""

    def __init__(self, client: DriveClient) -> None:
        self.client = client

    def of(self, file_id: str) -> DriveClient:
        return self.client

    def clients(self) -> Sequence[DriveClient]:
        return [self.client]

    def account(self, file_id: str) -> str:
        return ME_IN_DRIVE

    def is_signed_in(self, account: str) -> bool:
        return account == ME_IN_DRIVE

    def lost(self, file_id: str) -> bool:
        return False


class DrivePlace:
    """One account's Drive, a granted folder and a home. ``restart`` is what a new process sees."""

    def __init__(
        self, root: Path, *, policy: RetryPolicy | None = None, sizes: UploadSizes | None = None
    ) -> None:
        self.home, self.folder = root / "home", root / "docs"
        self.home.mkdir(parents=True)
        self.folder.mkdir()
        self.server = DriveServer()
        self.state = self.server.state
        self.clock = FixedClock()
        self.events: list[FileVersion] = []
        self._policy = policy
        self._sizes = sizes
        self.transfers: Transfers | None = None
        self._turns = itertools.count(1)

    def __enter__(self) -> Self:
        self.server.__enter__()
        self.database = Database(self.home / "steward.db")
        self.database.open()
        self.client = GoogleDrive(
            DriveSession(
                self.server.sign_in(),
                root_url=self.server.root_url,
                policy=self._policy,
                wait=lambda _: None,
            ),
            sizes=self._sizes,
        )
        self.drives = OneAccount(self.client)
        self.start()
        return self

    def start(self) -> None:
        self.manager = VersionManager(
            database=self.database,
            vault=self.home / "vault",
            store=Stores(
                FolderStore(FsOps()),
                DriveStore(self.drives, self.transfers),
                DocumentStore(self.drives),
            ),
            clock=self.clock,
            on_version=self.events.append,
        )
        finder = DriveFinder(self.drives, self.manager.history)
        self.granted = GrantedFolders([self.folder], private=[self.home])
        self.workspaces = Workspaces(self.manager, self.granted, finder)

    async def stop(self) -> None:
        await self.manager.close()

    async def restart(self) -> None:
        await self.stop()
        self.start()
        await self.manager.recover()

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.database.close()
        self.server.__exit__(None, None, None)

    @property
    def work(self) -> Workspace:
        return self.workspaces.bind(ME)

    def turn(self) -> Workspace:
        """A workspace in a turn of its own."""
        return self.workspaces.bind(Origin(user="me", by="test", turn_id=f"t{next(self._turns)}"))

    def add(self, name: str = "notes.txt", content: bytes = b"one\n") -> tuple[StoredFile, str]:
        """A file of the person's in Drive, and how it is named."""
        file = self.state.add(name, content)
        return file, f"drive:{file.id}"

    def has_bytes(self, content: bytes) -> bool:
        """Whether the vault has them, of a version or not."""
        return BlobStore(self.home / "vault", FsOps()).has(hash_of(content))

    def archived(self) -> list[StoredFile]:
        """The native copies."""
        folders = [one.id for one in self.state.files.values() if one.name == "Steward archive"]
        return [
            one for one in self.state.files.values() if one.parents and one.parents[0] in folders
        ]
