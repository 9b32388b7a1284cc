"""Real processes: killed at named and at random points, and two at work at once."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.files.version_manager import VersionManager
from tests.files.faults import COMMIT, WatchedDatabase, Wire
from tests.files.place import Place
from tests.files.scenarios import NEW, OLD

ROOT = Path(__file__).parents[2]

# Runs one change in a process of its own; kills itself before the n-th step of a name.
WORKER = """
import asyncio, json, os, signal, sys
from pathlib import Path
from tests.files.place import Place

root, calls, kill = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
seen = 0

async def main():
    place = Place(root)
    await place.manager.recover()
    work = place.workspace("turn")

    def watch(name, step):
        global seen
        if kill and name == kill[0]:
            seen += 1
            if seen == kill[1]:
                os.kill(os.getpid(), signal.SIGKILL)

    place.wire.watch = watch
    print("ready", flush=True)
    for call, *args in calls:
        if call == "append":
            path, text = args
            await work.edit(path, lambda content: content + text.encode())
        else:
            await getattr(work, call)(*(a.encode() if n else a for n, a in enumerate(args)))
    place.wire.watch = None
    await place.close()
    print("done", flush=True)

asyncio.run(main())
"""


def start(
    root: Path, calls: Sequence[Sequence[object]], kill: object = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(root), json.dumps(calls), json.dumps(kill)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


# Name of the step, how often it was seen, and whether the change has happened then.
POINTS = [
    ("copy_attributes", 1, False),  # the new file written, not yet whole, without a name
    ("write", 2, False),  # in the middle of the archive
    ("commit", 1, False),  # all is ready, the exchange not announced
    ("link_unnamed", 1, False),  # announced
    ("exchange", 1, False),  # both files stand beside each other
    ("unlink_ours", 1, True),  # exchanged, the displaced bytes still beside the file
    ("commit", 3, True),  # all done but the last record
]


@pytest.mark.serial
@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point[0]} {point[1]}")
async def test_a_killed_process_is_made_whole_by_the_next(
    tmp_path: Path, point: tuple[str, int, bool]
) -> None:
    name, count, happened = point
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(OLD)

    worker = start(tmp_path, [["append", "a.md", NEW.decode()]], [name, count])
    out, _ = await asyncio.to_thread(worker.communicate, timeout=30)
    assert worker.returncode == -signal.SIGKILL
    assert out == "ready\n"

    place = Place(tmp_path)
    try:
        await place.manager.recover()
        assert place.files == {"a.md": OLD + NEW if happened else OLD}
        report = await place.manager.verify()
        assert report.problems == ()
        if happened:
            assert await place.told("a.md") == ["1 seen user_upload", "2 edit skill_edit"]
        await place.workspace().edit("a.md", lambda content: content + b"after")
        assert place.files == {"a.md": (OLD + NEW if happened else OLD) + b"after"}
    finally:
        await place.close()


@pytest.mark.serial
@pytest.mark.timeout(120)
async def test_processes_killed_at_random_lose_nothing(tmp_path: Path) -> None:
    dice = random.Random(7)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(b"")
    calls = [["append", "a.md", f"{number}\n"] for number in range(400)]
    longest = 0
    for _ in range(6):
        worker = start(tmp_path, calls)
        assert worker.stdout is not None
        assert await asyncio.to_thread(worker.stdout.readline) == "ready\n"
        await asyncio.sleep(dice.uniform(0.0, 0.25))
        worker.kill()
        await asyncio.to_thread(worker.communicate)

        place = Place(tmp_path)
        try:
            await place.manager.recover()
            report = await place.manager.verify()
            assert report.problems == ()
            assert set(place.files) == {"a.md"}
            versions = await place.workspace().versions("a.md") if report.versions else []
            if versions:
                last = versions[-1]
                kept = await place.workspace().version_content("a.md", last.version)
                assert kept == place.files["a.md"]
                assert not [v for v in versions if v.operation == "external"]
            assert len(place.files["a.md"].splitlines()) == max(0, len(versions) - 1)
            longest = max(longest, len(versions))
        finally:
            await place.close()
    assert longest > 3


@pytest.mark.serial
@pytest.mark.timeout(120)
async def test_two_processes_change_one_file_at_once(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(b"")
    workers = [
        start(tmp_path, [["append", "a.md", f"{name}{n}\n"] for n in range(8)]) for name in "xy"
    ]
    for worker in workers:
        out, _ = await asyncio.to_thread(worker.communicate, timeout=60)
        assert out == "ready\ndone\n"

    place = Place(tmp_path)
    try:
        lines = place.files["a.md"].decode().split()
        assert sorted(lines) == sorted(f"{name}{n}" for name in "xy" for n in range(8))
        for name in "xy":
            assert [line for line in lines if line[0] == name] == [f"{name}{n}" for n in range(8)]
        assert len(await place.workspace().versions("a.md")) == 17
        assert (await place.manager.verify()).problems == ()
    finally:
        await place.close()


async def test_recovery_waits_for_a_living_change_of_another_manager(tmp_path: Path) -> None:
    """A second Steward that starts in the middle of a change does not take it back."""
    place = Place(tmp_path)
    place.put({"a.md": OLD})
    second_database = WatchedDatabase(place.home / "steward.db", Wire())
    second_database.open()
    second = Place(tmp_path, database=second_database)
    recovering: list[asyncio.Task[object]] = []
    loop = asyncio.get_running_loop()

    def start_recovery(name: str, step: int) -> None:
        if name == "exchange" and not recovering:
            begun = asyncio.run_coroutine_threadsafe(begin(second.manager), loop)
            recovering.append(begun.result(10))

    async def begin(manager: VersionManager) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.create_task(manager.recover())
        done, _ = await asyncio.wait([task], timeout=0.1)
        assert not done, "it did not wait"
        return task

    try:
        place.wire.watch = start_recovery
        version = await place.workspace().edit("a.md", lambda _: NEW)
        report = await recovering[0]
        assert version.version == 2
        assert getattr(report, "operations", None) == ()
        assert place.files == {"a.md": NEW}
    finally:
        place.wire.watch = None
        await second.close()
        second_database.close()
        await place.close()


def test_the_points_are_steps_that_exist() -> None:
    assert {name for name, _, _ in POINTS} <= {
        COMMIT, "write", "copy_attributes", "link_unnamed", "exchange", "unlink_ours",
    }  # fmt: skip
