"""While there is a pause no turn begins, and each message keeps its place."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import ClosingError
from app.domain.events import TurnStarted, TurnStatus
from app.domain.messages import Channel
from app.storage.models import WaitingMessage
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import says


def kept(desk: Desk) -> list[str]:
    rows = desk.assembly.database.read(lambda: list(WaitingMessage.select()))
    return [row.text for row in rows]


async def held_back(desk: Desk, *texts: str) -> list[asyncio.Task[object]]:
    """Messages sent while there is a pause, each in the line and on disk."""
    engine = await desk.assembly.engines.get(None)
    turns: list[asyncio.Task[object]] = []
    for text in texts:
        turns.append(asyncio.create_task(engine.run_turn(text, channel=Channel.TERMINAL)))
        async with asyncio.timeout(10):
            while text not in kept(desk):  # noqa: ASYNC110 - a row tells nobody that it is there
                await asyncio.sleep(0)
    assert engine.queued == texts
    assert not engine.busy
    return turns


async def test_what_comes_meanwhile_has_its_turn_afterwards_in_order(desk: Desk) -> None:
    desk.model(says("Yes."))
    pause = desk.assembly.engines.pause
    changes: list[bool] = []
    pause.changed = lambda: changes.append(pause.is_on)
    pause.begin()
    pause.begin()
    turns = await held_back(desk, "one", "two")
    assert desk.of(TurnStarted) == []
    pause.end()
    pause.end()
    await asyncio.gather(*turns)
    assert [event.text for event in desk.of(TurnStarted)] == ["one", "two"]
    assert kept(desk) == []
    assert changes == [True, False]


async def test_it_may_begin_again_before_anybody_had_their_turn(desk: Desk) -> None:
    desk.model(says("Yes."))
    pause = desk.assembly.engines.pause
    pause.begin()
    (turn,) = await held_back(desk, "one")
    pause.end()
    pause.begin()
    for _ in range(5):
        await asyncio.sleep(0)
    assert desk.of(TurnStarted) == []
    pause.end()
    await turn


async def test_another_conversation_waits_too_and_a_turn_under_way_does_not(desk: Desk) -> None:
    gate = asyncio.Event()
    scripted = desk.model(gate, says("Yes."))
    running = await desk.assembly.engines.get(None)
    first = asyncio.create_task(running.run_turn("first", channel=Channel.TERMINAL))
    await scripted.streaming.wait()
    desk.assembly.engines.pause.begin()
    (turn,) = await held_back(desk, "second")
    running.cancel()
    assert (await first).status is TurnStatus.CANCELLED
    assert [event.text for event in desk.of(TurnStarted)] == ["first"]
    desk.assembly.engines.pause.end()
    await turn


async def test_at_the_end_of_the_program_it_is_refused_and_kept(desk: Desk) -> None:
    desk.assembly.engines.pause.begin()
    (turn,) = await held_back(desk, "one")
    await desk.assembly.engines.stop_all()
    with pytest.raises(ClosingError):
        await turn
    assert kept(desk) == ["one"]
    assert desk.of(TurnStarted) == []
