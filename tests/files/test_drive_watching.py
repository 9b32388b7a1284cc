"""What others do in Drive becomes a version, also while Steward was closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.drive import DriveOfflineError
from app.domain.files import FileAction, OperationType
from app.files.drive_watching import DriveWatcher
from app.storage.drive_watch import DriveWatch
from tests.files.drive_disturbing import PATIENCE
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive import COLLEAGUE, CutBefore, DriveServer
from tests.standins.google_drive.documents import document, type_in
from tests.standins.google_drive.faults import Hold, to


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


def watcher(place: DrivePlace) -> DriveWatcher:
    feeds = DriveWatch(place.database, place.clock)
    return DriveWatcher(
        versions=place.manager,
        drives=place.drives,
        feeds=feeds,
        folders=lambda: frozenset(feeds.folders()),
    )


async def test_edits_renames_and_removals_are_told_in_order(place: DrivePlace) -> None:
    file, path = place.add()
    assert await watcher(place).look() == 0
    await place.work.edit(path, bytes.upper)
    assert await watcher(place).look() == 0  # that was us
    place.state.edit(file.id, b"theirs\n")
    place.state.rename(file.id, "their name.txt")
    assert await watcher(place).look() == 2
    place.state.set_trashed(file, True, "colleague@example.org")
    assert await watcher(place).look() == 1
    told = [(one.operation, one.action) for one in await place.work.versions(path)]
    external = OperationType.EXTERNAL
    assert told[2:] == [
        (external, FileAction.EDIT),
        (external, FileAction.MOVE),
        (external, FileAction.REMOVE),
    ]
    moved = (await place.work.versions(path))[3]
    assert place.work.display(moved.path) == f"{path}/their name.txt"
    assert await place.work.version_content(path, 3) == b"theirs\n"


async def test_new_files_of_a_watched_folder_get_a_history_and_others_none(
    place: DrivePlace,
) -> None:
    folder = place.state.add_folder("Reports")
    feeds = DriveWatch(place.database, place.clock)
    feeds.add_folder(folder.id, "Reports")
    await watcher(place).look()
    inside = place.state.add("inside.txt", b"in", folder=folder.id)
    outside = place.state.add("outside.txt", b"out")
    assert await watcher(place).look() == 1
    assert len(await place.work.versions(f"drive:{inside.id}")) == 1
    assert await place.work.versions(f"drive:{outside.id}") == []
    feeds.remove_folder(folder.id)
    place.state.add("later.txt", b"later", folder=folder.id)
    assert await watcher(place).look() == 0


async def test_where_it_is_cut_off_it_goes_on_and_passes_nothing_over(place: DrivePlace) -> None:
    files = [place.add(f"{number}.txt") for number in range(3)]
    await watcher(place).look()
    for _, path in files:
        await place.work.edit(path, bytes.upper)
    await watcher(place).look()
    for file, _ in files:
        place.state.edit(file.id, b"theirs\n")
    place.server.fail(CutBefore(), on=to("GET", f"/files/{files[1][0].id}"), times=50)
    with pytest.raises(DriveOfflineError):
        await watcher(place).look()
    place.server.heal()
    await watcher(place).look()
    for _, path in files:
        versions = await place.work.versions(path)
        assert [one.operation for one in versions].count(OperationType.EXTERNAL) == 1


async def test_a_document_that_a_colleague_edits_gets_a_version(place: DrivePlace) -> None:

    letter = place.state.add_document("Letter", document("Dear Ann"))
    path = f"drive:{letter.id}"
    await watcher(place).look()
    await place.work.edit(path, lambda old: old.replace(b"Ann", b"Bob"))
    type_in(place.state, letter, "PS. ", COLLEAGUE)
    assert await watcher(place).look() == 1
    assert (await place.work.version_content(path, 3)).startswith(b"PS. Dear Bob")


def test_a_program_ends_although_drive_does_not_answer(tmp_path: Path) -> None:
    """Else every command would wait at its end, and a window that was closed."""
    program = (
        "import asyncio, sys\n"
        "from app.assembly import Assembly\n"
        "async def run():\n"
        "    assembly = await Assembly.open()\n"
        "    await assembly.watch_drive()\n"
        "    await asyncio.to_thread(sys.stdin.readline)\n"
        "    await assembly.close()\n"
        "asyncio.run(run())\n"
    )
    with DriveServer() as server:
        access = server.sign_in()
        token = tmp_path / "token.json"
        content = {
            "type": "authorized_user",
            "client_id": access.client_id,
            "client_secret": access.client_secret.reveal(),
            "refresh_token": access.refresh_token.reveal(),
            "token_uri": access.token_url,
        }
        token.write_text(json.dumps(content))
        hold = Hold()
        server.fail(hold)
        own = {
            "STEWARD_HOME": str(tmp_path / "home"),
            "STEWARD_GOOGLE_TOKEN_FILE": str(token),
            "STEWARD_GOOGLE_API_URL": server.root_url.rstrip("/"),
        }
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, env={**os.environ, **own}
        ) as process:
            try:
                assert hold.arrived.wait(30)
                process.communicate(b"\n", timeout=10)
                assert process.returncode == 0
            finally:
                process.kill()
                hold.release()
