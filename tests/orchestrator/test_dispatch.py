"""One result a call, whatever happens; nothing begins after Stop; what may, runs side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from app.domain.errors import MatchCountError
from app.domain.events import CircuitState, Phase, Waiting
from app.domain.skills import Effect, Preview, SkillContext, SkillResult
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from app.resilience.circuit_breaker import Outcome
from tests.orchestrator.dispatching import Desk, at_once, call, taking

ASK = ApprovalMode.ASK


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def statuses(results: list[ToolResult]) -> list[ToolStatus]:
    return [result.status for result in results]


# -- side by side --------------------------------------------------------------------------


def test_a_hundred_reads_of_a_tenth_of_a_second_take_thirteen_tenths(desk: Desk) -> None:
    desk.skill("t.read", Effect.READ, taking(0.1))
    began = desk.loop.seconds
    turn = desk.start(*[call("t.read", n) for n in range(100)])
    desk.loop.advance(1.2999)
    assert len(turn.recorded) == 96
    desk.loop.advance(0.0002)
    assert turn.task.done()
    assert desk.loop.seconds - began == pytest.approx(1.3001)
    assert statuses(turn.recorded) == [ToolStatus.OK] * 100


def test_at_most_eight_reads_are_under_way(desk: Desk) -> None:
    under_way = most = 0

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.1)
        under_way -= 1
        return SkillResult.ok("")

    desk.skill("t.read", Effect.READ, act)
    desk.start(*[call("t.read", n) for n in range(20)])
    desk.loop.advance(1)
    assert most == 8


def test_storing_a_result_keeps_no_read_waiting(desk: Desk) -> None:
    desk.skill("t.read", Effect.READ, taking(0.1))
    desk.store.ticks = 50
    turn = desk.start(*[call("t.read", n) for n in range(16)])
    desk.loop.advance(0.2)
    assert [kind for kind, _ in desk.log].count("begin") == 16
    assert len(turn.recorded) == 16


def test_writes_of_different_files_run_side_by_side(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, taking(1))
    desk.start(call("t.write", 1, path="a"), call("t.write", 2, path="b"))
    desk.loop.advance(0.5)
    assert len(desk.begun) == 2


def test_writes_of_one_file_run_one_after_the_other(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, taking(1))
    turn = desk.start(call("t.write", 1, path="a"), call("t.write", 2, path="./a"))
    desk.loop.advance(0.5)
    assert len(desk.begun) == 1
    desk.loop.advance(2)
    assert statuses(turn.recorded) == [ToolStatus.OK] * 2


def test_two_names_of_one_file_are_seen_once_they_are_resolved(desk: Desk) -> None:
    """A link: the preview's targets are the same, and the second is previewed again."""

    async def look(params: Mapping[str, object]) -> Preview:
        return Preview("Change it", "", {"/w/real": "0" * 64})

    desk.skill("t.write", Effect.WRITE, taking(1), look)
    turn = desk.start(call("t.write", 1, path="real"), call("t.write", 2, path="link"))
    desk.loop.advance(0.5)
    assert sorted(kind for kind, _ in desk.log) == ["begin", "preview", "preview"]
    desk.loop.advance(2)
    assert [kind for kind, _ in desk.log][3:] == ["end", "preview", "begin", "end"]
    assert statuses(turn.recorded) == [ToolStatus.OK] * 2


@pytest.mark.parametrize("kind", ["barrier", "unknown", "external"])
def test_what_may_touch_anything_runs_alone(desk: Desk, kind: str) -> None:
    effect = Effect.EXTERNAL if kind == "external" else Effect.WRITE
    made = desk.skill("t.write", effect, taking(1))
    made.barrier = kind == "barrier"
    arguments = {} if kind == "unknown" else {"path": "b"}
    desk.skill("t.other", Effect.WRITE, taking(1))
    desk.start(call("t.other", 1, path="a"), ToolCall("call-2", "t.write", arguments))
    desk.loop.advance(0.5)
    assert [name for name, _ in desk.begun] == ["t.other"]


@pytest.mark.parametrize("wrong", ["raises", "says a text", "is no method"])
def test_a_skill_that_cannot_say_what_it_touches_runs_alone(
    desk: Desk, wrong: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def touches(params: Mapping[str, object]) -> str:
        if wrong == "raises":
            raise KeyError("path")
        return "b"

    made = desk.skill("t.odd", Effect.WRITE, taking(1))
    monkeypatch.setattr(made, "touches", "b" if wrong == "is no method" else touches)
    desk.skill("t.write", Effect.WRITE, taking(1))
    turn = desk.start(call("t.write", 1, path="a"), call("t.odd", 2, path="b"))
    desk.loop.advance(0.5)
    assert [name for name, _ in desk.begun] == ["t.write"]
    desk.loop.advance(2)
    assert statuses(turn.recorded) == [ToolStatus.OK] * 2


def test_a_read_that_is_a_barrier_runs_alone(desk: Desk) -> None:
    made = desk.skill("t.look", Effect.READ, taking(1))
    made.barrier = True
    desk.start(call("t.look", 1), call("t.look", 2))
    desk.loop.advance(0.5)
    assert len(desk.begun) == 1


def test_a_read_after_a_write_sees_it(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, taking(1))
    desk.skill("t.read", Effect.READ, at_once)
    desk.start(call("t.write", 1, path="a"), call("t.read", 2))
    desk.loop.advance(0.5)
    assert [name for name, _ in desk.begun] == ["t.write"]
    desk.loop.advance(1)
    assert [name for name, _ in desk.begun] == ["t.write", "t.read"]


def test_approvals_are_asked_one_at_a_time_in_the_calls_order(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, taking(1))
    turn = desk.run(*[call("t.write", n, path=f"f{n}") for n in (1, 2, 3)], mode=ASK)
    asked = []
    for decision in (Decision.ALLOW_ONCE, Decision.DENY, Decision.ALLOW_ONCE):
        asked.append(desk.asked().call_id)
        desk.decide(decision)
    assert asked == ["call-1", "call-2", "call-3"]
    desk.loop.advance(2)
    assert [turn.result(f"call-{n}").status for n in (1, 2, 3)] == ["ok", "denied", "ok"]


# -- results -------------------------------------------------------------------------------


def test_a_result_is_stored_and_told_while_the_next_call_still_waits(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    scope = desk.scope(ASK)
    turn = desk.run(call("t.write", 1, path="a"), call("t.write", 2, path="a"), scope=scope)
    desk.decide(Decision.ALLOW_ONCE)
    assert desk.asked().call_id == "call-2"
    assert [one.call_id for one in turn.recorded] == ["call-1"]
    assert [one.id for one in desk.told()] == ["call-1"]


def test_a_read_needs_no_row_before_it_runs_and_has_one_afterwards(desk: Desk) -> None:
    desk.skill("t.read", Effect.READ, at_once)
    desk.store.failing = {"start", "finish"}
    turn = desk.run(call("t.read"))
    assert statuses(turn.recorded) == [ToolStatus.OK]
    assert [row["status"] for row in desk.store.rows.values()] == ["ok"]


def test_a_write_has_its_row_before_it_acts(desk: Desk) -> None:
    seen: list[object] = []

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        seen.append(dict(desk.store.rows[context.execution_id]))
        return SkillResult.ok("")

    desk.skill("t.write", Effect.WRITE, act)
    desk.run(call("t.write", path="a"))
    assert [(row["status"], row["approved_by"]) for row in seen] == [  # type: ignore[index]
        ("running", "--approve always")
    ]
    assert [row["status"] for row in desk.store.rows.values()] == ["ok"]


def test_a_write_whose_row_cannot_be_kept_does_not_run_and_the_others_do(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.skill("t.read", Effect.READ, at_once)
    desk.store.failing = {"start"}
    turn = desk.run(call("t.write", 1, path="a"), call("t.read", 2), call("t.write", 3, path="a"))
    assert [name for name, _ in desk.begun] == ["t.read"]
    assert [turn.result(f"call-{n}").metadata.get("type") for n in (1, 2, 3)] == [
        "disk_full", None, "disk_full",
    ]  # fmt: skip
    assert not turn.task.exception()


@pytest.mark.parametrize("part", ["finish", "note", "changes"])
def test_what_was_done_is_told_even_where_its_row_cannot_be_finished(
    desk: Desk, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.skill("t.read", Effect.READ, at_once)
    desk.store.failing = {part}
    turn = desk.run(call("t.write", 1, path="a"), call("t.read", 2))
    assert statuses(turn.recorded) == [ToolStatus.OK] * 2


def test_a_result_that_cannot_be_stored_loses_no_other_and_is_raised_at_the_end(
    desk: Desk,
) -> None:
    desk.skill("t.read", Effect.READ, at_once)
    desk.store.failing = {"record"}
    turn = desk.run(call("t.read", 1), call("t.read", 2))
    assert [one.id for one in desk.told()] == ["call-1", "call-2"]
    error = turn.task.exception()
    assert error is not None
    assert "No space for record" in str(error)


def test_a_mistake_of_ours_costs_its_own_call_and_is_not_hidden(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.skill("t.read", Effect.READ, at_once)
    desk.skill("t.write", Effect.WRITE, at_once)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(desk.store, "start", broken)
    turn = desk.run(call("t.read", 1), call("t.write", 2, path="a"), call("t.read", 3))
    assert isinstance(turn.task.exception(), RuntimeError)
    assert [turn.result(f"call-{n}").metadata.get("type") for n in (1, 2, 3)] == [
        None, "crash", "interrupted",
    ]  # fmt: skip


def test_a_callback_that_is_no_coroutine_will_do(desk: Desk) -> None:
    desk.skill("t.read", Effect.READ, at_once)
    recorded: list[ToolResult] = []
    desk.do(desk.dispatch.run([call("t.read")], desk.scope(), recorded.append))
    assert statuses(recorded) == [ToolStatus.OK]


# -- Stop ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [ASK, ApprovalMode.ALWAYS])
def test_stop_in_the_moment_the_preview_ends_asks_nobody_and_writes_nothing(
    desk: Desk, mode: ApprovalMode
) -> None:
    go = asyncio.Event()

    async def look(params: Mapping[str, object]) -> Preview:
        await go.wait()
        return Preview("Change a", "", {"/w/a": None})

    desk.skill("t.write", Effect.WRITE, at_once, look)
    for steps in range(12):
        go = asyncio.Event()
        desk.events.clear()
        turn = desk.run(call("t.write", path="a"), mode=mode)
        go.set()
        desk.loop.step(steps)
        if desk.begun or desk.approvals.pending():
            break
        turn.task.cancel()
        desk.loop.settle()
        assert turn.task.cancelled()
        assert statuses(turn.recorded) == [ToolStatus.INTERRUPTED]
        assert not desk.begun
        assert not desk.approvals.pending()
    assert steps > 3


def test_stop_while_the_row_is_finished_keeps_the_result_of_what_was_done(desk: Desk) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.store.ticks = 5
    for steps in range(1, 200):
        desk.log.clear()
        turn = desk.start(call("t.write", path="a"))
        desk.loop.step(steps)
        if turn.task.done():
            break
        turn.task.cancel()
        desk.loop.settle()
        done = ("end" in dict(desk.log), turn.recorded[0].status)
        assert done in [(True, ToolStatus.OK), (False, ToolStatus.INTERRUPTED)]
    assert steps > 20


def test_calls_that_had_not_begun_are_interrupted_and_every_call_has_its_result(
    desk: Desk,
) -> None:
    desk.skill("t.read", Effect.READ, taking(1))
    desk.skill("t.write", Effect.WRITE, taking(1))
    calls = [*[call("t.read", n) for n in range(20)], call("t.write", 20, path="a")]
    turn = desk.run(*calls)
    turn.task.cancel()
    desk.loop.settle()
    assert turn.task.cancelled()
    assert sorted(one.call_id for one in turn.recorded) == sorted(one.id for one in calls)
    assert set(statuses(turn.recorded)) == {ToolStatus.INTERRUPTED}
    assert len(desk.begun) == 8


def test_a_change_that_finishes_although_it_was_stopped_is_told_as_done(desk: Desk) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        return SkillResult.ok("Changed a.")

    desk.skill("t.write", Effect.WRITE, act)
    turn = desk.run(call("t.write", path="a"))
    turn.task.cancel()
    desk.loop.advance(2)
    assert turn.task.cancelled()
    assert (turn.recorded[0].status, turn.recorded[0].content) == (ToolStatus.OK, "Changed a.")


def test_stop_is_over_in_seconds_also_where_a_call_ignores_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    release = asyncio.Event()

    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return SkillResult.ok("late")

    desk.skill("t.write", Effect.WRITE, act)
    turn = desk.run(call("t.write", path="a"))
    turn.task.cancel()
    desk.loop.advance(5.1)
    assert turn.task.cancelled()
    (result,) = turn.recorded
    assert result.status is ToolStatus.INTERRUPTED
    assert "not ended yet" in result.content
    assert [one.call_id for one in desk.abandoned] == ["call-1"]
    assert desk.executor.abandoned == tuple(desk.abandoned)
    release.set()
    desk.loop.settle()
    assert desk.executor.abandoned == ()


# -- deadlines -----------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [True, False])
def test_a_call_that_was_cut_tells_what_it_had_already_changed(desk: Desk, stop: bool) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        desk.store.changed(context.execution_id, "/w/a", 3)
        await asyncio.sleep(100)
        return SkillResult.ok("")

    desk.skill("t.write", Effect.WRITE, act, timeout=10)
    turn = desk.run(call("t.write", path="a"))
    if stop:
        turn.task.cancel()
    desk.loop.advance(11)
    (result,) = turn.recorded
    assert result.status is (ToolStatus.INTERRUPTED if stop else ToolStatus.TIMEOUT)
    assert result.metadata["changed"] == [{"path": "a", "version": 3}]
    assert "already changed a (now version 3)" in result.content


def test_a_crash_after_a_change_tells_the_change(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        desk.store.changed(context.execution_id, "/w/a", 2)
        raise RuntimeError("bug")

    desk.skill("t.write", Effect.WRITE, act)
    (result,) = desk.run(call("t.write", path="a")).recorded
    assert result.metadata["type"] == "crash"
    assert result.metadata["changed"] == [{"path": "a", "version": 2}]


def test_an_outside_act_that_was_cut_is_not_said_to_have_done_nothing(desk: Desk) -> None:
    desk.skill("t.send", Effect.EXTERNAL, taking(100), timeout=1)
    turn = desk.run(call("t.send"))
    desk.loop.advance(2)
    assert "not known" in turn.recorded[0].content


# -- breakers ------------------------------------------------------------------------------


async def crashing(params: Mapping[str, object]) -> Preview:
    raise RuntimeError("a bug in the preview")


def test_a_preview_that_always_crashes_opens_the_breaker(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.skill("t.write", Effect.WRITE, at_once, crashing)
    turn = desk.run(*[call("t.write", n, path="a") for n in range(7)], mode=ASK)
    assert statuses(turn.recorded) == [ToolStatus.ERROR] * 5 + [ToolStatus.UNAVAILABLE] * 2
    assert not desk.approvals.pending()


def test_a_preview_that_says_why_it_cannot_be_done_opens_nothing(desk: Desk) -> None:
    async def look(params: Mapping[str, object]) -> Preview:
        raise MatchCountError("It stands there twice.")

    desk.skill("t.write", Effect.WRITE, at_once, look)
    turn = desk.run(*[call("t.write", n, path="a") for n in range(7)], mode=ASK)
    assert {one.metadata["type"] for one in turn.recorded} == {"match_count"}


def test_nobody_is_asked_about_a_skill_whose_breaker_is_open(desk: Desk) -> None:
    breaker = desk.breakers.breaker("t.write")
    desk.skill("t.write", Effect.WRITE, at_once)
    for _ in range(5):
        permit = breaker.acquire()
        assert permit is not None
        breaker.settle(permit, Outcome.FAILURE, reason="broken")
    turn = desk.run(call("t.write", path="a"), mode=ASK)
    assert statuses(turn.recorded) == [ToolStatus.UNAVAILABLE]
    assert not desk.log


def test_while_a_person_thinks_the_one_probe_is_free_for_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.skill("t.write", Effect.WRITE, at_once, crashing)
    desk.run(*[call("t.write", n, path="a") for n in range(5)])
    breaker = desk.breakers.breaker("t.write")
    assert breaker.snapshot.state is CircuitState.OPEN
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.loop.advance(37)  # 30 seconds, give or take a fifth
    waiting = desk.run(call("t.write", path="b"), mode=ASK)
    assert desk.approvals.pending()
    assert statuses(desk.run(call("t.write", path="a")).recorded) == [ToolStatus.OK]
    desk.decide(Decision.ALLOW_ONCE)
    assert statuses(waiting.recorded) == [ToolStatus.OK]


# -- what is waited for --------------------------------------------------------------------


def test_a_preview_is_a_wait_for_the_skill_and_an_approval_only_where_a_person_is_asked(
    desk: Desk,
) -> None:
    desk.skill("t.write", Effect.WRITE, at_once)
    desk.run(call("t.write", 1, path="a"), mode=ASK)
    assert [(w.phase, w.detail) for w in desk.of(Waiting)] == [
        (Phase.SKILL, "t.write"),
        (Phase.APPROVAL, "Change /w/a"),
    ]
    desk.decide(Decision.ALLOW_ALWAYS)
    desk.events.clear()
    desk.run(call("t.write", 2, path="b"), mode=ASK)
    assert {w.phase for w in desk.of(Waiting)} == {Phase.SKILL}


def test_after_a_result_what_is_still_waited_for_is_told_with_its_own_beginning(
    desk: Desk,
) -> None:
    desk.skill("t.slow", Effect.READ, taking(9))
    desk.skill("t.quick", Effect.READ, taking(2))
    began = desk.loop.now()
    desk.start(call("t.slow", 1), call("t.quick", 2))
    desk.loop.advance(5)
    last = desk.of(Waiting)[-1]
    assert (last.detail, last.since) == ("t.slow", began)
    assert last.at > last.since
