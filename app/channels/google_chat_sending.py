"""Brings what stands in the outbox to Google Chat.

Everything here may be repeated: a message is made with an id of ours and a request id, which
"ensures that multiple identical requests … result in only a single message being created"
(spaces.messages.create), and an edit twice is one edit. So no message is ever unsure: what broke
off is done again; and since an earlier try may have made the message as it was then, it is edited
once, too.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from app.channels.chat_api import (
    ChatApi,
    ChatBusyError,
    ChatRefusedError,
    ChatRequestError,
    ChatUnreachableError,
)
from app.channels.google_chat_parts import as_message
from app.domain.channels import OutboxRow
from app.domain.messages import Channel
from app.storage.channel_outbox import ChannelOutboxes

T = TypeVar("T")


class Ask(Protocol):
    """Asks in a worker thread. Raises ``ChatApiError`` and kin."""

    async def __call__(self, question: Callable[[ChatApi], T]) -> T:
        """What the question gives."""
        ...


_NAMES: Final = uuid.UUID("8f0c4f2e-6f0a-4d0e-9c55-7f3a1f0f6f11")


@dataclass(frozen=True, slots=True)
class ChatPace:
    """Seconds. In a space, messages are written once a second at most (guide limits).

    Attributes:
        write, edit: until the next request to the same space, after a new message and an edit.
        look: the outbox is looked at at least so often: another process may put something there.
        lease: between two looks whether the Steward that listens has ended.
        first_wait, longest_wait: before trying again, doubling.
        refused: before trying refused credentials again.
        quick: a pull that takes less and brings nothing is followed by a pause as long as this.
    """

    write: float = 1.1
    edit: float = 1.5
    look: float = 2.0
    lease: float = 1.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    refused: float = 300.0
    quick: float = 1.0

    def wait(self, failures: int, chance: float) -> float:
        """Before the try after so many that failed, from 1; spread over its upper half."""
        bound = min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 16))
        return bound * (0.5 + 0.5 * chance)


class ChatSender:
    """Sends row after row, in each space in order. Belongs to one run of the channel.

    Args:
        ask: asks Google Chat.
        on_change: told after each row that was sent, or failed.
        on_trouble: told of what stops all sending; gives how long to wait.
    """

    def __init__(
        self,
        outbox: ChannelOutboxes,
        ask: Ask,
        *,
        pace: ChatPace,
        monotonic: Callable[[], float],
        on_change: Callable[[], Awaitable[object]],
        on_trouble: Callable[[ChatUnreachableError | ChatRefusedError], float],
    ) -> None:
        self._outbox = outbox
        self._ask = ask
        self._pace = pace
        self._monotonic = monotonic
        self._on_change = on_change
        self._on_trouble = on_trouble
        self._woken = asyncio.Event()
        self._ready_at: dict[str, float] = {}
        self._resumes_at = 0.0
        self._maybe_made: set[int] = set()

    def wake(self) -> None:
        """Something new stands in the outbox."""
        self._woken.set()

    def resume(self) -> None:
        """Google is there again: do not wait any longer."""
        self._resumes_at = 0.0
        self.wake()

    async def run(self) -> None:
        """Until cancelled. Raises ``StorageError``."""
        for row in await self._outbox.recover(Channel.GOOGLE_CHAT, send_again=True):
            self._maybe_made.add(row.id)
        while True:
            self._woken.clear()
            seconds = await self._send_due()
            try:
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _send_due(self) -> float:
        """Send what may be sent now; how long to wait for more."""
        paused = self._resumes_at - self._monotonic()
        if paused > 0:
            return paused
        waits = self._pace.look
        waiting: set[str] = set()
        for row in await self._outbox.due(Channel.GOOGLE_CHAT):
            if row.chat_id in waiting:  # what is before it goes first
                continue
            left = self._ready_at.get(row.chat_id, 0.0) - self._monotonic()
            if left > 0:
                waiting.add(row.chat_id)
                waits = min(waits, left)
                continue
            try:
                await self._send(row)
            except ChatBusyError as busy:
                pause = busy.retry_after or self._pace.longest_wait / 4
                self._ready_at[row.chat_id] = self._monotonic() + pause
                waiting.add(row.chat_id)
            except (ChatUnreachableError, ChatRefusedError) as trouble:
                seconds = self._on_trouble(trouble)
                self._resumes_at = self._monotonic() + seconds
                return seconds
            await self._on_change()
        return waits

    async def _send(self, row: OutboxRow) -> None:
        edit = bool(row.message_id)
        try:
            name = await self._bring(row)
            if row.surplus:
                await self._outbox.taken_back(row.id)
                return
        except ChatRequestError as error:
            await self._outbox.fail(row.id, row.revision, error.message)
            return
        except (ChatBusyError, ChatUnreachableError, ChatRefusedError) as error:
            if not edit:
                if not isinstance(error, ChatBusyError):
                    self._maybe_made.add(row.id)
                await self._outbox.put_back(row.id)
            raise
        self._maybe_made.discard(row.id)
        after = self._pace.edit if edit else self._pace.write
        self._ready_at[row.chat_id] = self._monotonic() + after
        await self._outbox.sent(row.id, row.revision, name)

    async def _bring(self, row: OutboxRow) -> str | None:
        """Let Google Chat show what the row says; the message's name, where it is another one."""
        message = as_message(row.part.body)
        if row.surplus:
            if row.message_id or row.id in self._maybe_made:
                name = row.message_id or await self._create(row, message)
                await self._unless_gone(lambda api: api.delete(name))
            return None
        if not row.message_id:
            await self._outbox.sending(row.id)
            name = await self._create(row, message)
            if row.id in self._maybe_made:
                await self._ask(lambda api: api.update(name, message))
            return name
        name = row.message_id
        await self._ask(lambda api: api.update(name, message))
        return None

    async def _create(self, row: OutboxRow, message: dict[str, object]) -> str:
        request = request_id(row)
        message_id = f"client-{request}"
        quiet = bool(row.part.body.get("quiet"))
        try:
            return await self._ask(
                lambda api: api.create(
                    row.chat_id, message, message_id=message_id, request_id=request, quiet=quiet
                )
            )
        except ChatRequestError as error:
            if not error.is_there:
                raise
            self._maybe_made.add(row.id)
            return f"{row.chat_id}/messages/{message_id}"

    async def _unless_gone(self, act: Callable[[ChatApi], object]) -> None:
        try:
            await self._ask(act)
        except ChatRequestError as error:
            if not error.is_gone:
                raise


def request_id(row: OutboxRow) -> str:
    """The same for each try to make this row's message; another where that was taken back."""
    made_at = row.made_at.isoformat() if row.made_at is not None else ""
    return str(uuid.uuid5(_NAMES, f"{row.chat_id} {row.key} {row.number} {row.id} {made_at}"))
