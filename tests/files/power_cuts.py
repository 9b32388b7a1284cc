"""Cuts the power at every step of a change, in every way, and checks what the next start finds."""

from __future__ import annotations

import errno
import itertools
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from zipfile import ZipFile

from app.domain.errors import StewardError
from app.domain.files import FileVersion, OperationType
from app.files.fs_ops import OURS
from app.storage.file_contents import PRUNED
from tests.files.faults import Crash, Wire
from tests.files.place import Place
from tests.files.power_changes import THEIRS, Cut, Meanwhile
from tests.files.power_disk import State
from tests.files.power_loss import Moment, PowerDatabase, PowerFs, wipe
from tests.files.scenarios import NEW

SHOWN = 3
"""Violations told in full."""

FILE_SYSTEMS: dict[str, dict[str, bool]] = {
    "with a journal": {},
    "names torn": {"torn_names": True},
    "without files that have no name": {"unnamed": False},
    "without exchange": {"atomic": False},
    "without exchange or links": {"atomic": False, "links": False},
    "every folder a disk": {"one_device": False},
}


@dataclass
class Tally:
    """How much was tried, and what was wrong."""

    runs: int = 0
    moments: int = 0
    disks: int = 0
    recovered: int = 0
    found: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.runs} runs, power cut at {self.moments} moments, {self.disks} disks left, "
            f"{self.recovered} different ones recovered, {len(self.found)} violations"
        )

    def require_none(self) -> None:
        assert not self.found, f"{len(self.found)} violations\n" + "\n".join(self.found[:SHOWN])


class Rig:
    """One folder and one database, taken back to any moment as often as is needed."""

    def __init__(self, folder: Path, database: PowerDatabase, **kind: bool) -> None:
        self.root = folder / "world"
        self.root.mkdir(exist_ok=True)
        self.database = database
        self.kind = kind
        self.strict = not kind.get("torn_names", False)
        self.tally = Tally()

    # -- ways for things to go wrong ---------------------------------------------------------

    async def cut(self, cut: Cut) -> None:
        """The power goes at any step of the change."""
        place, fs = await self._prepare(cut)
        refused = await self._act(place, fs, cut)
        may_be = cut.one_disk and self.kind.get("one_device") is False
        if refused is not None and not may_be:
            self.tally.found.append(f"{cut.name} was refused: {refused!r}")
        await self._try_all(place, fs, cut, fs.moments, finished=refused is None)

    async def cut_after_failure(self, cut: Cut, code: int = errno.EIO) -> None:
        """Some call fails, Steward tidies up, and the power goes while it does or after."""
        for number in range(10_000):
            place, fs = await self._prepare(cut)
            wire = Wire(acts_only=True)
            wire.fail_at, wire.code = number, code
            failed: list[int] = []

            def watch(
                name: str, step: int, number: int = number, fs: PowerFs = fs, at: list[int] = failed
            ) -> None:
                if step == number:
                    at.append(len(fs.moments))

            wire.watch = watch
            fs.wire = self.database.wire = wire
            await self._act(place, fs, cut)
            fs.wire = self.database.wire = Wire()
            if not wire.fired:
                return
            unsure = replace(cut, noted=False)
            await self._try_all(place, fs, unsure, fs.moments[failed[0] - 1 :], finished=False)

    async def cut_in_recovery(self, cut: Cut) -> None:
        """The process dies at any step; the power goes while the next one recovers."""
        for number in range(10_000):
            place, fs = await self._prepare(cut)
            wire = Wire(acts_only=True)
            wire.crash_at = number
            fs.wire = self.database.wire = wire
            with suppress(Crash):
                await self._act(place, fs, cut)
            fs.wire = self.database.wire = Wire()
            if not wire.fired:
                return
            await self._recovering(place, fs, cut)

    async def cut_twice(self, cut: Cut) -> None:
        """The power goes, and goes again while the next process recovers what that left."""
        place, fs = await self._prepare(cut)
        await self._act(place, fs, cut)
        moments = fs.moments
        tried: set[tuple[int, State]] = set()
        copies = list(self.database.copies)
        for moment in moments:
            kept = range(moment.safe, moment.commits + 1)
            for commits, state in itertools.product(kept, set(moment.disk.states())):
                if (commits, state) in tried:
                    continue
                tried.add((commits, state))
                self.database.copies = list(copies)
                self.database.put_back(commits)
                fs.build(state)
                await self._recovering(place, fs, cut)
        self.database.copies = copies

    async def cut_beside(self, cut: Cut, meanwhile: Meanwhile, at: int) -> bool:
        """Someone does ``meanwhile`` before step ``at``; the power goes at any step after it.

        Returns whether there was such a step.
        """
        place, fs = await self._prepare(cut)
        did: list[int] = []
        precious: set[bytes] = set()
        # What the change itself brings is no loss while it is not done: it may be taken back.
        ours = set(cut.stages[-1].values()) - set(cut.stages[0].values()) if cut.stages else set()

        def watch(name: str, number: int) -> None:
            if number == at:
                meanwhile(place.folder / "a.md")
                fs.adopt()
                did.append(len(fs.moments))
                precious.update(set(_in_place(place)) - ours, _in_history(place))
                fs.moment("someone else")

        wire = Wire(acts_only=True)
        wire.watch = watch
        fs.wire = self.database.wire = wire
        await self._act(place, fs, cut)
        fs.wire = self.database.wire = Wire()
        if not did:
            return False
        beside = replace(
            cut,
            stages=(),
            contents=frozenset(
                {content for stage in cut.stages for content in stage.values()}
                | {THEIRS, THEIRS + NEW}
            ),
            outsiders=cut.outsiders + 1,
            precious=frozenset(precious),
        )
        await self._try_all(place, fs, beside, fs.moments[did[0] :], finished=False)
        return True

    async def steps(self, cut: Cut) -> int:
        """How many steps the change has."""
        place, fs = await self._prepare(cut)
        wire = fs.wire = self.database.wire = Wire(acts_only=True)
        await self._act(place, fs, cut)
        return len(wire.steps)

    # -- inside ----------------------------------------------------------------------------

    async def _prepare(self, cut: Cut) -> tuple[Place, PowerFs]:
        database = self.database
        database.fs = None
        wipe(self.root)
        if not database.copies:
            database.keep()  # as it was opened
        database.put_back(0)
        database.forget(after=1)
        place = Place(self.root, database=database, home=self.root / "home")
        await cut.set_up(place)
        await place.manager.close()
        fs = PowerFs(self.root, **self.kind)
        place.start(fs)
        return place, fs

    async def _act(self, place: Place, fs: PowerFs, cut: Cut) -> StewardError | None:
        """Make the change, and remember the disk after each step. Returns why it was refused."""
        self._record(fs)
        try:
            await cut.act(place)
        except StewardError as error:
            return error
        finally:
            fs.recording, self.database.fs = False, None
            await place.manager.close()
            self.tally.runs += 1
        return None

    def _record(self, fs: PowerFs) -> None:
        self.database.fs = fs
        self.database.keep()
        fs.commits = fs.safe = len(self.database.copies) - 1
        fs.moments = []
        fs.recording = True
        fs.moment("start")

    async def _recovering(self, place: Place, fs: PowerFs, cut: Cut) -> None:
        place.start(fs)
        self._record(fs)
        try:
            await place.manager.recover()
        finally:
            fs.recording, self.database.fs = False, None
            await place.manager.close()
        self.tally.runs += 1
        await self._try_all(place, fs, cut, fs.moments, finished=False)

    async def _try_all(
        self, place: Place, fs: PowerFs, cut: Cut, moments: list[Moment], *, finished: bool
    ) -> None:
        tried: set[tuple[int, State]] = set()
        for moment in moments:
            self.tally.moments += 1
            states = set(moment.disk.states())
            self.tally.disks += len(states)
            done = finished and moment is moments[-1]
            kept = range(moment.safe, moment.commits + 1)
            for commits, state in itertools.product(kept, states):
                if (commits, state) in tried and not done:
                    continue
                tried.add((commits, state))
                self.tally.recovered += 1
                self.database.put_back(commits)
                fs.build(state)
                place.start(fs)
                try:
                    await check(place, cut, after_all=done, strict=self.strict)
                except (AssertionError, StewardError, OSError) as wrong:
                    self.tally.found.append(
                        f"{cut.name}, after {steps_to(moment, moments)}, "
                        f"{commits} commits: {wrong!r:.600}\n   disk: {show(state)}"
                    )
                finally:
                    await place.manager.close()


async def check(place: Place, cut: Cut, *, after_all: bool, strict: bool) -> None:
    """Recover as a new process does; then every promise."""
    report = await place.manager.recover()
    assert all(one.became is not None for one in report.operations), report
    files = place.files
    left = [name for name in files if name.endswith(OURS)]
    left += [path.name for path in place.home.glob("exports/*.part") if cut.noted]
    assert not left, f"left behind: {left}"
    if strict:
        if cut.stages:
            assert files in cut.stages, f"the folder holds {files}"
        else:
            assert set(files.values()) <= cut.contents, f"the folder holds {files}"
        umask = os.umask(0o022)
        os.umask(umask)
        modes = {name: (place.folder / name).stat().st_mode & 0o777 for name in files}
        assert set(modes.values()) <= {0o666 & ~umask}, f"modes {modes}"
    if after_all:
        assert files == cut.stages[-1], "what was reported done is gone"

    verified = await place.manager.verify()
    assert verified.problems == (), verified.problems
    if strict and not cut.outsiders:
        assert {note.kind for note in verified.notes} <= {"orphan"}, verified.notes
    versions = _versions(place)
    outsiders = sum(v.operation is OperationType.EXTERNAL for v in versions)
    assert outsiders <= cut.outsiders, f"{outsiders} versions of someone else"
    first = set(cut.stages[0].values()) if cut.stages else set()
    missing = (first | cut.precious) - set(files.values()) - _in_history(place)
    assert not missing, f"lost: {missing}"
    again = await place.manager.recover()
    assert not again.operations


def _versions(place: Place) -> list[FileVersion]:
    history = place.manager.history
    return [v for known in history.tracked() for v in history.versions(known.file_id)]


def _in_history(place: Place) -> set[bytes]:
    """The bytes of every version, each read in full; of a pruned one from its archive."""
    found = set()
    for version in _versions(place):
        if version.hash_after is None:
            continue
        archive = version.metadata.get(PRUNED)
        if archive is None:
            found.add(place.manager.plans.content(version.hash_after))
        else:
            found |= _in_archive(Path(str(archive)))
    return found


def _in_archive(path: Path) -> set[bytes]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return {archive.read(name) for name in archive.namelist() if name.startswith("files/")}


def _in_place(place: Place) -> set[bytes]:
    return {content for name, content in place.files.items() if not name.endswith(OURS)}


def steps_to(moment: Moment, moments: list[Moment]) -> list[str]:
    """What was done up to then."""
    return [one.step for one in moments if one.number <= moment.number]


def show(state: State) -> str:
    """A disk in short."""
    files = sorted((p, n, f.content[:12], len(f.content)) for p, n, f in state.files)
    return f"{sorted(p for p, _ in state.folders)} {files}"
