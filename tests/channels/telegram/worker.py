"""A bridge and a desk that does next to nothing: ``python -m tests.channels.telegram.worker``.

Arguments: the Bot API's address, the token, the data directory. For each message it writes a line
into ``ledger`` beside its data, answers, and marks it done; what a crash left begun it only notes.
It is there to be killed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.channels.bridge_limits import BridgeLimits, Rate
from app.channels.telegram_bridge import TelegramBridge
from app.clock import SystemClock
from app.domain.channels import InboxItem, IncomingMessage, Outgoing
from app.domain.messages import Channel
from app.integrations.telegram.bot_client import BotClient
from app.redaction import Redactor, Secret
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_outbox import ChannelOutboxes
from app.storage.database import Database
from tests.channels.telegram.bridge_rig import read, render

FAST = Rate(10_000.0, 10_000.0)
LIMITS = BridgeLimits(
    lease=0.02, look=0.2, first_wait=0.02, longest_wait=0.5, chat=FAST, group=FAST, overall=FAST
)


class Desk:
    """Handles one thing after the other."""

    def __init__(self, bridge: TelegramBridge, inbox: ChannelInboxes, ledger: Path) -> None:
        self._bridge = bridge
        self._inbox = inbox
        self._ledger = ledger
        self._mail = asyncio.Event()

    def mail(self) -> None:
        self._mail.set()

    async def run(self) -> None:
        while True:
            await self._mail.wait()
            self._mail.clear()
            for item in await self._inbox.open(Channel.TELEGRAM):
                await self._handle(item)

    async def _handle(self, item: InboxItem) -> None:
        message = self._bridge.read(item.body)
        assert isinstance(message, IncomingMessage)
        if item.begun is not None:
            self._note("asked", message.text)
        else:
            await self._inbox.begin(item.id)
            self._note("handled", message.text)
            await self._bridge.show(
                message.chat, f"answer {item.id}", Outgoing(f"re {message.text}")
            )
        await self._inbox.end(item.id)

    def _note(self, what: str, text: str) -> None:
        with self._ledger.open("a") as ledger:
            ledger.write(f"{what} {text}\n")
            ledger.flush()
            os.fsync(ledger.fileno())


async def main(url: str, token: str, home: Path) -> None:
    clock, secret = SystemClock(), Secret(token)
    redactor = Redactor({"TELEGRAM_BOT_TOKEN": secret})
    database = Database(home / "steward.db")
    database.open()
    inbox = ChannelInboxes(database, redactor, clock)
    bridge = TelegramBridge(
        make_api=lambda: BotClient(secret, url),
        inbox=inbox,
        outbox=ChannelOutboxes(database, redactor, clock),
        clock=clock,
        home=home,
        read=read,
        render=render,
        account=token.partition(":")[0],
        limits=LIMITS,
    )
    desk = Desk(bridge, inbox, home / "ledger")
    bridge.on_mail = desk.mail
    async with asyncio.TaskGroup() as group:
        group.create_task(bridge.run(lambda: None))
        group.create_task(desk.run())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
