"""Turns, model calls and summaries on disk: begun before the model is asked, summed up by day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.turns import ModelCallRecord, SummaryRecord, TurnRecord, TurnState
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.executions import SkillExecutions
from app.storage.models import Turn
from app.storage.summaries import Summaries
from app.storage.turns import Turns
from app.storage.usage import UsageLog, local_day
from tests.storage.conftest import SECRET, SteppingClock, holds_secret


@pytest.fixture
def turns(
    database: Database, conversations: Conversations, redactor: Redactor, clock: SteppingClock
) -> Turns:
    return Turns(database, conversations, redactor, clock)


@pytest.fixture
def usage(database: Database, redactor: Redactor) -> UsageLog:
    return UsageLog(database, redactor)


async def begin(turns: Turns, clock: SteppingClock, turn_id: str = "t", text: str = "hi") -> None:
    await turns.begin(
        TurnRecord(turn_id, "c", Channel.WINDOW, "ask", clock.now()),
        ConversationMessage("c", turn_id, Role.USER, text, clock.now()),
    )


async def test_a_turn_and_the_message_that_began_it_are_stored_in_one(
    turns: Turns, conversations: Conversations, clock: SteppingClock
) -> None:
    await conversations.create(conversation_id="c")
    await begin(turns, clock)
    (turn,) = await turns.of_conversation("c")
    assert (turn.state, turn.finished_at) == (TurnState.RUNNING, None)
    assert [one.text for one in await conversations.messages("c")] == ["hi"]


async def test_how_a_turn_ended_is_kept_without_secrets(
    turns: Turns, conversations: Conversations, clock: SteppingClock, path: Path
) -> None:
    await conversations.create(conversation_id="c")
    await begin(turns, clock)
    await turns.finish("t", TurnState.FAILED, reason="model", message=f"no: {SECRET}", iterations=2)
    (turn,) = await turns.of_conversation("c")
    assert (turn.state, turn.reason, turn.iterations) == (TurnState.FAILED, "model", 2)
    assert turn.message == "no: [secret:OPENROUTER_API_KEY]"
    assert turn.finished_at is not None
    assert not holds_secret(path)


async def test_a_turn_that_failed_before_a_word_shows_in_the_list(
    turns: Turns, conversations: Conversations, clock: SteppingClock
) -> None:
    await conversations.create(conversation_id="c")
    await begin(turns, clock)
    await turns.finish("t", TurnState.FAILED, reason="model", message="", iterations=1)
    (summary,) = await conversations.list()
    assert summary.last_status is MessageStatus.FAILED


async def test_turns_of_processes_that_are_gone_are_marked_and_those_of_the_living_are_not(
    turns: Turns, conversations: Conversations, clock: SteppingClock, database: Database
) -> None:
    await conversations.create(conversation_id="c")
    await begin(turns, clock, "gone")
    await begin(turns, clock, "mine")
    database.write(lambda: Turn.update(session="x").where(Turn.id == "gone").execute())
    assert await turns.mark_interrupted() == 1
    states = {turn.id: turn.state for turn in await turns.of_conversation("c")}
    assert states == {"gone": TurnState.INTERRUPTED, "mine": TurnState.RUNNING}


def model_call(number: int, at: datetime, cost: float | None, turn: str = "t") -> ModelCallRecord:
    return ModelCallRecord(
        id=f"{turn}{number}",
        turn_id=turn,
        conversation_id="c",
        number=number,
        provider="Somewhere",
        model="m",
        status="ok",
        started_at=at,
        prompt_tokens=100,
        completion_tokens=10,
        cached_tokens=50,
        cost=cost,
    )


async def test_usage_is_summed_by_turn_conversation_and_day(
    turns: Turns, conversations: Conversations, usage: UsageLog, clock: SteppingClock
) -> None:
    await conversations.create(conversation_id="c")
    for turn in ("t", "u"):
        await begin(turns, clock, turn)
    now = clock.now()
    await usage.add(model_call(1, now, 0.25))
    await usage.add(model_call(2, now, None))
    await usage.add(model_call(1, now - timedelta(days=1), 0.5, "u"))
    total = await usage.of_turn("t")
    assert (total.calls, total.tokens, total.cached_tokens, total.cost) == (2, 220, 100, 0.25)
    assert (await usage.of_conversation("c")).cost == 0.75
    assert (await usage.of_day(now)).calls == 2
    assert (await usage.of_day(now + timedelta(days=3))).cost is None
    assert (await usage.of_turn("nothing")).tokens == 0


async def test_a_secret_in_a_recorded_request_is_not_kept(
    turns: Turns, conversations: Conversations, usage: UsageLog, clock: SteppingClock, path: Path
) -> None:
    import dataclasses

    await conversations.create(conversation_id="c")
    await begin(turns, clock)
    call = model_call(1, clock.now(), None)
    await usage.add(dataclasses.replace(call, request={"text": SECRET}, response={SECRET: 1}))
    assert not holds_secret(path)


def test_a_day_is_a_day_of_this_place() -> None:
    moment = datetime.fromisoformat("2030-03-12T12:00:00+00:00")
    first, after = local_day(moment)
    assert first <= moment < after
    assert first.astimezone().time() == after.astimezone().time()


async def test_the_newest_summary_stands_for_the_most_messages(
    conversations: Conversations, database: Database, redactor: Redactor, clock: SteppingClock
) -> None:
    await conversations.create(conversation_id="c")
    summaries = Summaries(database, redactor)
    assert (await conversations.history("c", characters=100)).summary is None
    for upto, text in ((5, "first"), (9, f"second {SECRET}")):
        await summaries.add(SummaryRecord("c", "t", upto, text, clock.now(), tokens=3))
    newest = (await conversations.history("c", characters=100)).summary
    assert newest is not None
    assert (newest.upto_message_id, newest.text) == (9, "second [secret:OPENROUTER_API_KEY]")
    assert [one.upto_message_id for one in await summaries.of_conversation("c")] == [5, 9]


async def test_history_for_a_request_reads_whole_turns_and_stops_when_it_has_enough(
    conversations: Conversations, clock: SteppingClock, database: Database, redactor: Redactor
) -> None:
    await conversations.create(conversation_id="c")
    for turn in range(4):
        for role in (Role.USER, Role.ASSISTANT, Role.ASSISTANT):
            await conversations.append(
                ConversationMessage("c", str(turn), role, f"{turn} " + "x" * 98, clock.now())
            )
    read = (await conversations.history("c", characters=350)).messages
    assert [one.turn_id for one in read] == ["2"] * 3 + ["3"] * 3
    # The last turn's first answer is summed up: its beginning comes all the same.
    upto = SummaryRecord("c", "3", read[4].id, "before", clock.now())
    await Summaries(database, redactor).add(upto)
    after = (await conversations.history("c", characters=10_000)).messages
    assert [(one.role, one.turn_id) for one in after] == [(Role.USER, "3"), (Role.ASSISTANT, "3")]


async def test_a_result_that_was_known_before_a_kill_stands_in_the_history(
    conversations: Conversations, database: Database, redactor: Redactor, clock: SteppingClock
) -> None:
    executions = SkillExecutions(database, redactor, clock)
    conversation = (await conversations.create(conversation_id="c")).id
    done, cut = ToolCall("1", "files.edit", {}), ToolCall("2", "files.create", {})
    for role, text, calls in ((Role.USER, "Do it.", ()), (Role.ASSISTANT, "", (done, cut))):
        await conversations.append(
            ConversationMessage(conversation, "t", role, text, clock.now(), tool_calls=calls)
        )
    for call in (done, cut):
        await executions.start(
            execution_id=call.id, call=call, conversation_id=conversation, turn_id="t"
        )
    result = ToolResult("1", "files.edit", ToolStatus.OK, "Changed a.md.")
    await executions.finish("1", result, approved_by="you")

    read = (await conversations.history(conversation, characters=100)).messages

    assert [(one.role, one.tool_call_id, one.text) for one in read[2:]] == [
        (Role.TOOL, "1", "Changed a.md.")
    ]
