"""Keeps an answer on disk while it arrives: at most one second of it can be lost."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from app.domain.errors import StewardError
from app.domain.messages import ConversationMessage, MessageStatus
from app.domain.tool_calls import ToolCall
from app.storage.begun import Begun

SAVE_INTERVAL_SECONDS: Final = 0.8


class MessageStore(Protocol):
    """Where messages are kept (``storage.conversations``). Each call is handed in at once."""

    def append_begun(
        self, messages: Sequence[ConversationMessage], *, durable: bool
    ) -> Begun[list[int]]:
        """Store new messages; their ids."""
        ...

    def update_begun(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
        durable: bool = True,
    ) -> Begun[None]:
        """Change a stored message."""
        ...


class AnswerWriter:
    """Owns one assistant message: made at its first word, saved as it grows, then ended.

    Call ``finish`` exactly once, on every path. ``trouble`` is told once where the database
    refuses for a while: saving is tried again, and the end of the answer is stored in any case
    or ``finish`` raises.
    """

    def __init__(
        self,
        store: MessageStore,
        blank: ConversationMessage,
        trouble: Callable[[StewardError], None],
    ) -> None:
        self._store = store
        self._blank = blank
        self._trouble = trouble
        self._pieces: list[str] = []
        self._made: Begun[list[int]] | None = None
        self._grown = asyncio.Event()
        self._saver: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """All words so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def add(self, piece: str) -> None:
        """Append words; they are saved beside what comes next."""
        self._pieces.append(piece)
        self._grown.set()
        if self._saver is None:
            self._saver = asyncio.create_task(self._save_as_it_grows(), name="answer saver")

    async def finish(
        self,
        status: MessageStatus,
        *,
        tool_calls: tuple[ToolCall, ...] = (),
        metadata: Mapping[str, object] | None = None,
        durable: bool = True,
    ) -> Begun[list[int]] | Begun[None] | None:
        """Hand in the whole message with its final status; what to wait for, if anything.

        An answer that never had a word or a call leaves no row unless it is ``DONE``.
        """
        if self._saver is not None:
            self._saver.cancel()
            await asyncio.gather(self._saver, return_exceptions=True)
        message_id = await self._message_id()
        if message_id is not None:
            return self._store.update_begun(
                message_id,
                text=self.text,
                status=status,
                tool_calls=tool_calls,
                metadata=dict(metadata or {}),
                durable=durable,
            )
        if status is not MessageStatus.DONE and not self.text and not tool_calls:
            return None
        whole = dataclasses.replace(
            self._blank,
            text=self.text,
            status=status,
            tool_calls=tool_calls,
            metadata=dict(metadata or {}),
        )
        return self._store.append_begun([whole], durable=durable)

    async def _message_id(self) -> int | None:
        """The stored message, if there is one: its making may be under way, or have failed."""
        if self._made is None:
            return None
        try:
            return (await self._made)[0]
        except StewardError:
            return None

    async def _save_as_it_grows(self) -> None:
        told = False
        while True:
            await self._grown.wait()
            self._grown.clear()
            try:
                await self._save()
            except StewardError as error:
                self._grown.set()  # what was not saved is saved at the next tick
                if not told:
                    told = True
                    self._trouble(error)
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)

    async def _save(self) -> None:
        message_id = await self._message_id()
        if message_id is not None:
            await self._store.update_begun(message_id, text=self.text)
            return
        first = dataclasses.replace(self._blank, text=self.text, status=MessageStatus.STREAMING)
        # Kept before it is awaited: a Stop at this moment must not leave a row nobody knows of.
        self._made = self._store.append_begun([first], durable=True)
        await self._made
