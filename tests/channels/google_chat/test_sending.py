"""What stands in the outbox is shown in Google Chat once, as it is at last."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.channels.google_chat_sending import request_id
from app.domain.channels import (
    Button,
    ButtonPress,
    ChannelState,
    Chat,
    Document,
    IncomingMessage,
    OutboxState,
    Outgoing,
)
from app.domain.messages import Channel
from app.storage.channel_models import ChannelOutbox
from tests.channels.google_chat.conftest import ANNA_CHAT, QUICK, House
from tests.standins.google_chat import ANNA, SPACE, pressed, said
from tests.standins.google_chat.people import as_add_on, buttons
from tests.standins.google_drive import Answer, CutAfter, CutBefore, Hold
from tests.standins.google_drive.faults import to

ROW = ((Button("Allow once", "id-of-allow"), Button("Deny", "id-of-deny")),)
CREATE = to("POST", "/messages")
EDIT = to("PATCH", "/messages/")


async def all_sent(house: House) -> None:
    """Everything was brought to its last state, or has failed."""

    def open_rows() -> int:
        query: Any = ChannelOutbox.select().where(
            (ChannelOutbox.state != "failed")
            & (
                (ChannelOutbox.state != "sent")
                | (ChannelOutbox.revision > ChannelOutbox.sent_revision)
            )
        )
        return int(query.count())

    async with asyncio.timeout(20):
        while await house.database.read_async(open_rows):  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(0.005)


async def test_a_message_is_shown_and_becomes_another_one(house: House) -> None:
    chat = house.server.chat
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "answer", Outgoing("I am **thinking**.", growing=True))
        await all_sent(house)
        assert chat.texts() == ["I am *thinking*."]
        await channel.show(ANNA_CHAT, "answer", Outgoing("Done."))
        await all_sent(house)
    assert chat.texts() == ["Done."]
    assert [deed for deed, _ in chat.writes] == ["create", "patch"]


async def test_what_was_put_while_nobody_listened_is_sent_at_the_next_start(house: House) -> None:
    await house.channel().show(ANNA_CHAT, "one", Outgoing("first"))
    await house.channel().show(ANNA_CHAT, "two", Outgoing("second"))
    async with house.running():
        await all_sent(house)
    assert house.server.chat.texts() == ["first", "second"]


async def test_what_another_process_put_there_is_sent_too(house: House) -> None:
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)
        await house.channel().show(ANNA_CHAT, "one", Outgoing("from beside"))
        await all_sent(house)
    assert house.server.chat.texts() == ["from beside"]


@pytest.mark.parametrize("fault", [CutAfter(), CutBefore(), Answer(503), Answer(500)])
async def test_an_ambiguous_create_is_repeated_and_makes_one_message(
    house: House, fault: CutAfter | CutBefore | Answer
) -> None:
    house.server.fail(fault, on=CREATE, times=2)
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("Once only."))
        await all_sent(house)
        assert channel.health().unsure == 0
    assert house.server.chat.texts() == ["Once only."]
    sent = house.server.asked("POST", "/messages?")
    assert len(sent) == 3
    assert len({one.target for one in sent}) == 1, "each try had the same ids"


async def test_a_message_that_has_changed_since_an_ambiguous_create_shows_the_last_state(
    house: House,
) -> None:
    """A repeated request changes nothing, so it is edited once after it."""
    house.server.fail(CutAfter(), on=CREATE)
    patient = replace(QUICK, first_wait=1.0, longest_wait=1.0)
    async with house.running(house.channel(pace=patient)) as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("The first state."))
        await house.until(lambda: house.server.chat.texts() == ["The first state."])
        await channel.show(ANNA_CHAT, "one", Outgoing("The last state."))
        await all_sent(house)
    assert house.server.chat.texts() == ["The last state."]
    assert [deed for deed, _ in house.server.chat.writes] == ["create", "patch"]


async def test_a_message_whose_request_is_forgotten_is_known_by_its_id(house: House) -> None:
    house.server.fail(CutAfter(), on=CREATE)
    hold = Hold()
    house.server.fail(hold, on=CREATE)
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("Hello."))
        await asyncio.to_thread(hold.arrived.wait, 10)
        house.server.chat.forget_requests()
        hold.release()
        await all_sent(house)
        await channel.show(ANNA_CHAT, "one", Outgoing("Hello again."))
        await all_sent(house)
    assert house.server.chat.texts() == ["Hello again."]


async def test_an_end_in_the_middle_of_sending_leaves_one_message(house: House) -> None:
    hold = Hold()
    house.server.fail(hold, on=CREATE)
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("Hello."))
        await asyncio.to_thread(hold.arrived.wait, 10)
    hold.release()  # it arrives, and nobody hears of it
    await house.until(lambda: house.server.chat.texts() == ["Hello."])
    async with house.running():
        await all_sent(house)
    assert house.server.chat.texts() == ["Hello."]


async def test_what_google_will_not_take_has_failed_and_stops_nothing(house: House) -> None:
    async with house.running() as channel:
        await channel.show(Chat(Channel.GOOGLE_CHAT, "spaces/GONE"), "one", Outgoing("lost"))
        await channel.show(ANNA_CHAT, "two", Outgoing("not lost"))
        await all_sent(house)
        assert channel.health().state is ChannelState.LISTENING
    assert house.server.chat.texts() == ["not lost"]


async def test_too_much_at_once_waits_as_long_as_google_says(house: House) -> None:
    busy = Answer(429, "rateLimitExceeded", headers={"retry-after": "0"})
    house.server.fail(busy, on=CREATE, times=2)
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("Hello."))
        await all_sent(house)
        assert channel.health().state is ChannelState.LISTENING
    assert house.server.chat.texts() == ["Hello."]


async def test_refused_sending_is_told_although_events_come_in(house: House) -> None:
    house.server.chat.pull_seconds = 0.05
    house.server.fail(Answer(403, "SERVICE_DISABLED"), on=CREATE, times=999)
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing("Hello."))
        await house.until(lambda: channel.health().state is ChannelState.REFUSED)
        pulls = len(house.server.asked("POST", ":pull"))
        await house.until(lambda: len(house.server.asked("POST", ":pull")) > pulls + 2)
        assert channel.health().state is ChannelState.REFUSED
        assert "not switched on" in channel.health().error
        house.server.heal()
        await all_sent(house)
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)
    assert house.server.chat.texts() == ["Hello."]


async def test_a_shorter_answer_takes_its_last_message_back(house: House) -> None:
    long = "\n\n".join("word " * 150 for _ in range(10))
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing(long))
        await all_sent(house)
        assert len(house.server.chat.texts()) == 2
        await channel.show(ANNA_CHAT, "one", Outgoing("Short."))
        await all_sent(house)
        assert house.server.chat.texts() == ["Short."]
        await channel.show(ANNA_CHAT, "one", Outgoing(long))
        await all_sent(house)
    assert len(house.server.chat.texts()) == 2


async def test_what_was_taken_back_and_is_to_be_said_again_is_a_new_message(house: House) -> None:
    long = "\n\n".join("word " * 150 for _ in range(10))
    hold = Hold()
    house.server.fail(hold, on=to("DELETE", "/messages/"))
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing(long))
        await all_sent(house)
        await channel.show(ANNA_CHAT, "one", Outgoing("Short."))
        await asyncio.to_thread(hold.arrived.wait, 10)
        await channel.show(ANNA_CHAT, "one", Outgoing(long))
        hold.release()
        await all_sent(house)
    assert len(house.server.chat.texts()) == 2


async def test_messages_of_one_answer_make_one_sound(house: House) -> None:
    long = "\n\n".join("word " * 150 for _ in range(10))
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "one", Outgoing(long))
        await all_sent(house)
    sent = house.server.asked("POST", "/messages?")
    silent = ["NOTIFICATION_TYPE_SILENT" in one.target for one in sent]
    assert silent == [False, True]


# -- approvals -------------------------------------------------------------------------------------


async def test_an_approval_by_card(house: House) -> None:
    """The card shows the difference and two buttons; a press comes in; the card is edited."""
    chat = house.server.chat
    difference = Document("change.diff", b"-old\n+new\n")
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "card", Outgoing("May I change **a.md**?", ROW, difference))
        await all_sent(house)
        (shown,) = chat.shown()
        assert shown["text"].startswith("May I change *a.md*?")
        assert shown["text"].endswith("```\n-old\n+new\n```")
        assert [one["text"] for one in buttons(shown)] == ["Allow once", "Deny"]
        chat.publish(pressed(shown, "Allow once"))
        (item,) = await house.items(1)
        press = channel.read(item.body)
        assert isinstance(press, ButtonPress)
        assert (press.button, press.sender.id) == ("id-of-allow", ANNA["name"])
        assert press.chat == ANNA_CHAT
        channel.pressed(press, "Allowed.")
        await channel.show(ANNA_CHAT, "card", Outgoing("Allowed: a.md was changed."))
        await all_sent(house)
    (done,) = chat.shown()
    assert done["text"] == "Allowed: a.md was changed."
    assert buttons(done) == []


async def test_the_words_of_a_button_press_it(house: House) -> None:
    """Clicks do not reach a Workspace add-on's subscription."""
    async with house.running() as channel:
        await channel.show(ANNA_CHAT, "card", Outgoing("May I?", ROW))
        press = channel.read(as_add_on(said(" allow ONCE ")))
        assert isinstance(press, ButtonPress)
        assert press.button == "id-of-allow"
        assert isinstance(channel.read(said("Allow once, please")), IncomingMessage)
        assert isinstance(channel.read(said("Allow once", space=SPACE)), IncomingMessage)
        await channel.show(ANNA_CHAT, "card", Outgoing("Denied."))
        assert isinstance(channel.read(said("Allow once")), IncomingMessage)


async def test_ids_of_requests_are_ids_that_google_takes(house: House) -> None:
    await house.channel().show(ANNA_CHAT, "turn:1", Outgoing("x"))
    (row,) = await house.outbox.due(Channel.GOOGLE_CHAT)
    assert row.state is OutboxState.QUEUED
    assert request_id(row) == request_id(row)
    assert len(f"client-{request_id(row)}") <= 63
