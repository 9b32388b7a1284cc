"""Google Chat as a channel: events pulled from Pub/Sub, so that nothing of ours is on the internet.

An event is acknowledged after the inbox has committed it; until then Pub/Sub sends it again, and
the inbox keeps it once. All state belongs to the engine's loop; what asks Google runs in threads
that nobody waits for at the end.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from app.channels import google_chat_events
from app.channels.adapter import OnHealth, OnMail, OnUnsure
from app.channels.chat_api import (
    DOWNLOAD_BYTES,
    ChatApi,
    ChatApiError,
    ChatRefusedError,
    PulledEvent,
)
from app.channels.google_chat_health import ChatStanding
from app.channels.google_chat_parts import render
from app.channels.google_chat_sending import ChatPace, ChatSender
from app.channels.lease import Lease
from app.domain.channels import (
    ButtonPress,
    ChannelHealth,
    ChannelState,
    Chat,
    Incoming,
    IncomingMessage,
    Outgoing,
    RemoteFile,
)
from app.domain.errors import ConfigurationError
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.files.drive_asking import asked
from app.resilience.supervision import Ready
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_outbox import ChannelOutboxes

logger = logging.getLogger(__name__)
T = TypeVar("T")

MOST: Final = 50
"""Events in one pull."""
LEASE: Final = "google-chat.lock"
_THREAD: Final = "ask Google Chat"


class GoogleChatChannel:
    """The ``ChannelAdapter`` for Google Chat.

    Args:
        connect: makes a client; blocking. Raises ``ConfigurationError`` and ``ChatApiError``.
        home: the data directory; of the processes that share it, one listens.
    """

    def __init__(
        self,
        connect: Callable[[], ChatApi],
        inbox: ChannelInboxes,
        outbox: ChannelOutboxes,
        clock: Clock,
        home: Path,
        *,
        pace: ChatPace | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.on_mail: OnMail = _nobody
        self.on_health: OnHealth = _nobody
        self.on_unsure: OnUnsure = _nobody
        self._connect = connect
        self._inbox = inbox
        self._outbox = outbox
        self._lease = home / LEASE
        self._clock = clock
        self._pace = pace or ChatPace()
        self._api: ChatApi | None = None
        self._connecting = asyncio.Lock()
        self._sender: ChatSender | None = None
        self._standing = ChatStanding(clock, self._pace, chance, self._tell)
        self._choices: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._showing = asyncio.Lock()

    @property
    def channel(self) -> Channel:
        """Which one."""
        return Channel.GOOGLE_CHAT

    # -- listening -------------------------------------------------------------------------

    async def run(self, ready: Ready) -> None:
        """Listen and send until cancelled. Raises ``StorageError``, ``ChannelError``."""
        ready()
        self._standing.stand(ChannelState.STARTING)
        lease = Lease(self._lease)
        try:
            await lease.wait(
                lambda: asyncio.sleep(self._pace.lease),
                lambda: self._standing.stand(ChannelState.STANDBY),
            )
            self._standing.stand(ChannelState.STARTING)
            self.on_mail()  # what a crash has left in the inbox
            async with asyncio.TaskGroup() as group:
                self._sender = ChatSender(
                    self._outbox,
                    self._ask,
                    pace=self._pace,
                    monotonic=self._clock.monotonic,
                    on_change=self._sent,
                    on_trouble=self._send_failed,
                )
                group.create_task(self._sender.run(), name="send to Google Chat")
                group.create_task(self._pull(), name="pull from Google Chat")
        except BaseExceptionGroup as several:  # one of the two has failed
            raise several.exceptions[0] from None
        finally:
            self._sender = None
            self._disconnect()
            lease.release()
            self._standing.stand(ChannelState.STOPPED)

    async def _pull(self) -> None:
        wait = False  # the first answer comes at once, and tells whether we are let in
        while True:
            began = self._clock.monotonic()
            try:
                events = await self._ask(partial(_pulled, wait=wait))
                if self._standing.well() and self._sender is not None:
                    self._sender.resume()
                await self._take_in(events)
            except ChatApiError as trouble:
                wait = False
                await asyncio.sleep(self._pull_failed(trouble))
                continue
            if wait and not events and self._clock.monotonic() - began < self._pace.quick:
                await asyncio.sleep(self._pace.quick)
            wait = True

    async def _take_in(self, events: Sequence[PulledEvent]) -> None:
        """Keep events, and then let Pub/Sub forget them. Raises ``StorageError`` before that."""
        if not events:
            await self._recount()
            return
        readable = [
            (google_chat_events.event_id(one.event, one.id), google_chat_events.kept(one.event))
            for one in events
            if one.event is not None
        ]
        if len(readable) < len(events):
            logger.warning("events that are none", extra={"count": len(events) - len(readable)})
        new = await self._inbox.take_in(Channel.GOOGLE_CHAT, readable)
        if new:
            self._standing.came_in()
            self.on_mail()
        await self._recount()
        # Where this fails they come again, and are known.
        ack_ids = [one.ack_id for one in events]
        await self._ask(lambda api: api.acknowledge(ack_ids))

    async def _ask(self, question: Callable[[ChatApi], T]) -> T:
        api = await self._connected()
        return await asked(partial(question, api), name=_THREAD)

    async def _connected(self) -> ChatApi:
        async with self._connecting:
            if self._api is None:
                try:
                    self._api = await asked(self._connect, name=_THREAD)
                except ConfigurationError as error:
                    raise ChatRefusedError(error.message, hint=error.hint) from error
            return self._api

    # -- the desk's side -------------------------------------------------------------------

    def read(self, body: Mapping[str, object]) -> Incoming | None:
        """What an inbox item's body is; the words of a button that stands there press it.

        A click on a card reaches Pub/Sub only from apps that are no add-ons (docs/google-chat.md).
        """
        found = google_chat_events.read(body)
        if not isinstance(found, IncomingMessage) or found.files:
            return found
        _, choices = self._choices.get(found.chat.id, ("", {}))
        button = choices.get(found.text.strip().casefold())
        if button is None or not (found.chat.private or found.mentioned):
            return found
        return ButtonPress(found.chat, found.sender, found.message_id, button, "")

    async def show(self, chat: Chat, key: str, message: Outgoing) -> None:
        """Let ``chat`` show a message under ``key``, in the order of the calls.

        Raises ``StorageError``.
        """
        async with self._showing:
            parts = await asyncio.to_thread(render, message)
            await self._outbox.put(Channel.GOOGLE_CHAT, chat.id, key, parts)
        choices = {one.label.strip().casefold(): one.id for row in message.buttons for one in row}
        if choices:
            self._choices[chat.id] = (key, choices)
        elif self._choices.get(chat.id, ("", {}))[0] == key:
            del self._choices[chat.id]
        if self._sender is not None:
            self._sender.wake()
        await self._recount()

    def working(self, chat: Chat, *, on: bool) -> None:
        """Google Chat has no sign for an app that is at work."""

    def pressed(self, press: ButtonPress, words: str = "") -> None:
        """By Pub/Sub nothing can be answered to a press: what was pressed is edited instead."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """A file's bytes. Raises ``ChannelError``: too large, gone, or not reached."""
        return await self._ask(lambda api: api.download(file.id, DOWNLOAD_BYTES))

    async def send_again(self, key: str) -> None:
        """Send what may not have arrived once more; here that is none, unless it was so before."""
        await self._outbox.again(Channel.GOOGLE_CHAT, key)
        if self._sender is not None:
            self._sender.wake()

    # -- health ----------------------------------------------------------------------------

    def health(self) -> ChannelHealth:
        """How it stands."""
        return self._standing.health

    def _pull_failed(self, trouble: ChatApiError) -> float:
        if isinstance(trouble, ChatRefusedError):
            self._disconnect()
        return self._standing.pull_failed(trouble)

    def _send_failed(self, trouble: ChatApiError) -> float:
        if isinstance(trouble, ChatRefusedError):
            self._disconnect()
        return self._standing.send_failed(trouble)

    async def _sent(self) -> None:
        self._standing.sent()
        await self._recount()

    async def _recount(self) -> None:
        waiting_in = await self._inbox.count(Channel.GOOGLE_CHAT)
        waiting_out, unsure = await self._outbox.counts(Channel.GOOGLE_CHAT)
        self._standing.counted(waiting_in, waiting_out, unsure)

    def _disconnect(self) -> None:
        """Credentials that were refused are read anew the next time."""
        if self._api is not None:
            self._api.close()
            self._api = None

    def _tell(self, health: ChannelHealth) -> None:
        self.on_health(health)


def _pulled(api: ChatApi, *, wait: bool) -> list[PulledEvent]:
    return api.pull(MOST, wait=wait)


def _nobody(*_: object) -> None:
    """Whom mail, health and doubts are told to, until a desk is there."""
