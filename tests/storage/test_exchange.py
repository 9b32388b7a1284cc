"""Carrying a conversation elsewhere: only listed fields, only values that fit."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.storage.conversations import Conversations
from tests.storage.conftest import SECRET, SteppingClock


async def talk(conversations: Conversations, clock: SteppingClock) -> str:
    """A conversation with every kind of message."""
    made = await conversations.create()
    await conversations.set_model(made.id, "some/model")
    call = ToolCall("1", "files.edit", {"path": "a.md"})
    broken = ToolCall("2", "files.read", parse_error="not JSON", raw_arguments="{oops")

    async def say(turn: str, role: Role, text: str, **more: Any) -> None:
        at = clock.now()
        await conversations.append(ConversationMessage(made.id, turn, role, text, at, **more))

    await say("t-1", Role.USER, "change a.md", channel=Channel.TELEGRAM)
    await say("t-1", Role.ASSISTANT, "", tool_calls=(call, broken), metadata={"model": "m"})
    done = {"tool_name": "files.edit", "tool_status": ToolStatus.OK}
    await say("t-1", Role.TOOL, "Changed.", tool_call_id="1", **done)
    await say("t-1", Role.TOOL, "Bad.", tool_call_id="2", tool_status=ToolStatus.ERROR)
    await say("t-1", Role.ASSISTANT, "Done ✓", status=MessageStatus.FAILED)
    await say("t-2", Role.USER, "thanks")
    return made.id


def facts(message: ConversationMessage) -> dict[str, object]:
    """All of a message but its ids."""
    ids = {"id", "conversation_id", "turn_id"}
    names = {field.name for field in dataclasses.fields(message)} - ids
    return {name: getattr(message, name) for name in names}


async def test_what_was_exported_comes_back_whole_under_new_ids(
    conversations: Conversations, clock: SteppingClock
) -> None:
    old_id = await talk(conversations, clock)

    carried = json.loads(json.dumps(await conversations.export(old_id[:8])))
    imported = await conversations.import_(carried)

    before, after = await conversations.get(old_id), await conversations.get(imported.id)
    assert after.id != before.id
    for name in ("title", "model", "created_at", "updated_at", "message_count", "last_status"):
        assert getattr(after, name) == getattr(before, name), name
    old, new = await conversations.messages(old_id), await conversations.messages(imported.id)
    assert [facts(message) for message in new] == [facts(message) for message in old]
    turns = [message.turn_id for message in new]
    assert len(set(turns)) == 2
    assert turns[0] == turns[4] != turns[5]
    assert not set(turns) & {"t-1", "t-2"}


async def test_exporting_nothing_is_said_plainly(conversations: Conversations) -> None:
    with pytest.raises(NotFoundError):
        await conversations.export("nothing")


SMALL: Mapping[str, Any] = {
    "format": "steward-conversation",
    "version": 1,
    "title": "Hello",
    "messages": [{"role": "user", "text": "hello", "created_at": "2026-01-01T10:00:00+01:00"}],
}


def changed(**changes: object) -> dict[str, Any]:
    return {**deepcopy(dict(SMALL)), **changes}


def message(**changes: object) -> dict[str, Any]:
    return changed(messages=[{**SMALL["messages"][0], **changes}])


async def test_the_least_that_can_be_imported(conversations: Conversations) -> None:
    summary = await conversations.import_(SMALL)

    (only,) = await conversations.messages(summary.id)
    assert only.created_at == datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
    assert only.status is MessageStatus.DONE
    assert only.channel is Channel.TERMINAL


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "the whole"),
        (changed(format="something else"), "format"),
        (changed(version=2), "version"),
        (changed(user_id=1), "the whole"),
        (changed(updated_at="2026-01-01T10:00:00Z"), "the whole"),
        (changed(title=5), "title"),
        (changed(title="x" * 1001), "title"),
        (changed(model={"a": 1}), "model"),
        (changed(messages={}), "messages"),
        (changed(messages=["hello"]), "messages[0]"),
        (changed(created_at="yesterday"), "created_at"),
        (message(id=1), "messages[0]"),
        (message(session="x"), "messages[0]"),
        (message(role="system"), "messages[0].role"),
        (message(text=None), "messages[0].text"),
        (message(status="approved"), "messages[0].status"),
        (message(channel="pigeon"), "messages[0].channel"),
        (message(metadata="x"), "messages[0].metadata"),
        (message(created_at="2026-01-01T10:00:00"), "messages[0].created_at"),
        (message(created_at="0001-01-01T00:00:00+14:00"), "messages[0].created_at"),
        (message(role="tool"), "messages[0]"),
        (message(role="tool", tool_call_id=None), "messages[0].tool_call_id"),
        (message(tool_calls=[{"id": "1"}]), "messages[0].tool_calls[0]"),
        (
            message(tool_calls=[{"id": "1", "name": "x", "approved": True}]),
            "messages[0].tool_calls[0]",
        ),
        (
            message(tool_calls=[{"id": "1", "name": "x", "arguments": []}]),
            "messages[0].tool_calls[0].arguments",
        ),
    ],
)
async def test_what_is_not_listed_or_does_not_fit_is_refused(
    conversations: Conversations, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await conversations.import_(data)

    assert caught.value.details["field"] == field
    assert "Nothing was added" in caught.value.hint
    assert await conversations.list() == []


async def test_a_wrong_last_message_adds_nothing_of_the_others(
    conversations: Conversations,
) -> None:
    wrong = changed(messages=[*SMALL["messages"], {**SMALL["messages"][0], "role": "king"}])

    with pytest.raises(InvalidFieldError):
        await conversations.import_(wrong)

    assert await conversations.list() == []


async def test_an_answer_that_was_still_streaming_is_interrupted(
    conversations: Conversations,
) -> None:
    summary = await conversations.import_(message(role="assistant", status="streaming"))

    (only,) = await conversations.messages(summary.id)
    assert only.status is MessageStatus.INTERRUPTED
    assert await conversations.mark_interrupted() == 0


async def test_nothing_comes_from_the_future(
    conversations: Conversations, clock: SteppingClock
) -> None:
    summary = await conversations.import_(message(created_at="2999-01-01T00:00:00Z"))

    assert summary.updated_at <= clock.now()


async def test_secrets_in_what_is_imported_are_hidden(conversations: Conversations) -> None:
    data = message(text=f"key {SECRET}", metadata={"x": SECRET})

    summary = await conversations.import_({**data, "title": SECRET})

    assert SECRET not in str(await conversations.messages(summary.id)) + summary.title


async def test_text_that_looks_like_a_command_stays_text(conversations: Conversations) -> None:
    text = "'); DROP TABLE messages; --"

    summary = await conversations.import_(message(text=text))

    assert [one.text for one in await conversations.messages(summary.id)] == [text]
