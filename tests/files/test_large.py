"""Files too large to be held in memory: changed in pieces, with all that holds for small ones."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from app.domain.errors import FileError, FileTooLargeError
from app.files.blobs import hash_of
from app.files.fs_ops import FsOps
from app.files.work import WorkFolders
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

BIG = b"0123456789" * 10
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more than 20 bytes is large, and comes in pieces of 16."""
    for module in ("manipulate", "plans", "noting"):
        monkeypatch.setattr(f"app.files.{module}.MAX_BYTES", 20)
    monkeypatch.setattr("app.files.plans._IN_MEMORY", 20)
    for module in ("folder_reader", "spot", "streams", "work"):
        monkeypatch.setattr(f"app.files.{module}.CHUNK", 16)


def add(old: BinaryIO, new: BinaryIO) -> None:
    while piece := old.read(7):
        new.write(piece)
    new.write(b" and more")


def swell(old: BinaryIO, new: BinaryIO) -> None:
    new.write(BIG)


def same(old: BinaryIO, new: BinaryIO) -> None:
    new.write(old.read())


def work_of(place: Place) -> list[Path]:
    return list((place.home / "vault" / "work").rglob("*"))


async def test_a_large_file_goes_through_every_change(place: Place) -> None:
    place.put({"big": BIG})
    work = place.workspace("turn")

    with pytest.raises(FileTooLargeError):
        await work.edit("big", lambda content: content)
    edited = await work.rewrite("big", add)
    assert place.files == {"big": BIG + b" and more"}
    assert (edited.hash_after, edited.size) == (hash_of(BIG + b" and more"), len(BIG) + 9)
    moved = await work.move("big", "sub/bigger")
    assert (moved.size, moved.hash_before) == (len(BIG) + 9, moved.hash_after)
    await work.remove("sub/bigger")
    assert place.files == {}
    await work.restore("sub/bigger", 1)
    assert place.files == {"sub/bigger": BIG}
    await work.restore("sub/bigger", 2)
    assert place.files == {"sub/bigger": BIG + b" and more"}
    await work.undo("turn")
    assert place.files == {"big": BIG}

    with pytest.raises(FileTooLargeError, match="too large to show"):
        await work.version_content("big", 2)
    pieces = [piece async for piece in work.version_chunks("big", 2)]
    assert b"".join(pieces) == BIG + b" and more"
    assert work_of(place) == []
    assert (await place.manager.verify()).problems == ()


async def test_a_rewrite_of_a_small_file_is_the_same(place: Place) -> None:
    place.put({"a": b""})
    work = place.workspace()

    await work.rewrite("a", add)
    await work.rewrite("a", lambda old, new: new.close())

    assert place.files == {"a": b""}
    assert await place.told("a") == [
        "1 seen user_upload", "2 edit skill_edit", "3 edit skill_edit",
    ]  # fmt: skip


async def test_plans_of_large_files_say_so_and_touch_nothing(place: Place) -> None:
    place.put({"big": BIG, "small": b"s"})
    work = place.workspace("turn")

    edit = await work.plan_rewrite("big", add)
    assert (edit.too_large, edit.before, edit.after) == (True, None, None)
    assert (edit.size_before, edit.size_after) == (100, 109)
    assert edit.hash_before == hash_of(BIG)
    grown = await work.plan_rewrite("small", swell)
    assert (grown.too_large, grown.before, grown.size_before) == (True, None, 1)
    shown = await work.plan_rewrite("small", add)
    assert (shown.too_large, shown.before, shown.after) == (False, b"s", b"s and more")
    removal = await work.plan_remove("big")
    assert (removal.too_large, removal.size_before, removal.size_after) == (True, 100, None)
    move = await work.plan_move("big", "other")
    assert (move.too_large, move.size_before, move.size_after) == (True, 100, 100)
    assert place.files == {"big": BIG, "small": b"s"}
    assert await work.tracked() == []
    assert work_of(place) == []

    await work.rewrite("big", add)
    restore = await work.plan_restore("big", 1)
    assert (restore.too_large, restore.size_before, restore.size_after) == (True, 109, 100)
    (undo,) = await work.plan_undo("turn")
    assert (undo.too_large, undo.size_before, undo.size_after) == (True, 109, 100)


async def test_a_rewrite_that_refuses_or_changes_nothing_leaves_no_trace(place: Place) -> None:
    place.put({"big": BIG})
    work = place.workspace()

    def refuse(old: BinaryIO, new: BinaryIO) -> None:
        new.write(b"half")
        raise FileError("not like this")

    with pytest.raises(FileError, match="not like this"):
        await work.rewrite("big", refuse)
    with pytest.raises(FileError, match="nothing to change"):
        await work.rewrite("big", same)

    assert place.files == {"big": BIG}
    assert await place.told("big") == []
    assert work_of(place) == []


async def test_what_someone_saves_meanwhile_is_taken_in(place: Place) -> None:
    place.put({"big": BIG})
    runs: list[bytes] = []

    def change(old: BinaryIO, new: BinaryIO) -> None:
        content = old.read()
        if not runs:
            place.put({"big": b"theirs, " + BIG})
        runs.append(content)
        old.seek(0)
        add(old, new)

    await place.workspace().rewrite("big", change)

    assert place.files == {"big": b"theirs, " + BIG + b" and more"}
    assert runs == [BIG, b"theirs, " + BIG]


async def test_a_large_file_saved_over_before_its_archive_is_left_alone(place: Place) -> None:
    place.put({"big": BIG})
    seen: list[int] = []

    def watch(name: str, step: int) -> None:
        if name == "is_there" and not seen:  # the vault is asked for it: archived next
            seen.append(step)
            place.put({"big": b"theirs, " + BIG})

    place.wire.watch = watch
    with pytest.raises(FileError, match="nothing was changed"):
        await place.workspace().remove("big")
    place.wire.watch = None

    assert place.files == {"big": b"theirs, " + BIG}
    assert (await place.manager.verify()).problems == ()


async def test_cancel_stops_a_rewrite_at_its_next_piece(place: Place) -> None:
    place.put({"big": BIG})
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()
    ends: list[bool] = []

    def forever(old: BinaryIO, new: BinaryIO) -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            while True:
                new.write(b"x" * 4096)
                new.flush()
                old.seek(0)
        finally:
            ends.append(True)

    running = asyncio.create_task(place.workspace().rewrite("big", forever))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await place.manager.close()

    assert ends == [True]
    assert place.files == {"big": BIG}
    assert work_of(place) == []


async def test_the_work_folder_is_private_and_spares_the_living(place: Place) -> None:
    place.put({"big": BIG})
    vault = place.home / "vault"
    modes: list[int] = []

    def look(old: BinaryIO, new: BinaryIO) -> None:
        assert place.files == {"big": BIG}, "nothing beside the file"
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in work_of(place))
        # What another process does at its start.
        assert WorkFolders(vault, FsOps()).clear_abandoned() == ()
        add(old, new)

    await place.workspace().rewrite("big", look)

    assert place.files == {"big": BIG + b" and more"}
    assert modes == [0o700, 0o600, 0o600]


async def test_recovery_clears_only_what_is_ours(place: Place) -> None:
    place.put({"big": BIG})
    await place.workspace().rewrite("big", add)
    work = place.home / "vault" / "work"
    for name in ("0" * 32, "1" * 32, "theirs"):
        (work / name).mkdir()
        (work / name / "after.work").write_bytes(b"torn")
    (work / ("1" * 32) / "note.txt").write_bytes(b"who put this here?")

    await place.restart()

    assert not (work / ("0" * 32)).exists()
    assert (work / ("1" * 32) / "note.txt").exists()
    assert (work / "theirs" / "after.work").exists()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("act", ["rewrite", "remove", "restore"])
async def test_a_crash_at_any_step_loses_nothing_of_a_large_file(
    quick_path: Path, database: WatchedDatabase, act: str
) -> None:
    outcomes = []
    before = BIG + b" and more" if act == "restore" else BIG
    after = {"rewrite": {"big": BIG + b" and more"}, "remove": {}, "restore": {"big": BIG}}[act]
    for number in range(1000):
        place = Place(quick_path / str(number), database=database)
        database.wire = Wire()
        place.put({"big": BIG})
        if act == "restore":
            await place.workspace().rewrite("big", add)
        await place.manager.close()
        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire))
        work = place.workspace("turn")
        with suppress(Crash):
            more = {"rewrite": (add,), "restore": (1,), "remove": ()}[act]
            await getattr(work, act)("big", *more)
        database.wire = Wire()
        await place.manager.close()

        place.start(WatchedFs(database.wire))
        await place.manager.recover()
        assert place.files in ({"big": before}, after), number
        outcomes.append(place.files == after)
        assert work_of(place) == [], number
        versions = await place.workspace().versions("big")
        assert not [version for version in versions if version.operation == "external"]
        if outcomes[-1]:
            last = versions[-1] if act != "remove" else versions[-2]
            kept = place.workspace().version_chunks("big", last.version)
            assert b"".join([piece async for piece in kept]) == after.get("big", BIG)
        await place.manager.close()
        if not wire.fired:
            break
    assert outcomes == sorted(outcomes)
    assert len(set(outcomes)) == 2


WORKER = """
import asyncio, json, resource, sys
from pathlib import Path
from tests.files.place import Place

def peak():
    # VmHWM, since ru_maxrss is that of the parent where the child was forked from it
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024

def add(old, new):
    while piece := old.read(1 << 20):
        new.write(piece)
    new.write(b"the end")

async def main():
    place = Place(Path(sys.argv[1]))
    work = place.workspace("turn")
    await work.create("warm", b"1")
    await work.rewrite("warm", add)
    await work.remove("warm")
    await work.restore("warm", 1)
    with (place.folder / "big").open("wb") as file:
        file.write(b"begins")
        file.truncate(int(sys.argv[2]))
    idle = peak()
    await work.rewrite("big", add)
    await work.remove("big")
    await work.restore("big", 2)
    held = (place.folder / "big").stat()
    await place.close()
    print(json.dumps([peak() - idle, held.st_size, held.st_blocks * 512]))

asyncio.run(main())
"""


@pytest.mark.serial
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads VmHWM")
def test_memory_stays_bounded_and_holes_stay_holes(quick_path: Path) -> None:
    size = 72 * 1024 * 1024
    answer = subprocess.run(
        [sys.executable, "-c", WORKER, str(quick_path), str(size)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip

    grown, length, on_disk = json.loads(answer.stdout)
    assert grown < 64
    assert length == size + len(b"the end")
    assert on_disk < 4 * 1024 * 1024
