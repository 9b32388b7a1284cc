"""Channels as they are put together: connected, renewed, crashed and mended, and let go of."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.channels import health_telling
from app.channels.bot_api import BotTokenError, BotUnreachableError
from app.channels.telegram_bridge import TelegramBridge
from app.channels.telegram_sending import Sender
from app.domain.channels import ChannelHealth, ChannelState
from app.domain.errors import ConfigurationError, UsageError
from app.domain.events import Event, Notification
from app.domain.messages import Channel
from app.redaction import Secret
from tests.keyrings import WorkingKeyring
from tests.standins.telegram import TOKEN, Fault, Phone, TelegramServer

NOBODY = "http://127.0.0.1:1"
OTHER = "7401236986:AAotherH1679091c5a880faf6fb5e6087eb"
NONE_IMPORTED = """
import asyncio, sys
from app.assembly import Assembly

async def live():
    assembly = await Assembly.open(provider="guided")
    await assembly.channels.start()
    print([one.state.value for one in assembly.channels.health()])
    await assembly.channels.refresh()
    await assembly.close()

asyncio.run(live())
late = ("httpx", "starlette", "uvicorn", "segno", "app.channels.desk", "app.storage.channel_models",
        "app.channels.telegram_bridge", "app.integrations.telegram", "app.integrations.webhook")
print([name for name in late if name in sys.modules])
"""


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


class Place:
    """An assembly that may have a bot, and all that was told."""

    def __init__(self, assembly: Assembly, telegram: TelegramServer) -> None:
        self.assembly = assembly
        self.channels = assembly.channels
        self.telegram = telegram
        self.told: list[Notification] = []
        self.healths: list[ChannelHealth] = []
        self.channels.subscribe(self.healths.append)
        assembly.bus.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Notification):
            self.told.append(event)

    @property
    def state(self) -> ChannelState:
        return self.channels.health()[0].state

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(15):
            while not holds():
                changed = asyncio.Event()
                stop = self.channels.subscribe(lambda _health, e=changed: e.set())  # type: ignore[misc]
                try:
                    async with asyncio.timeout(0.05):
                        await changed.wait()
                except TimeoutError:
                    pass
                finally:
                    stop()

    async def until_state(self, state: ChannelState) -> None:
        await self.until(lambda: self.state is state)

    async def pair(self, user: int = 42) -> Phone:
        phone = self.telegram.phone(user, "Ada")
        code = await self.channels.new_code(Channel.TELEGRAM)
        phone.send(f"/start {code.code}")
        await phone.shows("paired")
        return phone


@pytest.fixture
async def place(telegram: TelegramServer) -> AsyncIterator[Place]:
    assembly = await Assembly.open(provider="guided", telegram_api_url=telegram.url)
    try:
        yield Place(assembly, telegram)
    finally:
        await assembly.close()


@pytest.fixture
async def listening(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    WorkingKeyring(monkeypatch)
    await place.channels.start()
    await place.channels.connect_telegram(Secret(TOKEN))
    await place.until_state(ChannelState.LISTENING)
    return place


def test_without_a_token_nothing_of_channels_is_imported_and_nobody_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NONE_IMPORTED],
        cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=40,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["['off', 'off']", "[]"], done.stderr


# -- connecting --------------------------------------------------------------------------------


async def test_a_token_that_does_not_answer_leaves_everything_as_it_was(
    listening: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = listening
    with pytest.raises(BotTokenError):
        await place.channels.connect_telegram(Secret(f"{TOKEN}x"))
    place.assembly.running_settings.change("telegram_api_url", NOBODY)
    with pytest.raises(BotUnreachableError):
        await place.channels.connect_telegram(Secret("7:another-token-of-somebody"))
    token = place.assembly.settings.telegram_bot_token
    assert token is not None
    assert token.reveal() == TOKEN
    assert place.assembly.store.load().telegram_bot_token == token


async def test_a_bot_is_listened_to_once_it_is_connected_and_no_more_when_it_is_forgotten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = WorkingKeyring(monkeypatch)
    await place.channels.start()
    assert place.state is ChannelState.OFF
    bot = await place.channels.connect_telegram(Secret(TOKEN))
    assert bot.username == place.telegram.facts["username"]
    await place.until_state(ChannelState.LISTENING)
    assert place.assembly.running_settings.source("telegram_bot_token") == "keyring"
    phone = await place.pair()

    await place.channels.disconnect_telegram()
    assert place.state is ChannelState.OFF
    assert TOKEN not in keyring.kept.values()
    number = len(place.telegram.asked())
    phone.send("hello")
    assert len(await place.channels.people.people()) == 1
    assert len(place.telegram.asked()) == number


async def test_another_bot_begins_anew_however_its_updates_are_numbered(listening: Place) -> None:
    place = listening
    phone = await place.pair()
    place.telegram.change("token", OTHER)
    place.telegram.change("next_update", place.telegram.facts["next_update"] - 1)
    await place.channels.connect_telegram(Secret(OTHER))
    await place.until_state(ChannelState.LISTENING)
    phone.send("/help")
    await phone.shows("/versions")


async def test_without_a_keyring_a_token_holds_for_this_run_and_its_source_says_so(
    place: Place,
) -> None:
    await place.channels.start()
    await place.channels.connect_telegram(Secret(TOKEN))
    await place.until_state(ChannelState.LISTENING)
    assert place.assembly.running_settings.source("telegram_bot_token") == "run"


async def test_a_token_of_the_environment_is_changed_there(
    telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assembly = await Assembly.open(provider="guided", telegram_api_url=telegram.url)
    try:
        with pytest.raises(UsageError, match="environment"):
            await assembly.channels.connect_telegram(Secret("7:another-token-of-somebody"))
        with pytest.raises(UsageError, match="environment"):
            await assembly.channels.disconnect_telegram()
    finally:
        await assembly.close()
    assert telegram.asked() == []


# -- settings that change ----------------------------------------------------------------------


async def test_a_changed_setting_is_followed(listening: Place) -> None:
    place = listening
    place.assembly.running_settings.change("telegram_on", value=False)
    await place.channels.refresh()
    assert place.state is ChannelState.OFF
    place.assembly.running_settings.change("telegram_on", value=True)
    await place.channels.refresh()
    await place.until_state(ChannelState.LISTENING)
    place.healths.clear()
    await place.channels.refresh()  # nothing has changed
    assert {one.state for one in place.healths} <= {ChannelState.LISTENING}
    place.assembly.running_settings.change("telegram_api_url", NOBODY)
    await place.channels.refresh()
    await place.until_state(ChannelState.OFFLINE)
    assert place.healths[-1] == place.channels.health()[0]


async def test_beside_a_webhook_a_window_only_looks_on(listening: Place) -> None:
    place = listening
    place.assembly.running_settings.change("webhook_port", 8901)
    await place.channels.refresh()
    health = place.channels.health()[0]
    assert health.state is ChannelState.OFF
    assert "steward serve" in health.hint


async def test_a_webhook_without_a_secret_is_said_and_nothing_listens(listening: Place) -> None:
    place = listening
    place.assembly.running_settings.change("webhook_port", 8901)
    with pytest.raises(ConfigurationError, match="secret token"):
        await place.channels.start(webhook=True)
    assert place.state is ChannelState.OFF


# -- crashes -----------------------------------------------------------------------------------


async def test_a_bridge_that_crashes_is_told_and_started_again_alone(
    listening: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = listening
    phone = await place.pair()
    run = Sender.run

    async def crash(self: Sender) -> None:
        monkeypatch.setattr(Sender, "run", run)
        raise RuntimeError("broken")

    monkeypatch.setattr(Sender, "run", crash)
    place.assembly.running_settings.change("telegram_on", value=False)
    await place.channels.refresh()
    place.assembly.running_settings.change("telegram_on", value=True)
    await place.channels.refresh()
    await place.until(lambda: any("bridge crashed" in one.message for one in place.told))
    await place.until_state(ChannelState.LISTENING)
    stopped = [one for one in place.healths if one.state is ChannelState.STOPPED]
    assert stopped
    assert stopped[-1].error
    phone.send("/help")
    await phone.shows("/versions")


async def test_a_desk_that_crashes_is_started_again_and_loses_no_message(
    listening: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = listening
    phone = await place.pair()
    read = TelegramBridge.read

    def crash(self: TelegramBridge, body: object) -> None:
        monkeypatch.setattr(TelegramBridge, "read", read)
        raise RuntimeError("broken")

    monkeypatch.setattr(TelegramBridge, "read", crash)
    phone.send("/help")
    await phone.shows("/versions")
    assert any("desk crashed" in one.message for one in place.told)
    await place.until_state(ChannelState.LISTENING)


async def test_a_channel_that_is_deaf_for_long_is_told_of_once_and_when_it_is_back(
    listening: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = listening
    monkeypatch.setattr(health_telling, "BLIP_SECONDS", 0.0)
    # Not once: the poll that meets it may be the one whose connection ends before it hears of it.
    place.telegram.fail("getUpdates", Fault.error(401, "Unauthorized"), times=100)
    place.telegram.hang_up()
    await place.until(lambda: any(one.error_type == "channel_refused" for one in place.told))
    place.telegram.heal()
    place.assembly.running_settings.change("telegram_on", value=False)
    await place.channels.refresh()
    place.assembly.running_settings.change("telegram_on", value=True)
    await place.channels.refresh()
    await place.until_state(ChannelState.LISTENING)


# -- people ------------------------------------------------------------------------------------


async def test_a_code_has_the_link_that_sends_it_once_the_bot_is_known(listening: Place) -> None:
    code = await listening.channels.new_code(Channel.TELEGRAM)
    assert code.link == f"https://t.me/steward_test_bot?start={code.code}"
    other = await listening.channels.new_code(Channel.GOOGLE_CHAT)
    assert other.link == ""


async def test_who_is_let_go_of_is_told_on_their_chat(listening: Place) -> None:
    phone = await listening.pair()
    (person,) = await listening.channels.people.people()
    await listening.channels.revoke(person)
    await phone.shows("no longer paired")
    assert await listening.channels.people.people() == []


async def test_what_may_not_have_arrived_is_sent_again_when_the_person_says_so(
    listening: Place,
) -> None:
    place = listening
    phone = await place.pair()
    place.telegram.fail("sendMessage", Fault.lost(), times=1)
    phone.send("/help")
    await place.until(lambda: place.channels.health()[0].unsure == 1)
    number = sum("/versions" in one.text for one in phone.replies())
    await place.channels.send_again(Channel.TELEGRAM)
    await place.until(lambda: place.channels.health()[0].unsure == 0)
    await phone.holds(lambda: sum("/versions" in one.text for one in phone.replies()) == number + 1)


async def test_it_can_be_closed_at_any_moment(telegram: TelegramServer) -> None:
    for wait in (0, 1, 5):
        assembly = await Assembly.open(
            provider="guided", telegram_api_url=telegram.url, telegram_bot_token=Secret(TOKEN)
        )
        starting = asyncio.create_task(assembly.channels.start())
        for _ in range(wait):
            await asyncio.sleep(0)
        await assembly.close()
        await starting
        await assembly.channels.refresh()
        assert all(one.state is not ChannelState.LISTENING for one in assembly.channels.health())
