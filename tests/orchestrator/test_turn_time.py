"""A turn's time: it runs out while tools run, too, and stands while the person is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import pytest

from app.domain.events import Approval, ToolResultEvent, TurnStatus
from app.domain.messages import Channel
from app.domain.skills import SkillContext, SkillResult
from app.domain.tool_calls import ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.bounds import Bounds
from app.orchestrator.limits import TurnLimits
from app.orchestrator.turn_time import Deadline, TurnTime
from tests.orchestrator.conftest import Desk
from tests.orchestrator.test_engine import EDIT, READ, run, seen
from tests.orchestrator.test_turn_ends import let
from tests.standins.scripted_model import calls, says


class LoopTime:
    """The loop's time, which can be put forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ahead = 0.0
        self._real = loop.time

    def __call__(self) -> float:
        return self._real() + self.ahead


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    loop = asyncio.get_running_loop()
    time = LoopTime(loop)
    monkeypatch.setattr(loop, "time", time)
    return time


@pytest.fixture
def stuck(desk: Desk, time: LoopTime) -> Iterator[asyncio.Event]:
    """Reading a file takes 15 seconds, and then for ever; set once it was cancelled."""
    cancelled = asyncio.Event()

    async def execute(params: Mapping[str, object], context: SkillContext) -> SkillResult:
        time.ahead += 15.0
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return SkillResult.ok("")

    with pytest.MonkeyPatch.context() as patch:
        skill = desk.assembly.registry.get("files.read")
        patch.setattr(type(skill), "execute", staticmethod(execute))
        yield cancelled


async def test_a_turn_runs_out_of_time_while_its_tools_run_and_sums_up(
    desk: Desk, stuck: asyncio.Event
) -> None:
    let(desk, max_turn_seconds=10.0)
    model = desk.model(calls(READ, EDIT), says("Summed up."))
    _, outcome = await run(desk)

    assert stuck.is_set()
    assert (outcome.status, outcome.text) == (TurnStatus.LIMIT, "Summed up.")
    assert "for one turn was reached" in outcome.reason
    assert [r.status for r in desk.of(ToolResultEvent)] == [ToolStatus.INTERRUPTED] * 2
    assert model.requests[-1].tool_choice == "none"
    assert (desk.folder / "report.md").read_text().endswith("draft\n")
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_stop_while_the_time_runs_out_is_a_stop(desk: Desk, stuck: asyncio.Event) -> None:
    let(desk, max_turn_seconds=10.0)
    desk.model(calls(READ), says("Never."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await stuck.wait()
    engine.cancel()

    assert (await turn).status in (TurnStatus.CANCELLED, TurnStatus.LIMIT)
    assert not engine.busy


async def test_what_the_person_takes_to_decide_is_not_the_turns_time(
    desk: Desk, time: LoopTime
) -> None:
    let(desk, max_turn_seconds=60.0)
    desk.model(calls(EDIT), says("Changed."))
    engine = await desk.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW, mode=ApprovalMode.ASK))
    await seen(desk, Approval)
    time.ahead = 200.0  # the person thinks for longer than the turn may take
    (waiting,) = desk.assembly.approvals.pending()
    assert desk.assembly.approvals.decide(waiting.id, Decision.ALLOW_ONCE, by="test")

    assert (await turn).status is TurnStatus.OK
    assert (desk.folder / "report.md").read_text().endswith("final\n")


def test_of_several_questions_at_a_time_what_they_share_counts_once() -> None:
    now = 100.0
    limits = TurnLimits(Bounds(seconds=10.0), started=now)
    time = TurnTime(limits, lambda: now)
    first, second = time.asking(), time.asking()
    with first:
        now += 5.0
        with second:
            now += 20.0
            assert time.deadline() == float("inf")
    assert limits.deadline == time.deadline() == 135.0
    assert limits.may_go_on(134.9)
    assert not limits.may_go_on(135.0)


async def test_a_deadline_that_moved_meanwhile_is_met_where_it_is_now() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    ends = begun + 0.05
    limit = Deadline(lambda: ends)
    try:
        async with limit:
            ends = begun + 0.2
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        pass
    assert limit.passed_alone()
    assert loop.time() >= begun + 0.2
