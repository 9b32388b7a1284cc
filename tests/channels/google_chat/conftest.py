"""Google Chat as a channel, with a stand-in at its other end and a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.channels.chat_api import ChatApi
from app.channels.google_chat import GoogleChatChannel
from app.channels.google_chat_sending import ChatPace
from app.clock import SystemClock
from app.domain.channels import ChannelHealth, ChannelState, Chat, InboxItem
from app.domain.messages import Channel
from app.integrations.google.chat import connect
from app.redaction import Redactor
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_outbox import ChannelOutboxes
from app.storage.database import Database
from tests.standins.google_chat import SUBSCRIPTION, ChatServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

QUICK = ChatPace(
    write=0.0,
    edit=0.0,
    look=0.05,
    lease=0.02,
    first_wait=0.02,
    longest_wait=0.05,
    refused=0.05,
    quick=0.0,
)
ANNA_CHAT = Chat(Channel.GOOGLE_CHAT, "spaces/DM1")


class House:
    """What a test works with. ``channel()`` makes another one, as a restart does."""

    def __init__(self, server: ChatServer, database: Database, key: Path) -> None:
        self.server = server
        self.database = database
        self.redactor = Redactor()
        clock = SystemClock()
        self.inbox = ChannelInboxes(database, self.redactor, clock)
        self.outbox = ChannelOutboxes(database, self.redactor, clock)
        self.home = key.parent
        self.subscription = SUBSCRIPTION
        self.key_file: Path | None = key
        self.mails = 0
        self.healths: list[ChannelHealth] = []
        self.changed = asyncio.Event()
        self._clock = clock

    def connect(self) -> ChatApi:
        root_url = self.server.root_url
        return connect(self.subscription, self.key_file, root_url, self.redactor.add)

    def channel(self, **more: Any) -> GoogleChatChannel:
        made = GoogleChatChannel(
            more.pop("connect", self.connect),
            more.pop("inbox", self.inbox),
            more.pop("outbox", self.outbox),
            self._clock,
            self.home,
            pace=more.pop("pace", QUICK),
            chance=lambda: 0.5,
        )
        made.on_mail = self._mail
        made.on_health = self._health
        return made

    def _mail(self) -> None:
        self.mails += 1
        self.changed.set()

    def _health(self, health: ChannelHealth) -> None:
        self.healths.append(health)
        self.changed.set()

    @asynccontextmanager
    async def running(
        self, channel: GoogleChatChannel | None = None
    ) -> AsyncIterator[GoogleChatChannel]:
        """A channel that listens."""
        channel = channel or self.channel()
        task = asyncio.create_task(channel.run(lambda: None))
        try:
            yield channel
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at often."""
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - it depends on another thread
                await asyncio.sleep(0.005)

    async def items(self, count: int) -> list[InboxItem]:
        """What is in the inbox, once there is so much."""
        async with asyncio.timeout(30):
            while len(found := await self.inbox.open(Channel.GOOGLE_CHAT)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return found

    def states(self) -> list[ChannelState]:
        """The states it was in, one after the other."""
        states = [one.state for one in self.healths]
        return [one for at, one in enumerate(states) if at == 0 or states[at - 1] is not one]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


@pytest.fixture
def house(server: ChatServer, tmp_path: Path) -> Iterator[House]:
    database = Database(tmp_path / "steward.db")
    database.open()
    try:
        yield House(server, database, server.service_key(tmp_path))
    finally:
        database.close()
