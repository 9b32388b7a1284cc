"""What Steward relies on in Google Drive, each looked at in a real account: ``make test-live``.

It works in a folder of its own that it makes, and puts that in the trash in the end.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.drive import DriveExistsError, DriveFile, DriveStaleError
from app.domain.errors import ConflictError
from app.domain.files import OperationType, Origin
from app.domain.workspace import Workspace
from app.files.document_store import DocumentStore
from app.files.drive_client import DriveClient, DriveQuery, Upload, pieces
from app.files.drive_finder import DriveFinder
from app.files.drive_reader import Drives
from app.files.drive_store import DriveStore
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.stores import Stores
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.storage.database import Database
from tests.clocks import FixedClock

WHO = Origin(user="you", by="live")


@dataclass
class Live:
    """A folder in a real Drive, and Steward's versions of what is in it."""

    client: DriveClient
    work: Workspace
    manager: VersionManager
    folder: DriveFile
    made: dict[str, DriveFile] = field(default_factory=dict)

    async def new(self, name: str, content: bytes) -> tuple[DriveFile, str]:
        """A new file made through Steward."""
        version = await self.work.create(f"drive:{self.folder.file_id}/{name}", content)
        file_id = version.path.removeprefix("drive:").partition("/")[0]
        return self.client.get(file_id), f"drive:{file_id}"


Step = Callable[[Live], Awaitable[None]]


async def a_file_is_made_with_an_id_chosen_before(live: Live) -> None:
    file, path = await live.new("made.txt", b"one\n")
    assert await live.work.read(path) == b"one\n"
    assert file.md5 is not None
    assert file.sha256 is not None
    assert file.head_revision is not None


async def a_second_file_with_that_id_is_refused(live: Live) -> None:
    file, _ = await live.new("twice.txt", b"one\n")
    try:
        live.client.create(file.file_id, "twice.txt", live.folder.file_id, upload(b"two\n"))
    except DriveExistsError:
        return
    raise AssertionError("it was made twice")


async def an_edit_is_one_new_revision_and_a_copy(live: Live) -> None:
    file, path = await live.new("edited.txt", b"one\n")
    await live.work.edit(path, bytes.upper)
    assert await live.work.read(path) == b"ONE\n"
    assert len(live.client.revisions(file.file_id)) == 2
    copies = live.client.search(DriveQuery(app_property=("steward_source", file.file_id))).files
    assert [copy.md5 for copy in copies] == [file.md5]


async def an_old_etag_is_refused(live: Live) -> None:
    file, _ = await live.new("etag.txt", b"one\n")
    old = live.client.tag(file.file_id).etag
    live.client.replace(file.file_id, old, upload(b"two\n"))
    try:
        live.client.replace(file.file_id, old, upload(b"three\n"))
    except DriveStaleError:
        return
    raise AssertionError("If-Match is not honoured: the check of revisions alone protects")


async def a_rename_makes_the_etag_another(live: Live) -> None:
    file, _ = await live.new("renamed.txt", b"one\n")
    old = live.client.tag(file.file_id)
    live.client.change(file.file_id, name="renamed again.txt")
    new = live.client.tag(file.file_id)
    assert old.etag != new.etag
    assert old.file.head_revision == new.file.head_revision


async def a_save_meanwhile_is_a_conflict(live: Live) -> None:
    file, path = await live.new("conflict.txt", b"one\n")

    def theirs(old: bytes) -> bytes:
        tag = live.client.tag(file.file_id)
        live.client.replace(file.file_id, tag.etag, upload(b"theirs\n"))
        return old.upper()

    try:
        await live.work.edit(path, theirs)
    except ConflictError:
        pass
    else:
        # It was seen before anything was announced, and ours was made from theirs.
        assert await live.work.read(path) == b"THEIRS\n"
        return
    assert await live.work.read(path) == b"theirs\n"
    assert (await live.work.versions(path))[-1].operation is OperationType.EXTERNAL


async def the_trash_gives_back_also_another_version(live: Live) -> None:
    _, path = await live.new("trash.txt", b"one\n")
    await live.work.edit(path, bytes.upper)
    await live.work.remove(path)
    await live.work.restore(path, 1)  # bytes are given to a file in the trash, then it comes out
    assert await live.work.read(path) == b"one\n"


async def a_file_in_the_trash_can_be_copied(live: Live) -> None:
    file, path = await live.new("trashed.txt", b"one\n")
    await live.work.remove(path)
    (copy_id,) = live.client.new_ids(1)
    live.client.copy(file.file_id, copy_id, "copy.txt", live.folder.file_id, {})


async def a_large_file_goes_up_in_pieces(live: Live) -> None:
    content = b"0123456789abcdef" * (512 * 1024)
    _, path = await live.new("large.bin", content)
    assert await live.work.read(path) == content


async def the_feed_tells_of_a_change(live: Live) -> None:
    start = live.client.changes_start()
    file, _ = await live.new("fed.txt", b"one\n")
    found = live.client.changes(start)
    assert file.file_id in [one.file_id for one in found.changes]


STEPS: tuple[Step, ...] = (
    a_file_is_made_with_an_id_chosen_before,
    a_second_file_with_that_id_is_refused,
    an_edit_is_one_new_revision_and_a_copy,
    an_old_etag_is_refused,
    a_rename_makes_the_etag_another,
    a_save_meanwhile_is_a_conflict,
    the_trash_gives_back_also_another_version,
    a_file_in_the_trash_can_be_copied,
    a_large_file_goes_up_in_pieces,
    the_feed_tells_of_a_change,
)


async def run(drives: Drives, home: Path, tell: Callable[[str], object]) -> int:
    """Go through the steps; returns how many did not hold."""
    client = drives.of("root")
    database = Database(home / "steward.db")
    database.open()
    manager = VersionManager(
        database=database,
        vault=home / "vault",
        store=Stores(FolderStore(FsOps()), DriveStore(drives), DocumentStore(drives)),
        clock=FixedClock(),
    )
    finder = DriveFinder(drives, manager.history)
    work = Workspaces(manager, GrantedFolders([], private=[home]), finder).bind(WHO)
    (folder_id,) = client.new_ids(1)
    folder = client.create_folder(folder_id, f"Steward test {uuid.uuid4().hex[:8]}", None, {})
    live = Live(client, work, manager, folder)
    failed = 0
    try:
        for step in STEPS:
            words = step.__name__.replace("_", " ")
            try:
                await step(live)
            except Exception as error:  # noqa: BLE001 - each step says what came of it
                failed += 1
                tell(f"NO   {words}: {type(error).__name__}: {error}")
            else:
                tell(f"yes  {words}")
    finally:
        client.change(folder.file_id, trashed=True)
        await manager.close()
        database.close()
    tell(f"{len(STEPS) - failed} of {len(STEPS)} hold; the folder {folder.name} is in the trash")
    return failed


def upload(content: bytes) -> Upload:
    """Bytes on their way up."""
    return Upload(len(content), lambda: iter(pieces(content)), "text/plain")
