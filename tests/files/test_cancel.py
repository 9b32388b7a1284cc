"""Cancel stops a change that has not begun, and never cuts one that has."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable

import pytest

from app.files.fs_ops import FsOps
from tests.files.faults import COMMIT
from tests.files.place import Place

LONG = 20.0


class Pause:
    """Holds the worker thread at the first step with a name, until ``go``."""

    def __init__(self, place: Place, name: str) -> None:
        self._name = name
        self._loop = asyncio.get_running_loop()
        self.there = asyncio.Event()
        self._go = threading.Event()
        place.wire.watch = self

    def __call__(self, name: str, step: int) -> None:
        if name == self._name and not self._go.is_set():
            self._loop.call_soon_threadsafe(self.there.set)
            assert self._go.wait(LONG)

    def go(self) -> None:
        self._go.set()


async def test_a_change_that_has_begun_is_finished_and_its_result_returned(place: Place) -> None:
    place.put({"a.md": b"old"})
    pause = Pause(place, "exchange")
    task = asyncio.create_task(place.workspace().edit("a.md", lambda _: b"new"))
    await asyncio.wait_for(pause.there.wait(), LONG)

    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    pause.go()

    assert (await task).version == 2
    assert place.files == {"a.md": b"new"}
    assert [event.version for event in place.events] == [2]


async def test_from_its_first_commit_on_a_change_is_not_cut(place: Place) -> None:
    place.put({"a.md": b"old"})
    pause = Pause(place, COMMIT)
    task = asyncio.create_task(place.workspace().edit("a.md", lambda _: b"new"))
    await asyncio.wait_for(pause.there.wait(), LONG)

    task.cancel()
    await asyncio.sleep(0)
    pause.go()

    assert (await task).version == 2


async def test_a_deadline_does_not_cut_a_change_that_has_begun(place: Place) -> None:
    place.put({"a.md": b"old"})
    pause = Pause(place, "exchange")
    deadline = asyncio.timeout(None)

    async def limited() -> int:
        async with deadline:
            version = await place.workspace().edit("a.md", lambda _: b"new")
        return version.version

    task = asyncio.create_task(limited())
    await asyncio.wait_for(pause.there.wait(), LONG)
    deadline.reschedule(asyncio.get_running_loop().time())
    await asyncio.sleep(0.05)
    assert deadline.expired()
    pause.go()

    assert await task == 2
    assert place.files == {"a.md": b"new"}


async def test_a_change_that_has_not_begun_does_not_happen(place: Place) -> None:
    place.put({"a.md": b"old"})
    started, go = threading.Event(), threading.Event()

    def slow(content: bytes) -> bytes:
        started.set()
        assert go.wait(LONG)
        return b"new"

    task = asyncio.create_task(place.workspace().edit("a.md", slow))
    assert await asyncio.to_thread(started.wait, LONG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    await place.restart()  # waits for the worker

    assert place.files == {"a.md": b"old"}
    assert await place.told("a.md") == []
    assert place.events == []


async def test_a_change_that_waits_for_another_can_be_cancelled(place: Place) -> None:
    place.put({"a.md": b"old"})
    pause = Pause(place, "exchange")
    first = asyncio.create_task(place.workspace().edit("a.md", lambda c: c + b"1"))
    await asyncio.wait_for(pause.there.wait(), LONG)
    second = asyncio.create_task(place.workspace().edit("a.md", lambda c: c + b"2"))
    other = asyncio.create_task(place.workspace().create("b.md", b"b"))
    await asyncio.sleep(0.05)  # the second waits for the file, the other for the store

    second.cancel()
    other.cancel()
    for task in (second, other):
        with pytest.raises(asyncio.CancelledError):
            await task
    pause.go()
    await first

    assert place.files == {"a.md": b"old1"}


async def test_a_hanging_change_does_not_block_other_files(place: Place) -> None:
    place.put({"a.md": b"old"})
    started, go = threading.Event(), threading.Event()

    def hang(content: bytes) -> bytes:
        started.set()
        assert go.wait(LONG)
        return content + b"!"

    hanging = asyncio.create_task(place.workspace().edit("a.md", hang))
    assert await asyncio.to_thread(started.wait, LONG)

    await asyncio.wait_for(place.workspace().create("b.md", b"b"), LONG)

    go.set()
    await hanging
    assert place.files == {"a.md": b"old!", "b.md": b"b"}


async def test_changes_of_one_file_at_once_all_happen(place: Place) -> None:
    place.put({"a.md": b""})
    work = place.workspace()

    def append(number: int) -> Callable[[bytes], bytes]:
        return lambda content: content + b"%d\n" % number

    versions = await asyncio.gather(*(work.edit("a.md", append(n)) for n in range(12)))

    lines = place.files["a.md"].split()
    assert sorted(lines) == sorted(b"%d" % n for n in range(12))
    assert sorted(v.version for v in versions) == list(range(2, 14))


async def test_a_change_made_meanwhile_by_someone_else_is_built_upon(place: Place) -> None:
    """Between reading and the first commit nothing is decided: the change is worked out anew."""
    place.put({"a.md": b"old"})
    rounds = 0

    def append(content: bytes) -> bytes:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            place.put({"a.md": b"theirs"})
        return content + b", mine"

    await place.workspace().edit("a.md", append)

    assert place.files == {"a.md": b"theirs, mine"}
    assert rounds == 2


async def test_closing_waits_for_a_change(place: Place) -> None:
    place.put({"a.md": b"old"})
    pause = Pause(place, "exchange")
    task = asyncio.create_task(place.workspace().edit("a.md", lambda _: b"new"))
    await asyncio.wait_for(pause.there.wait(), LONG)

    closing = asyncio.create_task(place.manager.close())
    await asyncio.sleep(0)
    assert not closing.done()
    pause.go()
    await closing

    assert (await task).version == 2
    place.start(FsOps())


async def test_what_was_cancelled_is_not_complained_about_at_the_end(place: Place) -> None:
    place.put({"a.md": b"old"})
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    await place.workspace().edit("a.md", lambda _: b"new")
    there, go = threading.Event(), threading.Event()

    def report(done: int, total: int, what: str) -> None:
        there.set()
        assert go.wait(LONG)

    task = asyncio.create_task(place.manager.export(place.home / "x.zip", progress=report))
    await asyncio.to_thread(there.wait, LONG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    closing = asyncio.create_task(place.manager.close())
    await asyncio.sleep(0)
    go.set()
    await closing
    gc.collect()
    assert complaints == []
