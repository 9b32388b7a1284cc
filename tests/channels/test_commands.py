"""Commands of a chat; what is none of them reaches the engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.channels.commands_list import COMMANDS, command_in
from app.domain.messages import Channel
from tests.channels.conftest import Phone
from tests.standins.scripted_model import says

OLD = (datetime.now(UTC) - timedelta(hours=3)).isoformat()


async def test_help_names_every_command_and_what_the_offline_guide_understands(
    paired: Phone,
) -> None:
    said = await paired.ask("/help")
    assert all(f"- /{name}: " in said for name in COMMANDS)
    assert "`/read PATH [LINE]`" in said
    paired.model(says("x"))
    said = await paired.ask("/help")
    assert "/read" not in said


async def test_a_command_of_the_engine_reaches_it(paired: Phone) -> None:
    await paired.ask("/read notes.md")
    assert "status: draft" in paired.adapter.text("answer:")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/help", ("help", "")),
        ("/Versions  my notes.md ", ("versions", "my notes.md")),
        ("/versions\nnotes.md", ("versions", "notes.md")),
        ("  /stop", ("stop", "")),
        ("/help@another_bot", None),
        ("help", None),
        ("", None),
        ("/", ("", "")),
    ],
)
def test_a_command_is_read_as_it_is_meant(text: str, meant: tuple[str, str] | None) -> None:
    assert command_in(text) == meant


async def test_new_begins_a_conversation_with_the_next_message(paired: Phone) -> None:
    paired.model(says("Yes."))
    await paired.ask("First")
    first, _ = await paired.people.conversation(paired.chat())
    await paired.ask("/new")
    await paired.ask("Second")
    second, _ = await paired.people.conversation(paired.chat())
    assert first != second
    titles = {one.title for one in await paired.assembly.conversations.list()}
    assert titles == {"First", "Second"}


async def test_new_while_an_answer_is_made_leaves_that_in_its_conversation(paired: Phone) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("First")
    await paired.say("Second")
    await model.streaming.wait()
    await paired.say("/new")
    await paired.adapter.until(lambda: "new conversation" in paired.adapter.text("command:"))
    await paired.say("Third")
    model.steps = [says("Yes.")]
    gate.set()
    await paired.until_done()
    found = await paired.assembly.conversations.list()
    assert sorted(one.title for one in found) == ["First", "Third"]
    held, _ = await paired.people.conversation(paired.chat())
    assert next(one.title for one in found if one.id == held) == "Third"


async def test_conversations_of_the_window_can_be_gone_on_with(paired: Phone) -> None:
    paired.model(says("Yes."))
    engine = await paired.assembly.engines.get(None)
    await engine.run_turn("From the window", channel=Channel.WINDOW)
    await paired.ask("From the phone")
    said = await paired.ask("/conversations")
    assert "Go on in which one?" in said
    labels = list(paired.adapter.buttons(str(paired.adapter.key("command:"))))
    assert labels == ["• From the phone", "From the window"]
    assert await paired.press("command:", "From the window") == "From the window"
    assert "This chat goes on in “From the window”." in paired.adapter.text("now:")
    await paired.ask("Go on here")
    stored = await paired.assembly.conversations.messages(engine.conversation_id)
    assert [m.text for m in stored] == ["From the window", "Yes.", "Go on here", "Yes."]


async def test_only_the_newest_eight_conversations_are_listed(paired: Phone) -> None:
    assert "no conversation yet" in await paired.ask("/conversations")
    for number in range(10):
        await paired.assembly.conversations.create(title=f"Number {number}")
    await paired.ask("/conversations")
    assert len(paired.adapter.buttons(str(paired.adapter.key("command:")))) == 8


async def test_status_says_what_answers_and_how_it_stands(paired: Phone) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    said = await paired.ask("/status")
    assert "begins a new conversation" in said
    assert "0 to handle" in said  # its own message is none
    await paired.say("Work *hard*")
    await paired.say("And more")
    await model.streaming.wait()
    await paired.say("/status")
    await paired.adapter.until(lambda: "is being answered" in paired.adapter.text("command:"))
    text = paired.adapter.text("command:")
    assert "Answers come from Scripted." in text
    assert "“Work \\*hard\\*” is being answered; 1 message waiting." in text
    assert "Telegram is listened to: 2 to handle, 0 to send." in text
    assert "No circuit is open" in text
    model.steps = [says("x")]
    gate.set()
    await paired.until_done()


async def test_circuits_names_what_is_paused(paired: Phone) -> None:
    assert "No circuit is open" in await paired.ask("/circuits")
    paired.assembly.breakers.trip("files.read", "It *hurts*.")
    said = await paired.ask("/circuits")
    assert "- `files.read` is paused: It \\*hurts\\*." in said


async def test_stop_stops_what_is_done_here_and_says_what_still_waits(paired: Phone) -> None:
    assert "Nothing is being done here." in await paired.ask("/stop")
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("First")
    await paired.say("Second")
    await model.streaming.wait()
    model.steps = [says("Yes.")]
    await paired.say("/stop")
    await paired.adapter.until(lambda: "Stopping. 1 message" in paired.adapter.text("command:"))
    await paired.until_done()
    texts = paired.adapter.texts_in("7")
    assert any(text.endswith("Stopped.") for text in texts)
    assert "Yes." in texts


async def test_stop_stops_a_turn_of_the_window_in_the_same_conversation(paired: Phone) -> None:
    paired.model(says("Yes."))
    await paired.ask("Hello")
    held, _ = await paired.people.conversation(paired.chat())
    gate = asyncio.Event()
    model = paired.model(gate)
    engine = await paired.assembly.engines.get(held)
    turn = asyncio.create_task(engine.run_turn("long work", channel=Channel.WINDOW))
    await model.streaming.wait()
    await paired.ask("/stop")
    assert (await turn).status.value == "cancelled"


async def test_stop_does_not_stop_another_chat(paired: Phone) -> None:
    await paired.pair("8")
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("Long work", chat="8", user="8")
    await model.streaming.wait()
    await paired.say("/stop")
    await paired.adapter.until(lambda: "Nothing is being" in paired.adapter.text("command:"))
    assert any(paired.assembly.engines.busy(c.id) for c in await _conversations(paired))
    gate.set()
    await paired.until_done()


async def test_an_old_command_that_would_act_is_refused_in_words(paired: Phone) -> None:
    for name in ("undo", "stop", "new"):
        said = await paired.ask(f"/{name}", sent_at=OLD)
        assert f"You sent /{name} 3 hours ago, so nothing was done." in said


async def test_an_old_command_that_only_reads_is_answered(paired: Phone) -> None:
    for name, words in {
        "status": "Answers come from",
        "help": "Write what is to be done",
        "circuits": "No circuit",
        "versions": "No file has versions",
        "conversations": "no conversation yet",
    }.items():
        assert words in await paired.ask(f"/{name}", sent_at=OLD)


async def _conversations(phone: Phone):  # type: ignore[no-untyped-def]
    return await phone.assembly.conversations.list()
