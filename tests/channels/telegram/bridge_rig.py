"""A bridge with everything it needs, a phone at its other end, and a desk that only notes."""

from __future__ import annotations

import asyncio
import dataclasses
import html
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.channels.bot_api import BotIdentity
from app.channels.bridge_limits import BridgeLimits, Rate
from app.channels.telegram_bridge import TelegramBridge
from app.clock import SystemClock
from app.domain.channels import (
    ANEW,
    Button,
    ButtonPress,
    ChannelHealth,
    ChannelState,
    Chat,
    InboxItem,
    Incoming,
    IncomingMessage,
    OutboxRow,
    OutboxState,
    Outgoing,
    Part,
    Sender,
)
from app.domain.messages import Channel
from app.integrations.telegram.bot_client import BotClient
from app.redaction import Redactor, Secret
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_models import ChannelOutbox
from app.storage.channel_outbox import ChannelOutboxes
from app.storage.database import Database
from tests.standins.telegram import TelegramServer

CHAT = Chat(Channel.TELEGRAM, "42")
QUICK = BridgeLimits(
    first_wait=0.01,
    longest_wait=0.1,
    refused=0.1,
    lease=0.02,
    look=0.05,
    edit=0.02,
    typing=0.02,
    tell=0.01,
    chat=Rate(1000.0, 1000.0),
    group=Rate(1000.0, 1000.0),
    overall=Rate(1000.0, 1000.0),
    chance=lambda: 1.0,
)
PATIENCE = 15.0


def read(body: Mapping[str, object], bot: BotIdentity | None) -> Incoming | None:
    """What a test needs of an update."""
    message, press = body.get("message"), body.get("callback_query")
    if isinstance(message, dict):
        chat = Chat(Channel.TELEGRAM, str(message["chat"]["id"]))
        sender = Sender(str(message["from"]["id"]), "" if bot is None else bot.username)
        number, sent = str(message["message_id"]), datetime.fromtimestamp(message["date"], UTC)
        return IncomingMessage(chat, sender, str(message.get("text", "")), number, sent)
    if isinstance(press, dict):
        chat = Chat(Channel.TELEGRAM, str(press["message"]["chat"]["id"]))
        sender = Sender(str(press["from"]["id"]))
        message_id = str(press["message"]["message_id"])
        return ButtonPress(chat, sender, message_id, str(press["data"]), str(press["id"]))
    return None


def render(message: Outgoing) -> list[Part]:
    """A message for each page; pages are set apart by a form feed."""
    pages = message.text.split("\f")
    keyboard = [[{"text": b.label, "callback_data": b.id} for b in row] for row in message.buttons]
    made = []
    for page in pages:
        body: dict[str, object] = {"html": html.escape(page), "plain": page, "buttons": keyboard}
        made.append(Part({**body, "quiet": message.quiet, ANEW: message.anew}))
    if message.document is not None:
        body = {"html": "", "plain": "", "buttons": [], "quiet": True}
        made.append(Part({**body, "name": message.document.name}, message.document.data))
    return made


class Rig:
    """One home, one bridge."""

    def __init__(
        self,
        server: TelegramServer,
        home: Path,
        limits: BridgeLimits = QUICK,
        *,
        token: str = "",
        polls: bool = True,
        render: Callable[[Outgoing], Sequence[Part]] = render,
        **changes: object,
    ) -> None:
        self.server = server
        self.clock = SystemClock()
        self.token = Secret(token or server.token)
        self.redactor = Redactor({"TELEGRAM_BOT_TOKEN": self.token})
        self.database = Database(home / "steward.db")
        self.inbox = ChannelInboxes(self.database, self.redactor, self.clock)
        self.outbox = ChannelOutboxes(self.database, self.redactor, self.clock)
        self.limits = dataclasses.replace(limits, **changes)  # type: ignore[arg-type]
        self.bridge = TelegramBridge(
            make_api=lambda: BotClient(self.token, server.url),
            inbox=self.inbox,
            outbox=self.outbox,
            clock=self.clock,
            home=home,
            read=read,
            render=render,
            account=server.token.partition(":")[0],
            polls=polls,
            commands={"help": "What you can say here"},
            limits=self.limits,
        )
        self.healths: list[ChannelHealth] = []
        self.unsure: list[OutboxRow] = []
        self.mails = 0
        self.bridge.on_health = self.healths.append
        self.bridge.on_unsure = self._on_unsure
        self.bridge.on_mail = self._on_mail
        self.running: asyncio.Task[None] | None = None
        self._keys = itertools.count(1)

    def _on_unsure(self, rows: Sequence[OutboxRow]) -> None:
        self.unsure.extend(rows)

    def _on_mail(self) -> None:
        self.mails += 1

    @property
    def state(self) -> ChannelState:
        return self.bridge.health().state

    @property
    def states(self) -> list[ChannelState]:
        """The states there were, each once in a row."""
        return [state for state, _ in itertools.groupby(one.state for one in self.healths)]

    async def start(self) -> None:
        ready = asyncio.Event()
        self.running = asyncio.create_task(self.bridge.run(ready.set))
        await asyncio.wait_for(ready.wait(), PATIENCE)

    async def stop(self) -> None:
        running, self.running = self.running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait on the engine's loop; there is nothing here that could tell of every change."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {self.bridge.health()}"
            await asyncio.sleep(0.005)

    async def until_stored(self, condition: Callable[[list[str]], bool]) -> list[str]:
        """Wait for what stands in the inbox, as texts."""
        deadline = time.monotonic() + PATIENCE
        while True:
            texts = await self.texts()
            if condition(texts):
                return texts
            assert time.monotonic() < deadline, f"waited in vain: {texts}"
            await asyncio.sleep(0.005)

    async def item(self) -> InboxItem:
        """The one thing that came in, once it has."""
        deadline = time.monotonic() + PATIENCE
        while not (found := await self.inbox.open(Channel.TELEGRAM)):
            assert time.monotonic() < deadline, "nothing came in"
            await asyncio.sleep(0.005)
        assert len(found) == 1
        return found[0]

    async def outbox_is(self, *states: OutboxState) -> None:
        """Wait until the messages in the outbox stand so, with nothing to be changed."""

        def read() -> list[tuple[str, bool]]:
            query: Any = ChannelOutbox.select().order_by(ChannelOutbox.id)
            return [(row.state, row.revision == row.sent_revision) for row in query]

        deadline = time.monotonic() + PATIENCE
        while True:
            found = await self.database.read_async(read)
            settled = all(same or state != OutboxState.SENT for state, same in found)
            if settled and [state for state, _ in found] == list(states):
                return
            assert time.monotonic() < deadline, f"waited in vain: {found}"
            await asyncio.sleep(0.005)

    async def texts(self) -> list[str]:
        """The words of what came in and is not done."""
        found = [self.bridge.read(item.body) for item in await self.inbox.open(Channel.TELEGRAM)]
        return [one.text for one in found if isinstance(one, IncomingMessage)]

    async def say(
        self,
        text: str,
        *,
        key: str = "",
        buttons: Sequence[Button] = (),
        chat: Chat = CHAT,
        **more: object,
    ) -> str:
        key = key or f"key {next(self._keys)}"
        rows = (tuple(buttons),) if buttons else ()
        await self.bridge.show(chat, key, Outgoing(text, rows, **more))  # type: ignore[arg-type]
        return key


@asynccontextmanager
async def running(
    server: TelegramServer, home: Path, limits: BridgeLimits = QUICK, **changes: object
) -> AsyncIterator[Rig]:
    """A bridge that runs and is listening; it is stopped at the end."""
    async with standing(server, home, limits, **changes) as rig:
        await rig.start()
        await rig.until(lambda: rig.state is ChannelState.LISTENING)
        yield rig


@asynccontextmanager
async def standing(
    server: TelegramServer, home: Path, limits: BridgeLimits = QUICK, **changes: object
) -> AsyncIterator[Rig]:
    """A bridge that is not started yet."""
    rig = Rig(server, home, limits, **changes)  # type: ignore[arg-type]
    rig.database.open()
    try:
        yield rig
    finally:
        await rig.stop()
        rig.database.close()
