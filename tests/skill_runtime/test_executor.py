"""One call, its own task: whatever a skill does, the call comes to exactly one result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest

from app.domain.errors import ConflictError, MatchCountError
from app.domain.messages import Channel
from app.domain.skills import (
    ReadSkill,
    SideEffect,
    SkillContext,
    SkillResult,
    ToolDefinition,
)
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.workspace import Workspace
from app.skill_runtime.executor import Abandoned, Executor
from tests.clocks import FixedClock

CALL = ToolCall("call-1", "test.act", {"word": "hello"})
CONTEXT = SkillContext(
    conversation_id="c",
    turn_id="t",
    execution_id="e",
    user="ana",
    channel=Channel.TERMINAL,
    workspace=cast("Workspace", None),
    clock=FixedClock(),
)

Act = Callable[[Mapping[str, object]], Awaitable[Any]]


class Acting(ReadSkill):
    """A skill that does what the test says."""

    domain = "test"
    tool_definition = ToolDefinition("test.act", "Act.", {"type": "object", "properties": {}})

    def __init__(self, act: Act, *, timeout: float | None = None) -> None:
        self._act = act
        self.timeout = timeout

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        return cast("SkillResult", await self._act(params))


def executor(timeout: float = 10, grace: float = 5) -> Executor:
    return Executor(timeout=timeout, clock=FixedClock(), grace=grace)


async def run(act: Act, *, deadline: float = 10, grace: float = 5) -> ToolResult:
    return await executor(deadline, grace).run(Acting(act), CALL, CONTEXT)


class Started:
    """A skill that says when it has begun, then waits for ever."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    async def __call__(self, params: Mapping[str, object]) -> SkillResult:
        self.event.set()
        await asyncio.Event().wait()
        raise AssertionError


async def cancelled_run(act: Act, started: asyncio.Event, *, grace: float = 5) -> ToolResult:
    """Cancel the caller once the skill has begun."""
    task = asyncio.create_task(executor(grace=grace).run(Acting(act), CALL, CONTEXT))
    await started.wait()
    task.cancel()
    return await task


# -- results -------------------------------------------------------------------------------


async def test_a_result_keeps_the_calls_id_and_its_facts() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        return SkillResult.ok(
            f"Said {params['word']}.",
            files_produced=("/a",),
            side_effects=(SideEffect("file_version", "/a", {"version": 2}),),
            metadata={"version": 2},
        )

    result = await run(act)
    assert (result.call_id, result.name, result.status) == ("call-1", "test.act", ToolStatus.OK)
    assert result.content == "Said hello."
    assert result.metadata == {
        "version": 2,
        "files_produced": ["/a"],
        "side_effects": [{"kind": "file_version", "target": "/a", "details": {"version": 2}}],
    }


async def test_the_duration_is_the_clocks() -> None:
    clock = FixedClock()

    async def act(params: Mapping[str, object]) -> SkillResult:
        clock.advance(1.25)
        return SkillResult.ok("")

    result = await Executor(timeout=10, clock=clock).run(Acting(act), CALL, CONTEXT)
    assert result.duration_ms == 1250


async def test_a_typed_failure_of_a_skill_is_an_error() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        return SkillResult.error("no_weather", "There is none.", details={"place": "here"})

    result = await run(act)
    assert (result.status, result.content) == (ToolStatus.ERROR, "There is none.")
    assert result.metadata == {"type": "no_weather", "place": "here"}


async def test_an_expected_failure_becomes_an_error_with_kind_details_and_hint() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        raise MatchCountError("It stands there twice.", hint="Say which.", details={"count": 2})

    result = await run(act)
    assert result.status is ToolStatus.ERROR
    assert result.content == "It stands there twice. Say which."
    assert result.metadata == {"type": "match_count", "count": 2}


# -- crashes -------------------------------------------------------------------------------


async def _raise(error: BaseException) -> SkillResult:
    raise error


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("secret detail"),
        RecursionError(),
        MemoryError(),
        SystemExit(3),
        KeyboardInterrupt(),
    ],
)
async def test_a_crash_is_told_in_general_words_and_logged_in_full(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    result = await run(lambda params: _raise(error))
    assert result.status is ToolStatus.ERROR
    assert result.metadata == {"type": "crash"}
    assert "secret detail" not in result.content
    [record] = caplog.records
    assert record.message == "skill crashed"
    assert record.exc_info is not None


async def test_a_skill_that_cancels_itself_has_crashed_and_nobody_else_is_cancelled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = await run(lambda params: _raise(asyncio.CancelledError()))
    assert result.metadata == {"type": "crash"}
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0
    assert "skill cancelled itself" in caplog.text


async def test_a_skill_that_cancels_its_own_task_has_crashed() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.Event().wait()
        raise AssertionError

    assert (await run(act)).metadata == {"type": "crash"}


@pytest.mark.parametrize("loop", ["plain", pytest.param("qt", marks=pytest.mark.qt_loop)])
@pytest.mark.parametrize("leave", [SystemExit(3), KeyboardInterrupt()])
async def test_a_task_of_a_skill_that_exits_does_not_end_the_program(
    loop: str, leave: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        async def child() -> None:
            await asyncio.sleep(0)
            raise leave

        await asyncio.gather(child(), asyncio.sleep(0))
        raise AssertionError

    assert (await run(act)).metadata == {"type": "crash"}
    assert "a task of the skill tried to exit" in caplog.text


async def test_the_tasks_of_a_skill_are_tasks_as_any_others() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        async def child(word: str) -> str:
            await asyncio.sleep(0)
            return word

        unstarted = asyncio.create_task(child("never"), name="unstarted")
        unstarted.cancel()
        async with asyncio.TaskGroup() as group:
            words = [group.create_task(child(word)) for word in ("a", "b")]
        endless = asyncio.create_task(asyncio.Event().wait())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(endless, 0.01)
        assert "child" in repr(unstarted)
        assert unstarted.get_name() == "unstarted"
        assert unstarted.cancelled()
        assert endless.cancelled()
        return SkillResult.ok("".join(one.result() for one in words))

    assert (await run(act)).content == "ab"


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        SkillResult("done", "an unknown status"),
        SkillResult("ok", cast("str", 3)),
        SkillResult.ok("not JSON", metadata={"at": object()}),
    ],
)
async def test_a_result_that_breaks_the_contract_is_a_crash(
    wrong: object, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(params: Mapping[str, object]) -> object:
        return wrong

    result = await run(act)
    assert result.metadata == {"type": "crash"}
    assert "skill crashed" in caplog.text


async def test_a_crash_does_not_touch_a_call_beside_it() -> None:
    gate = asyncio.Event()

    async def waits(params: Mapping[str, object]) -> SkillResult:
        await gate.wait()
        return SkillResult.ok("done")

    async def crashes(params: Mapping[str, object]) -> SkillResult:
        gate.set()
        raise KeyError("x")

    one = executor()
    good, bad = await asyncio.gather(
        one.run(Acting(waits), CALL, CONTEXT), one.run(Acting(crashes), CALL, CONTEXT)
    )
    assert (good.status, bad.status) == (ToolStatus.OK, ToolStatus.ERROR)


# -- the deadline --------------------------------------------------------------------------


async def test_a_skill_that_takes_too_long_is_stopped() -> None:
    ended = asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    result = await run(act, deadline=0.02)
    assert result.status is ToolStatus.TIMEOUT
    assert result.metadata == {"type": "timeout", "seconds": 0.02}
    assert ended.is_set()


async def test_a_skill_may_have_a_deadline_of_its_own() -> None:
    skill = Acting(Started(), timeout=0.02)
    result = await executor(timeout=1000).run(skill, CALL, CONTEXT)
    assert result.status is ToolStatus.TIMEOUT


async def test_a_deadline_may_depend_on_the_arguments() -> None:
    class Choosing(Acting):
        def timeout_for(self, params: Mapping[str, object]) -> float | None:
            return 0.02 if params == CALL.arguments else None

    one = executor(timeout=1000)
    skill = Choosing(Started(), timeout=500)
    assert one.time_for(skill, {"other": 1}) == 500
    assert (await one.run(skill, CALL, CONTEXT)).status is ToolStatus.TIMEOUT


def test_a_skill_that_cannot_say_how_long_it_may_take_has_the_usual_deadline() -> None:
    class Broken(Acting):
        def timeout_for(self, params: Mapping[str, object]) -> float | None:
            raise KeyError("path")

    assert executor(timeout=7).time_for(Broken(Started()), {}) == 7


@pytest.mark.qt_loop
@pytest.mark.parametrize("seconds", [1e12, float("inf")])
async def test_a_deadline_may_be_farther_than_any_timer(seconds: float) -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        await asyncio.sleep(0)
        return SkillResult.ok("done")

    result = await executor().run(Acting(act, timeout=seconds), CALL, CONTEXT)
    assert result.status is ToolStatus.OK


async def test_what_ends_with_a_result_at_the_deadline_counts() -> None:
    """A file change past its archive is finished, not cut."""

    async def act(params: Mapping[str, object]) -> SkillResult:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return SkillResult.ok("Changed.", metadata={"version": 2})
        raise AssertionError

    result = await run(act, deadline=0.02)
    assert (result.status, result.content) == (ToolStatus.OK, "Changed.")


async def test_an_expected_failure_at_the_deadline_counts_too() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConflictError("Both are kept.") from None
        raise AssertionError

    result = await run(act, deadline=0.02)
    assert result.metadata == {"type": "conflict"}


async def test_a_skill_that_will_not_end_is_left_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release, ended = asyncio.Event(), asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        return SkillResult.ok("late")

    result = await run(act, deadline=0.02, grace=0.02)
    assert result.status is ToolStatus.TIMEOUT
    assert "skill does not end" in caplog.text
    release.set()
    await ended.wait()


async def test_an_abandoned_call_is_reported_and_listed_until_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release, ended, reports = asyncio.Event(), asyncio.Event(), list[Abandoned]()

    async def act(params: Mapping[str, object]) -> SkillResult:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        return SkillResult.ok("late")

    one = Executor(timeout=0.02, clock=FixedClock(), grace=0.02, on_abandoned=reports.append)
    result = await one.run(Acting(act), CALL, CONTEXT)
    assert result.metadata["abandoned"] is True
    assert one.abandoned == tuple(reports)
    assert [(r.skill, r.call_id, r.execution_id) for r in reports] == [("test.act", "call-1", "e")]
    release.set()
    await ended.wait()
    await asyncio.sleep(0)  # what is called back at its end
    assert one.abandoned == ()
    assert "skill ended late" in caplog.text


async def test_at_the_end_of_the_program_an_abandoned_call_ends_whatever_it_ignores(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    one = executor(0.02, grace=0.02)
    await one.run(Acting(act), CALL, CONTEXT)
    (left,) = [task for task in asyncio.all_tasks() if task.get_name() == "skill test.act"]
    one.close()
    await asyncio.wait({left}, timeout=5)
    assert left.done()
    assert one.abandoned == ()


async def test_a_skill_may_not_begin_any_more_where_the_caller_says_so() -> None:
    async def act(params: Mapping[str, object]) -> SkillResult:
        raise AssertionError("it has begun")

    result = await executor().run(Acting(act), CALL, CONTEXT, may_begin=lambda: False)
    assert result.status is ToolStatus.INTERRUPTED


async def test_a_skill_cannot_change_the_arguments_that_others_see() -> None:
    call = ToolCall("call-1", "test.act", {"list": [1]})

    async def act(params: Mapping[str, object]) -> SkillResult:
        cast("list[int]", params["list"]).append(2)
        cast("dict[str, object]", params)["more"] = 3
        return SkillResult.ok("")

    await executor().run(Acting(act), call, CONTEXT)
    assert call.arguments == {"list": [1]}


# -- the caller is cancelled ---------------------------------------------------------------


async def test_a_cancelled_caller_gets_an_interrupted_result_and_the_skill_has_ended() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    result = await cancelled_run(act, started)
    assert result.status is ToolStatus.INTERRUPTED
    assert result.metadata == {"type": "interrupted"}
    assert ended.is_set()


async def test_a_result_after_cancel_counts() -> None:
    started, change = asyncio.Event(), asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        started.set()
        inner = asyncio.ensure_future(change.wait())
        try:
            await asyncio.shield(inner)
        except asyncio.CancelledError:
            change.set()
            await inner
        return SkillResult.ok("Changed.", metadata={"version": 2})

    result = await cancelled_run(act, started)
    assert (result.status, result.metadata) == (ToolStatus.OK, {"version": 2})


async def test_a_caller_that_is_cancelled_twice_still_gets_one_result() -> None:
    started, stopping, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopping.set()
            await release.wait()
        return SkillResult.ok("Changed.")

    task = asyncio.create_task(executor().run(Acting(act), CALL, CONTEXT))
    await started.wait()
    task.cancel()
    await stopping.wait()
    task.cancel()
    await asyncio.sleep(0)
    release.set()
    assert (await task).status is ToolStatus.OK
    assert task.cancelling() == 2  # the caller can still tell


async def test_a_crash_while_being_stopped_is_an_interruption(
    caplog: pytest.LogCaptureFixture,
) -> None:
    started = asyncio.Event()

    async def act(params: Mapping[str, object]) -> SkillResult:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while stopping")

    result = await cancelled_run(act, started)
    assert result.status is ToolStatus.INTERRUPTED
    assert "skill crashed" in caplog.text


async def test_a_caller_cancelled_before_the_skill_begins_is_interrupted() -> None:
    begun = False

    async def act(params: Mapping[str, object]) -> SkillResult:
        nonlocal begun
        begun = True
        return SkillResult.ok("")

    task = asyncio.create_task(executor().run(Acting(act), CALL, CONTEXT))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not begun


async def test_a_deadline_that_is_changed_holds_for_the_next_call() -> None:
    deadline = 0.02
    one = Executor(timeout=lambda: deadline, clock=FixedClock())
    assert (await one.run(Acting(Started()), CALL, CONTEXT)).metadata["seconds"] == 0.02
    deadline = 0.03
    assert (await one.run(Acting(Started()), CALL, CONTEXT)).metadata["seconds"] == 0.03
