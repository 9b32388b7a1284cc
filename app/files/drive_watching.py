"""Records what others do to Drive files, as versions, from Drive's feed of changes.

It only looks and takes note. Where it stopped is remembered after what it found was recorded: what
happened while Steward was closed is found at its next start, and nothing is passed over. It runs
as a supervisor's child on the loop's thread; blocking work runs in worker threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

from app.domain.drive import (
    DriveChange,
    DriveError,
    DriveFile,
    DriveMissingError,
    DriveOfflineError,
    DriveSignedOutError,
    DriveStatus,
)
from app.domain.errors import DiskFullError, FileError, NotAFileError
from app.files.drive_asking import asked
from app.files.drive_client import DriveClient
from app.files.drive_places import PREFIX, is_drive, place_at, place_of
from app.files.drive_reader import Drives, require_bytes, seen
from app.files.store import UnreachableError
from app.files.version_manager import VersionManager
from app.resilience.supervision import Child, Ready

logger = logging.getLogger(__name__)

CHILD: Final = "Google Drive watcher"
"""Its name among a supervisor's children."""

INTERVAL: Final = 60.0
"""Seconds between two looks."""
_UNKNOWN_PLACE: Final = (400, 404, 410)
"""How Drive answers where a page of its feed is none that it knows."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes; a file without a history that is larger is not given one."""


class DriveFeeds(Protocol):
    """Where each account's feed was read to. Blocking."""

    def read(self, account: str) -> str | None:
        """``None`` where it was never read."""
        ...

    def keep(self, account: str, page: str) -> None:
        """From here on the next time."""
        ...


class DriveWatcher:
    """Watches the files with a history, and those in ``folders``, of every account.

    Args:
        versions: takes note of the changes, and publishes each version.
        drives: the accounts.
        feeds: where they were read to.
        folders: ids of watched folders; asked each time.
        interval: seconds between two looks.
        now: UTC.
        on_status: told, on the loop's thread, when ``status`` says something else.
    """

    def __init__(
        self,
        *,
        versions: VersionManager,
        drives: Drives,
        feeds: DriveFeeds,
        folders: Callable[[], frozenset[str]] = frozenset,
        interval: float = INTERVAL,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_status: Callable[[], None] = lambda: None,
    ) -> None:
        self._versions = versions
        self._drives = drives
        self._feeds = feeds
        self._folders = folders
        self._interval = interval
        self._now = now
        self._on_status = on_status
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.status = DriveStatus()

    @property
    def child(self) -> Child:
        """What a supervisor runs."""
        return Child(CHILD, self._run)

    def look_now(self) -> None:
        """Do not wait for the next look: an account was connected. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _run(self, ready: Ready) -> None:
        self._loop = asyncio.get_running_loop()
        ready()
        said = ""
        while True:
            self._woken.clear()
            try:
                await self.settle()
                await self.look()
                said = ""
                await self._tell(DriveStatus(self._now()))
            except FileError as error:  # Drive is away, or a disk is full, or others are busy
                away = isinstance(error, DriveOfflineError | UnreachableError)
                offline = error.message if away else ""
                await self._tell(DriveStatus(self.status.looked_at, offline))
                if error.message != said:
                    said = error.message
                    logger.info("the changes in Drive are looked at later", extra={"why": said})
            try:
                async with asyncio.timeout(self._interval):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def look(self) -> int:
        """Note what changed since the last look. Returns how many versions are new.

        Every account is looked at, also where another one fails. Raises ``DriveSignedOutError``,
        ``DriveOfflineError`` and other ``FileError``; what was noted until then stays, and the
        next look goes on from there.
        """
        clients = await asked(self._drives.clients)
        count = 0
        failure: FileError | None = None
        for client in clients:
            try:
                count += await self._look_at(client)
            except FileError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return count

    async def settle(self) -> None:
        """End what was left open in Drive, by a crash, or since it could not be reached."""
        await asked(self._drives.clients)  # raises where nobody is signed in
        await self._versions.recover_drive()

    async def _tell(self, status: DriveStatus) -> None:
        left = await self._versions.in_worker(self._versions.left_open)
        waiting = tuple(dict.fromkeys(path for path in left if is_drive(path)))
        before, self.status = self.status, replace(status, waiting=waiting)
        if before != self.status:
            self._on_status()

    # -- inside ----------------------------------------------------------------------------

    async def _look_at(self, client: DriveClient) -> int:
        account = (await asked(client.account)).email
        page = await asyncio.to_thread(self._feeds.read, account)
        if not page:
            return await self._begun_anew(client, account)
        count = 0
        following: str | None = page
        while following is not None:
            try:
                found = await asked(partial(client.changes, following))
            except DriveError as error:
                if error.details.get("status") not in _UNKNOWN_PLACE:
                    raise
                logger.warning("Drive does not know where its feed was read to: all is looked at")
                return count + await self._begun_anew(client, account)
            for change in _newest(found.changes):
                count += await self._note(change)
            following = found.next_page
            reached = found.next_page or found.next_start
            if reached is not None:
                await asyncio.to_thread(self._feeds.keep, account, reached)
        return count

    async def _begun_anew(self, client: DriveClient, account: str) -> int:
        """Nothing tells what changed: each file with a history is compared, once.

        The feed is read from before that. A file that no account sees is passed over: it may be
        one of an account that is signed out. That is told when it is used.
        """
        start = await asked(client.changes_start)
        count = 0
        for file_id in await self._versions.in_worker(self._known_files):
            try:
                file = await asked(partial(self._seen, file_id))
            except DriveMissingError:
                continue
            count += await self._note(DriveChange(file_id, file, None))
        await asyncio.to_thread(self._feeds.keep, account, start)
        return count

    def _known_files(self) -> list[str]:
        found = self._versions.plans.known_below(PREFIX)
        return list(dict.fromkeys(place_at(one.path).file_id for one in found))

    def _seen(self, file_id: str) -> DriveFile:
        return seen(self._drives, file_id)[1]

    async def _note(self, change: DriveChange) -> int:
        try:
            return await self._noted(change)
        except FileError as error:
            if _passes(error):
                raise  # the feed is read from here again
            logger.warning(
                "a change in Drive was not noted",
                extra={"file": change.file_id, "why": error.message},
            )
            return 0

    async def _noted(self, change: DriveChange) -> int:
        file = change.file
        record = await self._versions.in_worker(
            lambda: self._versions.history.find_below("drive", f"{PREFIX}{change.file_id}/")
        )
        if record is None:
            if file is None or not self._is_to_be_kept(file):
                return 0
            return int(
                await self._versions.note(place_of(file).locator, first_seen=True) is not None
            )
        locator = record.locator
        count = int(await self._versions.note(locator) is not None)
        if file is not None and not file.trashed and place_of(file).locator != locator:
            moved = await self._versions.note_moved(locator, place_of(file).locator)
            count += int(moved is not None)
        return count

    def _is_to_be_kept(self, file: DriveFile) -> bool:
        if file.trashed or not self._folders().intersection(file.parents):
            return False
        try:
            require_bytes(file, file.name)
        except NotAFileError:
            return False
        return (file.size or 0) <= LARGEST


def _passes(error: FileError) -> bool:
    """Whether it is not this file that cannot be noted, but any, for now."""
    everywhere = (DriveSignedOutError, DriveOfflineError, UnreachableError, DiskFullError)
    return isinstance(error, everywhere) or bool(error.details.get("busy"))


def _newest(changes: Sequence[DriveChange]) -> list[DriveChange]:
    """The last word on each file, in order."""
    return list({change.file_id: change for change in changes}.values())
