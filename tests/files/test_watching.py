"""Watched folders: what someone else does to a file becomes a version, once, as it happens."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.domain.events import Severity
from app.files.watch_ear import Ear, WatchLimitError
from app.files.watch_sweep import WatchLimits
from app.files.watching import CHILD, FolderWatcher
from app.resilience.supervision import ChildState, Intensity, Report, ReportKind
from app.resilience.supervisor import Supervisor
from tests.files.faults import COMMIT
from tests.files.place import Place

PATIENCE = 60.0
QUICK = WatchLimits(settle=0.02, longest=0.2, check=0.05, poll=0.05, retry=0.02)


class Watched:
    """A place that is watched, and what it told the person."""

    def __init__(self, place: Place, limits: WatchLimits = QUICK, **options: Any) -> None:
        self.place = place
        self.told: list[tuple[Severity, str]] = []
        self.watcher = FolderWatcher(
            versions=place.manager,
            folders=place.granted,
            tell=lambda severity, words: self.told.append((severity, words)),
            limits=limits,
            **options,
        )
        self.clock = SystemClock()
        self.reports: list[Report] = []
        self.supervisor = Supervisor(
            "watched",
            clock=self.clock,
            intensity=Intensity(restarts=2, base=0.01),
            report=self.reports.append,
        )

    async def switch_on(self) -> None:
        self.watcher.switch(on=True)
        if not self.supervisor.children:
            await self.supervisor.start(self.watcher.child)

    async def close(self) -> None:
        await self.supervisor.close()

    async def start(self) -> None:
        await self.switch_on()
        await asyncio.wait_for(self.watcher.watching.wait(), PATIENCE)

    async def told_of(self, name: str) -> list[str]:
        versions = await self.place.manager.versions(str(self.place.folder / name))
        return [f"{v.version} {v.action} {v.operation}" for v in versions]

    async def until(self, name: str, *history: str) -> None:
        """Wait until a file's history in short is ``history``."""
        await self.holds(lambda: self._has_ended(name, history[-1]))
        assert await self.told_of(name) == list(history)

    async def _has_ended(self, name: str, last: str) -> bool:
        return (await self.told_of(name))[-1:] == [last]

    async def holds(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                met = condition()
                if met if isinstance(met, bool) else await met:
                    return
                await asyncio.sleep(0.01)


@pytest.fixture
async def watched(place: Place) -> AsyncIterator[Watched]:
    """A watched folder, not started yet."""
    made = Watched(place)
    yield made
    await made.close()
    assert not [thread.name for thread in threading.enumerate() if "watch" in thread.name]
    assert not (await place.manager.verify()).problems


SEEN = "1 seen user_upload"
EDITED = "2 edit external"


# -- as it happens ---------------------------------------------------------------------------------


async def test_a_change_someone_else_makes_becomes_a_version_with_its_bytes(
    watched: Watched,
) -> None:
    watched.place.put({"report.md": b"draft"})
    await watched.start()
    assert await watched.told_of("report.md") == [SEEN]

    watched.place.put({"report.md": b"final", "sub/deep/new.md": b"new"})

    await watched.until("report.md", SEEN, EDITED)
    await watched.until("sub/deep/new.md", SEEN)
    watched.place.put({"sub/deep/new.md": b"newer"})  # in folders that came meanwhile
    await watched.until("sub/deep/new.md", SEEN, EDITED)
    manager = watched.place.manager
    path = str(watched.place.folder / "report.md")
    assert [await manager.version_content(path, number) for number in (1, 2)] == [
        b"draft",
        b"final",
    ]
    assert [(v.filename, v.version) for v in watched.place.events if v.path == path] == [
        ("report.md", 1),
        ("report.md", 2),
    ]


async def test_what_steward_does_itself_is_recorded_once(watched: Watched) -> None:
    watched.place.put({"a.md": b"a"})
    await watched.start()
    work = watched.place.workspace("turn")
    await work.edit("a.md", lambda _: b"b")
    await work.create("b.md", b"x")
    await work.move("b.md", "c.md")
    await work.remove("c.md")

    watched.place.put({"last.md": b"heard after all the others"})
    await watched.until("last.md", SEEN)

    assert await watched.told_of("a.md") == [SEEN, "2 edit skill_edit"]
    assert await watched.told_of("c.md") == [
        "1 create skill_edit",
        "2 move skill_edit",
        "3 remove skill_edit",
    ]


async def test_a_removal_and_a_new_file_in_its_place_are_two_versions(watched: Watched) -> None:
    watched.place.put({"a.md": b"a"})
    await watched.start()

    (watched.place.folder / "a.md").unlink()
    await watched.until("a.md", SEEN, "2 remove external")
    watched.place.put({"a.md": b"again"})
    await watched.until("a.md", SEEN, "2 remove external", "3 create external")


async def test_a_file_that_is_moved_keeps_its_history(watched: Watched) -> None:
    watched.place.put({"a.md": b"a", "in/b.md": b"b", "in/c.md": b"c"})
    await watched.start()
    folder = watched.place.folder

    (folder / "a.md").rename(folder / "in" / "z.md")
    await watched.until("in/z.md", SEEN, "2 move external")
    (folder / "in").rename(folder / "out")
    await watched.until("out/z.md", SEEN, "2 move external", "3 move external")
    await watched.until("out/b.md", SEEN, "2 move external")
    await watched.until("out/c.md", SEEN, "2 move external")

    tracked = {file.path for file in await watched.place.workspace().tracked()}
    assert tracked == {str(folder / "out" / name) for name in ("z.md", "b.md", "c.md")}


async def test_an_editor_that_saves_by_rename_edits_and_leaves_nothing_else(
    watched: Watched,
) -> None:
    watched.place.put({"a.md": b"a"})
    await watched.start()
    folder = watched.place.folder

    (folder / ".a.md.swp").write_bytes(b"better")
    (folder / ".a.md.swp").rename(folder / "a.md")

    await watched.until("a.md", SEEN, EDITED)
    tracked = {Path(file.path).name for file in await watched.place.workspace().tracked()}
    assert "a.md" in tracked
    assert await watched.told_of("a.md") == [SEEN, EDITED]


async def test_what_is_ignored_is_left_alone(watched: Watched, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_bytes(b"secret")
    watched.place.put(
        {".gitignore": b"*.log\nbuild/\n", "sub/a.log": b"1", "build/x": b"1", ".git/HEAD": b"1"}
    )
    (watched.place.folder / "link").symlink_to(outside)
    (watched.place.folder / "link.md").symlink_to(outside / "secret.md")
    await watched.start()
    watched.place.put({"sub/a.log": b"2", "build/y": b"2", ".git/index": b"2", "kept.md": b"1"})
    (outside / "secret.md").write_bytes(b"changed")
    await watched.until("kept.md", SEEN)
    watched.place.put({".gitignore": b"build/\n"})  # now the log counts
    await watched.until("sub/a.log", SEEN)

    names = {Path(file.path).name for file in await watched.place.workspace().tracked()}
    assert names == {".gitignore", "kept.md", "a.log"}


async def test_many_changes_at_once_are_all_recorded_once(watched: Watched) -> None:
    names = [f"src/{number % 20}/{number}.md" for number in range(120)]
    await watched.start()

    watched.place.put(dict.fromkeys(names, b"branch"))

    await watched.holds(lambda: len(watched.place.events) >= len(names))
    assert {Path(v.path).name for v in watched.place.events} == {Path(n).name for n in names}
    assert len(watched.place.events) == len(names)


async def test_a_name_that_is_no_text_is_recorded_too(watched: Watched) -> None:
    await watched.start()
    name = os.fsdecode(b"caf\xe9.md")

    watched.place.put({name: b"1"})
    await watched.until(name, SEEN)
    watched.place.put({name: b"22", "plain.md": b"1"})
    await watched.until(name, SEEN, EDITED)
    await watched.until("plain.md", SEEN)


# -- while nobody watched --------------------------------------------------------------------------


async def test_changes_made_while_it_was_closed_are_found_without_reading_the_others(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = watched.place
    place.put({"same.md": b"same", "edited.md": b"old", "gone.md": b"1", "moved.md": b"text"})
    await watched.start()
    await watched.close()
    place.put({"edited.md": b"new"})
    (place.folder / "gone.md").unlink()
    (place.folder / "moved.md").rename(place.folder / "here.md")
    read: list[str] = []
    probe = place.manager.noter._store.probe

    def watched_probe(locator: str) -> str | None:
        read.append(Path(locator).name)
        return probe(locator)

    monkeypatch.setattr(place.manager.noter._store, "probe", watched_probe)

    again = Watched(place)
    await again.start()
    await again.close()

    assert await watched.told_of("edited.md") == [SEEN, EDITED]
    assert await watched.told_of("gone.md") == [SEEN, "2 remove external"]
    assert await watched.told_of("here.md") == [SEEN, "2 move external"]
    assert await watched.told_of("same.md") == [SEEN]
    assert "same.md" not in read
    assert not again.told


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_save_that_sets_the_time_back_is_seen(watched: Watched, is_closed: bool) -> None:
    path = watched.place.folder / "a.md"
    path.write_bytes(b"old")
    was = path.stat()
    await watched.start()
    if is_closed:
        await watched.close()

    with path.open("r+b") as file:
        file.write(b"new")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    if is_closed:
        again = Watched(watched.place)
        await again.start()
        await again.close()
        assert await watched.told_of("a.md") == [SEEN, EDITED]
    else:
        await watched.until("a.md", SEEN, EDITED)


async def test_a_baseline_has_an_end_and_says_so(place: Place) -> None:
    place.put({f"{number}.md": b"x" * number for number in range(1, 7)})
    for number in range(1, 7):
        os.utime(place.folder / f"{number}.md", (number, number))
    watched = Watched(
        place,
        replace(QUICK, most_files=3, largest=5),
    )
    await watched.start()

    tracked = {Path(file.path).name for file in await place.workspace().tracked()}
    assert tracked == {"5.md", "4.md", "3.md"}  # not the largest, then those changed last
    ((severity, words),) = watched.told
    assert severity is Severity.INFO
    assert "3 files have their first version" in words
    assert "too many: 3" in words
    place.put({"1.md": b"changed", "5.md": b"more than five bytes"})
    await watched.until("5.md", SEEN, EDITED)  # one with a history is always recorded
    assert await watched.told_of("1.md") == []
    await watched.close()


# -- folders that go and come ----------------------------------------------------------------------


async def test_a_folder_that_was_taken_away_is_no_removal_and_is_watched_again(
    watched: Watched, tmp_path: Path
) -> None:
    place = watched.place
    place.put({"a.md": b"a", "b.md": b"b"})
    other = tmp_path / "other"
    other.mkdir()
    place.granted.grant(other)
    await watched.start()
    place.folder.rename(tmp_path / "away")
    (other / "o.md").write_bytes(b"heard later")
    await watched.until(str(other / "o.md"), SEEN)
    place.folder.mkdir()  # as an empty mount point
    await watched.holds(lambda: any("None of the 2" in words for _, words in watched.told))
    assert await watched.told_of("a.md") == [SEEN]

    place.folder.rmdir()
    (tmp_path / "away").rename(place.folder)
    place.put({"a.md": b"changed meanwhile"})
    await watched.until("a.md", SEEN, EDITED)
    place.put({"c.md": b"c"})
    await watched.until("c.md", SEEN)


async def test_folders_granted_and_taken_back_while_it_runs(
    watched: Watched, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.md").write_bytes(b"o")
    await watched.start()
    place = watched.place

    place.granted.grant(other)
    watched.watcher.refresh()
    await watched.until(str(other / "o.md"), SEEN)
    place.granted.revoke(place.folder)
    watched.watcher.watching.clear()
    watched.watcher.refresh()
    await asyncio.wait_for(watched.watcher.watching.wait(), PATIENCE)
    place.put({"unheard.md": b"1"})
    (other / "heard.md").write_bytes(b"1")
    await watched.until(str(other / "heard.md"), SEEN)

    assert await watched.told_of("unheard.md") == []


async def test_switched_off_it_hears_nothing_and_leaves_no_thread(watched: Watched) -> None:
    await watched.start()
    watched.watcher.switch(on=False)
    await watched.holds(lambda: not watched.watcher.watching.is_set())
    await watched.holds(
        lambda: not any(one.name == "steward-watch" for one in threading.enumerate())
    )
    watched.place.put({"a.md": b"1"})

    await watched.start()  # on again: it is found
    assert await watched.told_of("a.md") == [SEEN]


async def test_what_comes_between_the_look_and_the_listening_is_not_missed(place: Place) -> None:
    def listen_late(folders: set[str], **how: Any) -> Ear:
        place.put({"late.md": b"1"})
        return Ear(folders, **how)

    watched = Watched(place, make_ear=listen_late)
    await watched.start()

    await watched.until("late.md", SEEN)
    await watched.close()


async def test_closed_in_the_middle_of_beginning_to_listen_it_leaves_no_thread(
    place: Place,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def listen_slowly(folders: set[str], **how: Any) -> Ear:
        begun.set()
        go_on.wait(PATIENCE)
        return Ear(folders, **how)

    watched = Watched(place, make_ear=listen_slowly)
    await watched.switch_on()
    await watched.holds(begun.is_set)
    closing = asyncio.create_task(watched.close())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait_for(closing, PATIENCE)

    assert "steward-watch" not in {thread.name for thread in threading.enumerate()}


# -- when the system will not ----------------------------------------------------------------------


async def test_where_the_system_lets_no_more_be_watched_it_looks_by_itself(place: Place) -> None:
    def refuse(*_: object, **__: object) -> Ear:
        raise WatchLimitError("The system does not let Steward watch 3 folders.", hint="Do this.")

    watched = Watched(place, make_ear=refuse)
    place.put({"a.md": b"1"})
    await watched.start()
    place.put({"a.md": b"22", "sub/b.md": b"1"})

    await watched.until("a.md", SEEN, EDITED)
    await watched.until("sub/b.md", SEEN)
    await watched.close()
    words = {words for severity, words in watched.told if severity is Severity.WARNING}
    assert len(words) == 1
    assert words.pop().endswith("It looks every 0.05 seconds instead. Do this.")


async def test_a_file_that_cannot_be_read_is_tried_again_then_told(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = watched.place
    await watched.start()
    allowed = place.fs.open_read

    def denied(folder: int, name: str) -> int:
        if name == "locked.md":
            raise PermissionError(13, "Permission denied")
        return allowed(folder, name)

    monkeypatch.setattr(place.fs, "open_read", denied)
    place.put({"locked.md": b"1", "open.md": b"1"})
    await watched.until("open.md", SEEN)
    await watched.holds(lambda: any("locked.md was not" in words for _, words in watched.told))

    monkeypatch.setattr(place.fs, "open_read", allowed)
    place.put({"locked.md": b"22"})
    await watched.until("locked.md", SEEN)


async def test_a_folder_that_leaves_the_watched_one_is_the_removal_of_its_files(
    watched: Watched, tmp_path: Path
) -> None:
    place = watched.place
    place.put({"in/deep/a.md": b"1", "b.md": b"1"})
    await watched.start()

    (place.folder / "in").rename(tmp_path / "elsewhere")
    await watched.until("in/deep/a.md", SEEN, "2 remove external")
    (tmp_path / "elsewhere").rename(place.folder / "in")
    await watched.until("in/deep/a.md", SEEN, "2 remove external", "3 create external")
    place.put({"in/deep/a.md": b"22"})
    await watched.until(
        "in/deep/a.md", SEEN, "2 remove external", "3 create external", "4 edit external"
    )


async def test_closing_while_a_version_is_written_finishes_it_and_ends(watched: Watched) -> None:
    watched.place.put({"a.md": b"a"})
    there, go = threading.Event(), threading.Event()

    def pause(name: str, _: int) -> None:
        if name == COMMIT and not there.is_set():
            there.set()
            assert go.wait(PATIENCE)

    watched.place.wire.watch = pause
    await watched.switch_on()
    await asyncio.to_thread(there.wait, PATIENCE)
    closing = asyncio.create_task(watched.close())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    go.set()
    await asyncio.wait_for(closing, 5)  # the cancel that the version took along is given again
    assert await watched.told_of("a.md") == [SEEN]


# -- when it crashes -------------------------------------------------------------------------------


async def test_a_crash_is_told_and_it_watches_again_by_itself(place: Place) -> None:
    failing = [1]

    def breaks_once(folders: set[str], **how: Any) -> Ear:
        if failing:
            failing.pop()
            raise RuntimeError("a mistake of ours")
        return Ear(folders, **how)

    watched = Watched(place, make_ear=breaks_once)
    place.put({"a.md": b"1"})
    await watched.start()

    await watched.until("a.md", SEEN)
    place.put({"a.md": b"22"})
    await watched.until("a.md", SEEN, EDITED)
    assert [report.kind for report in watched.reports] == [ReportKind.CRASHED]
    await watched.close()


async def test_one_that_always_crashes_is_given_up_and_can_be_switched_on_again(
    place: Place,
) -> None:
    broken = True

    def breaks(folders: set[str], **how: Any) -> Ear:
        if broken:
            raise RuntimeError("a mistake of ours")
        return Ear(folders, **how)

    watched = Watched(place, make_ear=breaks)
    await watched.switch_on()
    await watched.holds(lambda: watched.supervisor.children[CHILD] is ChildState.GIVEN_UP)
    assert [r.kind for r in watched.reports].count(ReportKind.GAVE_UP) == 1

    broken = False
    place.put({"a.md": b"1"})
    watched.supervisor.revive(CHILD)
    await watched.until("a.md", SEEN)
    await watched.close()
