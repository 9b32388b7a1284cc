"""Makes Telegram show what the outbox says: in order in each chat, and no faster than it may.

A new message is handed over once. Where no word came back it is not sent again by itself, for it
may have arrived; changing or taking back a message does no harm twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApi,
    BotApiError,
    BotBusyError,
    BotRequestError,
    BotTokenError,
    Keyboard,
)
from app.channels.bridge_limits import BridgeLimits
from app.channels.pace import Pace
from app.domain.channels import ANEW, OutboxRow
from app.domain.errors import StorageError
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.storage.channel_outbox import ChannelOutboxes

logger = logging.getLogger(__name__)

NO_WORD: Final = "Telegram gave no word whether it arrived."


class Sender:
    """Sends until cancelled; belongs to the bridge's thread.

    Args:
        unsure: is called with what may not have arrived.
        changed: is called when a row has changed.
    """

    def __init__(
        self,
        *,
        api: BotApi,
        outbox: ChannelOutboxes,
        channel: Channel,
        clock: Clock,
        limits: BridgeLimits,
        unsure: Callable[[Sequence[OutboxRow]], object],
        changed: Callable[[], object],
    ) -> None:
        self._api = api
        self._outbox = outbox
        self._channel = channel
        self._clock = clock
        self._limits = limits
        self._unsure = unsure
        self._changed = changed
        self._pace = Pace(limits, clock.monotonic())
        self._failures = 0
        self._look = asyncio.Event()
        self._plain: dict[int, int] = {}
        """Revisions, by row, whose HTML was not taken."""
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._is_ending = False

    def look(self) -> None:
        """Something new stands in the outbox."""
        self._look.set()

    def reached(self) -> None:
        """Telegram answers: what waits need not wait longer for that."""
        if self._failures:
            self._failures = 0
            self._pace.resume(self._clock.monotonic())
            self._look.set()

    async def run(self) -> None:
        """Send for ever. Raises what a task of it raised."""
        try:
            while True:
                self._look.clear()
                wait = await self._begin_what_can_be()
                await self._something(min(wait, self._limits.look))
                self._reap()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def finish(self) -> None:
        """Begin nothing more, and let what is being sent arrive, for a moment."""
        self._is_ending = True
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=self._limits.finish)

    # -- what next -------------------------------------------------------------------------

    async def _begin_what_can_be(self) -> float:
        """Begin what is due, one thing a chat; how long until the next thing is."""
        if self._is_ending:
            return self._limits.look
        try:
            due = await self._outbox.due(self._channel)
        except StorageError as error:
            logger.warning("the outbox cannot be read", extra={"kind": error.kind})
            return self._limits.look
        by_chat: dict[str, list[OutboxRow]] = {}
        for row in due:
            by_chat.setdefault(row.chat_id, []).append(row)
        now = self._clock.monotonic()
        wait = self._limits.look
        for chat, rows in by_chat.items():
            if chat in self._under_way:
                continue
            row, at = self._next(chat, rows, now)
            if at > now:
                wait = min(wait, at - now)
                continue
            self._pace.went(chat, row.id, now)
            self._under_way[chat] = asyncio.create_task(self._make_so(row), name=f"send {row.id}")
        return wait

    def _next(self, chat: str, rows: Sequence[OutboxRow], now: float) -> tuple[OutboxRow, float]:
        """What of a chat is to be done first, and when: what is new, in order, then changes."""
        ready = self._pace.ready_at(chat, now)
        for row in rows:
            if row.message_id is None:
                return row, ready
        times = [(max(ready, self._pace.edit_ready_at(row.id)), row.id, row) for row in rows]
        at, _, row = min(times)
        return row, at

    async def _something(self, seconds: float) -> None:
        """Until something new is there to do, or so long."""
        looking = asyncio.ensure_future(self._look.wait())
        try:
            await asyncio.wait(
                {looking, *self._under_way.values()},
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            looking.cancel()

    def _reap(self) -> None:
        for chat, task in list(self._under_way.items()):
            if task.done():
                del self._under_way[chat]
                task.result()

    # -- one row ---------------------------------------------------------------------------

    async def _make_so(self, row: OutboxRow) -> None:
        try:
            if row.message_id is not None:
                await self._change(row, int(row.message_id))
            elif row.surplus:  # it was to be sent, and then no longer
                await self._outbox.taken_back(row.id)
            else:
                await self._send(row)
        except StorageError as error:
            logger.warning("the outbox cannot be written", extra={"kind": error.kind})
            self._pace.pause(row.chat_id, self._limits.look, self._clock.monotonic())
        self._pace.ended(row.id, self._clock.monotonic())
        self._changed()

    async def _send(self, row: OutboxRow) -> None:
        await self._outbox.sending(row.id)
        try:
            message = await self._say(row)
        except BotAmbiguousError as error:
            logger.warning("a message may not have arrived", extra={"why": error.message})
            await self._lastingly(lambda: self._outbox.unsure(row.id, NO_WORD))
            self._unsure([row])
        except BotApiError as error:
            if self._is_refused(row, error):
                why = error.message
                await self._lastingly(lambda: self._outbox.fail(row.id, row.revision, why))
            else:
                await self._lastingly(lambda: self._outbox.put_back(row.id))
        else:
            self.reached()
            await self._lastingly(
                lambda: self._outbox.sent(row.id, row.revision, message_id=str(message))
            )

    async def _change(self, row: OutboxRow, message: int) -> None:
        try:
            if row.surplus:
                await self._take_back(row, message)
            else:
                await self._say_otherwise(row, message)
        except BotRequestError as error:
            if error.is_unchanged:
                await self._outbox.sent(row.id, row.revision)
            elif error.is_gone and _comes_anew(row):
                logger.info("a message was deleted, and is sent anew", extra={"row": row.id})
                await self._outbox.taken_back(row.id)
            elif self._is_refused(row, error):
                await self._outbox.fail(row.id, row.revision, error.message)
        except BotAmbiguousError:
            self._failed(None)
        except BotApiError as error:
            self._is_refused(row, error)
        else:
            self.reached()
            if row.surplus:
                await self._outbox.taken_back(row.id)
            else:
                await self._outbox.sent(row.id, row.revision)

    async def _take_back(self, row: OutboxRow, message: int) -> None:
        try:
            await self._api.delete_message(row.chat_id, message)
        except BotRequestError as error:  # too old, or gone already: there is nothing more to do
            logger.info("a message was not taken back", extra={"why": error.reason})

    def _is_refused(self, row: OutboxRow, error: BotApiError) -> bool:
        """Whether it will never be taken as it is; else it is tried again, when it may be."""
        now = self._clock.monotonic()
        match error:
            case BotBusyError():
                logger.info("telegram asks to wait", extra={"seconds": error.retry_after})
                self._pace.pause(row.chat_id, error.retry_after, now)
            case BotRequestError(is_markup=True) if self._plain.get(row.id) != row.revision:
                logger.warning("telegram did not take the markup", extra={"why": error.reason})
                self._plain[row.id] = row.revision
            case BotRequestError():
                logger.warning("telegram did not take a message", extra={"why": error.reason})
                return True
            case BotTokenError():
                self._failed(self._limits.longest_wait)
            case _:
                self._failed(None)
        return False

    def _failed(self, seconds: float | None) -> None:
        """Nothing goes through now."""
        self._failures += 1
        wait = self._limits.wait(self._failures) if seconds is None else seconds
        self._pace.pause_all(wait, self._clock.monotonic())

    async def _lastingly(self, note: Callable[[], Any]) -> None:
        """Note how a sending ended, however long the database is busy: it cannot be known again."""
        tries = 0
        while True:
            try:
                await note()
                return
            except StorageError as error:
                tries += 1
                logger.warning("a sending was not noted yet", extra={"kind": error.kind})
                await asyncio.sleep(self._limits.wait(tries))

    # -- the service -----------------------------------------------------------------------

    async def _say(self, row: OutboxRow) -> int:
        text, html = self._words(row)
        body = row.part.body
        if row.part.document is not None:
            return await self._api.send_document(
                row.chat_id,
                str(body.get("name") or "file"),
                row.part.document,
                caption=text,
                html=html,
                keyboard=_keyboard(body),
                quiet=body.get("quiet") is True,
            )
        return await self._api.send_message(
            row.chat_id,
            text,
            html=html,
            keyboard=_keyboard(body),
            quiet=body.get("quiet") is True,
        )

    async def _say_otherwise(self, row: OutboxRow, message: int) -> None:
        text, html = self._words(row)
        await self._api.edit_message(
            row.chat_id,
            message,
            text,
            html=html,
            keyboard=_keyboard(row.part.body),
            caption="name" in row.part.body,
        )

    def _words(self, row: OutboxRow) -> tuple[str, bool]:
        """The text, and whether it is HTML."""
        body = row.part.body
        html = self._plain.get(row.id) != row.revision and bool(body.get("html"))
        return str(body.get("html" if html else "plain") or ""), html


def _comes_anew(row: OutboxRow) -> bool:
    """Whether it is worth a new message; a file's bytes are no longer there."""
    return row.part.body.get(ANEW) is True and "name" not in row.part.body


def _keyboard(body: Mapping[str, object]) -> Keyboard:
    rows = body.get("buttons")
    return rows if isinstance(rows, list) else []
