"""Keeps an answer on disk while it arrives: at most one second of it can be lost."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Final, Protocol

from app.domain.messages import ConversationMessage, MessageStatus
from app.domain.tool_calls import ToolCall

SAVE_INTERVAL_SECONDS: Final = 0.8


class MessageStore(Protocol):
    """Where messages are kept (``storage.conversations``)."""

    async def append(self, message: ConversationMessage) -> ConversationMessage:
        """Store a new message; returns it with its id."""
        ...

    async def update_message(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Change a stored message."""
        ...


class AnswerWriter:
    """Owns one assistant message: made at its first word, saved as it grows, then ended.

    Call ``finish`` exactly once, on every path.
    """

    def __init__(self, store: MessageStore, blank: ConversationMessage) -> None:
        self._store = store
        self._blank = blank
        self._pieces: list[str] = []
        self._first: asyncio.Future[ConversationMessage] | None = None
        self._grown = asyncio.Event()
        self._saver: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """All words so far."""
        return "".join(self._pieces)

    async def add(self, piece: str) -> None:
        """Append words; the first ones are on disk when this returns."""
        self._pieces.append(piece)
        if self._first is None:
            first = dataclasses.replace(self._blank, text=self.text, status=MessageStatus.STREAMING)
            # Shielded: a Stop at this moment must not leave a row that nobody knows of.
            self._first = asyncio.ensure_future(self._store.append(first))
            message_id = (await asyncio.shield(self._first)).id
            self._saver = asyncio.create_task(
                self._save_as_it_grows(message_id), name="answer saver"
            )
        else:
            self._grown.set()

    async def finish(
        self,
        status: MessageStatus,
        *,
        tool_calls: tuple[ToolCall, ...] = (),
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Store the whole message with its final status.

        An answer that never had a word or a call leaves no row unless it is ``DONE``.
        """
        if self._saver is not None:
            self._saver.cancel()
            # Its failure, if any, is the database's; the write below meets it and raises.
            await asyncio.gather(self._saver, return_exceptions=True)
        if self._first is None:
            if status is MessageStatus.DONE or self._pieces or tool_calls:
                await self._store.append(
                    dataclasses.replace(
                        self._blank,
                        text=self.text,
                        status=status,
                        tool_calls=tool_calls,
                        metadata=dict(metadata or {}),
                    )
                )
            return
        await self._store.update_message(
            (await self._first).id,
            text=self.text,
            status=status,
            tool_calls=tool_calls,
            metadata=dict(metadata or {}),
        )

    async def _save_as_it_grows(self, message_id: int) -> None:
        while True:
            await self._grown.wait()
            self._grown.clear()
            await self._store.update_message(message_id, text=self.text)
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)
