"""Events come in once each, and Pub/Sub forgets them when they are kept and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from app.channels.chat_api import ChatApi, ChatUnreachableError
from app.channels.google_chat import LEASE, GoogleChatChannel
from app.channels.lease import Lease
from app.domain.channels import ChannelError, ChannelState, IncomingMessage, RemoteFile
from app.domain.errors import StorageError
from app.domain.messages import Channel
from app.storage.channel_inbox import ChannelInboxes
from tests.channels.google_chat.conftest import QUICK, House
from tests.standins.google_chat import said
from tests.standins.google_drive import Answer, CutAfter, CutBefore
from tests.standins.google_drive.faults import to


def text_of(channel: GoogleChatChannel, body: Mapping[str, object]) -> str:
    found = channel.read(body)
    assert isinstance(found, IncomingMessage)
    return found.text


async def test_what_somebody_writes_is_in_the_inbox(house: House) -> None:
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)
        house.server.chat.publish(said("Hello"))
        (item,) = await house.items(1)
        await house.until(lambda: house.server.chat.unacknowledged == 0)
    assert text_of(channel, item.body) == "Hello"
    assert "a-secret-of-the-app" not in str(item.body)
    assert house.mails >= 1


async def test_nothing_is_lost_or_twice_over_many_ends(house: House) -> None:
    """Each end is between the delivery and the acknowledgement, wherever it happens to come."""
    words = [f"message {number}" for number in range(40)]
    for number, word in enumerate(words):
        house.server.chat.publish(said(word), again=number % 3 == 0)
    for _ in range(12):
        house.server.chat.deliver_again()
        task = asyncio.create_task(house.channel().run(lambda: None))
        seen = len(house.server.requests)
        await house.until(lambda seen=seen: len(house.server.requests) > seen)  # type: ignore[misc]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with house.running() as channel:
        async with asyncio.timeout(30):
            while house.server.chat.unacknowledged:
                # A pull of one that has ended may have taken some along.
                house.server.chat.deliver_again()
                await asyncio.sleep(0.1)
    items = await house.items(len(words))
    assert sorted(text_of(channel, one.body) for one in items) == sorted(words)


async def test_an_event_that_was_published_twice_is_handled_once(house: House) -> None:
    event = said("Once")
    house.server.chat.publish(event)
    house.server.chat.publish(event)
    async with house.running():
        await house.until(lambda: house.server.chat.unacknowledged == 0)
    assert len(await house.items(1)) == 1


class FullDisk(ChannelInboxes):
    """Keeps nothing."""

    async def take_in(
        self,
        channel: Channel,
        updates: Sequence[tuple[str, Mapping[str, object]]],
        *,
        cursor: str | None = None,
    ) -> int:
        raise StorageError("the disk is full")


async def test_what_could_not_be_kept_is_not_acknowledged(house: House) -> None:
    house.server.chat.publish(said("Keep me"))
    full = FullDisk.__new__(FullDisk)
    full.__dict__.update(house.inbox.__dict__)
    with pytest.raises(StorageError):
        await house.channel(inbox=full).run(lambda: None)
    assert house.server.chat.unacknowledged == 1
    assert not house.server.asked("POST", ":acknowledge")
    house.server.chat.deliver_again()
    async with house.running():
        await house.items(1)


async def test_a_lost_acknowledgement_does_no_harm(house: House) -> None:
    house.server.fail(CutBefore(), on=to("POST", ":acknowledge"))
    house.server.chat.publish(said("Hello"))
    async with house.running():
        await house.items(1)
        await house.until(lambda: len(house.server.asked("POST", ":acknowledge")) == 1)
        assert house.server.chat.unacknowledged == 1
        house.server.chat.deliver_again()
        await house.until(lambda: house.server.chat.unacknowledged == 0)
    assert len(await house.items(1)) == 1


@pytest.mark.parametrize("data", [b"", b"no json", b"[1]", b'{"a": ' + b"[" * 5000, b"\xff\xfe"])
async def test_what_is_no_event_is_let_go_of(house: House, data: bytes) -> None:
    house.server.chat.publish_bytes(data)
    house.server.chat.publish(said("After it"))
    async with house.running() as channel:
        (item,) = await house.items(1)
        await house.until(lambda: house.server.chat.unacknowledged == 0)
    assert text_of(channel, item.body) == "After it"


# -- trouble ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Answer(503), ChannelState.OFFLINE),
        (Answer(429), ChannelState.OFFLINE),
        (CutBefore(), ChannelState.OFFLINE),
        (CutAfter(), ChannelState.OFFLINE),
        (Answer(403), ChannelState.REFUSED),
        (Answer(200, body=b"<html>"), ChannelState.OFFLINE),
    ],
)
async def test_trouble_is_told_and_passes(
    house: House, fault: Answer | CutBefore | CutAfter, state: ChannelState
) -> None:
    house.server.fail(fault, on=to("POST", ":pull"), times=3)
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)
    assert house.states() == [
        ChannelState.STARTING,
        state,
        ChannelState.LISTENING,
        ChannelState.STOPPED,
    ]
    bad = [one for one in house.healths if one.state is state]
    assert bad[0].error
    assert bad[0].retry_at is not None
    assert not channel.health().error


async def test_a_revoked_key_is_refused_and_one_that_is_good_again_is_used(
    house: House,
) -> None:
    house.server.chat.pull_seconds = 0.05
    keys = house.server.sign_ins.consent.service_keys
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)
        kept = dict(keys)
        house.server.revoke_key()
        await house.until(lambda: channel.health().state is ChannelState.REFUSED)
        assert "service account" in channel.health().error
        assert "google-chat.md" in channel.health().hint
        keys.update(kept)
        await house.until(lambda: channel.health().state is ChannelState.LISTENING)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("subscription", "projects/steward-of-mine/subscriptions/other", "subscription"),
        ("subscription", "chat-events", "STEWARD_GOOGLE_CHAT_SUBSCRIPTION"),
        ("key_file", None, "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)
async def test_a_wrong_setting_says_what_to_do(
    house: House, name: str, value: str | None, words: str
) -> None:
    setattr(house, name, value)
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.REFUSED)
        health = channel.health()
    assert words in f"{health.error} {health.hint}"


async def test_a_server_that_never_waits_is_not_asked_without_a_pause(house: House) -> None:
    house.server.chat.pull_seconds = 0.0
    pace = type(QUICK)(look=0.05, quick=60.0)
    async with house.running(house.channel(pace=pace)) as channel:
        await house.until(lambda: len(house.server.asked("POST", ":pull")) == 2)
        assert channel.health().state is ChannelState.LISTENING
        # Whoever does not pause has asked hundreds of times by then.
        for _ in range(50):
            await asyncio.sleep(0.002)
        assert len(house.server.asked("POST", ":pull")) == 2


async def test_it_ends_at_once_while_a_pull_waits(house: House) -> None:
    house.server.chat.pull_seconds = 30.0
    async with house.running() as channel:
        await house.until(lambda: house.server.chat.pulling == 1)
        assert channel.health().state is ChannelState.LISTENING
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_pull_that_waits_is_broken_off(house: House) -> None:
    """Else it would take events for somebody who is no more, for as long as Google waits."""
    house.server.chat.pull_seconds = 30.0
    api = house.connect()
    pull = asyncio.create_task(asyncio.to_thread(api.pull, 1, wait=True))
    await house.until(lambda: house.server.chat.pulling == 1)
    api.close()
    async with asyncio.timeout(5):
        with pytest.raises(ChatUnreachableError):
            await pull


async def test_only_one_process_listens(house: House) -> None:
    other = Lease(house.home / LEASE)
    assert other.take()
    house.server.chat.publish(said("Hello"))
    async with house.running() as channel:
        await house.until(lambda: channel.health().state is ChannelState.STANDBY)
        assert not house.server.requests
        assert house.mails == 0, "the inbox is the other one's"
        other.release()
        await house.items(1)
    assert other.take()
    other.release()


# -- files -----------------------------------------------------------------------------------------


async def test_an_uploaded_file_is_fetched(house: House) -> None:
    house.server.chat.media["media/one"] = b"some bytes"
    reference = {"attachmentDataRef": {"resourceName": "media/one"}}
    attachment = {"contentName": "a.txt", "contentType": "text/plain", **reference}
    house.server.chat.publish(said("", attachment=[attachment]))
    async with house.running() as channel:
        (item,) = await house.items(1)
        found = channel.read(item.body)
        assert isinstance(found, IncomingMessage)
        assert found.files == (RemoteFile("media/one", "a.txt", "text/plain"),)
        assert await channel.fetch(found.files[0]) == b"some bytes"
        with pytest.raises(ChannelError):
            await channel.fetch(RemoteFile("media/none", "b.txt"))


def test_more_bytes_than_are_taken_are_refused(house: House) -> None:
    house.server.chat.media["media/one"] = bytes(100)
    api: ChatApi = house.connect()
    assert api.download("media/one", 100) == bytes(100)
    with pytest.raises(ChannelError, match="larger"):
        api.download("media/one", 99)
    api.close()
