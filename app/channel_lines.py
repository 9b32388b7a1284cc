"""One channel at work: its adapter, its desk and, on a server, its webhook, all supervised."""

from __future__ import annotations

import dataclasses
import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.bot_identity import bot_api, bot_id
from app.domain.channels import ChannelHealth, ChannelState, Chat, Outgoing, PairedPerson
from app.resilience.supervision import Child, ChildState, Ready

if TYPE_CHECKING:
    from pathlib import Path

    from app.channels.adapter import ChannelAdapter
    from app.channels.chat_api import ChatApi
    from app.channels.desk_parts import DeskParts
    from app.domain.skills import Clock
    from app.notifications.router import Router
    from app.redaction import Redactor
    from app.resilience.supervisor import Supervisor
    from app.storage.channel_buttons import ChannelButtons
    from app.storage.channel_inbox import ChannelInboxes
    from app.storage.channel_outbox import ChannelOutboxes
    from app.storage.channel_people import ChannelPeople
    from app.storage.database import Database
    from app.telegram_webhook import TelegramWebhook

_DOWN: Final = frozenset({ChildState.WAITING, ChildState.GIVEN_UP, ChildState.ABANDONED})
PHONES: Final = "telegram"
"""What notification rules call the place where phones are, whichever channel it is."""
GOODBYE: Final = "This chat is no longer paired with Steward. It gets no answers from now on."


class ChannelStores:
    """What channels keep in the database; each store is made when it is first used."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._with = (database, redactor, clock)

    @functools.cached_property
    def people(self) -> ChannelPeople:
        """Who is paired."""
        from app.storage.channel_people import ChannelPeople

        return ChannelPeople(*self._with)

    @functools.cached_property
    def inbox(self) -> ChannelInboxes:
        """What came in."""
        from app.storage.channel_inbox import ChannelInboxes

        return ChannelInboxes(*self._with)

    @functools.cached_property
    def outbox(self) -> ChannelOutboxes:
        """What goes out."""
        from app.storage.channel_outbox import ChannelOutboxes

        return ChannelOutboxes(*self._with)

    @functools.cached_property
    def buttons(self) -> ChannelButtons:
        """What buttons do."""
        from app.storage.channel_buttons import ChannelButtons

        database, _, clock = self._with
        return ChannelButtons(database, clock)


@dataclass(frozen=True, slots=True)
class Making:
    """What lines are made with.

    Attributes:
        home: the data directory.
        desk_parts: what every desk shares.
    """

    home: Path
    database: Database
    redactor: Redactor
    clock: Clock
    router: Router
    stores: ChannelStores
    desk_parts: Callable[[], DeskParts]


class Line:
    """One channel at work. Owned by the loop's thread.

    Args:
        made_from: the settings that it is made from.
        tell: is called when the line's health may have changed.
        webhook: takes the updates in, in place of the adapter.
        others: what else runs for it.
    """

    def __init__(
        self,
        making: Making,
        made_from: Mapping[str, Any],
        adapter: ChannelAdapter,
        tell: Callable[[], object],
        *,
        webhook: TelegramWebhook | None = None,
        others: Sequence[Child] = (),
    ) -> None:
        from app.channels.desk import STOP_SECONDS, Desk

        self.made_from = made_from
        self._making = making
        self._adapter = adapter
        self._tell = tell
        self._webhook = webhook
        self._desk = Desk(adapter, making.desk_parts())
        adapter.on_health = lambda _health: tell()
        name = adapter.channel.value.replace("_", " ")
        self._children = [
            Child(f"{name} bridge", self._telling(adapter.run)),
            Child(f"{name} desk", self._telling(self._desk.run), stop_timeout=STOP_SECONDS),
            *others,
        ]
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self, supervisor: Supervisor) -> None:
        """Let its parts run; each may crash alone."""
        self._unsubscribe = self._making.router.add_sink(PHONES, self._desk.sink)
        await supervisor.start(*self._children)

    async def stop(self, supervisor: Supervisor) -> None:
        """End its parts, the last one first."""
        for child in reversed(self._children):
            if child.name in supervisor.children:
                await supervisor.stop(child.name)
        self.close()

    def close(self) -> None:
        """Let go of what it holds; its parts have ended."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._webhook is not None:
            self._webhook.close()

    def health(self, supervisor: Supervisor) -> ChannelHealth:
        """How the channel stands: as its adapter says, unless a part of it does not run."""
        health = self._adapter.health()
        down = [c.name for c in self._children if supervisor.children.get(c.name) in _DOWN]
        if down:
            return dataclasses.replace(
                health,
                state=ChannelState.STOPPED,
                error=health.error or f"The {down[0]} crashed.",
                hint="It is started again by itself; the log says more.",
            )
        trouble = self._webhook.trouble if self._webhook is not None else None
        if trouble is not None and health.state.is_well:
            return dataclasses.replace(
                health, state=trouble.state, error=trouble.message, hint=trouble.hint
            )
        return health

    async def say_goodbye(self, person: PairedPerson) -> None:
        """Tell somebody that they are not listened to any more. Raises ``StorageError``."""
        chat = Chat(person.channel, person.chat_id)
        await self._adapter.show(chat, f"goodbye {uuid.uuid4().hex}", Outgoing(GOODBYE))

    async def send_again(self) -> None:
        """Send once more what may not have arrived."""
        for key in await self._making.stores.outbox.unsure_keys(self._adapter.channel):
            await self._adapter.send_again(key)

    def _telling(self, run: Callable[[Ready], Any]) -> Callable[[Ready], Any]:
        async def child(ready: Ready) -> None:
            def is_ready() -> None:
                ready()
                self._tell()

            await run(is_ready)

        return child


def telegram_line(
    making: Making,
    wanted: Mapping[str, Any],
    tell: Callable[[], object],
    states: Callable[[], Sequence[ChannelHealth]],
) -> Line:
    """Telegram, by polling or by a webhook. Raises ``ConfigurationError`` for the webhook."""
    from app.channels.commands_list import COMMANDS
    from app.channels.telegram_bridge import TelegramBridge
    from app.channels.telegram_parts import render
    from app.channels.telegram_updates import read

    webhook = None
    if wanted.get("port") is not None:
        from app.telegram_webhook import TelegramWebhook

        webhook = TelegramWebhook(making, wanted, states)
    token, api_url = wanted["token"], wanted["api_url"]
    bridge = TelegramBridge(
        make_api=lambda: bot_api(token, api_url),
        inbox=making.stores.inbox,
        outbox=making.stores.outbox,
        clock=making.clock,
        home=making.home,
        read=read,
        render=render,
        account=bot_id(token),
        polls=webhook is None,
        commands=COMMANDS,
    )
    others = [] if webhook is None else webhook.children(bridge.take_in, tell)
    return Line(making, wanted, bridge, tell, webhook=webhook, others=others)


def google_chat_line(making: Making, wanted: Mapping[str, Any], tell: Callable[[], object]) -> Line:
    """Google Chat, by pulling its events from Pub/Sub."""
    from app.channels.google_chat import GoogleChatChannel

    def connect() -> ChatApi:
        from app.integrations.google.chat import connect

        hide = making.redactor.add
        return connect(wanted["subscription"], wanted["key_file"], wanted["api_url"], hide)

    stores = making.stores
    channel = GoogleChatChannel(connect, stores.inbox, stores.outbox, making.clock, making.home)
    return Line(making, wanted, channel, tell)
