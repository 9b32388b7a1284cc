"""What is to be said over channels: what becomes of messages that change, shrink and grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.channels import ANEW, OutboxRow, OutboxState, Part
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_outbox import ChannelOutboxes
from app.storage.database import Database
from tests.clocks import FixedClock

TELEGRAM = Channel.TELEGRAM


@pytest.fixture
def outbox(database: Database) -> ChannelOutboxes:
    return ChannelOutboxes(database, Redactor(), FixedClock())


def text(words: str) -> Part:
    return Part({"html": words, "plain": words, "buttons": [], "quiet": False})


def file(name: str, data: bytes) -> Part:
    return Part({"html": "", "plain": "", "buttons": [], "quiet": False, "name": name}, data)


async def sent(outbox: ChannelOutboxes, *messages: str) -> list[OutboxRow]:
    """All that is due gets these names from the service."""
    due = await outbox.due(TELEGRAM)
    for row, message in zip(due, messages, strict=True):
        await outbox.sending(row.id)
        await outbox.sent(row.id, row.revision, message)
    return due


async def test_what_is_the_same_is_not_due_again(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    await sent(outbox, "1", "2")
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    assert await outbox.due(TELEGRAM) == []


async def test_a_change_is_due_as_a_change(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one")])
    await sent(outbox, "1")
    await outbox.put(TELEGRAM, "42", "answer", [text("other")])
    (row,) = await outbox.due(TELEGRAM)
    assert (row.message_id, row.part.body["plain"]) == ("1", "other")


async def test_a_message_that_was_taken_back_comes_anew(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    await sent(outbox, "1", "2")
    await outbox.put(TELEGRAM, "42", "answer", [text("one")])
    (row,) = await outbox.due(TELEGRAM)
    assert row.surplus
    await outbox.taken_back(row.id)
    assert await outbox.due(TELEGRAM) == []
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two again")])
    (row,) = await outbox.due(TELEGRAM)
    assert (row.message_id, row.surplus, row.state) == (None, False, OutboxState.QUEUED)


async def test_one_that_is_wanted_again_while_it_is_taken_back_comes_anew(
    outbox: ChannelOutboxes,
) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    await sent(outbox, "1", "2")
    await outbox.put(TELEGRAM, "42", "answer", [text("one")])
    (row,) = await outbox.due(TELEGRAM)
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    await outbox.taken_back(row.id)
    (row,) = await outbox.due(TELEGRAM)
    assert (row.message_id, row.surplus, row.state) == (None, False, OutboxState.QUEUED)


async def test_a_text_that_becomes_a_file_goes_and_the_file_comes(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("code")])
    await sent(outbox, "1", "2")
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), file("code.py", b"code")])
    old, new = await outbox.due(TELEGRAM)
    assert (old.message_id, old.surplus) == ("2", True)
    assert (new.message_id, new.part.document, new.number) == (None, b"code", 1)


async def test_a_file_that_was_not_sent_yet_goes_as_it_is_now(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("code")])
    await outbox.put(TELEGRAM, "42", "answer", [file("a.py", b"first")])
    await outbox.put(TELEGRAM, "42", "answer", [file("b.py", b"second")])
    (row,) = await outbox.due(TELEGRAM)
    assert row.part.document == b"second"


async def test_what_was_being_sent_at_the_end_may_have_arrived(
    outbox: ChannelOutboxes, database: Database, tmp_path: Path
) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one"), text("two")])
    first, _ = await outbox.due(TELEGRAM)
    await outbox.sending(first.id)
    (row,) = await outbox.recover(TELEGRAM)
    assert row.id == first.id
    assert await outbox.counts(TELEGRAM) == (1, 1)
    assert await outbox.recover(TELEGRAM) == []
    await outbox.again(TELEGRAM, "answer")
    assert await outbox.counts(TELEGRAM) == (2, 0)


async def test_what_was_refused_keeps_nothing_back_that_it_says_since(
    outbox: ChannelOutboxes,
) -> None:
    await outbox.put(TELEGRAM, "42", "new", [text("one")])
    await outbox.put(TELEGRAM, "42", "old", [text("one")])
    (fresh, known) = await outbox.due(TELEGRAM)
    await outbox.sending(known.id)
    await outbox.sent(known.id, known.revision, "1")
    await outbox.put(TELEGRAM, "42", "old", [text("two")])
    await outbox.sending(fresh.id)
    # While both are on their way, they come to say something else.
    (known,) = await outbox.due(TELEGRAM)
    await outbox.put(TELEGRAM, "42", "old", [text("three")])
    await outbox.put(TELEGRAM, "42", "new", [text("two")])
    await outbox.fail(known.id, known.revision, "no")
    await outbox.fail(fresh.id, fresh.revision, "no")
    due = await outbox.due(TELEGRAM)
    assert [(row.message_id, row.part.body["plain"]) for row in due] == [
        (None, "two"),
        ("1", "three"),
    ]
    for row in due:
        await outbox.fail(row.id, row.revision, "no")
    assert await outbox.due(TELEGRAM) == []
    await outbox.put(TELEGRAM, "42", "old", [text("four")])
    await outbox.put(TELEGRAM, "42", "new", [text("three")])
    assert [row.part.body["plain"] for row in await outbox.due(TELEGRAM)] == ["three", "four"]
    await outbox.put(TELEGRAM, "42", "new", [])
    assert len(await outbox.due(TELEGRAM)) == 1


async def test_that_it_is_worth_a_new_message_is_no_change_to_be_shown(
    outbox: ChannelOutboxes,
) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one")])
    (row,) = await sent(outbox, "1")
    await outbox.put(TELEGRAM, "42", "answer", [Part({**text("one").body, ANEW: True})])
    assert await outbox.due(TELEGRAM) == []
    await outbox.taken_back(row.id)
    (row,) = await outbox.due(TELEGRAM)
    assert row.part.body[ANEW] is True


async def test_what_may_be_sent_twice_is_sent_again_after_an_end(outbox: ChannelOutboxes) -> None:
    await outbox.put(TELEGRAM, "42", "answer", [text("one")])
    (row,) = await outbox.due(TELEGRAM)
    await outbox.sending(row.id)
    assert [one.id for one in await outbox.recover(TELEGRAM, send_again=True)] == [row.id]
    assert await outbox.unknown(TELEGRAM) == []
    assert [one.id for one in await outbox.due(TELEGRAM)] == [row.id]
