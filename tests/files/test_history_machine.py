"""The whole manager against a dictionary: any sequence of changes, crashes and foreign saves."""

from __future__ import annotations

import asyncio
import errno
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.errors import FileError, StewardError
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place

T = TypeVar("T")

NAMES = st.sampled_from(["a.md", "b.md", "sub/c.md", "sub/deep/d.md"])
CONTENTS = st.sampled_from([b"", b"one", b"two\r\n", b"\xff\x00", b"x" * 5000])


class Machine(RuleBasedStateMachine):
    """``model`` is what the folder must hold; ``ever`` every content a file ever had."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.root = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.loop = asyncio.new_event_loop()
        self.place = self.run(self._make())
        self.model: dict[str, bytes] = {}
        self.ever: set[bytes] = set()
        self.turn = 0
        self.before_turn: dict[str, bytes] | None = None

    async def _make(self) -> Place:
        return Place(Path(self.root.name))

    def run(self, work: Awaitable[T]) -> T:
        async def main() -> T:
            return await work

        return self.loop.run_until_complete(main())

    def teardown(self) -> None:
        report = self.run(self.place.manager.verify())
        self.run(self.place.close())
        self.loop.close()
        self.root.cleanup()
        assert report.problems == ()

    # -- changes -----------------------------------------------------------------------------

    def change(self, after: dict[str, bytes] | None, act: Callable[[], Awaitable[object]]) -> None:
        """Do ``act``; the folder must then be ``after``, or as it was where it is ``None``."""
        self.turn += 1
        before = dict(self.model)
        if after is None:
            with suppress(FileError):
                self.run(act())
                raise AssertionError("this should have been refused")
            self.before_turn = None
            return
        self.run(act())
        self.model = after
        self._touched(before, after)
        self.before_turn = before

    def _touched(self, before: dict[str, bytes], after: dict[str, bytes]) -> None:
        """Steward had these bytes in its hands: they must never be lost again."""
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                self.ever |= {side[name] for side in (before, after) if name in side}

    @property
    def work(self):  # type: ignore[no-untyped-def]
        return self.place.workspace(f"turn {self.turn}")

    @rule(name=NAMES, content=CONTENTS)
    def create(self, name: str, content: bytes) -> None:
        after = None if name in self.model else {**self.model, name: content}
        self.change(after, lambda: self.work.create(name, content))

    @rule(name=NAMES, content=CONTENTS)
    def edit(self, name: str, content: bytes) -> None:
        same = name not in self.model or self.model[name] == content
        after = None if same else {**self.model, name: content}
        self.change(after, lambda: self.work.edit(name, lambda _: content))

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        after = {k: v for k, v in self.model.items() if k != name}
        self.change(after if name in self.model else None, lambda: self.work.remove(name))

    @rule(name=NAMES, goal=NAMES)
    def move(self, name: str, goal: str) -> None:
        after = None
        if name in self.model and goal not in self.model:
            after = {k: v for k, v in self.model.items() if k != name}
            after[goal] = self.model[name]
        self.change(after, lambda: self.work.move(name, goal))

    @rule(name=NAMES, data=st.data())
    def restore(self, name: str, data: st.DataObject) -> None:
        record = self.place.manager.history.find("folder", str(self.place.folder / name))
        if record is None:
            return
        versions = self.place.manager.history.versions(record.file_id)
        version = data.draw(st.sampled_from(versions))
        after = None
        if version.hash_after is not None:
            content = self.place.manager.plans.content(version.hash_after)
            if self.model.get(name) != content:
                after = {**self.model, name: content}
        self.change(after, lambda: self.work.restore(name, version.version))

    @precondition(lambda self: self.before_turn is not None)
    @rule()
    def undo(self) -> None:
        turn, before = f"turn {self.turn}", self.before_turn
        self.change(before, lambda: self.work.undo(turn))

    # -- what others do, and what goes wrong -------------------------------------------------

    @rule(name=NAMES, content=CONTENTS)
    def someone_saves(self, name: str, content: bytes) -> None:
        self.place.put({name: content})
        self.model[name] = content
        self.before_turn = None

    @rule(name=NAMES)
    def someone_removes(self, name: str) -> None:
        (self.place.folder / name).unlink(missing_ok=True)
        self.model.pop(name, None)
        self.before_turn = None

    @rule(name=NAMES, goal=NAMES)
    def someone_renames(self, name: str, goal: str) -> None:
        if name not in self.model or goal in self.model:
            return
        (self.place.folder / goal).parent.mkdir(parents=True, exist_ok=True)
        (self.place.folder / name).rename(self.place.folder / goal)
        self.model[goal] = self.model.pop(name)
        self.before_turn = None

    @rule(name=NAMES, content=CONTENTS)
    def another_steward_changes(self, name: str, content: bytes) -> None:
        """A second manager on the same home, as the terminal is beside the window."""
        same = name not in self.model or self.model[name] == content
        after = None if same else {**self.model, name: content}

        async def act() -> None:
            other = Place(Path(self.root.name), database=self.place.database)
            try:
                await other.workspace(f"turn {self.turn}").edit(name, lambda _: content)
            finally:
                await other.close()

        self.change(after, act)

    @rule(
        name=NAMES,
        goal=NAMES,
        content=CONTENTS,
        step=st.integers(0, 40),
        what=st.sampled_from(["write", "remove", "move", "restore", "undo"]),
        how=st.sampled_from(["crash", "error", "full", "full and restarted"]),
    )
    def something_breaks(
        self, name: str, goal: str, content: bytes, step: int, what: str, how: str
    ) -> None:
        """One change with a crash, an error, or a disk that is full from some step on."""
        undone, before_turn = f"turn {self.turn}", self.before_turn
        self.turn += 1
        wire = Wire(acts_only=how == "crash")
        if how == "crash":
            wire.crash_at = step
        elif how == "error":
            wire.fail_at = step
        else:
            wire.fail_from, wire.code = step, errno.ENOSPC
        act, expected = self._work(what, name, goal, content, undone, before_turn)
        self._arm(wire)
        with suppress(StewardError, Crash):
            self.run(act())
        self._arm(Wire())
        if how in ("crash", "full and restarted"):
            self.run(self.place.restart())
        else:
            self.run(self.place.manager.recover())
        files = self.place.files
        assert any(files == one for one in expected), f"{files} is none of {expected}"
        self._touched(self.model, files)
        self.model = files
        self.before_turn = None

    def _work(
        self,
        what: str,
        name: str,
        goal: str,
        content: bytes,
        undone: str,
        before_turn: dict[str, bytes] | None,
    ) -> tuple[Callable[[], Awaitable[object]], list[dict[str, bytes]]]:
        """A change, and what the folder may hold after it, whole or not at all."""
        work, without = self.work, {k: v for k, v in self.model.items() if k != name}
        written = {**self.model, name: content}
        match what:
            case "write" if name not in self.model:
                return lambda: work.create(name, content), [self.model, written]
            case "write":
                return lambda: work.edit(name, lambda _: content), [self.model, written]
            case "remove":
                return lambda: work.remove(name), [self.model, without]
            case "move":
                moved = {**without, goal: self.model.get(name, b"")}
                free = name in self.model and goal not in self.model
                return lambda: work.move(name, goal), [self.model, *([moved] if free else [])]
            case "undo" if before_turn is not None:
                return lambda: work.undo(undone), [self.model, before_turn]
            case _:
                restored = [{**self.model, name: one} for one in self._contents_of(name)]
                return lambda: work.restore(name, 1), [self.model, *restored]

    def _contents_of(self, name: str) -> list[bytes]:
        record = self.place.manager.history.find("folder", str(self.place.folder / name))
        versions = self.place.manager.history.versions(record.file_id) if record else []
        hashes = [v.hash_after for v in versions[:1] if v.hash_after is not None]
        return [self.place.manager.plans.content(digest) for digest in hashes]

    @rule()
    def a_new_process(self) -> None:
        self.run(self.place.restart())

    def _arm(self, wire: Wire) -> None:
        assert isinstance(self.place.fs, WatchedFs)
        assert isinstance(self.place.database, WatchedDatabase)
        self.place.wire = self.place.fs.wire = self.place.database.wire = wire

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def the_folder_is_as_expected(self) -> None:
        assert self.place.files == self.model

    @invariant()
    def every_content_is_still_there(self) -> None:
        kept = set(self.model.values())
        for file in self.place.manager.history.tracked():
            for version in self.place.manager.history.versions(file.file_id):
                if version.hash_after is not None:
                    kept.add(self.place.manager.plans.content(version.hash_after))
        assert self.ever <= kept


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    # Not Phase.explain: it traces every line, and the internet guard's audit hook sees each frame.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
