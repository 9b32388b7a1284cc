"""Stop at any moment of a turn's first steps: the person's message is in the history."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.domain.events import TurnFinished
from app.domain.messages import Channel, Role
from app.domain.turns import TurnState
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import says


@pytest.mark.parametrize("step", range(8))
async def test_a_message_is_kept_though_stop_is_pressed_while_it_is_taken_in(
    desk: Desk, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.model(says("Never mind."))
    engine = await desk.assembly.engines.get(None)
    seen = 0

    async def slowly(work: object) -> object:
        nonlocal seen
        seen += 1
        if seen == step + 1:
            engine.cancel()
        return await asyncio.to_thread(_after_a_moment, work)

    monkeypatch.setattr(desk.assembly.database, "compute_async", slowly)
    outcome = await engine.run_turn("keep me", channel=Channel.WINDOW)
    monkeypatch.undo()

    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert [m.text for m in stored if m.role is Role.USER] == ["keep me"]
    assert len(desk.of(TurnFinished)) == 1
    (row,) = await desk.assembly.traces.list()
    assert (row.id, row.state) == (outcome.turn_id, TurnState(outcome.status.value))


def _after_a_moment(work: object) -> object:
    time.sleep(0.01)
    assert callable(work)
    return work()
