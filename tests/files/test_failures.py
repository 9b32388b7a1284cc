"""Every file-system call and every commit fails once: a typed error or the whole change.

Then, at once and without a restart: the folder is as before the change or as after it, nothing
of ours is left, and the same change can be made.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from app.domain.errors import DiskFullError, FileError, StewardError, StorageError
from app.storage.file_journal import FileJournal
from tests.files.faults import COMMIT, LOOKING, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place
from tests.files.scenarios import NEW, OLD, SCENARIOS, Scenario


async def prepared(
    quick_path: Path, number: int, scenario: Scenario, database: WatchedDatabase
) -> Place:
    database.wire = Wire()
    place = Place(quick_path / str(number), database=database)
    await scenario.set_up(place)
    return place


def arm(place: Place, database: WatchedDatabase, wire: Wire) -> None:
    database.wire = place.wire = wire
    assert isinstance(place.fs, WatchedFs)
    place.fs.wire = wire


def open_changes(place: Place) -> int:
    return len(FileJournal(place.database, place.clock).open_operations())


BROKEN = ("create in new folders", "first edit", "later edit, after someone else", "rename",
          "remove", "restore a removed file")  # fmt: skip
FULL = ("create in new folders", "first edit")
CASES = [
    pytest.param(scenario, code, id=f"{scenario.name}, {errno.errorcode[code]}")
    for names, code in ((BROKEN, errno.EIO), (FULL, errno.ENOSPC))
    for scenario in SCENARIOS
    if scenario.name in names
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scenario", "code"), CASES)
async def test_any_call_may_fail_once(
    quick_path: Path, database: WatchedDatabase, scenario: Scenario, code: int
) -> None:
    failed = 0
    for number in range(10_000):
        place = await prepared(quick_path, number, scenario, database)
        wire = Wire()
        wire.fail_at, wire.code = number, code
        arm(place, database, wire)
        error: StewardError | None = None
        try:
            await scenario.act(place.workspace("turn"))
        except StewardError as caught:
            error = caught
            failed += 1
        step = wire.steps[number] if wire.fired else "none"
        arm(place, database, Wire())

        try:
            if error is None:
                assert place.files == scenario.after
            elif isinstance(error, StorageError):
                assert "history could not be completed" in error.message
                assert place.files == scenario.after
            else:
                assert isinstance(error, FileError)
                assert place.files == scenario.before
                assert not error.details.get("unfinished")
                if code == errno.ENOSPC and step in ("write", "sync", "open_new", "make_folder"):
                    assert isinstance(error, DiskFullError)
            if step != COMMIT:
                assert open_changes(place) == 0
            if place.files == scenario.before:
                await scenario.act(place.workspace("turn"))
            assert place.files == scenario.after
            await place.manager.recover()
            assert open_changes(place) == 0
            assert place.files == scenario.after
        except AssertionError as wrong:
            wrong.add_note(f"step {number} failed: {step}; {error!r}; {wire.steps}")
            raise
        finally:
            await place.manager.close()
        if not wire.fired:
            break
    assert failed > 15


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "scenario",
    [s for s in SCENARIOS if s.name in ("create in new folders", "first edit", "remove")],
    ids=lambda scenario: scenario.name,
)
async def test_a_disk_that_fills_up_and_stays_full(
    quick_path: Path, database: WatchedDatabase, scenario: Scenario
) -> None:
    """From some call on nothing can be written, renamed or recorded, until space is freed."""
    for number in range(10_000):
        place = await prepared(quick_path, number, scenario, database)
        wire = Wire()
        wire.fail_from, wire.code = number, errno.ENOSPC
        arm(place, database, wire)
        error: StewardError | None = None
        try:
            await scenario.act(place.workspace("turn"))
        except StewardError as caught:
            error = caught
        harmed = any(step not in LOOKING for step in wire.steps[number:])
        arm(place, database, Wire())
        await place.manager.recover()  # what the next start does
        try:
            if harmed:
                assert isinstance(error, DiskFullError | StorageError | FileError)
            assert place.files in (scenario.before, scenario.after)
            assert open_changes(place) == 0
        except AssertionError as wrong:
            wrong.add_note(f"full from step {number}: {wire.steps}; {error!r}")
            raise
        finally:
            await place.manager.close()
        if not wire.fired:
            break


async def test_a_change_that_could_not_be_recorded_is_completed_by_the_next_one(
    place: Place,
) -> None:
    place.put({"a.md": OLD})
    work = place.workspace()
    commits = 0

    def last_commit_fails(name: str, number: int) -> None:
        nonlocal commits
        commits += name == COMMIT
        if commits == 3 and name == COMMIT:  # announce (and its user), finish
            raise DiskFullError("full")

    place.wire.watch = last_commit_fails
    with pytest.raises(StorageError, match="history could not be completed"):
        await work.edit("a.md", lambda _: NEW)
    place.wire.watch = None
    assert place.files == {"a.md": NEW}

    await work.edit("a.md", lambda content: content + b"more")

    assert await place.told("a.md") == [
        "1 seen user_upload", "2 edit skill_edit", "3 edit skill_edit",
    ]  # fmt: skip


async def test_a_real_full_disk_is_a_clear_error(place: Place) -> None:
    full = Path("/dev/full")
    if not os.access(full, os.W_OK):
        return  # only Linux has it

    class FullFs(WatchedFs):
        def write(self, handle: int, data: bytes | memoryview) -> int:
            with full.open("wb", buffering=0) as device:
                return int(device.write(data) or 0)

    place.put({"a.md": OLD})
    place.start(FullFs(Wire()))

    with pytest.raises(DiskFullError, match="no space left"):
        await place.workspace().edit("a.md", lambda _: NEW)

    assert place.files == {"a.md": OLD}
    assert await place.told("a.md") == []
