"""A message becomes an answer, in the chat it came from and in the conversation of the window."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from app.channels import turn_view
from app.domain.errors import ModelCredentialsError, ModelUnavailableError, StorageError
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.llm_client import Completed
from tests.channels.conftest import Phone
from tests.standins.scripted_model import calls, says

READ = ("files.read", {"path": "notes.md"})
EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def test_a_message_is_answered_and_kept_in_the_conversation_of_the_chat(
    paired: Phone,
) -> None:
    paired.model(says("Hello from the model."))
    await paired.ask("Hello")
    assert paired.adapter.text("answer:") == "Hello from the model."
    conversation_id, after = await paired.people.conversation(paired.chat())
    assert conversation_id is not None
    stored = await paired.assembly.conversations.messages(conversation_id)
    assert [one.text for one in stored] == ["Hello", "Hello from the model."]
    assert {one.channel for one in stored} == {Channel.TELEGRAM}
    assert after is not None
    assert after.turn_id == stored[0].turn_id
    assert paired.adapter.typing == [("7", True), ("7", False)]

    await paired.ask("And again")
    assert await paired.people.conversation(paired.chat()) != (conversation_id, after)
    assert len(await paired.assembly.conversations.messages(conversation_id)) == 4


async def test_the_offline_guide_answers_with_suggestions_that_can_be_pressed(
    paired: Phone,
) -> None:
    await paired.ask("what is this?")
    key = paired.adapter.key("answer:")
    assert key is not None
    label = next(iter(paired.adapter.buttons(key)))
    before = paired.adapter.shown[key].text
    assert await paired.press("answer:", label) == ""
    later = paired.adapter.key("answer:")
    assert later is not None
    assert later != key
    assert paired.adapter.shown[key].text == before
    held, _ = await paired.people.conversation(paired.chat())
    asked = [m.text for m in await paired.assembly.conversations.messages(str(held))]
    assert label.removesuffix("…") in asked[2]


async def test_an_answer_is_shown_while_it_is_made_and_then_exactly(
    paired: Phone, monkeypatch: object
) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("Tell me")
    await model.streaming.wait()
    key = await paired.adapter.until(lambda: paired.adapter.key("answer:"))
    assert paired.adapter.shown[key].text == "One moment …"
    assert paired.adapter.shown[key].growing
    assert not paired.adapter.shown[key].anew
    model.steps = [says("Done, and more.")]
    gate.set()
    await paired.until_done()
    # The stream broke off: what there was is kept, and it is said what happened.
    last = paired.adapter.shown[key]
    assert last.text.startswith("One moment\n\n⚠ ")
    assert not last.growing
    assert last.anew


async def test_a_tool_call_is_named_while_it_runs_and_the_answer_is_what_came_last(
    paired: Phone,
) -> None:
    gate = asyncio.Event()

    paired.model(calls(READ, text="I look at it."), gate)
    await paired.say("Read my notes")
    key = await paired.adapter.until(lambda: paired.adapter.key("answer:"))
    await paired.adapter.until(lambda: "One moment" in paired.adapter.shown[key].text)
    shown = [one.text for _, name, one in paired.adapter.history if name == key]
    assert all("I look at it." not in text for text in shown[1:])
    gate.set()
    await paired.until_done()


async def test_a_quick_answer_is_one_message_that_is_never_edited(paired: Phone) -> None:
    paired.model(calls(READ, text="I look at it."), says("It is a draft."))
    await paired.ask("Read my notes")
    shown = [one.text for _, key, one in paired.adapter.history if key.startswith("answer:")]
    assert shown == ["It is a draft."]


async def test_an_answer_under_way_is_not_edited_more_often_than_a_service_takes(
    paired: Phone,
) -> None:
    loop, times = asyncio.get_running_loop(), []
    pieces = [asyncio.Event() for _ in range(4)]

    async def stream(request: object):  # type: ignore[no-untyped-def]
        from app.orchestrator.llm_client import TextDelta

        for piece in pieces:
            yield TextDelta("word ")
            await piece.wait()
        yield Completed(text="word " * 4)

    model = paired.model(says(""))
    model.stream = stream  # type: ignore[method-assign]
    show = paired.adapter.show

    async def timed(*args):  # type: ignore[no-untyped-def]
        times.append(loop.time())
        await show(*args)

    paired.adapter.show = timed  # type: ignore[method-assign]
    await paired.say("Go")
    for number, piece in enumerate(pieces[:-1], 1):
        wanted = min(number, 2)
        await paired.adapter.until(lambda: len(times) >= wanted)  # noqa: B023 - awaited here
        piece.set()
    pieces[-1].set()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "word " * 4
    assert len(times) >= 3
    gaps = [
        later - before for before, later in itertools.pairwise(times[:-1])
    ]  # the end is at once
    assert all(gap >= turn_view.INTERVAL * 0.9 for gap in gaps)


async def test_a_failure_of_the_model_is_said_with_what_to_do(paired: Phone) -> None:
    paired.model(ModelUnavailableError("The model is *not* there.", hint="Try later."))
    await paired.ask("Hello")
    assert "The model is \\*not\\* there. Try later." in paired.adapter.text("answer:")


async def test_a_setting_that_an_error_is_about_is_named(paired: Phone) -> None:
    paired.model(ModelCredentialsError("No key.", details={"settings": ["openrouter_api_key"]}))
    await paired.ask("Hello")
    assert "steward config set openrouter\\_api\\_key" in paired.adapter.text("answer:")


async def test_a_bug_in_a_turn_is_said_and_the_desk_goes_on(paired: Phone) -> None:
    def bug(request: object) -> Completed:
        raise RuntimeError("a bug")

    paired.model(bug, says("Fine."))
    await paired.ask("Hello")
    assert "Something went wrong inside Steward" in paired.adapter.text("answer:")
    await paired.ask("Hello again")
    assert paired.adapter.text("answer:") == "Fine."


async def test_a_limit_says_why_and_offers_to_go_on(paired: Phone) -> None:
    paired.assembly.running_settings.change("max_iterations", 1)
    paired.model(calls(READ), says("That is all I got."), says("More."))
    await paired.ask("Read")
    text = paired.adapter.text("answer:")
    assert text.startswith("That is all I got.\n\n_")
    await paired.press("answer:", "Go on")
    assert paired.adapter.text("answer:").startswith("More.")


async def test_messages_of_one_chat_are_answered_in_order_and_two_chats_beside_each_other(
    paired: Phone,
) -> None:
    await paired.pair("8")
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.adapter.receive(_message("first"), _message("second"))
    await model.streaming.wait()
    model.steps = [says("An answer.")]
    await paired.say("Hi", chat="8", user="8")
    await paired.adapter.until(lambda: "An answer." in paired.adapter.texts_in("8"))
    assert len(model.requests) == 2  # the second message of the first chat waits
    gate.set()
    await paired.until_done()
    held, _ = await paired.people.conversation(paired.chat())
    stored = await paired.assembly.conversations.messages(str(held))
    assert [one.text for one in stored] == ["first", "One moment", "second", "An answer."]
    assert held != (await paired.people.conversation(paired.chat("8")))[0]


async def test_a_message_does_not_overtake_one_whose_file_is_slow(paired: Phone) -> None:
    paired.model(says("Yes."))
    gate = paired.adapter.slow["f"] = asyncio.Event()
    paired.adapter.files = {"f": b"text"}
    await paired.say("first", files=[("f", "big.txt")])
    await paired.say("second")
    await paired.say("/status")  # is answered when both were taken up
    await paired.adapter.until(lambda: paired.adapter.key("command:"))
    gate.set()
    await paired.until_done()
    held, _ = await paired.people.conversation(paired.chat())
    stored = await paired.assembly.conversations.messages(str(held))
    assert [m.text for m in stored[::2]] == ["first", "second"]


async def test_a_message_waits_for_a_turn_of_the_window_and_follows_it(paired: Phone) -> None:
    paired.model(says("Hello."))
    await paired.ask("Hello")
    held, _ = await paired.people.conversation(paired.chat())
    assert held is not None
    gate = asyncio.Event()
    model = paired.model(gate)
    engine = await paired.assembly.engines.get(held)
    window = asyncio.create_task(engine.run_turn("from the window", channel=Channel.WINDOW))
    await model.streaming.wait()
    model.steps = [says("Now you.")]
    await paired.say("from the phone")
    await paired.adapter.until(lambda: "Waiting for what is" in paired.adapter.text("answer:"))
    assert engine.queued == ("from the phone",)
    gate.set()
    await window
    await paired.until_done()
    assert paired.adapter.text("answer:") == "Now you."
    stored = await paired.assembly.conversations.messages(held)
    assert [m.text for m in stored[-4::2]] == ["from the window", "from the phone"]


async def test_a_conversation_that_is_gone_is_said_and_a_new_one_begins(paired: Phone) -> None:
    paired.model(says("Hello."))
    await paired.people.hold_in(paired.chat(), "there-is-none")
    said = await paired.ask("Hello")
    assert "no longer there" in said
    held, _ = await paired.people.conversation(paired.chat())
    assert held not in (None, "there-is-none")


async def test_what_the_service_sends_and_nobody_has_use_for_is_put_away(paired: Phone) -> None:
    await paired.adapter.receive({"sticker": {}}, {"message": "nonsense"})
    await paired.until_done()
    assert len(paired.adapter.history) == 1  # the welcome


async def test_an_old_message_is_asked_about_and_done_when_that_is_wanted(paired: Phone) -> None:
    paired.model(says("Done."))
    old = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    await paired.ask("Rename everything", sent_at=old)
    assert paired.adapter.key("answer:") is None
    text = paired.adapter.text("stale:")
    assert "5 hours ago" in text
    assert "“Rename everything”" in text
    await paired.press("stale:", "Do it")
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "Done.")
    await paired.until_done()
    assert paired.adapter.text("stale:").endswith("✓ Yes, do it.")


async def test_an_old_message_that_is_left_is_never_done(paired: Phone) -> None:
    model = paired.model(says("Done."))
    old = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    await paired.ask("Rename everything", sent_at=old)
    do_it = paired.adapter.buttons(paired.adapter.key("stale:") or "")["Do it"]
    assert await paired.press("stale:", "Leave it") == "Left."
    assert await paired.press_button(do_it.id) == "This was pressed already."
    await paired.restart()
    await paired.until_done()
    assert model.requests == []


async def test_a_message_that_is_young_enough_is_done_at_once(paired: Phone) -> None:
    paired.model(says("Done."))
    young = (datetime.now(UTC) - timedelta(minutes=29)).isoformat()
    await paired.ask("Go", sent_at=young)
    assert paired.adapter.text("answer:") == "Done."


async def test_a_failure_to_keep_is_told_on_the_chat_and_to_the_router(paired: Phone) -> None:
    async def broken(*args: object) -> None:
        raise StorageError("The disk is full.", hint="Make room.")

    paired.parts.people.hold_in = broken  # type: ignore[method-assign, assignment]
    said = await paired.ask("Hello")
    assert said == "⚠ The disk is full. Make room."
    assert [one.message for one in paired.about() if one.error_type == "storage"] == [
        "The disk is full."
    ]
    await paired.ask("/help")  # and the desk goes on
    assert "Write what is to be done" in paired.adapter.text("command:")


async def test_what_could_not_even_be_told_is_shown_by_the_next_run(paired: Phone) -> None:
    model = paired.model(says("The answer."))
    gate = asyncio.Event()
    model.steps = [gate, says("The answer.")]
    await paired.say("Hello")
    await model.streaming.wait()
    paired.adapter.fails = StorageError("The disk is full.")
    model.steps = [says("The answer.")]
    gate.set()
    await paired.adapter.until(lambda: [o for o in paired.about() if o.error_type == "storage"])
    assert len(await paired.inbox.open(Channel.TELEGRAM)) == 1
    await paired.restart()
    await paired.until_done()
    assert paired.adapter.text("answer:") != ""


def _message(text: str) -> dict[str, object]:
    from tests.channels.fake_adapter import message

    return message(text)


async def test_an_old_press_is_refused_in_words_and_uses_nothing_up(paired: Phone) -> None:
    paired.mode = ApprovalMode.REVERSIBLE
    paired.model(calls(EDIT), says("Done."))
    await paired.ask("Edit it")
    key = await paired.adapter.until(lambda: paired.adapter.key("changes:"))
    button = paired.adapter.buttons(key)["Undo"]
    paired.stale = timedelta(seconds=-1)  # so that whatever comes is old
    assert await paired.press_button(button.id) == "You pressed this 1 minute ago. Press it again."
    assert "done" in (paired.folder / "notes.md").read_text()
    paired.stale = timedelta(minutes=30)
    assert await paired.press_button(button.id) == "Done."


async def test_what_waits_because_steward_is_paused_says_so(paired: Phone) -> None:
    paired.model(says("Now."))
    pause = paired.assembly.engines.pause
    pause.begin()
    await paired.say("Hello")
    await paired.adapter.until(lambda: "Steward is paused" in paired.adapter.text("answer:"))
    await paired.say("/status")
    await paired.adapter.until(lambda: "Steward is paused" in paired.adapter.text("command:"))
    pause.end()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "Now."
