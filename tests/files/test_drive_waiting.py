"""A slow line to Drive: nobody else waits for it, and Cancel is heard on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from app.domain.errors import ConflictError, FileError
from app.domain.files import OperationState
from app.files.blobs import BlobStore
from app.files.document_store import DocumentStore
from app.files.drive_store import DriveStore
from app.files.folder_store import FolderStore
from app.files.fs_ops import FsOps
from app.files.gate import StoreLock
from app.files.stores import Stores
from app.files.version_manager import VersionManager
from tests.files.drive_disturbing import PATIENCE
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive import COLLEAGUE
from tests.standins.google_drive.faults import Hold, When, to

LARGE = b"0123456789abcde\n" * (9 * 65_536)
"""9 MiB: more than one piece, both ways."""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


def held(place: DrivePlace, on: When, skip: int = 0) -> Hold:
    hold = Hold()
    place.server.fail(hold, on=on, skip=skip)
    return hold


async def arrived(hold: Hold) -> None:
    assert await asyncio.to_thread(hold.arrived.wait, 20)


def other_process(place: DrivePlace) -> VersionManager:
    return VersionManager(
        database=place.database,
        vault=place.home / "vault",
        store=Stores(FolderStore(FsOps()), DriveStore(place.drives), DocumentStore(place.drives)),
        clock=place.clock,
    )


UPLOAD = to("PUT", "/upload/drive/v2/")
COPY = to("POST", "/copy")
DOWNLOAD = to("GET", "alt=media")


@pytest.mark.parametrize("on", [UPLOAD, COPY, DOWNLOAD], ids=["upload", "copy", "download"])
async def test_a_file_here_is_changed_while_drive_is_slow(place: DrivePlace, on: When) -> None:
    file, path = place.add()
    (place.folder / "here.txt").write_bytes(b"here\n")
    hold = held(place, on)
    edit = asyncio.ensure_future(place.work.edit(path, bytes.upper))
    await arrived(hold)
    async with asyncio.timeout(10):
        await place.work.edit("here.txt", bytes.upper)
        await place.manager.verify()
    assert not edit.done()
    hold.release()
    await edit
    assert file.content == b"ONE\n"


async def test_eight_changes_in_drive_leave_room_for_one_here(place: DrivePlace) -> None:
    paths = [place.add(f"{number}.txt")[1] for number in range(8)]
    (place.folder / "here.txt").write_bytes(b"here\n")
    hold = held(place, UPLOAD)
    edits = [asyncio.ensure_future(place.work.edit(path, bytes.upper)) for path in paths]
    await arrived(hold)
    async with asyncio.timeout(10):
        await place.work.edit("here.txt", bytes.upper)
    hold.release()
    await asyncio.gather(*edits)


async def test_what_a_colleague_saved_is_fetched_without_keeping_others_waiting(
    place: DrivePlace,
) -> None:
    file, path = place.add()
    await place.work.edit(path, bytes.upper)
    place.state.edit(file.id, b"theirs\n", by=COLLEAGUE)
    (place.folder / "here.txt").write_bytes(b"here\n")
    locator = (await place.work.versions(path))[-1].path
    hold = held(place, DOWNLOAD, skip=0)
    noted = asyncio.ensure_future(place.manager.note(locator))
    await arrived(hold)
    async with asyncio.timeout(10):
        await place.work.edit("here.txt", bytes.upper)
    hold.release()
    assert await noted is not None


async def test_another_process_leaves_a_change_that_is_under_way_alone(place: DrivePlace) -> None:
    file, path = place.add()
    hold = held(place, UPLOAD)
    edit = asyncio.ensure_future(place.work.edit(path, bytes.upper))
    await arrived(hold)
    other = other_process(place)
    async with asyncio.timeout(10):
        report = await other.recover()
    assert [one.became for one in report.operations] == [None]
    hold.release()
    version = await edit
    assert (version.version, file.content) == (2, b"ONE\n")
    await other.recover()
    assert len(await place.work.versions(path)) == 2
    await other.close()


async def test_cancel_is_heard_while_a_file_comes_down(place: DrivePlace) -> None:
    file, path = place.add("large.bin", LARGE)
    for act in (
        lambda: place.work.read(path),
        lambda: place.work.plan_edit(path, bytes.upper),
        lambda: place.work.edit(path, bytes.upper),
    ):
        before = len(place.server.asked("GET", "alt=media"))
        hold = held(place, DOWNLOAD)
        task = asyncio.ensure_future(act())
        await arrived(hold)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        hold.release()
        await idle(place)
        assert len(place.server.asked("GET", "alt=media")) == before + 1
    assert file.content == LARGE


async def idle(place: DrivePlace) -> None:
    """When no worker is at work any more."""
    async with asyncio.timeout(20):
        running = [asyncio.wrap_future(one) for one in set(place.manager._workers._running)]
        await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.parametrize("make", [False, True], ids=["replace", "create"])
async def test_cancel_ends_an_upload_that_is_not_whole(place: DrivePlace, make: bool) -> None:
    file, path = place.add()
    hold = held(place, to("PUT", "upload_id"))
    act: Callable[[], Coroutine[Any, Any, object]] = (
        (lambda: place.work.create("drive:root/new.bin", LARGE))
        if make
        else (lambda: place.work.edit(path, lambda _: LARGE))
    )
    task = asyncio.ensure_future(act())
    await arrived(hold)
    task.cancel()
    hold.release()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert file.content == b"one\n"
    assert [one.name for one in place.state.files.values() if one.name == "new.bin"] == []
    assert len(place.server.asked("PUT", "upload_id")) == 1
    assert states(place)[-1] is OperationState.ABORTED
    await place.work.edit(path, bytes.upper)
    assert file.content == b"ONE\n"


def states(place: DrivePlace) -> list[OperationState]:
    from app.storage.models import FileOperation

    rows = place.database.read(lambda: list(FileOperation.select().order_by(FileOperation.id)))
    return [OperationState(row.state) for row in rows]


async def test_cancel_comes_too_late_for_an_upload_that_is_whole(place: DrivePlace) -> None:
    file, path = place.add()
    hold = held(place, to("PUT", "upload_id"), skip=1)
    task = asyncio.ensure_future(place.work.edit(path, lambda _: LARGE))
    await arrived(hold)
    task.cancel()
    hold.release()
    version = await task
    assert (version.version, file.content) == (2, LARGE)


async def test_a_file_of_eighty_megabytes_goes_through_in_pieces(place: DrivePlace) -> None:
    size = 80 * 1024 * 1024
    file, path = place.add("large.bin", b"a" * size)

    def change(old: BinaryIO, new: BinaryIO) -> None:
        while chunk := old.read(1 << 20):
            new.write(chunk.replace(b"a", b"b", 1))

    await place.work.rewrite(path, change)
    assert file.content.count(b"b") == 80
    await place.work.restore(path, 1)
    assert file.content == b"a" * size
    await place.work.remove(path)
    assert file.explicitly_trashed


async def test_the_vault_is_written_to_under_its_lock(
    place: DrivePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what another process writes there at the same moment would tear it."""
    file, path = place.add()
    written: list[str] = []
    other = StoreLock(place.home / "vault" / "lock", make_folder=lambda: None, patience=0.0)

    def watched(real: Any) -> Any:
        def put(*args: Any, **more: Any) -> Any:
            written.append("put")
            with pytest.raises(FileError), other.held():
                pass
            return real(*args, **more)

        return put

    monkeypatch.setattr(BlobStore, "put", watched(BlobStore.put))
    monkeypatch.setattr(BlobStore, "put_whole", watched(BlobStore.put_whole))
    await place.work.edit(path, bytes.upper)
    assert len(written) == 2
    place.state.edit(file.id, b"theirs\n")
    assert await place.manager.note((await place.work.versions(path))[-1].path) is not None
    assert len(written) > 2
    count = len(written)
    done: list[bool] = []

    def meanwhile(request: object) -> None:
        if "/upload/" in getattr(request, "target", "") and not done:
            done.append(True)
            place.state.edit(file.id, b"theirs again\n")

    place.server.before = meanwhile
    with pytest.raises(ConflictError):
        await place.work.edit(path, bytes.upper)
    assert len(written) > count
