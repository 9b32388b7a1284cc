"""The whole manager against a dictionary: any sequence of changes, crashes and foreign saves."""

from __future__ import annotations

import asyncio
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

    @rule(name=NAMES, content=CONTENTS, step=st.integers(0, 40), crash=st.booleans())
    def something_breaks(self, name: str, content: bytes, step: int, crash: bool) -> None:
        """One change with a crash or an I/O error somewhere in it."""
        self.turn += 1
        wire = Wire(acts_only=crash)
        if crash:
            wire.crash_at = step
        else:
            wire.fail_at = step
        self._arm(wire)
        after = {**self.model, name: content}
        with suppress(StewardError, Crash):
            if name not in self.model:
                self.run(self.work.create(name, content))
            elif content:
                self.run(self.work.edit(name, lambda _: content))
            else:
                after = {k: v for k, v in self.model.items() if k != name}
                self.run(self.work.remove(name))
        self._arm(Wire())
        self.run(self.place.restart())
        files = self.place.files
        assert files in (self.model, after)
        self._touched(self.model, files)
        self.model = files
        self.before_turn = None

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
