"""Handles what comes in over one channel: whose it is, what it is, and who does it.

It knows nothing of the service: the adapter reads and shows. What comes in is handled once, in
order; what was begun when Steward ended is asked about, never done again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.channels.access import Access
from app.channels.adapter import ChannelAdapter
from app.channels.albums import Albums, Gathered
from app.channels.approving import Approving
from app.channels.asking_again import AskingAgain
from app.channels.changes import Changes
from app.channels.commands import Commands
from app.channels.commands_list import READ_ONLY, command_in
from app.channels.conversing import Asked, Conversing, line_of
from app.channels.desk_parts import DeskParts
from app.channels.file_versions import FileVersions
from app.channels.pairing import Pairing
from app.channels.phone_sink import PhoneSink
from app.channels.presses import Presses
from app.channels.shift import OwnTurn, Shift
from app.channels.strangers import Strangers
from app.channels.unsure import Unsure
from app.channels.words import age
from app.domain.channels import (
    ButtonPress,
    ChannelState,
    Chat,
    InboxItem,
    Incoming,
    IncomingMessage,
    OutboxRow,
    Sender,
)
from app.domain.errors import ClosingError, StewardError
from app.domain.events import Approval, Event, FileVersionEvent, ToolCallEvent
from app.resilience.supervision import Ready

logger = logging.getLogger(__name__)

STOP_SECONDS: Final = 8.0
"""What its supervisor should give it to end: a turn is given 5 seconds."""
_DAY: Final = 24 * 3600.0
_AGAIN_SECONDS: Final = 5.0
"""After a look into the inbox that failed."""

Work = Callable[[], Awaitable[bool]]
"""Handles an item; whether it is over then."""


class Desk:
    """One channel's desk. Owned by the engine's loop; ``run`` is a supervisor's child."""

    def __init__(self, adapter: ChannelAdapter, parts: DeskParts) -> None:
        self._adapter = adapter
        self._parts = parts
        channel = adapter.channel
        self._strangers = Strangers(channel, parts.router, parts.clock)
        self._pairing = Pairing(channel, parts.people, parts.router, parts.clock)
        self._mail = asyncio.Event()
        self._unsure: list[OutboxRow] = []
        self._at_work: _Work | None = None
        self.sink = PhoneSink()
        """Where notifications for this channel's people go, also while the desk starts again."""
        self._listens = False
        """Whether this process is the one that listens."""
        adapter.on_mail = self._mail.set
        adapter.on_unsure = self._may_not_have_arrived

    async def run(self, ready: Ready) -> None:
        """Handle what comes until cancelled. A bug ends it, and with it what is under way."""
        parts, stops = self._parts, []
        try:
            async with asyncio.TaskGroup() as group:
                work = self._at_work = _Work(
                    Shift(self._adapter, parts, group), self._strangers, self._pairing
                )
                stops.append(parts.bus.subscribe(work.event))
                self.sink.open(work.shift)
                rows, self._unsure = self._unsure, []
                work.unsure.tell(rows)
                ready()
                await self._until_this_process_listens()
                self._listens = True
                await work.begin()
                while True:
                    self._mail.clear()
                    if not await work.take_up():
                        asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._mail.set)
                    await self._mail.wait()
        except ExceptionGroup as bugs:
            raise bugs.exceptions[0] from bugs
        finally:
            self._at_work = None
            self.sink.close()
            if self._listens:
                self._mail.set()  # the next run looks at once
            for stop in stops:
                stop()
            self._strangers.tell()

    async def _until_this_process_listens(self) -> None:
        await self._mail.wait()
        while self._adapter.health().state is ChannelState.STANDBY:
            self._mail.clear()
            await self._mail.wait()

    def _may_not_have_arrived(self, rows: Sequence[OutboxRow]) -> None:
        if self._at_work is None:
            self._unsure += rows
        else:
            self._at_work.unsure.tell(rows)


class _Work:
    """What one run of a desk is made of."""

    def __init__(self, shift: Shift, strangers: Strangers, pairing: Pairing) -> None:
        self.shift = shift
        self.unsure = Unsure(shift)
        self._pairing = pairing
        self._strangers = strangers
        self._access = Access(shift, strangers)
        self._approving = Approving(shift)
        self._changes = Changes(shift)
        self._versions = FileVersions(shift)
        self._commands = Commands(shift, self._changes, self._versions)
        self._asking = AskingAgain(shift, self._changes)
        self._conversing = Conversing(shift)
        self._presses = Presses(
            shift,
            self._access,
            approving=self._approving,
            changes=self._changes,
            versions=self._versions,
            commands=self._commands,
            asking=self._asking,
            say=self._say_pressed,
            take=self._take_all,
        )
        self._albums = Albums()
        self._last = 0
        """The newest item that was taken up."""

    def event(self, event: Event) -> None:
        """A listener of the bus: what happens in turns that began here is shown where they did."""
        turn = self.shift.turns.get(event.turn_id or "")
        if turn is None:
            return
        turn.view.event(event)
        if isinstance(event, ToolCallEvent):
            self.shift.lines.add(f"rights {turn.id}", lambda: self._stop_if_removed(turn))
        elif isinstance(event, Approval):
            self._approving.event(turn, event)
        elif isinstance(event, FileVersionEvent):
            self._changes.event(turn, event)

    async def _stop_if_removed(self, turn: OwnTurn) -> None:
        """Who was removed has nothing more done for them: not by a turn under way either."""
        try:
            if await self._access.is_paired(turn.chat, Sender(turn.user_id)):
                return
            engine = await self.shift.parts.engines.get(turn.conversation_id)
        except StewardError as error:
            logger.warning("a turn was not looked at", extra={"kind": error.kind})
            return
        if turn.id in self.shift.turns:
            engine.cancel()

    async def begin(self) -> None:
        """End and tell what the last run left, and forget what is old, now and once a day."""
        try:
            await self._approving.end_what_was_left()
            await self.unsure.tell_what_was_not_told()
        except StewardError as error:
            self.shift.parts.router.notify_error(self.shift.channel.value, error)
        self.shift.group.create_task(self._forget_daily(), name="channel pruning")

    async def take_up(self) -> bool:
        """Take up what came in since the last time; whether that was possible."""
        parts = self.shift.parts
        try:
            items = await parts.inbox.open(self.shift.channel, after=self._last)
        except StewardError as error:
            parts.router.notify_error(self.shift.channel.value, error)
            return False
        for item in items:
            self._last = max(self._last, item.id)
            self._take(item)
        return True

    # -- one item --------------------------------------------------------------------------

    def _take_all(self, items: Sequence[InboxItem]) -> None:
        """Take up what came together; nothing more of it comes."""
        for incoming in [self._take(item) for item in items]:
            if isinstance(incoming, IncomingMessage):
                self._albums.no_more(incoming)

    def _take(self, item: InboxItem) -> Incoming | None:
        incoming = self.shift.adapter.read(item.body)
        match incoming:
            case IncomingMessage():
                message = self._albums.take(item, incoming)
                if message is not None:
                    # In order: a command may say to which conversation the next one belongs.
                    line = f"chat {incoming.chat.id}"
                    self.shift.lines.add(line, lambda: self._message(message))
            case ButtonPress():
                work = self._guarded(
                    item, incoming.chat, lambda: self._presses.handle(item, incoming)
                )
                self.shift.group.create_task(work, name="channel press")
            case None:
                self.shift.lines.add("nothing", lambda: self._guarded(item, None, _nothing))
        return incoming

    async def _message(self, gathered: Gathered) -> None:
        item, message = await self._albums.all_of(gathered)
        await self._guarded(item, message.chat, lambda: self._handle(item, message))

    async def _handle(self, item: InboxItem, message: IncomingMessage) -> bool:
        command = command_in(message.text)
        own_words = message.forwarded_from is None
        is_start = own_words and command is not None and command[0] == "start"
        code = command[1] if is_start and command is not None else ""
        if await self._pairing.pair(message, code) is not None:
            await self._commands.welcome(message.chat, f"welcome:{item.id}")
            return True
        if not await self._access.may_speak(message):
            return True
        if item.begun is not None:
            await self._asking.after_a_crash(item, message)
            return False
        if own_words and command is not None and self._commands.knows(command[0]):
            return await self._command(item, message, *command)
        if await self._asking.is_stale(item, message):
            await self._asking.ask_about_old(item, message)
            return False
        asked = Asked(item, message.chat, message.sender, message.text.strip(), message)
        await self._converse(item, asked)
        return False

    async def _command(
        self, item: InboxItem, message: IncomingMessage, name: str, rest: str
    ) -> bool:
        if name not in READ_ONLY:
            if await self._asking.is_stale(item, message):
                span = age(self.shift.parts.clock.now() - message.sent_at)
                text = f"You sent /{name} {span} ago, so nothing was done. Send it again."
                await self.shift.say(message.chat, f"command:{item.id}", text)
                return True
            await self.shift.parts.inbox.begin(*item.ids)
        await self._commands.answer(item.id, message, name, rest)
        return True

    async def _say_pressed(self, item: InboxItem, press: ButtonPress, text: str) -> None:
        await self._converse(item, Asked(item, press.chat, press.sender, text))

    async def _converse(self, item: InboxItem, asked: Asked) -> None:
        conversation_id = await self._conversing.conversation(asked.chat)

        async def answer() -> bool:
            if await self._access.is_paired(asked.chat, asked.sender):  # still
                await self._conversing.answer(asked, conversation_id)
            return True

        self.shift.lines.add(line_of(asked.chat), lambda: self._guarded(item, asked.chat, answer))

    async def _guarded(self, item: InboxItem, chat: Chat | None, work: Work) -> None:
        """Do ``work`` and end the item; a failure is told, and a bug is not met for ever."""
        is_bug = True
        try:
            if await work():
                await self.shift.parts.inbox.end(*item.ids)
            is_bug = False
        except ClosingError:  # it stays as it is, for the next run
            is_bug = False
        except StewardError as error:
            is_bug = False
            await self._failed(item, chat, error)
        except asyncio.CancelledError:
            is_bug = False
            raise
        finally:
            if is_bug:  # the next run asks about it, and does not fail over it again
                await self.shift.parts.inbox.begin(*item.ids)

    async def _failed(self, item: InboxItem, chat: Chat | None, error: StewardError) -> None:
        if chat is not None and not await self.shift.failed(chat, f"failed:{item.id}", error):
            return  # nobody knows: the next run shows what came of it, or does it
        try:
            await self.shift.parts.inbox.end(*item.ids)
        except StewardError as again:
            logger.warning("an item stays unhandled", extra={"kind": again.kind})

    async def _forget_daily(self) -> None:
        parts = self.shift.parts
        while True:
            for prune in (parts.inbox.prune, parts.outbox.prune, parts.buttons.prune):
                try:
                    await prune()
                except StewardError as error:
                    logger.warning("old mail was not forgotten", extra={"kind": error.kind})
            await asyncio.sleep(_DAY)


async def _nothing() -> bool:
    return True
