"""The webhook as a whole: what Telegram is told of it, what is noticed, and what health says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from app import telegram_webhook
from app.assembly import Assembly
from app.domain.channels import ChannelHealth, ChannelState
from app.redaction import Secret
from app.storage.database import Database
from tests.standins.telegram import TOKEN, Fault, TelegramServer

SECRET = "hook-8f14e45fceea167a5a36dedd4bea2543"
ELSEWHERE = "http://127.0.0.1:1/elsewhere"


class Server:
    """A Steward that takes updates by a webhook, as ``steward serve`` does."""

    def __init__(self, telegram: TelegramServer) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self.telegram = telegram
        self.assembly: Assembly | None = None
        self.healths: list[ChannelHealth] = []

    async def start(self, url: str | None = "") -> None:
        settings: dict[str, Any] = {
            "provider": "guided",
            "telegram_bot_token": Secret(TOKEN),
            "telegram_api_url": self.telegram.url,
            "webhook_port": self.port,
            "webhook_secret": Secret(SECRET),
            "webhook_url": f"{self.root}/telegram" if url == "" else url,
        }
        self.assembly = await Assembly.open(**settings)
        self.assembly.channels.subscribe(self.healths.append)
        await self.assembly.channels.start(webhook=True)

    async def until(self, state: ChannelState, words: str = "") -> ChannelHealth:
        assert self.assembly is not None
        async with asyncio.timeout(15):
            while True:
                now = self.assembly.channels.health()[0]
                if now.state is state and words in now.error:
                    return now
                await asyncio.sleep(0.01)

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{self.root}/health")
        return answer.status_code, answer.json()


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
async def server(
    telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    monkeypatch.setattr(telegram_webhook, "_LOOK_SECONDS", 0.05)
    server = Server(telegram)
    yield server
    if server.assembly is not None:
        await server.assembly.close()


async def test_telegram_is_told_of_the_address_with_the_secret_and_again_where_it_lost_it(
    server: Server, telegram: TelegramServer
) -> None:
    await server.start()
    await telegram.until(lambda: len(telegram.asked("setWebhook")) == 1)
    (told,) = telegram.asked("setWebhook")
    assert told["given"]["url"] == f"{server.root}/telegram"
    assert told["given"]["secret_token"] == SECRET
    telegram.change("webhook", ELSEWHERE)
    await telegram.until(lambda: len(telegram.asked("setWebhook")) == 2)
    await telegram.until(lambda: telegram.facts["webhook"]["url"] == f"{server.root}/telegram")
    assert telegram.asked("deleteWebhook") == telegram.asked("getUpdates") == []


async def test_where_the_person_tells_telegram_it_is_not_told_otherwise(
    server: Server, telegram: TelegramServer
) -> None:
    await server.start(url=None)
    await server.until(ChannelState.REFUSED, "knows of no webhook")
    telegram.change("webhook", f"{server.root}/telegram")
    await server.until(ChannelState.LISTENING)
    assert telegram.asked("setWebhook") == []


async def test_that_telegram_cannot_deliver_is_noticed_and_that_it_can_again(
    server: Server, telegram: TelegramServer
) -> None:
    await server.start(url=ELSEWHERE)
    telegram.phone(42).send("hello")
    health = await server.until(ChannelState.OFFLINE, "cannot deliver")
    assert "Wrong response" in health.error
    code, told = await server.health()
    assert (code, told["status"]) == (503, "unwell")
    assert "cannot deliver" in told["channels"]["telegram"]["error"]
    telegram.change("webhook", f"{server.root}/telegram")


async def test_that_telegram_refuses_the_address_is_said_and_no_more_once_it_takes_it(
    server: Server, telegram: TelegramServer
) -> None:
    refusal = Fault.error(400, "Bad Request: bad webhook: HTTPS url must be provided")
    telegram.fail("setWebhook", refusal, times=1000)
    await server.start()
    health = await server.until(ChannelState.REFUSED, "bad webhook: HTTPS url must be provided")
    assert "webhook_url" in health.hint
    code, told = await server.health()
    assert (code, told["channels"]["telegram"]["state"]) == (503, "refused")
    telegram.heal()
    await server.until(ChannelState.LISTENING)


async def test_a_telegram_that_is_not_reached_now_and_then_is_no_news(
    server: Server, telegram: TelegramServer
) -> None:
    telegram.fail("getWebhookInfo", Fault.error(500, "Internal"), times=2)
    telegram.fail("setWebhook", Fault.busy(1), times=1)
    await server.start()
    await telegram.until(lambda: len(telegram.asked("setWebhook")) >= 2)
    assert {one.state for one in server.healths} <= {
        ChannelState.STARTING, ChannelState.LISTENING, ChannelState.OFF,
    }  # fmt: skip


async def test_a_telegram_that_is_reached_no_more_is_told_and_that_it_is_back(
    server: Server, telegram: TelegramServer
) -> None:
    await server.start()
    await server.until(ChannelState.LISTENING)
    telegram.fail("getWebhookInfo", Fault("before"), times=100_000)
    await server.until(ChannelState.OFFLINE, "Telegram")
    code, _ = await server.health()
    assert code == 503
    telegram.heal()
    await server.until(ChannelState.LISTENING)


async def test_a_token_that_is_taken_back_while_a_webhook_is_served_is_told(
    server: Server, telegram: TelegramServer
) -> None:
    await server.start()
    await server.until(ChannelState.LISTENING)
    telegram.change("token", "7401236985:AAanotherone00000000000000000000000")
    health = await server.until(ChannelState.REFUSED, "token")
    assert health.hint
    telegram.change("token", TOKEN)
    await server.until(ChannelState.LISTENING)


async def test_the_health_is_unwell_while_nothing_can_be_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.start()
    await server.until(ChannelState.LISTENING)
    code, told = await server.health()
    assert (code, told["database"]) == (200, "ok")
    assert SECRET not in str(told)
    assert TOKEN.partition(":")[2] not in str(told)

    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(telegram_webhook, "_DATABASE_SECONDS", 0.05)
    monkeypatch.setattr(Database, "compute_async", never)
    code, told = await server.health()
    assert (code, told["database"]) == (503, "it does not answer")
