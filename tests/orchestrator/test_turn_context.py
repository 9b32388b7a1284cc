"""What a model is told: all that fits, summarised when it does not; long results in pages."""

from __future__ import annotations

import dataclasses

import pytest

from app.domain.errors import ContextTooLongError, ModelRefusedError
from app.domain.events import Notification, Phase, Summarised, TurnStatus, Usage, Waiting
from app.domain.messages import Channel, ConversationMessage, Role
from app.orchestrator.compaction import SUMMARY_PROMPT
from app.orchestrator.engine import Engine
from app.orchestrator.llm_client import Completed, ModelRequest
from tests.orchestrator.conftest import Desk
from tests.orchestrator.test_engine import READ, page, run
from tests.standins.scripted_model import calls, says


def let(desk: Desk, **settings: object) -> None:
    """Change settings for this run."""
    desk.assembly.running_settings.use(dataclasses.replace(desk.assembly.settings, **settings))  # type: ignore[arg-type]


async def talk(desk: Desk, turns: int, letters: int) -> Engine:
    """A conversation with so many turns, each with an answer of so many letters."""
    engine = await desk.assembly.engines.get(None)
    for number in range(turns):
        for role in (Role.USER, Role.ASSISTANT):
            await desk.assembly.conversations.append(
                ConversationMessage(
                    conversation_id=engine.conversation_id,
                    turn_id=f"old {number}",
                    role=role,
                    text=f"{role} {number} " + "x" * letters,
                    created_at=desk.assembly.clock.now(),
                )
            )
    return engine


def sent(request: ModelRequest) -> list[str]:
    return [message.text[:8].strip() for message in request.messages]


def is_summary(request: ModelRequest) -> bool:
    return request.system.startswith(SUMMARY_PROMPT)


async def test_a_long_turn_leaves_the_conversation_before_it_known(desk: Desk) -> None:
    let(desk, max_iterations=100, max_tool_calls=1000)
    steps = [calls(*[page(10 * n + k) for k in range(3)]) for n in range(99)]
    model = desk.model(says("Hello Bob."), *steps, says("Read."), says("You said Bob."))
    engine = await desk.assembly.engines.get(None)
    for text in ("my name is Bob", "read it often", "what did I say?"):
        await engine.run_turn(text, channel=Channel.WINDOW)
    words = [m.text for m in model.requests[-1].messages if m.role is not Role.TOOL and m.text]
    assert words[:3] == ["my name is Bob", "Hello Bob.", "read it often"]


async def test_within_a_turn_each_request_begins_with_the_one_before(desk: Desk) -> None:
    engine = await talk(desk, 5, 500)
    model = desk.model(calls(page(1)), calls(page(2)), calls(page(3), page(4)), says("Done."))
    await engine.run_turn("go", channel=Channel.WINDOW)
    for before, after in zip(model.requests, model.requests[1:], strict=False):
        assert list(after.messages[: len(before.messages)]) == list(before.messages)
        assert (after.system, after.tools) == (before.system, before.tools)


async def test_a_conversation_that_outgrows_the_window_is_summarised_and_told_of(
    desk: Desk,
) -> None:
    let(desk, context_tokens=8_000)
    engine = await talk(desk, 9, 1_300)
    model = desk.model(says("They spoke of x."), says("Hello."), says("Again."))
    outcome = await engine.run_turn("go on", channel=Channel.WINDOW)
    assert outcome.text == "Hello."
    summarising, asking = model.requests
    assert is_summary(summarising)
    assert summarising.tools == ()
    assert "user 0" in summarising.messages[0].text
    assert "They spoke of x." in asking.system
    assert sent(asking)[-1] == "go on"
    assert "user 0" not in sent(asking)
    assert "assista" in "".join(sent(asking)), "the newest messages stay as they are"
    assert Phase.COMPACTION in [w.phase for w in desk.of(Waiting)]
    assert [e.text for e in desk.of(Summarised)] == ["They spoke of x."]
    assert len(desk.of(Usage)) == 2, "what the summary took is the turn's too"
    (kept,) = await desk.assembly.summaries.of_conversation(engine.conversation_id)
    assert (kept.text, kept.turn_id) == ("They spoke of x.", outcome.turn_id)
    # The next turn begins from the summary, with the same beginning, and asks for no other.
    await engine.run_turn("and?", channel=Channel.WINDOW)
    assert len(model.requests) == 3
    assert model.requests[2].system == asking.system
    assert list(model.requests[2].messages[: len(asking.messages)]) == list(asking.messages)


async def test_a_turn_that_outgrows_the_window_by_itself_is_summarised_on_the_way(
    desk: Desk,
) -> None:
    let(desk, context_tokens=8_000)
    (desk.folder / "report.md").write_text("status: draft\n" * 1_000)

    def answer(request: ModelRequest) -> Completed:
        if is_summary(request):
            return says("Read some pages.")
        reads = sum(1 for one in model.requests if not is_summary(one))
        return calls(("files.read", {"path": "report.md", "limit": 3_900 + reads})) if (
            reads < 9
        ) else says("All read.")  # fmt: skip

    model = desk.model(answer)
    _, outcome = await run(desk, "read it all")
    assert outcome.text == "All read."
    assert any(is_summary(one) for one in model.requests)
    for request in model.requests:
        if not is_summary(request):
            assert request.messages[0].text == "read it all"
            asked = [c.id for m in request.messages for c in m.tool_calls]
            assert asked == [m.tool_call_id for m in request.messages if m.role is Role.TOOL]
    assert "Read some pages." in model.requests[-1].system


@pytest.mark.parametrize("failing", [ModelRefusedError("No."), says("")])
async def test_where_no_summary_can_be_had_the_oldest_are_left_out_and_it_is_said(
    desk: Desk, failing: Completed
) -> None:
    let(desk, context_tokens=8_000)
    engine = await talk(desk, 12, 1_300)
    model = desk.model(failing, calls(page(1)), says("Hello."))
    outcome = await engine.run_turn("go on", channel=Channel.WINDOW)
    assert outcome.status is TurnStatus.OK
    assert [is_summary(one) for one in model.requests] == [True, False, False]
    assert sent(model.requests[1])[-1] == "go on"
    assert "user 0" not in sent(model.requests[1])
    (notice,) = desk.of(Notification)
    assert "left out" in notice.message
    assert len(await desk.assembly.conversations.messages(engine.conversation_id)) == 24 + 4


async def test_a_request_that_is_too_long_for_the_model_is_shortened_and_asked_again(
    desk: Desk,
) -> None:
    engine = await talk(desk, 12, 1_300)
    too_long = ContextTooLongError("Too long.", details={"context_length": 8_000})
    model = desk.model(too_long, says("They spoke."), says("Hello."))
    outcome = await engine.run_turn("go on", channel=Channel.WINDOW)
    assert outcome.text == "Hello."
    assert [is_summary(one) for one in model.requests] == [False, True, False]
    model = desk.model(too_long, too_long)
    outcome = await engine.run_turn("and now?", channel=Channel.WINDOW)
    assert outcome.error is too_long


async def test_a_long_result_is_read_page_by_page(desk: Desk) -> None:
    let(desk, context_tokens=16_000)
    text = "".join(f"line {n:05}\n" for n in range(2_000))
    (desk.folder / "long.txt").write_text(text)
    whole = ("files.read", {"path": "long.txt", "limit": 100_000})
    seen: list[str] = []

    def answer(request: ModelRequest) -> Completed:
        last = request.messages[-1]
        if last.role is not Role.TOOL:
            return calls(whole)
        # The data stands between two lines of its own.
        data = last.text.partition("\n")[2].rpartition("\n")[0]
        body, _, rest = data.partition("\n[That was up to")
        seen.append(body)
        if not rest or len(seen) > 9:
            return says("All of it.")
        call_id = rest.split('call_id "')[1].split('"')[0]
        offset = int(rest.split("offset ")[1].split(" ")[0])
        return calls(("results.read", {"call_id": call_id, "offset": offset, "limit": 8_000}))

    desk.model(answer)
    engine, outcome = await run(desk)
    assert outcome.text == "All of it."
    assert "".join(seen) == text
    stored = await desk.assembly.conversations.messages(engine.conversation_id)
    assert next(m for m in stored if m.role is Role.TOOL).text == text


async def test_results_of_another_conversation_cannot_be_read(desk: Desk) -> None:
    first = calls(page(1))
    desk.model(first, says("Read."))
    await run(desk)
    theirs = {"call_id": first.tool_calls[0].id}
    model = desk.model(calls(("results.read", theirs)), says("No."))
    await run(desk)
    assert "no result of a call" in model.requests[-1].messages[-1].text


async def test_offline_commands_have_no_window_to_outgrow(desk: Desk) -> None:
    let(desk, context_tokens=2_000)
    engine = await talk(desk, 12, 1_300)
    outcome = await engine.run_turn("what is in report.md", channel=Channel.WINDOW)
    assert outcome.status is TurnStatus.OK
    assert "status: draft" in outcome.text
    assert not desk.of(Notification)
    assert (await desk.assembly.usage.of_turn(outcome.turn_id)).calls == 2


async def test_what_came_of_the_last_calls_is_shown_though_the_window_is_full(desk: Desk) -> None:
    """Else the model makes the same call again, and again, and is stopped for it."""
    let(desk, context_tokens=2_000)  # less than the prompt and the tools alone
    model = desk.model(calls(READ), calls(page(2)), says("Fine."))
    _, outcome = await run(desk)

    assert outcome.text == "Fine."
    for request, before in zip(model.requests[1:], (READ, page(2)), strict=True):
        asked, called, answered = request.messages
        assert asked.text == "go"
        assert called.tool_calls[0].arguments == before[1]
        assert "draft" in answered.text
    assert len([n for n in desk.of(Notification) if n.error_type == "context_too_long"]) == 1


async def test_a_summary_that_the_limits_leave_no_room_for_is_not_asked_for(desk: Desk) -> None:
    let(desk, context_tokens=8_000)
    engine = await desk.assembly.engines.get(None)
    desk.model(says("long " * 1_500))
    for words in ("a " * 1_000, "b " * 3_000):
        await engine.run_turn(words, channel=Channel.TERMINAL)
    let(desk, max_turn_tokens=7_000)
    model = desk.model(says("Never a summary."), says("Never."))
    outcome = await engine.run_turn("and?", channel=Channel.TERMINAL)

    assert [request.system.startswith("You are Steward") for request in model.requests] == [True]
    assert outcome.status is TurnStatus.OK
