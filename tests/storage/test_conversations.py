"""Conversations and messages: stored whole, without secrets, in order."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import NotFoundError, StorageError
from app.domain.messages import Channel, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database
from tests.storage.conftest import SECRET, Say, SteppingClock, holds_secret

# -- conversations ---------------------------------------------------------------------------------


async def test_a_new_conversation_is_found_by_its_id_and_by_the_start_of_it(
    conversations: Conversations,
) -> None:
    made = await conversations.create(title="Taxes")

    assert made.title == "Taxes"
    assert made.message_count == 0
    assert made.last_status is None
    assert await conversations.get(made.id) == made
    assert await conversations.get(made.id[:4]) == made


async def test_an_id_that_names_nothing_is_said_plainly(conversations: Conversations) -> None:
    made = await conversations.create(conversation_id="abcd-1234")

    for nothing in ("abc", "abce", "", "%", "____", "abcd_1234", "abcd-1234-"):
        with pytest.raises(NotFoundError, match="no conversation"):
            await conversations.get(nothing)
    assert (await conversations.get("abcd")).id == made.id


async def test_a_start_that_several_ids_share_names_them(conversations: Conversations) -> None:
    await conversations.create(conversation_id="abcd-1")
    await conversations.create(conversation_id="abcd-2")
    await conversations.create(conversation_id="abcd")

    with pytest.raises(NotFoundError, match="Several") as caught:
        await conversations.get("abcd-")
    assert sorted(caught.value.details["candidates"]) == ["abcd-1", "abcd-2"]  # type: ignore[call-overload]
    assert (await conversations.get("abcd")).id == "abcd"


async def test_an_id_is_given_once(conversations: Conversations) -> None:
    await conversations.create(conversation_id="abcd")

    with pytest.raises(StorageError, match="already"):
        await conversations.create(conversation_id="abcd")


async def test_the_list_has_the_newest_message_first(
    conversations: Conversations, say: Say
) -> None:
    for name in ("one", "two", "three"):
        await conversations.create(conversation_id=name)
    await say("one", Role.USER, "hello")

    listed = await conversations.list()

    assert [summary.id for summary in listed] == ["one", "three", "two"]
    assert [summary.id for summary in await conversations.list(limit=2)] == ["one", "three"]


async def test_a_summary_counts_what_was_said_and_how_it_stands(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    await say("c", Role.USER, "what is in notes.md?")
    await say("c", Role.ASSISTANT, "")
    await say("c", Role.TOOL, "milk", tool_call_id="1", tool_name="files.read")
    last = await say("c", Role.ASSISTANT, "Milk.", status=MessageStatus.FAILED)

    summary = await conversations.get("c")

    assert summary.message_count == 3
    assert summary.last_status is MessageStatus.FAILED
    assert summary.updated_at == last.created_at


async def test_the_first_words_of_the_person_become_the_title(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    await say(
        "c", Role.USER, "  Please\n\nread   notes.md and tell me what I have to buy today, tell"
    )
    await say("c", Role.USER, "something else")

    title = (await conversations.get("c")).title

    assert title == "Please read notes.md and tell me what I have to buy today,…"
    assert len(title) <= 60


async def test_a_title_given_by_the_person_stays(conversations: Conversations, say: Say) -> None:
    await conversations.create(conversation_id="c")
    await conversations.rename("c", f"Shopping {SECRET}")
    await say("c", Role.USER, "hello")

    assert (await conversations.get("c")).title == "Shopping [secret:OPENROUTER_API_KEY]"


async def test_a_model_is_chosen_for_one_conversation(conversations: Conversations) -> None:
    await conversations.create(conversation_id="c")
    await conversations.set_model("c", "some/model")
    assert (await conversations.get("c")).model == "some/model"

    await conversations.set_model("c", None)
    assert (await conversations.get("c")).model is None

    with pytest.raises(NotFoundError):
        await conversations.set_model("nothing", "some/model")
    with pytest.raises(NotFoundError):
        await conversations.rename("nothing", "x")


# -- messages --------------------------------------------------------------------------------------


async def test_a_message_comes_back_as_it_went_in(conversations: Conversations, say: Say) -> None:
    await conversations.create(conversation_id="c")
    calls = (
        ToolCall("1", "files.edit", {"path": "a", "deep": [{"x": None, "y": 1.5}]}),
        ToolCall("2", "files.read", parse_error="not JSON", raw_arguments="{oops"),
    )
    stored = [
        await say("c", Role.USER, "do 𝄞 it", channel=Channel.TELEGRAM),
        await say("c", Role.ASSISTANT, "", tool_calls=calls, metadata={"model": "m", "n": [1]}),
        await say(
            "c",
            Role.TOOL,
            "no\0thing",
            tool_call_id="1",
            tool_name="files.edit",
            tool_status=ToolStatus.DENIED,
            status=MessageStatus.INTERRUPTED,
        ),
    ]

    assert await conversations.messages("c") == stored
    assert stored[1].tool_calls == calls
    assert stored[2].text == "no\0thing"
    assert [message.id for message in stored] == sorted({message.id for message in stored})


async def test_recent_messages_are_the_last_ones_oldest_first(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    await conversations.create(conversation_id="other")
    for number in range(25):
        await say("c", Role.USER, str(number))
        await say("other", Role.USER, "not mine")

    assert [one.text for one in await conversations.recent("c")] == [str(n) for n in range(5, 25)]
    assert [one.text for one in await conversations.recent("c", limit=2)] == ["23", "24"]
    assert await conversations.recent("nothing") == []


async def test_a_message_needs_its_conversation(say: Say) -> None:
    with pytest.raises(NotFoundError, match="no conversation"):
        await say("nothing", Role.USER, "hello")


async def test_an_answer_grows_and_ends(conversations: Conversations, say: Say) -> None:
    await conversations.create(conversation_id="c")
    answer = await say("c", Role.ASSISTANT, "Hel", status=MessageStatus.STREAMING)

    await conversations.update_message(answer.id, text="Hello")
    (growing,) = await conversations.messages("c")
    assert (growing.text, growing.status) == ("Hello", MessageStatus.STREAMING)

    call = ToolCall("1", "files.list", {})
    await conversations.update_message(
        answer.id,
        text="Hello.",
        status=MessageStatus.DONE,
        tool_calls=(call,),
        metadata={"model": "m"},
    )
    await conversations.update_message(answer.id)
    (ended,) = await conversations.messages("c")
    assert (ended.text, ended.status, ended.tool_calls) == ("Hello.", MessageStatus.DONE, (call,))
    assert ended.metadata == {"model": "m"}


async def test_a_message_that_is_not_there_cannot_grow(conversations: Conversations) -> None:
    with pytest.raises(NotFoundError):
        await conversations.update_message(7, text="x")


async def test_half_characters_do_not_break_the_store(
    conversations: Conversations, say: Say
) -> None:
    await conversations.create(conversation_id="c")
    call = ToolCall("1", "files.read", {"path": "caf\udce9.txt"})

    stored = await say("c", Role.USER, "a\ud83d b \ud83d\ude00", tool_calls=(call,))

    assert stored.text == "a\ufffd b 😀"
    assert stored.tool_calls == (call,)


# -- secrets ---------------------------------------------------------------------------------------


async def test_no_secret_reaches_the_disk(
    conversations: Conversations, say: Say, path: Path, database: Database
) -> None:
    await conversations.create(conversation_id="c", title=f"title {SECRET}")
    call = ToolCall(SECRET, f"x.{SECRET}", {SECRET: [SECRET]}, SECRET, SECRET)
    message = await say(
        "c",
        Role.ASSISTANT,
        f"text {SECRET}",
        tool_calls=(call,),
        tool_call_id=SECRET,
        tool_name=SECRET,
        metadata={"nested": {"deep": f"is {SECRET}"}},
    )
    await conversations.update_message(
        message.id, text=f"more {SECRET}", tool_calls=(call,), metadata={SECRET: SECRET}
    )
    database.close()

    assert SECRET not in str(message)
    assert not holds_secret(path)


async def test_a_secret_learnt_later_does_not_leave_in_an_export(
    conversations: Conversations, say: Say, redactor: Redactor
) -> None:
    from app.redaction import Secret

    await conversations.create(conversation_id="c")
    await say("c", Role.USER, "my token is hunter2-hunter2")
    redactor.add("TELEGRAM_BOT_TOKEN", Secret("hunter2-hunter2"))

    assert "hunter2" not in str(await conversations.export("c"))


# -- crashes ---------------------------------------------------------------------------------------

CRASHES = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from app.clock import SystemClock
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database

async def main():
    database = Database(Path(sys.argv[1]))
    database.open()
    conversations = Conversations(database, Redactor(), SystemClock())
    await conversations.create(conversation_id=sys.argv[2])
    for number in range(1000):
        message = ConversationMessage(
            sys.argv[2], "t", Role.ASSISTANT, f"word {number}", datetime.now(UTC),
            status=MessageStatus.STREAMING,
        )
        await conversations.append(message)
        print(number, flush=True)
        if number == int(sys.argv[3]):
            sys.stdin.readline()

asyncio.run(main())
"""


def crashing(path: Path, conversation: str, stop_at: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CRASHES, str(path), conversation, str(stop_at)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    while process.stdout.readline().strip() != line:
        assert process.poll() is None, "the other process ended"


def end(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


async def test_what_a_killed_process_stored_is_there_and_marked(
    path: Path, redactor: Redactor, clock: SteppingClock
) -> None:
    process = crashing(path, "killed", stop_at=-1)
    wait_for(process, "12")
    end(process)

    database = Database(path)
    database.open()
    try:
        conversations = Conversations(database, redactor, clock)
        marked = await conversations.mark_interrupted()
        messages = await conversations.messages("killed")
        assert marked == len(messages) >= 13
        assert {message.status for message in messages} == {MessageStatus.INTERRUPTED}
        assert [message.text for message in messages][:13] == [f"word {n}" for n in range(13)]
        assert await conversations.mark_interrupted() == 0
    finally:
        database.close()


async def test_a_living_process_keeps_the_answers_it_is_writing(
    conversations: Conversations, say: Say, path: Path
) -> None:
    await conversations.create(conversation_id="own")
    await say("own", Role.ASSISTANT, "Hel", status=MessageStatus.STREAMING)
    process = crashing(path, "other", stop_at=2)
    try:
        await asyncio.to_thread(wait_for, process, "2")

        assert await conversations.mark_interrupted() == 0
        statuses = {message.status for message in await conversations.messages("other")}
        assert statuses == {MessageStatus.STREAMING}
    finally:
        end(process)

    assert await conversations.mark_interrupted() == 3
    (own,) = await conversations.messages("own")
    assert own.status is MessageStatus.STREAMING


async def test_an_ended_answer_belongs_to_no_session(
    conversations: Conversations, say: Say, path: Path
) -> None:
    await conversations.create(conversation_id="c")
    answer = await say("c", Role.ASSISTANT, "Hel", status=MessageStatus.STREAMING)
    await conversations.update_message(answer.id, status=MessageStatus.DONE)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT session FROM messages").fetchall() == [(None,)]
