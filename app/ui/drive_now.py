"""How Google Drive stands, as the window knows it: accounts, watched folders, the last look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.domain.drive import DriveSpot, DriveStatus
from app.domain.errors import ConfigurationError
from app.domain.google_accounts import AccountState, GoogleAccount

if TYPE_CHECKING:
    from app.ui.ports import Desk
    from app.ui.tasks import Tasks


class DriveNow(QObject):
    """``changed`` when any of it is different. Nothing is read before ``refresh``."""

    changed = Signal()
    _accounts_changed = Signal()

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._reading: asyncio.Task[None] | None = None
        self._stale = False
        self._seen: dict[str, str] = {}
        self.accounts: Sequence[GoogleAccount] = ()
        self.watched: Mapping[str, str] = {}
        """Names of watched folders by their ids, the oldest first."""
        self.problem = ""
        """Why the accounts cannot be read."""
        self._accounts_changed.connect(self.refresh)
        self._ends = [
            desk.google.subscribe(self._accounts_told),
            desk.drive.subscribe(self.changed.emit),
        ]

    def close(self) -> None:
        """Be told of nothing more."""
        for end in self._ends:
            end()
        self._ends = []

    @property
    def status(self) -> DriveStatus:
        """How the last look at Drive went."""
        return self._desk.drive.status

    @property
    def is_ready(self) -> bool:
        """Whether any account can be used."""
        return any(one.state is AccountState.READY for one in self.accounts)

    @property
    def folder_names(self) -> Mapping[str, str]:
        """Names of folders by their ids: the watched ones, and those that were looked into."""
        return {**self._seen, **self.watched}

    def note(self, spot: DriveSpot) -> None:
        """Remember what a folder is called."""
        if spot.folder_id is not None and spot.name:
            self._seen[spot.folder_id] = spot.name

    def refresh(self) -> None:
        """Read accounts and folders; a second call meanwhile is seen by the next reading."""
        self._stale = True
        if self._reading is None or self._reading.done():
            self._reading = self._tasks.run(self._read(), name="read how Drive stands")

    async def watch(self, folder_id: str, name: str) -> None:
        """Watch a folder from now on."""
        await asyncio.to_thread(self._desk.drive.add_folder, folder_id, name)
        self._desk.drive.look_now()
        self.refresh()

    async def unwatch(self, folder_id: str) -> None:
        """Watch a folder no more; the versions of its files stay."""
        await asyncio.to_thread(self._desk.drive.remove_folder, folder_id)
        self.refresh()

    def _accounts_told(self) -> None:
        """In any thread."""
        if isValid(self):
            self._accounts_changed.emit()

    async def _read(self) -> None:
        while self._stale:
            self._stale = False
            try:
                self.accounts = await asyncio.to_thread(self._desk.google.all)
                self.problem = ""
            except ConfigurationError as error:
                self.accounts, self.problem = (), str(error)
            self.watched = await asyncio.to_thread(self._desk.drive.folders)
            self.changed.emit()
