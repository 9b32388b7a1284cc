"""Several Google accounts on the same files, signed in and out in the middle of things."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.drive import DriveSignedOutError
from app.domain.errors import ConflictError, FileError
from app.domain.files import OperationType, Origin
from app.domain.google_accounts import AccountState, DriveAccess, GoogleAccount
from app.domain.workspace import Workspace
from app.files.document_store import DocumentStore
from app.files.drive_finder import DriveFinder
from app.files.drive_store import DriveStore
from app.files.drive_watching import DriveWatcher
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.stores import Stores
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.storage.database import Database
from app.storage.drive_watch import DriveWatch
from app.storage.file_journal import FileJournal
from tests.clocks import FixedClock
from tests.files.place import ME as ORIGIN
from tests.integrations.google_accounts import Desk
from tests.keyrings import WorkingKeyring
from tests.standins.google_drive import COLLEAGUE, ME, CutBefore, DriveServer, StoredFile
from tests.standins.google_drive.requests import Request


@pytest.fixture
def google() -> Iterator[DriveServer]:
    with DriveServer() as server:
        yield server


class Home:
    """A data directory with accounts, and a process on it."""

    def __init__(self, root: Path, google: DriveServer) -> None:
        self.google = google
        self.desk = Desk(root / "home", google)
        self.database = Database(root / "home" / "steward.db")
        self.database.open()
        self.clock = FixedClock()
        self.vault = root / "home" / "vault"
        self.manager = self.process()

    def process(self) -> VersionManager:
        drives = self.desk.accounts
        return VersionManager(
            database=self.database,
            vault=self.vault,
            store=Stores(FolderStore(FsOps()), DriveStore(drives), DocumentStore(drives)),
            clock=self.clock,
        )

    def work(self, manager: VersionManager | None = None, origin: Origin = ORIGIN) -> Workspace:
        manager = manager or self.manager
        finder = DriveFinder(self.desk.accounts, manager.history)
        return Workspaces(manager, GrantedFolders([], private=[]), finder).bind(origin)

    def watcher(self) -> DriveWatcher:
        return DriveWatcher(
            versions=self.manager,
            drives=self.desk.accounts,
            feeds=DriveWatch(self.database, self.clock),
        )

    def open_changes(self) -> int:
        return len(FileJournal(self.database, self.clock).open_operations())

    def file_of(self, *users: str) -> tuple[StoredFile, str]:
        file = self.google.state.add("shared.txt", b"one\n")
        file.parents.clear()
        file.roles = {user: "owner" if user is users[0] else "writer" for user in users}
        return file, f"drive:{file.id}"


@pytest.fixture
async def home(
    tmp_path: Path, google: DriveServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    WorkingKeyring(monkeypatch)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    made = Home(tmp_path, google)
    await made.desk.sign_in(ME, DriveAccess.ALL)
    await made.desk.sign_in(COLLEAGUE, DriveAccess.ALL)
    yield made
    google.heal()
    assert (await made.manager.verify()).problems == ()
    await made.manager.close()
    made.desk.accounts.close()
    made.database.close()


def account(home: Home, email: str) -> GoogleAccount:
    return next(one for one in home.desk.accounts.all() if one.email == email)


async def test_a_file_that_one_account_lost_is_still_seen_by_the_other(home: Home) -> None:
    file, path = home.file_of(ME, COLLEAGUE)
    await home.work().edit(path, bytes.upper)
    home.google.state.share(file.id, ME, "")
    assert await home.work().read(path) == b"ONE\n"
    await home.watcher().look()
    await home.watcher().look()
    assert (await home.work().versions(path))[-1].hash_after is not None
    await home.work().restore(path, 1)
    assert file.content == b"one\n"


async def test_two_processes_of_two_accounts_change_one_file(home: Home) -> None:
    file, path = home.file_of(ME, COLLEAGUE)
    other = home.process()
    await home.work().edit(path, bytes.upper)
    await home.work(other).edit(path, lambda old: old + b"two\n")
    await home.work().edit(path, lambda old: old + b"three\n")
    assert file.content == b"ONE\ntwo\nthree\n"
    assert [one.version for one in await home.work().versions(path)] == [1, 2, 3, 4]
    await other.close()


async def test_an_account_that_is_signed_out_is_not_taken_for_files_that_are_gone(
    home: Home,
) -> None:
    file, path = home.file_of(COLLEAGUE)

    def away(request: Request) -> None:
        if "/upload/" in request.target:
            home.google.fail(CutBefore(), times=500)  # its answer never comes, nor any other

    home.google.before = away
    with pytest.raises(FileError):
        await home.work().edit(path, bytes.upper)
    home.google.before = lambda _: None
    home.google.heal()
    assert home.open_changes() == 1
    token = home.desk.accounts.take_out(account(home, COLLEAGUE))
    await home.manager.recover()
    assert home.open_changes() == 1
    assert token is not None
    again = GoogleAccount(
        COLLEAGUE,
        DriveAccess.ALL,
        AccountState.READY,
        signed_in_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    home.desk.accounts.adopt(again, token)
    await home.manager.recover_drive()
    assert home.open_changes() == 0
    versions = await home.work().versions(path)
    assert [one.operation for one in versions][-1] is OperationType.SKILL_EDIT
    assert file.content == b"ONE\n"


async def test_signed_out_between_look_and_deed(home: Home) -> None:
    file, path = home.file_of(COLLEAGUE)
    plan = await home.work().plan_edit(path, bytes.upper)
    home.desk.accounts.take_out(account(home, COLLEAGUE))
    finder = DriveFinder(home.desk.accounts, home.manager.history)
    bound = Workspaces(home.manager, GrantedFolders([], private=[]), finder).bind(
        ORIGIN, expected={plan.path: plan.hash_before}
    )
    with pytest.raises(FileError):
        await bound.edit(path, bytes.upper)
    assert file.content == b"one\n"
    home.desk.accounts.take_out(account(home, ME))
    with pytest.raises(DriveSignedOutError):
        await bound.edit(path, bytes.upper)


async def test_a_token_revoked_in_the_middle_of_an_upload(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    file, path = home.file_of(ME)
    large = b"0123456789abcde\n" * (9 * 65_536)
    pieces: list[str] = []

    def revoke(request: Request) -> None:
        if "upload_id" in request.target:
            pieces.append("piece")
            if len(pieces) == 1:
                for grant in home.google.sign_ins.grants.values():
                    grant.revoked = grant.user == ME
                home.google.sign_ins.expire()

    home.google.before = revoke
    caplog.set_level(logging.DEBUG)
    with pytest.raises(FileError) as caught:
        await home.work().edit(path, lambda _: large)
    home.google.before = lambda _: None
    assert not isinstance(caught.value, ConflictError)
    assert file.content == b"one\n"
    assert "Steward finishes" in caught.value.hint
    assert home.open_changes() == 1
    said = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)
    for secret in ("upload_id", "ya29", "Bearer", "refresh-token", "GOCSPX"):
        assert secret not in said
    await home.desk.sign_in(ME, DriveAccess.ALL)
    await home.manager.recover_drive()
    assert home.open_changes() == 0
    assert file.content == b"one\n"
    await home.work().edit(path, bytes.upper)
