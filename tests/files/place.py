"""A granted folder, a home and everything between, with real files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.domain.files import FileVersion, Origin
from app.domain.workspace import Workspace
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.storage.database import Database
from tests.clocks import FixedClock
from tests.files.faults import WatchedDatabase, WatchedFs, Wire

ME = Origin(user="me", by="test")


class Place:
    """One folder of the person's, with a manager on it. ``restart`` is what a new process sees.

    ``database`` and ``home`` may be those of another place: opening a database takes time.
    """

    def __init__(
        self, root: Path, *, database: Database | None = None, home: Path | None = None
    ) -> None:
        root.mkdir(exist_ok=True)
        self.home = home or root / "home"
        self.folder = root / "docs"
        self.home.mkdir(exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        self.wire = Wire()
        self.clock = FixedClock()
        self.fs: FsOps = WatchedFs(self.wire)
        self.events: list[FileVersion] = []
        self._own_database = database is None
        if database is None:
            database = WatchedDatabase(self.home / "steward.db", self.wire)
            database.open()
        self.database = database
        self.granted = GrantedFolders([self.folder], private=[self.home])
        self.start()

    def start(self, fs: FsOps | None = None) -> None:
        self.fs = fs or self.fs
        self.manager = VersionManager(
            database=self.database,
            vault=self.home / "vault",
            store=FolderStore(self.fs),
            clock=self.clock,
            on_version=self.events.append,
            fs=self.fs,
        )
        self.workspaces = Workspaces(self.manager, self.granted)

    async def restart(self) -> None:
        """A new process, after the old one died or ended: nothing of it is left but the disk."""
        await self.manager.close()
        self.wire = Wire()
        if isinstance(self.database, WatchedDatabase):
            self.database.wire = self.wire
        self.start(WatchedFs(self.wire))
        await self.manager.recover()

    async def close(self) -> None:
        await self.manager.close()
        if self._own_database:
            self.database.close()

    # -- reading -----------------------------------------------------------------------------

    def workspace(
        self,
        turn: str | None = None,
        *,
        conversation: str | None = None,
        expected: Mapping[str, str | None] | None = None,
    ) -> Workspace:
        origin = Origin(
            user="me", by="files.edit", skill="files.edit", turn_id=turn,
            conversation_id=conversation,
        )  # fmt: skip
        return self.workspaces.bind(origin, expected=expected)

    @property
    def files(self) -> dict[str, bytes]:
        """Everything in the folder, by relative path."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def put(self, files: Mapping[str, bytes]) -> None:
        """What someone else does."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    async def told(self, path: str) -> list[str]:
        """A file's history in short: ``1 seen user_upload`` …"""
        versions = await self.workspace().versions(path)
        return [f"{v.version} {v.action} {v.operation}" for v in versions]
