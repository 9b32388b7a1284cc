"""What runs in a bridge's own thread: the lease, the poller, the sender, the errands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.channels.bot_api import BotApi
from app.channels.bridge_letters import (
    Ended,
    Fetch,
    Leads,
    Look,
    Mail,
    Pressed,
    Renew,
    Sent,
    Started,
    Stop,
    ToBridge,
    ToEngine,
    Unsure,
    Working,
)
from app.channels.bridge_limits import BridgeLimits
from app.channels.bridge_state import BridgeState
from app.channels.lease import Lease
from app.channels.mailbox import Mailbox
from app.channels.telegram_errands import Errands
from app.channels.telegram_polling import Pause, Poller, Stores
from app.channels.telegram_sending import Sender
from app.channels.telegram_setup import SetUp
from app.domain.channels import ChannelState
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.storage.channel_outbox import ChannelOutboxes

CHANNEL = Channel.TELEGRAM


@dataclass(frozen=True, slots=True)
class ThreadParts:
    """What the thread works with; ``make_api`` is called on its loop."""

    make_api: Callable[[], BotApi]
    stores: Stores
    outbox: ChannelOutboxes
    clock: Clock
    lease: Path
    commands: Mapping[str, str]
    limits: BridgeLimits
    polls: bool


class TelegramThread:
    """One run of it. Nothing of it is touched from outside but the two mailboxes."""

    def __init__(
        self, parts: ThreadParts, letters: Mailbox[ToBridge], engine: Mailbox[ToEngine]
    ) -> None:
        self._parts = parts
        self._letters = letters
        self._engine = engine

    def main(self) -> None:
        """The thread's whole life. Its last act is the letter that says how it ended."""
        crash: BaseException | None = None
        try:
            asyncio.run(self._live())
        except BaseException as error:  # noqa: BLE001 - it is raised again on the engine's loop
            crash = error
        finally:
            self._engine.post(Ended(crash))

    # -- the loop --------------------------------------------------------------------------

    async def _live(self) -> None:
        self._letters.open()
        state = BridgeState(CHANNEL, self._parts.clock, self._engine.post)
        api = self._parts.make_api()
        errands = Errands(api, self._parts.limits, self._engine.post)
        renewed = asyncio.Event()
        sender = self._sender(api)
        self._engine.post(Started())
        reading = asyncio.create_task(self._reads(errands, sender, renewed))
        working = asyncio.create_task(self._works(api, state, sender, renewed))
        try:
            await asyncio.wait({reading, working}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                await sender.finish()
        finally:
            for task in (reading, working):
                task.cancel()
            await asyncio.gather(reading, working, return_exceptions=True)
            await errands.end()
            await api.aclose()
            self._letters.close()
        for task in (working, reading):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _reads(self, errands: Errands, sender: Sender, renewed: asyncio.Event) -> None:
        """Do what the engine writes, until it says stop."""
        while True:
            for letter in await self._letters.take():
                match letter:
                    case Look():
                        sender.look()
                    case Working(chat_id, on):
                        errands.working(chat_id, on=on)
                    case Pressed(query, words):
                        errands.pressed(query, words)
                    case Fetch(number, file_id):
                        errands.fetch(number, file_id)
                    case Renew():
                        renewed.set()
                    case Stop():
                        return

    async def _works(
        self, api: BotApi, state: BridgeState, sender: Sender, renewed: asyncio.Event
    ) -> None:
        """Wait for the lease; then poll and send for ever."""
        limits = self._parts.limits
        lease = Lease(self._parts.lease)
        try:
            await lease.wait(
                lambda: asyncio.sleep(limits.lease),
                lambda: state.change(ChannelState.STANDBY),
            )
            state.change(ChannelState.STARTING)
            self._engine.post(Leads(await self._parts.outbox.recover(CHANNEL)))

            async def pause(seconds: float) -> None:
                try:
                    async with asyncio.timeout(seconds):
                        await renewed.wait()
                except TimeoutError:
                    return
                renewed.clear()

            set_up = SetUp(
                api, state, self._parts.clock, self._parts.commands, polls=self._parts.polls
            )
            comes_in = (
                self._poller(set_up, state, sender, pause).run()
                if self._parts.polls
                else self._is_told(set_up, state)
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(comes_in)
                group.create_task(sender.run())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            lease.release()

    async def _is_told(self, set_up: SetUp, state: BridgeState) -> None:
        """Updates come by a webhook: its owner says how that goes."""
        state.change(ChannelState.LISTENING)
        while True:
            await set_up.go_on()
            await asyncio.sleep(self._parts.limits.longest_wait)

    # -- parts -----------------------------------------------------------------------------

    def _sender(self, api: BotApi) -> Sender:
        return Sender(
            api=api,
            outbox=self._parts.outbox,
            channel=CHANNEL,
            clock=self._parts.clock,
            limits=self._parts.limits,
            unsure=lambda rows: self._engine.post(Unsure(tuple(rows))),
            changed=lambda: self._engine.post(Sent()),
        )

    def _poller(self, set_up: SetUp, state: BridgeState, sender: Sender, pause: Pause) -> Poller:
        return Poller(
            make_api=self._parts.make_api,
            set_up=set_up.go_on,
            stores=self._parts.stores,
            state=state,
            clock=self._parts.clock,
            limits=self._parts.limits,
            mail=lambda: self._engine.post(Mail()),
            reached=sender.reached,
            pause=pause,
        )
