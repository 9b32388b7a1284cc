"""Attachments are stored with their message, found by name, and exported by name."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.attachments import Attachment
from app.domain.messages import ConversationMessage, Role
from app.storage.conversations import Conversations
from tests.storage.conftest import SECRET

AT = datetime(2030, 1, 1, tzinfo=UTC)
ONE = Attachment("Budget 2030.xlsx", "application/x", 9, "a" * 64, "b" * 64, 4, 4)
TWO = Attachment("photo.png", "image/png", 5, "c" * 64, "c" * 64, 5, width=4, height=3)


async def say(conversations: Conversations, text: str, *attached: Attachment) -> int:
    message = ConversationMessage("c", "t", Role.USER, text, AT, attachments=attached)
    return (await conversations.append(message)).id


async def test_a_message_comes_back_with_what_was_attached(conversations: Conversations) -> None:
    await conversations.create(conversation_id="c")
    await say(conversations, "first", ONE)
    await say(conversations, "second", TWO)
    await say(conversations, "third")

    assert [m.attachments for m in await conversations.messages("c")] == [(ONE,), (TWO,), ()]
    assert await conversations.attachments("c") == [TWO, ONE]
    assert await conversations.attachments("other") == []


async def test_a_message_is_found_by_the_name_of_its_attachment(
    conversations: Conversations,
) -> None:
    await conversations.create(conversation_id="c")
    first = await say(conversations, "look at this", ONE)
    second = await say(conversations, "the budget of last year", TWO)
    await say(conversations, "nothing")

    assert [hit.message_id for hit in await conversations.search("budget")] == [second, first]
    (hit,) = await conversations.search("budget 2030.xlsx")
    assert hit.marked() == "[Budget] [2030.xlsx]"
    assert await conversations.search("budget -2030") != []
    assert [h.message_id for h in await conversations.search("budget", limit=1)] == [second]


async def test_a_conversation_that_begins_with_a_file_is_called_after_it(
    conversations: Conversations,
) -> None:
    await conversations.create(conversation_id="c")
    await say(conversations, "", ONE, TWO)
    (summary,) = await conversations.list()
    assert summary.title == "Budget 2030.xlsx, photo.png"


async def test_an_import_names_attachments_and_opens_nothing_by_a_hash(
    conversations: Conversations,
) -> None:
    await conversations.create(conversation_id="c")
    await say(conversations, "look", ONE)
    exported = await conversations.export("c")
    named = await conversations.import_(exported)
    (message,) = await conversations.messages(named.id)
    (attachment,) = message.attachments
    assert (attachment.name, attachment.size) == (ONE.name, 9)
    assert (attachment.hash, attachment.readable) == ("", None)
    whole = await conversations.import_(exported, {ONE.hash: ONE})
    (message,) = await conversations.messages(whole.id)
    assert message.attachments == (ONE,)


async def test_a_secret_in_a_name_is_hidden(database: object, conversations: Conversations) -> None:
    await conversations.create(conversation_id="c")
    await say(conversations, "x", Attachment(f"{SECRET}.txt", "text/plain", 1, "a" * 64))
    (message,) = await conversations.messages("c")
    assert SECRET not in message.attachments[0].name
    assert "[secret:" in message.attachments[0].name
