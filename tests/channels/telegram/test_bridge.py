"""A bridge from end to end: what the phone says arrives once, what is said is shown."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from pathlib import Path

import pytest

from app.domain.channels import (
    Button,
    ButtonPress,
    ChannelError,
    ChannelState,
    Document,
    Outgoing,
    Part,
    RemoteFile,
)
from app.domain.messages import Channel
from tests.channels.telegram.bridge_rig import CHAT, render, running, standing
from tests.standins.telegram import Fault, Phone, TelegramServer


async def test_what_the_phone_says_is_kept_in_order_and_told(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("before it was started")
    async with running(telegram, home) as rig:
        phone.send("one")
        phone.send("two")
        texts = await rig.until_stored(lambda texts: len(texts) == 3)
        assert texts == ["before it was started", "one", "two"]
        await rig.until(lambda: rig.bridge.health().waiting_in == 3)
        assert rig.mails >= 2


async def test_telegram_may_forget_only_what_is_on_disk(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        phone.send("kept")
        await rig.until_stored(lambda texts: texts == ["kept"])
        await telegram.until(lambda: telegram.facts["pending"] == 0)


async def test_an_update_that_could_not_be_kept_comes_again(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        rig.database.close()
        phone.send("while the disk was full")
        await rig.until(lambda: rig.state is ChannelState.OFFLINE)
        assert telegram.facts["pending"] == 1
        rig.database.open()
        assert await rig.until_stored(bool) == ["while the disk was full"]
        await rig.until(lambda: rig.state is ChannelState.LISTENING)


async def test_the_next_one_goes_on_where_the_last_one_stopped(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    phone.send("first")
    async with running(telegram, home) as rig:
        await rig.until_stored(lambda texts: texts == ["first"])
    phone.send("in between")
    async with running(telegram, home) as rig:
        assert await rig.until_stored(lambda texts: len(texts) == 2) == ["first", "in between"]


async def test_the_bot_is_set_up(telegram: TelegramServer, home: Path) -> None:
    telegram.change("webhook", "https://elsewhere.example/hook")
    async with running(telegram, home) as rig:
        await telegram.until(lambda: bool(telegram.facts["commands"]))
        assert telegram.facts["commands"][0]["command"] == "help"
        assert telegram.facts["webhook"]["url"] == ""
        assert rig.bridge.health().name == "@steward_test_bot"


async def test_a_server_without_the_lesser_methods_is_listened_to_all_the_same(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.lack("getMe", "deleteWebhook", "setMyCommands")
    async with running(telegram, home) as rig:
        phone.send("hello")
        await rig.until_stored(lambda texts: texts == ["hello"])


async def test_what_is_said_is_shown_and_changed(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        key = await rig.say("Thinking <b>", buttons=[Button("Stop", "b1")])
        shown = await phone.shows("Thinking <b>")
        assert shown.labels == ["Stop"]
        assert shown.html
        await rig.say("Done & done", key=key)
        changed = await phone.shows("Done & done")
        assert (changed.id, changed.labels) == (shown.id, [])


async def test_the_last_state_is_reached_however_often_it_changed(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home, edit=0.05) as rig:
        for number in range(30):
            await rig.say(f"word {number}", key="answer")
        await phone.shows("word 29")
        assert len(phone.replies()) == 1
        times = [one["at"] for one in telegram.asked("editMessageText")]
        assert all(b - a >= 0.049 for a, b in itertools.pairwise(times))


async def test_an_answer_that_became_shorter_takes_messages_back(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        await rig.say("one\ftwo\fthree", key="answer")
        await phone.shows("three")
        await rig.say("only one", key="answer")
        await phone.holds(lambda: [one.text for one in phone.replies()] == ["only one"])


async def test_messages_of_a_chat_keep_their_order(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.fail("sendMessage", Fault("slow", seconds=0.02), times=5)
    async with running(telegram, home) as rig:
        for number in range(20):
            await rig.say(f"{number}")
        await phone.shows("19")
        assert [one.text for one in phone.replies()] == [str(number) for number in range(20)]


async def test_markup_that_is_not_taken_goes_as_plain_text(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    refusal = Fault.error(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x"')
    telegram.fail("sendMessage", refusal)
    async with running(telegram, home) as rig:
        await rig.say("a < b")
        shown = await phone.shows("a < b")
        assert not shown.html
        assert len(telegram.asked("sendMessage")) == 2


async def test_files_go_out_and_their_words_can_be_changed(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        await rig.say("The diff:", document=Document('päth "x".diff', b"-a\r\n\r\n+b\x00"))
        shown = await phone.shows(lambda one: bool(one.document))
        assert shown.document == "päth 'x'.diff"
        assert phone.file(shown) == b"-a\r\n\r\n+b\x00"


async def test_a_press_is_acknowledged_once(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        await rig.say("Change it?", buttons=[Button("Allow once", "opaque")])
        query = await asyncio.to_thread(phone.press, "Allow")
        item = await rig.item()
        press = rig.bridge.read(item.body)
        assert isinstance(press, ButtonPress)
        rig.bridge.pressed(press, "Allowed")
        for _ in range(20):
            rig.bridge.pressed(press, "once more")
        await phone.holds(lambda: phone.answers(query) == ["Allowed"])
        await rig.say("after it")
        await phone.shows("after it")
        assert len(telegram.asked("answerCallbackQuery")) == 1


async def test_typing_is_shown_until_it_is_switched_off(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    async with running(telegram, home) as rig:
        rig.bridge.working(CHAT, on=True)
        rig.bridge.working(CHAT, on=True)
        await phone.holds(lambda: phone.typings() >= 3)
        rig.bridge.working(CHAT, on=False)
        await rig.say("done")
        await phone.shows("done")
        before = phone.typings()
        await asyncio.sleep(0.06)
        assert phone.typings() <= before + 1


async def test_files_come_in(telegram: TelegramServer, phone: Phone, home: Path) -> None:
    phone.send_file("notes.txt", b"text " * 50_000)
    async with running(telegram, home) as rig:
        item = await rig.item()
        document = item.body["message"]["document"]  # type: ignore[index]
        file = RemoteFile(document["file_id"], "notes.txt")
        assert await rig.bridge.fetch(file) == b"text " * 50_000


@pytest.mark.parametrize("claimed", [21_000_000, -1])
async def test_a_file_that_is_too_large_is_refused_in_words(
    telegram: TelegramServer, phone: Phone, home: Path, claimed: int
) -> None:
    phone.send_file("big.iso", bytes(20 * 1024 * 1024 + 1), claimed=claimed)
    async with running(telegram, home) as rig:
        item = await rig.item()
        number = item.body["message"]["document"]["file_id"]  # type: ignore[index]
        with pytest.raises(ChannelError, match="20 MB"):
            await rig.bridge.fetch(RemoteFile(number, "big.iso"))


async def test_a_file_that_is_gone_says_so(telegram: TelegramServer, home: Path) -> None:
    async with running(telegram, home) as rig:
        with pytest.raises(ChannelError, match="wrong file_id"):
            await rig.bridge.fetch(RemoteFile("nothing", "x"))
    with pytest.raises(ChannelError, match="not connected"):
        await rig.bridge.fetch(RemoteFile("nothing", "x"))


async def test_it_ends_at_once_in_the_middle_of_a_poll(
    telegram: TelegramServer, home: Path
) -> None:
    async with running(telegram, home) as rig:
        began = time.monotonic()
        await rig.stop()
        assert time.monotonic() - began < 3.0
        assert not [one for one in threading.enumerate() if one.name == "steward-telegram"]
        assert rig.state is ChannelState.STOPPED


async def test_what_is_being_sent_at_the_end_still_arrives(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    telegram.fail("sendMessage", Fault("slow", seconds=0.05))
    async with running(telegram, home) as rig:
        await rig.say("the last word")
        await telegram.until(lambda: bool(telegram.asked("sendMessage")))
        await rig.stop()
        assert [one.text for one in phone.replies()] == ["the last word"]
        assert await rig.outbox.counts(Channel.TELEGRAM) == (0, 0)


async def test_a_crash_in_the_thread_is_raised_in_the_engine(
    telegram: TelegramServer, home: Path
) -> None:
    async with standing(telegram, home) as rig:

        async def broken(*_: object) -> int:
            raise ZeroDivisionError

        rig.inbox.cursor = broken  # type: ignore[method-assign, assignment]
        await rig.start()
        assert rig.running is not None
        with pytest.raises(ZeroDivisionError):
            await rig.running
        assert rig.state is ChannelState.STOPPED


async def test_it_can_be_started_again(telegram: TelegramServer, phone: Phone, home: Path) -> None:
    async with running(telegram, home) as rig:
        await rig.stop()
        await rig.say("while it did not run")
        await rig.start()
        await phone.shows("while it did not run")


async def test_messages_are_made_beside_the_loop_and_the_last_word_counts(
    telegram: TelegramServer, phone: Phone, home: Path
) -> None:
    made_in: list[threading.Thread] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow_at_first(message: Outgoing) -> list[Part]:
        made_in.append(threading.current_thread())
        if message.text == "first":
            begun.set()
            assert go_on.wait(20)
        return render(message)

    async with running(telegram, home, render=slow_at_first) as rig:
        first = asyncio.create_task(rig.bridge.show(CHAT, "answer", Outgoing("first")))
        await asyncio.to_thread(begun.wait)  # the loop is free meanwhile
        second = asyncio.create_task(rig.bridge.show(CHAT, "answer", Outgoing("second")))
        await asyncio.sleep(0)
        assert len(made_in) == 1
        go_on.set()
        await asyncio.gather(first, second)
        await phone.shows("second")
        await telegram.until(lambda: [one.text for one in phone.replies()] == ["second"])
    assert threading.main_thread() not in made_in
