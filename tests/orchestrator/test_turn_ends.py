"""How a turn ends: at a limit, cut short, failed, crashed; told truly, stored, and never stuck."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.errors import ModelRefusedError, ModelStreamError, StorageError
from app.domain.events import (
    Answer,
    Delta,
    ErrorEvent,
    Notification,
    Reasoning,
    ToolCallEvent,
    ToolResultEvent,
    TurnFinished,
    TurnStatus,
    Waiting,
)
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.domain.turns import TurnState
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    ModelRequest,
    Progress,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
)
from tests.orchestrator.conftest import Desk
from tests.orchestrator.test_engine import READ, answers, page, run
from tests.standins.scripted_model import ScriptedModel, calls, says

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})


def let(desk: Desk, **settings: object) -> None:
    """Change settings for this run."""
    desk.assembly.running_settings.use(dataclasses.replace(desk.assembly.settings, **settings))  # type: ignore[arg-type]


class Playing(ScriptedModel):
    """A model that plays one script of events whole, then waits where it says so."""

    def __init__(self, *events: ModelEvent | asyncio.Event | Exception) -> None:
        super().__init__([])
        self.events = events

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        for event in self.events:
            if isinstance(event, asyncio.Event):
                self.streaming.set()
                await event.wait()
            elif isinstance(event, Exception):
                raise event
            else:
                yield event


# -- limits --------------------------------------------------------------------------------


async def test_a_model_that_asks_the_same_again_and_again_is_told_then_stopped(desk: Desk) -> None:
    model = desk.model(*[calls(READ) for _ in range(5)], says("It says draft."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert outcome.text == "It says draft."
    assert "same call of `files.read` 5 times" in outcome.reason
    assert model.requests[-1].tool_choice == "none"
    results = desk.of(ToolResultEvent)
    assert [r.status for r in results] == [ToolStatus.OK] * 2 + [ToolStatus.ERROR] * 3
    assert results[2].metadata["type"] == "repeated_call"
    assert "exactly this call 3 times" in model.requests[3].messages[-1].text


async def test_the_same_call_many_times_in_one_batch_runs_twice_and_each_has_its_result(
    desk: Desk,
) -> None:
    model = desk.model(calls(*[READ] * 7), says("Enough."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert len(desk.of(ToolCallEvent)) == len(desk.of(ToolResultEvent)) == 7
    assert [r.status for r in desk.of(ToolResultEvent)].count(ToolStatus.OK) == 2
    asked = [c.id for m in model.requests[1].messages for c in m.tool_calls]
    assert asked == [m.tool_call_id for m in model.requests[1].messages if m.role is Role.TOOL]


async def test_a_file_may_be_read_again_after_each_change_of_it(desk: Desk) -> None:
    edits = [
        ("files.edit", {"path": "report.md", "old": old, "new": new})
        for old, new in (("draft", "one"), ("one", "two"), ("two", "three"))
    ]
    steps = [calls(call) for edit in edits for call in (READ, edit)]
    desk.model(*steps, calls(READ), says("Three."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.OK
    assert {r.status for r in desk.of(ToolResultEvent)} == {ToolStatus.OK}


async def test_one_error_three_times_ends_the_turn(desk: Desk) -> None:
    desk.model(*[calls(("files.read", {"path": f"no{n}.md"})) for n in range(3)], says("Gone."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert "`files.read` failed 3 times" in outcome.reason


async def test_calls_beyond_the_limit_are_answered_and_not_run(desk: Desk) -> None:
    let(desk, max_tool_calls=2)
    desk.model(calls(page(1), page(2), EDIT), says("Read twice."))
    _, outcome = await run(desk)
    assert outcome.reason == "The limit of 2 tool calls was reached."
    assert desk.of(ToolResultEvent)[0].name == "files.edit"
    assert "draft" in (desk.folder / "report.md").read_text()


async def test_a_turn_stops_before_it_costs_more_than_it_may(desk: Desk) -> None:
    let(desk, max_turn_cost=0.0035)  # a call costs 0.001
    model = desk.model(calls(page(1)), calls(page(2)), calls(page(3)), says("Three calls."))
    model.steps[-1] = says("Summed up.")
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert "$0.0035 a turn" in outcome.reason
    total = await desk.assembly.usage.of_turn(outcome.turn_id)
    assert total.cost is not None
    assert total.cost <= 0.0035
    assert total.calls == len(model.requests) == 3


async def test_a_day_that_has_cost_enough_asks_no_model_at_all(desk: Desk) -> None:
    desk.model(says("Hello."))
    await run(desk)
    let(desk, max_day_cost=0.001)
    model = desk.model(says("Never."))
    _, outcome = await run(desk)
    assert model.requests == []
    assert outcome.status is TurnStatus.LIMIT
    assert "$0.001 a day" in outcome.text
    assert outcome.error is None


async def test_tokens_are_counted_where_the_server_does_not_say(desk: Desk) -> None:
    let(desk, max_turn_tokens=100_000)
    model = Playing(TextDelta("Hi."), Completed("Hi."))
    desk.assembly.model.llm = model
    await run(desk)
    let(desk, max_turn_tokens=100)
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert len(model.requests) == 1


async def test_a_turn_out_of_time_in_the_middle_of_an_answer_keeps_it_and_sums_up(
    desk: Desk,
) -> None:
    let(desk, max_turn_seconds=0.2)
    model = desk.model(asyncio.Event(), says("Summed up."))
    engine, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert "for one turn was reached" in outcome.reason
    assert outcome.text == "One moment\n\nSummed up." == "".join(d.text for d in desk.of(Delta))
    assert model.requests[-1].tool_choice == "none"
    said = [(m.text, m.status) for m in await answers(desk, engine)]
    assert said[0] == ("One moment", MessageStatus.INTERRUPTED)
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert (turn.state, turn.reason) == (TurnState.LIMIT, outcome.reason)


async def test_a_turn_that_is_out_of_time_at_once_is_no_stop(desk: Desk) -> None:
    let(desk, max_turn_seconds=0.0)
    model = desk.model(says("Never."))
    _, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert model.requests == []
    assert outcome.text == "The limit of 0 s for one turn was reached. No tool was used."


@pytest.mark.parametrize("broken", [ModelRefusedError("No."), ModelStreamError("Cut.")])
async def test_a_closing_call_that_fails_ends_at_the_limit_with_an_account(
    desk: Desk, broken: ModelRefusedError
) -> None:
    let(desk, max_iterations=1)
    desk.model(calls(READ), broken)
    engine, outcome = await run(desk)
    assert outcome.status is TurnStatus.LIMIT
    assert outcome.error is None
    assert not desk.of(ErrorEvent)
    assert outcome.text == (
        "The limit of 1 model call was reached. What was done: `files.read` ok."
    )
    assert desk.of(Answer)[0].text == outcome.text
    assert desk.of(TurnFinished)[0].reason == outcome.reason
    assert (await answers(desk, engine))[-1].text == outcome.text


async def test_after_a_limit_the_person_can_go_on(desk: Desk) -> None:
    let(desk, max_iterations=1)
    model = desk.model(calls(READ), says("So far."), says("Done."))
    engine, _ = await run(desk)
    outcome = await engine.run_turn("Go on.", channel=Channel.WINDOW)
    assert outcome.status is TurnStatus.OK
    assert [m.text for m in model.requests[-1].messages][-2:] == ["So far.", "Go on."]


# -- what is stored of a turn --------------------------------------------------------------


async def test_a_model_that_fails_before_a_word_leaves_a_turn_that_says_so(desk: Desk) -> None:
    desk.model(ModelRefusedError("Not this one.", hint="Choose another."))
    engine, outcome = await run(desk)
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert (turn.state, turn.reason) == (TurnState.FAILED, outcome.error and outcome.error.kind)
    assert turn.message == "Not this one. Choose another."
    (summary,) = await desk.assembly.conversations.list()
    assert summary.last_status is MessageStatus.FAILED


async def test_a_turn_is_on_disk_before_the_model_is_asked(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert turn.state is TurnState.RUNNING
    engine.cancel()
    await task
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert turn.state is TurnState.CANCELLED


async def test_every_model_call_is_a_row_with_what_it_took(desk: Desk) -> None:
    desk.model(calls(page(1)), says("Done."))
    engine, outcome = await run(desk)
    total = await desk.assembly.usage.of_turn(outcome.turn_id)
    assert (total.calls, total.prompt_tokens, total.completion_tokens) == (2, 20, 10)
    assert total.cost == pytest.approx(0.002)
    assert await desk.assembly.usage.of_conversation(engine.conversation_id) == total


async def test_usage_that_came_before_stop_is_not_lost(desk: Desk) -> None:
    model = Playing(TextDelta("Hi"), TokenUsage(100, 20, 0.5), asyncio.Event())
    desk.assembly.model.llm = model
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    engine.cancel()
    outcome = await task
    assert (await desk.assembly.usage.of_turn(outcome.turn_id)).cost == 0.5


async def test_a_result_is_stored_while_the_next_call_of_its_batch_still_waits(desk: Desk) -> None:
    desk.model(calls(page(1), EDIT), says("Done."))
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    async with asyncio.timeout(10):
        while True:
            stored = await desk.assembly.conversations.messages(engine.conversation_id)
            if stored and stored[-1].role is Role.TOOL:
                break
    assert [m.role for m in stored] == [Role.USER, Role.ASSISTANT, Role.TOOL]
    assert not task.done()
    engine.cancel()
    await task


async def test_a_busy_database_in_the_middle_of_an_answer_is_told_once_and_saved_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.orchestrator.answer_writer.SAVE_INTERVAL_SECONDS", 0.01)
    store = desk.assembly.conversations
    real = store.append_begun
    tries: list[int] = []

    def busy(messages: list[ConversationMessage], *, durable: bool) -> object:
        if messages[0].status is MessageStatus.STREAMING and len(tries) < 3:
            tries.append(1)
            raise StorageError("Another program is busy with the database.")
        return real(messages, durable=durable)

    monkeypatch.setattr(store, "append_begun", busy)
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    async with asyncio.timeout(10):
        while not (said := await answers(desk, engine)):
            continue
    assert said[0].text == "One moment"
    assert len(tries) == 3
    assert len(desk.of(Notification)) == 1
    engine.cancel()
    await task
    assert model.closed_streams == 1
    assert len(await answers(desk, engine)) == 1


# -- cut short, crashed, stopped twice ------------------------------------------------------


@pytest.mark.parametrize(
    ("finish", "words"), [("length", "length limit"), ("content_filter", "content filter")]
)
async def test_an_answer_that_was_cut_off_says_so_and_the_reason_is_stored(
    desk: Desk, finish: str, words: str
) -> None:
    desk.model(Completed("It begins", finish_reason=finish))
    engine, outcome = await run(desk)
    assert outcome.status is TurnStatus.OK
    assert words in desk.of(TurnFinished)[0].reason
    assert (await answers(desk, engine))[0].metadata["finish_reason"] == finish
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert turn.reason == outcome.reason


async def test_a_model_that_used_up_its_length_before_a_word_says_that(desk: Desk) -> None:
    desk.model(Completed("", finish_reason="length"))
    _, outcome = await run(desk)
    assert "length limit before it said anything" in str(outcome.error)


async def test_a_bug_inside_a_turn_is_told_and_the_next_turn_works(desk: Desk) -> None:
    desk.assembly.model.llm = Playing(TextDelta("Hm"), ValueError("a bug"))
    engine = await desk.assembly.engines.get(None)
    with pytest.raises(ValueError, match="a bug"):
        await engine.run_turn("go", channel=Channel.WINDOW)
    (error,) = desk.of(ErrorEvent)
    assert error.kind == "internal"
    assert "a bug" not in error.message
    assert desk.of(TurnFinished)[0].status is TurnStatus.FAILED
    (turn,) = await desk.assembly.turns.of_conversation(engine.conversation_id)
    assert turn.state is TurnState.FAILED
    desk.model(says("Back."))
    assert (await engine.run_turn("again", channel=Channel.WINDOW)).text == "Back."


async def test_cancelling_the_caller_twice_still_waits_for_the_turn_to_end(desk: Desk) -> None:
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    await model.streaming.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not engine.busy
    assert desk.types()[-1] == "turn_finished"
    assert (await answers(desk, engine))[0].status is MessageStatus.INTERRUPTED


async def test_stop_before_the_first_step_of_a_turn_keeps_the_message(desk: Desk) -> None:
    desk.model(says("Never."))
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("keep me", channel=Channel.WINDOW))
    await asyncio.sleep(0)  # the turn is made, and has not had its first step
    assert engine.busy
    engine.cancel()
    assert (await task).status is TurnStatus.CANCELLED
    assert desk.types()[-1] == "turn_finished"


# -- waiting and thinking --------------------------------------------------------------------


async def test_signs_of_life_belong_to_one_wait(desk: Desk) -> None:
    desk.assembly.model.llm = Playing(
        *[Progress("Processing")] * 3,
        Progress("in 0.1 s", 0.1),
        Progress("in 0.2 s", 0.2),
        TextDelta("Hi"),
        Completed("Hi"),
    )
    await run(desk)
    waits = desk.of(Waiting)
    assert [w.phase for w in waits] == ["model"] * 4 + ["retry"] * 2
    assert len({w.since for w in waits[:4]}) == 1
    assert waits[4].since == waits[5].since > waits[0].since


async def test_a_stall_after_the_first_words_is_shown_with_when_it_began(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.orchestrator.model_calls.STALL_SECONDS", 0.02)
    model = desk.model(asyncio.Event())
    engine = await desk.assembly.engines.get(None)
    task = asyncio.create_task(engine.run_turn("go", channel=Channel.WINDOW))
    stalled = asyncio.Event()
    desk.assembly.bus.subscribe(lambda e: stalled.set() if isinstance(e, Waiting) else None)
    await model.streaming.wait()
    stalled.clear()
    async with asyncio.timeout(10):
        await stalled.wait()
    assert model.streaming.is_set()
    (said,) = desk.of(Delta)
    assert desk.of(Waiting)[1].since == said.at
    engine.cancel()
    await task


async def test_thoughts_are_told_and_kept_apart_and_never_sent_back_as_text(desk: Desk) -> None:
    details = [{"type": "reasoning.text", "text": "Let me think.", "signature": "s"}]
    desk.assembly.model.llm = Playing(
        ReasoningDelta("Let me "),
        ReasoningDelta("think."),
        TextDelta("Four."),
        Completed("Four.", metadata={"reasoning_details": details}),
    )
    engine, outcome = await run(desk)
    assert outcome.text == "Four."
    assert "".join(r.text for r in desk.of(Reasoning)) == "Let me think."
    (stored,) = await answers(desk, engine)
    assert stored.metadata["reasoning"] == "Let me think."
    assert stored.metadata["reasoning_ms"] == 0
    model = desk.model(says("Yes."))
    await engine.run_turn("sure?", channel=Channel.WINDOW, mode=ApprovalMode.ALWAYS)
    sent = model.requests[0].messages[1]
    assert sent.text == "Four."
    assert sent.metadata["reasoning_details"] == details


# -- stopped while the message is taken in -----------------------------------------------------


async def test_stop_while_the_conversation_is_still_read_keeps_the_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.model(says("Never mind."))
    engine = await desk.assembly.engines.get(None)
    store = desk.assembly.conversations
    real = store.history

    async def stopped_meanwhile(conversation_id: str, **more: Any) -> object:
        engine.cancel()
        await asyncio.sleep(0)
        return await real(conversation_id, **more)

    monkeypatch.setattr(store, "history", stopped_meanwhile)
    outcome = await engine.run_turn("keep me", channel=Channel.WINDOW)
    assert outcome.status is TurnStatus.CANCELLED
    stored = await store.messages(engine.conversation_id)
    assert [m.text for m in stored] == ["keep me"]
