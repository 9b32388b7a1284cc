"""Telegram as the desk sees it: the engine's side of a bridge whose other side is a thread.

The thread polls and sends (``telegram_thread``); between the two there are two mailboxes, and
nothing else but the stores, which any thread may use.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from app.channels.adapter import OnHealth, OnMail, OnUnsure
from app.channels.bot_api import DOWNLOAD_BYTES, BotApi, BotIdentity
from app.channels.bridge_letters import (
    Ended,
    Fetch,
    Fetched,
    Leads,
    Look,
    Mail,
    Named,
    Pressed,
    Renew,
    Sent,
    Stands,
    Started,
    Stop,
    ToBridge,
    ToEngine,
    Unsure,
    Working,
)
from app.channels.bridge_limits import BridgeLimits
from app.channels.health_teller import HealthTeller
from app.channels.mailbox import Mailbox
from app.channels.telegram_polling import Stores, id_of
from app.channels.telegram_thread import CHANNEL, TelegramThread, ThreadParts
from app.domain.channels import (
    ButtonPress,
    ChannelError,
    ChannelHealth,
    ChannelState,
    Chat,
    Incoming,
    Outgoing,
    Part,
    RemoteFile,
)
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.resilience.supervision import Ready
from app.storage.channel_inbox import ChannelInboxes
from app.storage.channel_outbox import ChannelOutboxes

logger = logging.getLogger(__name__)

LEASE: Final = "telegram.lock"
_PRESSES: Final = 1000
_TOO_LARGE: Final = "The file is larger than the 20 MB that Telegram hands to a bot."

Read = Callable[[Mapping[str, object], BotIdentity | None], Incoming | None]
Render = Callable[[Outgoing], Sequence[Part]]


class TelegramBridge:
    """One bot (``ChannelAdapter``). Owned by the engine's loop.

    Args:
        make_api: a client of the bot; called in the bridge's thread, on its loop.
        inbox, outbox: what came in and what goes out.
        home: the data directory, in which one process at a time listens.
        account: names the bot among all there are (a token's part before the colon, which is no
            secret): updates of two bots may have the same number.
        polls: ``False``: updates come by a webhook, to ``take_in``.
        read, render: what an update is, and what a message is made of; ``render`` is called in
            worker threads.
        commands: what the phone offers after ``/``.
    """

    def __init__(
        self,
        *,
        make_api: Callable[[], BotApi],
        inbox: ChannelInboxes,
        outbox: ChannelOutboxes,
        clock: Clock,
        home: Path,
        read: Read,
        render: Render,
        account: str = "",
        polls: bool = True,
        commands: Mapping[str, str] | None = None,
        limits: BridgeLimits | None = None,
    ) -> None:
        self.on_mail: OnMail = lambda: None
        self.on_health: OnHealth = lambda _health: None
        self.on_unsure: OnUnsure = lambda _rows: None
        self.stalls = 0
        """Polls that hung, since the bridge was started last."""
        self._outbox = outbox
        self._clock = clock
        self._read = read
        self._render = render
        self._limits = limits or BridgeLimits()
        self._stores = Stores(inbox, CHANNEL, account)
        self._parts = ThreadParts(
            make_api=make_api,
            stores=self._stores,
            outbox=outbox,
            clock=clock,
            lease=home / LEASE,
            commands=dict(commands or {}),
            limits=self._limits,
            polls=polls,
        )
        self._letters: Mailbox[ToBridge] = Mailbox()
        self._health = HealthTeller(
            ChannelHealth(CHANNEL, ChannelState.STARTING),
            inbox,
            outbox,
            tell=self._tell_health,
            pause=self._limits.tell,
        )
        self._bot: BotIdentity | None = None
        self._leads = False
        self._is_running = False
        self._pressed: OrderedDict[str, None] = OrderedDict()
        self._numbers = itertools.count(1)
        self._fetching: dict[int, asyncio.Future[bytes]] = {}
        self._showing = asyncio.Lock()

    @property
    def channel(self) -> Channel:
        """Which one."""
        return CHANNEL

    # -- running ---------------------------------------------------------------------------

    async def run(self, ready: Ready) -> None:
        """Listen and send until cancelled; then the thread has ended, or is left to end.

        Raises what the thread crashed with.
        """
        engine: Mailbox[ToEngine] = Mailbox()
        engine.open()
        self._letters = Mailbox()
        work = TelegramThread(self._parts, self._letters, engine)
        thread = threading.Thread(target=work.main, name="steward-telegram", daemon=True)
        self._is_running = True
        self._health.change(state=ChannelState.STARTING, since=self._clock.now(), error="", hint="")
        counting = asyncio.create_task(self._health.keep_counting(), name="telegram counts")
        thread.start()
        try:
            await self._listen(engine, ready)
        finally:
            self._is_running = self._leads = False
            self._letters.post(Stop())
            counting.cancel()
            self._leave_files()
            await self._join(engine, thread)
            await asyncio.gather(counting, return_exceptions=True)
            self._health.change(state=ChannelState.STOPPED, since=self._clock.now(), retry_at=None)

    async def _listen(self, engine: Mailbox[ToEngine], ready: Ready) -> None:
        while True:
            for letter in await engine.take():
                if isinstance(letter, Ended):
                    self._letters.close()
                    if letter.crash is not None:
                        raise letter.crash
                    raise ChannelError("The bridge to Telegram has ended.")
                self._receive(letter, ready)

    def _receive(self, letter: ToEngine, ready: Ready) -> None:
        match letter:
            case Started():
                ready()
            case Leads(unsure):
                self._leads = True
                if unsure:
                    self.on_unsure(unsure)
                self._health.count()
                self.on_mail()
            case Named(bot):
                self._bot = bot
            case Mail():
                self._health.count()
                self.on_mail()
            case Sent():
                self._health.count()
            case Unsure(rows):
                self._health.count()
                self.on_unsure(rows)
            case Stands(health, stalls):
                self.stalls = stalls
                self._health.stands(health)
            case Fetched(number, data, trouble):
                self._fetched(number, data, trouble)

    async def _join(self, engine: Mailbox[ToEngine], thread: threading.Thread) -> None:
        """Wait for the thread's last letter, and then, no time at all, for its end."""
        try:
            async with asyncio.timeout(self._limits.stop):
                while thread.is_alive():
                    if any(isinstance(one, Ended) for one in await engine.take()):
                        break
        except TimeoutError:
            logger.warning("the bridge's thread has not ended yet")
            return
        finally:
            engine.close()
        thread.join(self._limits.stop)

    def renew(self) -> None:
        """The settings have changed: what was refused or failed is tried at once."""
        self._letters.post(Renew())

    # -- coming in -------------------------------------------------------------------------

    def read(self, body: Mapping[str, object]) -> Incoming | None:
        """What an update is; ``None`` for what Steward has no use for."""
        return self._read(body, self._bot)

    async def take_in(self, update: Mapping[str, object]) -> bool:
        """Keep an update that a webhook brought; on return it is on disk. Whether it has an id.

        Raises ``StorageError``: then it is to be sent again.
        """
        if id_of(update) is None:
            return False
        new, _ = await self._stores.keep([update], polled=False)
        now = self._clock.now()
        self._health.change(heard_at=now, update_at=now)
        if new and self._leads:
            self._health.count()
            self.on_mail()
        return True

    async def fetch(self, file: RemoteFile) -> bytes:
        """A file's bytes. Raises ``ChannelError``: too large, gone, or not reached."""
        if file.size is not None and file.size > DOWNLOAD_BYTES:
            raise ChannelError(_TOO_LARGE)
        if not self._is_running:
            raise ChannelError("Telegram is not connected now.")
        number = next(self._numbers)
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._fetching[number] = waiting
        self._letters.post(Fetch(number, file.id))
        try:
            return await waiting
        finally:
            self._fetching.pop(number, None)

    def _fetched(self, number: int, data: bytes | None, trouble: str) -> None:
        waiting = self._fetching.pop(number, None)
        if waiting is None or waiting.done():
            return
        if data is None:
            waiting.set_exception(ChannelError(trouble))
        else:
            waiting.set_result(data)

    def _leave_files(self) -> None:
        for number in list(self._fetching):
            self._fetched(number, None, "The connection to Telegram ended.")

    # -- going out -------------------------------------------------------------------------

    async def show(self, chat: Chat, key: str, message: Outgoing) -> None:
        """Let ``chat`` show a message under ``key``; on return it is kept.

        In the order of the calls: the last one is what is shown.
        """
        async with self._showing:
            # A long answer takes a tenth of a second: the window would stand still for that.
            parts = await asyncio.to_thread(self._render, message)
            await self._outbox.put(CHANNEL, chat.id, key, parts)
        self._letters.post(Look())
        self._health.count()

    async def send_again(self, key: str) -> None:
        """Send a message that may not have arrived once more."""
        await self._outbox.again(CHANNEL, key)
        self._letters.post(Look())
        self._health.count()

    def working(self, chat: Chat, *, on: bool) -> None:
        """Show that an answer is being made, until it is switched off."""
        self._letters.post(Working(chat.id, on))

    def pressed(self, press: ButtonPress, words: str = "") -> None:
        """Acknowledge a press, with a few words that pass by; only the first call counts."""
        if press.query in self._pressed:
            return
        self._pressed[press.query] = None
        if len(self._pressed) > _PRESSES:
            self._pressed.popitem(last=False)
        self._letters.post(Pressed(press.query, words))

    # -- health ----------------------------------------------------------------------------

    def health(self) -> ChannelHealth:
        """How it stands."""
        return self._health.now

    def _tell_health(self, health: ChannelHealth) -> None:
        self.on_health(health)
