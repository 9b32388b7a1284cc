"""A bridge in trouble: others at the same bot, no network, refused tokens, lost answers."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.channels.bridge_limits import Rate
from app.domain.channels import ChannelState, Chat, OutboxState
from app.domain.errors import StorageError
from app.domain.messages import Channel
from tests.channels.telegram.bridge_rig import running, standing
from tests.standins.telegram import Fault, Phone, TelegramServer

OFFLINE, LISTENING = ChannelState.OFFLINE, ChannelState.LISTENING


# -- two of them -----------------------------------------------------------------------------------


async def test_the_second_in_a_home_stands_by_and_takes_over(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as first, standing(telegram, home) as second:
        await second.start()
        await second.until(lambda: second.state is ChannelState.STANDBY)
        phone.send("one")
        await first.until_stored(lambda texts: texts == ["one"])
        assert second.mails == 0
        await second.say("put by the second, said by the first")
        await phone.shows("put by the second")
        assert ChannelState.CONFLICT not in first.states
        await first.stop()
        await second.until(lambda: second.state is LISTENING)
        phone.send("two")
        await second.until_stored(lambda texts: texts == ["one", "two"])


async def test_another_home_at_the_same_bot_is_told_and_passes(
    telegram: TelegramServer, phone: Phone, home: Path, tmp_path: Path
) -> None:
    telegram.change("second", 0.02)
    async with running(telegram, home) as here:
        async with running(telegram, tmp_path / "elsewhere") as there:
            await here.until(lambda: ChannelState.CONFLICT in (*here.states, *there.states))
            (told,) = {
                (one.error, one.hint)
                for one in (*here.healths, *there.healths)
                if one.state is ChannelState.CONFLICT
            }
            assert "Another program" in told[0]
            assert "BotFather" in told[1]
        await here.until(lambda: here.state is LISTENING)
        phone.send("after it")
        await here.until_stored(lambda texts: texts == ["after it"])


async def test_the_first_conflict_after_a_start_is_our_own_old_poll(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.fail("getUpdates", Fault.error(409, "Conflict: terminated by other getUpdates"))
    async with running(telegram, home) as rig:
        assert ChannelState.CONFLICT not in rig.states


async def test_a_webhook_that_somebody_sets_is_told_as_one(
    telegram: TelegramServer, home: Path
) -> None:
    telegram.change("second", 0.02)
    async with running(telegram, home) as rig:
        telegram.change("webhook", "https://elsewhere.example/")
        telegram.hang_up()
        await rig.until(lambda: rig.state is ChannelState.CONFLICT)
        assert "webhook" in rig.bridge.health().error
        telegram.change("webhook", "")
        await rig.until(lambda: rig.state is LISTENING)


# -- no way to Telegram ----------------------------------------------------------------------------


async def test_one_broken_poll_is_no_news_and_two_are(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        polls = len(telegram.asked("getUpdates"))
        telegram.hang_up()
        await telegram.until(lambda: len(telegram.asked("getUpdates")) > polls)
        phone.send("one")
        await rig.until_stored(lambda texts: texts == ["one"])
        assert OFFLINE not in rig.states
        telegram.fail("getUpdates", Fault("before"), times=6)
        telegram.hang_up()
        await rig.until(lambda: rig.state is OFFLINE)
        told = rig.bridge.health()
        assert told.error
        assert told.retry_at is not None
        await rig.until(lambda: rig.state is LISTENING)
        assert rig.bridge.health().error == ""


async def test_waits_double_up_to_a_bound(telegram: TelegramServer, home: Path) -> None:
    telegram.fail("getUpdates", Fault("before"), times=6)
    async with running(telegram, home):
        times = [one["at"] for one in telegram.asked("getUpdates")]
        waits = [after - before for before, after in itertools.pairwise(times[:7])]
        for wait, least in zip(waits, (0.01, 0.02, 0.04, 0.08, 0.1, 0.1), strict=True):
            assert wait >= least


async def test_it_starts_without_a_network_and_catches_up(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.fail("*", Fault("before"), times=10_000)
    async with standing(telegram, home) as rig:
        await rig.start()
        await rig.say("said offline")
        await rig.until(lambda: rig.state is OFFLINE)
        phone.send("sent meanwhile")
        telegram.heal()
        await rig.until_stored(lambda texts: texts == ["sent meanwhile"])
        assert rig.bridge.health().name == "@steward_test_bot"


async def test_a_refused_token_is_told_and_tried_again_rarely(
    telegram: TelegramServer, home: Path
) -> None:
    async with standing(telegram, home, refused=3600.0, token="7401236985:wrong") as rig:
        await rig.start()
        await rig.until(lambda: rig.state is ChannelState.REFUSED)
        assert "BotFather" in rig.bridge.health().hint
        polls = len(telegram.asked("getUpdates"))
        telegram.change("token", "7401236985:wrong")
        rig.bridge.renew()
        await rig.until(lambda: rig.state is LISTENING)
        assert len(telegram.asked("getUpdates")) <= polls + 2


async def test_a_poll_that_hangs_is_left_and_told(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    # Its polls do not wait, so that one that does is soon known.
    async with running(telegram, home, poll=0, stall=0.2) as rig:
        telegram.fail("getUpdates", Fault("hang"), times=2)
        await rig.until(lambda: rig.bridge.stalls >= 1)
        assert [one for one in rig.healths if "without an answer" in one.error]
        phone.send("heard after all")
        await rig.until_stored(lambda texts: texts == ["heard after all"])
        telegram.heal()


# -- what comes in broken --------------------------------------------------------------------------

BROKEN: list[Any] = [
    None,
    17,
    "text",
    [],
    {},
    {"update_id": None},
    {"update_id": "12"},
    {"update_id": True},
    {"update_id": 1.5},
    {"update_id": -5},
    {"update_id": 2**70},
    {"message": {"text": "no id"}},
]


async def test_updates_that_are_none_hold_up_no_others(
    telegram: TelegramServer, phone: Phone, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for one in BROKEN:
        telegram.push_raw(one)
    phone.send("one")
    telegram.push_raw({"update_id": 0, "message": {"text": "nothing"}})
    for one in BROKEN:
        telegram.push_raw(one)
    async with running(telegram, home) as rig:
        await rig.until(lambda: rig.bridge.health().waiting_in == 2)
        phone.send("two")
        await rig.until(lambda: rig.bridge.health().waiting_in == 3)
        # What has no id comes again and again, until something behind it has one.
        await telegram.until(lambda: telegram.facts["pending"] <= len(BROKEN))
    assert "no id" not in caplog.text


async def test_updates_that_all_are_none_are_not_asked_for_again_at_once(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.push_raw({"no": "id"})
    async with running(telegram, home, first_wait=3600.0, longest_wait=3600.0) as rig:
        await rig.say("meanwhile")
        await phone.shows("meanwhile")
        assert telegram.count("getUpdates") == 1


async def test_the_offset_waits_for_what_cannot_be_stored_now(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("one")
    async with standing(telegram, home) as rig:
        whole, refused = rig.inbox.take_in, itertools.count()

        async def take_in(channel: Channel, updates: Any, *, cursor: str | None = None) -> int:
            if updates and next(refused) < 3:
                raise StorageError("The disk is full.")
            return await whole(channel, updates, cursor=cursor)

        rig.inbox.take_in = take_in  # type: ignore[method-assign]
        await rig.start()
        assert await rig.until_stored(bool) == ["one"]
        assert any("disk is full" in one.error for one in rig.healths)
        await rig.until(lambda: rig.state is LISTENING)
        assert rig.states.count(LISTENING) == 1


async def test_an_update_that_cannot_be_stored_holds_up_no_others(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("one")
    phone.send("poison")
    phone.send("two")
    async with standing(telegram, home) as rig:
        whole = rig.inbox.take_in

        async def take_in(channel: Channel, updates: Any, *, cursor: str | None = None) -> int:
            if any("poison" in str(body) for _, body in updates):
                raise RecursionError
            return await whole(channel, updates, cursor=cursor)

        rig.inbox.take_in = take_in  # type: ignore[method-assign]
        await rig.start()
        await rig.until_stored(lambda texts: texts == ["one", "two"])
        await telegram.until(lambda: telegram.facts["pending"] == 0)


async def test_an_old_cursor_is_not_used(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("one")
    async with running(telegram, home) as rig:
        await rig.until_stored(lambda texts: texts == ["one"])
        await telegram.until(lambda: telegram.facts["pending"] == 0)
    # api Update: after a week without updates the ids begin anywhere.
    telegram.change("next_update", 5_000)
    phone.send("two")
    async with running(telegram, home, cursor=timedelta(0)) as rig:
        await rig.until_stored(lambda texts: texts == ["one", "two"])
        assert "offset" not in telegram.asked("getUpdates")[-1]["given"]


async def test_another_bot_does_not_begin_where_the_last_one_ended(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("to the first bot")
    async with running(telegram, home) as rig:
        await rig.until_stored(lambda texts: len(texts) == 1)
    with TelegramServer(token="1234567890:AAanother") as another:
        other_phone = another.phone(42, "Ada")
        for number in range(3):
            other_phone.send(f"to the second bot {number}")
        async with running(another, home) as rig:
            # Their updates have the same numbers.
            assert len(await rig.until_stored(lambda texts: len(texts) == 4)) == 4


# -- what goes out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [Fault.lost(), Fault("middle"), Fault("done_error", 500, "restart")]
)
async def test_a_message_whose_answer_was_lost_is_not_repeated(
    telegram: TelegramServer, phone: Phone, home: Path, fault: Fault
) -> None:
    telegram.fail("sendMessage", fault)
    async with running(telegram, home) as rig:
        key = await rig.say("only once")
        await rig.until(lambda: bool(rig.unsure))
        await rig.say("the next one")
        await phone.shows("the next one")
        assert [one.text for one in phone.replies()] == ["only once", "the next one"]
        assert rig.unsure[0].key == key
        await rig.until(lambda: rig.bridge.health().unsure == 1)
        await rig.bridge.send_again(key)
        await phone.holds(lambda: len(phone.replies()) == 3)
        await rig.until(lambda: rig.bridge.health().unsure == 0)


async def test_what_was_being_sent_when_the_last_one_was_killed_is_told_and_not_repeated(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with standing(telegram, home) as rig:
        key = await rig.say("perhaps")
        (row,) = await rig.outbox.due(Channel.TELEGRAM)
        await rig.outbox.sending(row.id)
        await rig.say("surely not yet")
        await rig.start()
        await phone.shows("surely not yet")
        assert [one.key for one in rig.unsure] == [key]
        assert [one.text for one in phone.replies()] == ["surely not yet"]


async def test_what_surely_did_not_arrive_is_sent_again(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.fail("sendMessage", Fault("error", 500, "Internal Server Error: WORKER_BUSY"), times=3)
    async with running(telegram, home) as rig:
        await rig.say("at last")
        await phone.shows("at last")
        assert len(phone.replies()) == 1
        assert not rig.unsure


async def test_a_lost_answer_to_a_change_is_asked_for_again(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        key = await rig.say("first")
        await phone.shows("first")
        telegram.fail("editMessageText", Fault.lost(), times=2)
        await rig.say("second", key=key)
        await phone.shows("second")
        await rig.outbox_is(OutboxState.SENT)
        assert [one.text for one in phone.replies()] == ["second"]
        assert len(telegram.asked("editMessageText")) == 2
        assert not rig.unsure


async def test_a_storm_of_429_loses_nothing_and_repeats_nothing(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    others = [telegram.phone(100 + number, "x") for number in range(3)]
    # A second is the least that the API can name: the clock of the pauses runs quicker here.
    for skip in range(0, 40, 2):
        telegram.fail("sendMessage", Fault.busy(1), skip=skip)
    async with running(telegram, home) as rig:
        pause = rig.limits.first_wait
        assert pause < 1
        clock = rig.clock
        started = clock.monotonic()
        clock.monotonic = lambda: started + (type(clock).monotonic(clock) - started) * 100  # type: ignore[method-assign]
        for number in range(10):
            await rig.say(f"{number}")
            for other in others:
                await rig.say(f"{number}", chat=Chat(Channel.TELEGRAM, str(other.user)))
        for one in (phone, *others):
            await one.shows("9")
            assert [shown.text for shown in one.replies()] == [str(n) for n in range(10)]
        assert len(telegram.asked("sendMessage")) == 60
        assert not rig.unsure


async def test_a_chat_that_must_wait_does_not_hold_up_another(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    other = telegram.phone(43, "Bob")
    telegram.fail("sendMessage", Fault.busy(3600))
    async with running(telegram, home) as rig:
        await rig.say("for later")
        await rig.until(lambda: telegram.count("sendMessage") == 1)
        for number in range(10):
            await rig.say(f"{number}", chat=Chat(Channel.TELEGRAM, "43"))
        await other.shows("9")
        assert phone.replies() == []
        await rig.until(lambda: rig.bridge.health().waiting_out == 1)


async def test_the_pace_of_a_chat_is_kept(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    other = telegram.phone(43, "Bob")
    async with running(telegram, home, chat=Rate(1 / 3600, 2.0)) as rig:
        for number in range(10):
            await rig.say(f"{number}")
        await phone.shows("1")
        await rig.say("another chat", chat=Chat(Channel.TELEGRAM, "43"))
        await other.shows("another chat")
        assert telegram.count("sendMessage") == 3


async def test_a_person_who_blocked_the_bot_is_not_written_to_for_ever(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.block()
    async with running(telegram, home) as rig:
        await rig.say("nobody reads this")
        await rig.outbox_is(OutboxState.FAILED)
        assert len(telegram.asked("sendMessage")) == 1
        assert rig.bridge.health().state is LISTENING


async def test_a_change_of_what_is_gone_is_given_up(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        key = await rig.say("first")
        await phone.shows("first")
        gone = Fault.error(400, "Bad Request: message to edit not found")
        telegram.fail("editMessageText", gone, times=100)
        await rig.say("second", key=key)
        await rig.outbox_is(OutboxState.FAILED)
        assert len(telegram.asked("editMessageText")) == 1
        assert [one.text for one in phone.replies()] == ["first"]


async def test_what_is_worth_it_comes_anew_where_the_person_deleted_the_message(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        key = await rig.say("It grows …")
        phone.delete((await phone.shows("It grows")).id)
        await rig.say("It grows on …", key=key)  # of no use to who deleted it
        await rig.outbox_is(OutboxState.FAILED)
        assert phone.replies() == []
        await rig.say("All of it.", key=key, anew=True)
        await rig.outbox_is(OutboxState.SENT)
        assert [one.text for one in phone.replies()] == ["All of it."]
        await rig.say("All of it, and more.", key=key, anew=True)
        await rig.outbox_is(OutboxState.SENT)
        assert [one.text for one in phone.replies()] == ["All of it, and more."]
        assert telegram.count("sendMessage") == 2


async def test_words_that_were_refused_do_not_keep_later_ones_back(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        refused = Fault.error(400, "Bad Request: who knows why")
        telegram.fail("sendMessage", refused)
        key = await rig.say("no")
        await rig.outbox_is(OutboxState.FAILED)
        await rig.say("yes", key=key)
        await phone.shows("yes")
        telegram.fail("editMessageText", refused)
        await rig.say("no", key=key)
        await rig.outbox_is(OutboxState.FAILED)
        await rig.say("yes, again", key=key)
        await rig.outbox_is(OutboxState.SENT)
        assert [one.text for one in phone.replies()] == ["yes, again"]


async def test_a_sending_whose_end_could_not_be_noted_is_noted_later(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        whole, tries = rig.outbox.sent, []

        async def sent(number: int, revision: int, message_id: str | None = None) -> None:
            tries.append(number)
            if len(tries) <= 3:
                raise StorageError("busy")
            await whole(number, revision, message_id)

        rig.outbox.sent = sent  # type: ignore[method-assign]
        await rig.say("once")
        await rig.until(lambda: len(tries) > 3)
        assert [one.text for one in phone.replies()] == ["once"]
        await rig.outbox_is(OutboxState.SENT)


# -- updates by a webhook --------------------------------------------------------------------------


async def test_updates_of_a_webhook_are_kept_once_and_told(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home, polls=False) as rig:
        update = {
            "update_id": 7,
            "message": {
                "chat": {"id": 42},
                "from": {"id": 42},
                "message_id": 1,
                "date": 1,
                "text": "hi",
            },
        }
        mails = rig.mails
        assert await rig.bridge.take_in(update)
        assert await rig.bridge.take_in(update)
        assert not await rig.bridge.take_in({"no": "id"})
        assert await rig.texts() == ["hi"]
        assert rig.mails == mails + 1
        assert rig.bridge.health().update_at is not None
        await rig.say("answered")
        await phone.shows("answered")
        assert telegram.asked("getUpdates") == []
        assert telegram.asked("deleteWebhook") == []
