"""A skill that blocks the event loop is found by name and line, while it blocks it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from app.domain.skills import SkillResult
from app.skill_runtime.executor import Executor
from app.skill_runtime.watchdog import Blocked, LoopWatchdog
from tests.clocks import FixedClock
from tests.skill_runtime.test_executor import CALL, CONTEXT, Acting

LONGEST = 5.0
"""Seconds a blocking skill of these tests waits to be found, at most."""


class Findings(list[Blocked]):
    """What was found; ``come`` is set with the first."""

    def __init__(self) -> None:
        super().__init__()
        self.come = asyncio.Event()

    def append(self, found: Blocked) -> None:
        super().append(found)
        self.come.set()


async def a_while(seconds: float) -> None:
    """The loop is free meanwhile."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    await over.wait()


@contextmanager
def watchdog(found: list[Blocked]) -> Iterator[LoopWatchdog]:
    one = LoopWatchdog(found.append, threshold=0.1)
    try:
        yield one
    finally:
        one.close()


def executor(one: LoopWatchdog) -> Executor:
    return Executor(timeout=30, clock=FixedClock(), watchdog=one)


class Heard(threading.Event):
    """Set as soon as the watchdog's finding is in the log, from its own thread."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    event = Heard()
    from app.skill_runtime import watchdog as module

    real = module.logger.warning

    def warning(message: str, *rest: object, **more: object) -> None:
        real(message, *rest, **more)  # type: ignore[arg-type]
        event.set()

    monkeypatch.setattr(module.logger, "warning", warning)
    return event


async def check_that_it_is_named(heard: Heard, caplog: pytest.LogCaptureFixture) -> None:
    found = Findings()

    async def blocks(params: Mapping[str, object]) -> SkillResult:
        heard.wait(LONGEST)
        return SkillResult.ok("")

    with watchdog(found) as one:
        await executor(one).run(Acting(blocks), CALL, CONTEXT)
        await found.come.wait()
    assert heard.is_set(), "it was found while it still blocked"
    (blocked,) = found
    assert (blocked.skill, blocked.function) == ("test.act", "blocks")
    assert blocked.place.startswith(f"{__file__}:")
    assert blocked.seconds >= 0.1
    assert "skill blocks the event loop" in caplog.text


async def test_a_skill_that_blocks_is_named_with_its_line(
    heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    await check_that_it_is_named(heard, caplog)


@pytest.mark.qt_loop
async def test_a_skill_that_blocks_the_windows_loop_is_named_too(
    heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    await check_that_it_is_named(heard, caplog)


async def test_a_skill_that_waits_as_it_should_is_not_named(heard: Heard) -> None:
    found = Findings()

    async def waits(params: Mapping[str, object]) -> SkillResult:
        await a_while(0.3)
        return SkillResult.ok("")

    with watchdog(found) as one:
        await executor(one).run(Acting(waits), CALL, CONTEXT)
    assert not found
    assert not heard.is_set()


async def test_what_blocks_the_loop_beside_a_skill_is_no_skills_fault(heard: Heard) -> None:
    found = Findings()
    begun, done = asyncio.Event(), asyncio.Event()

    async def waits(params: Mapping[str, object]) -> SkillResult:
        begun.set()
        await done.wait()
        return SkillResult.ok("")

    with watchdog(found) as one:
        task = asyncio.create_task(executor(one).run(Acting(waits), CALL, CONTEXT))
        await begun.wait()
        time.sleep(0.3)  # noqa: ASYNC251 - this is the fault looked for
        done.set()
        await task
    assert not found


async def test_it_watches_again_after_a_rest(heard: Heard) -> None:
    found = Findings()

    async def quick(params: Mapping[str, object]) -> SkillResult:
        return SkillResult.ok("")

    async def blocks(params: Mapping[str, object]) -> SkillResult:
        heard.wait(LONGEST)
        return SkillResult.ok("")

    with watchdog(found) as one:
        await executor(one).run(Acting(quick), CALL, CONTEXT)
        await a_while(0.2)  # longer than it looks around: it rests
        await executor(one).run(Acting(blocks), CALL, CONTEXT)
        await found.come.wait()
    assert [blocked.function for blocked in found] == ["blocks"]


def test_it_can_be_closed_before_it_was_used() -> None:
    LoopWatchdog(lambda found: None).close()
