"""One turn at a time in a conversation; the messages behind it wait in order, kept on disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from app.domain.errors import StewardError
from app.domain.messages import ConversationMessage
from app.orchestrator.pause import Pause

logger = logging.getLogger(__name__)


class WaitingStore(Protocol):
    """Where messages are kept that wait for the turn before them (``storage.waiting``)."""

    async def add(self, message: ConversationMessage) -> int:
        """Keep one; its number."""
        ...

    async def drop(self, number: int) -> None:
        """It was taken back."""
        ...


class WaitingLine:
    """Owned by one engine. Without a ``store`` nothing is kept. ``pause`` holds everybody back.

    A message whose sender gives up is forgotten, unless ``keep`` was called: then the program
    ends, and the next run gives it back to the person.
    """

    def __init__(self, store: WaitingStore | None, pause: Pause) -> None:
        self._store = store
        self._pause = pause
        self._lock = asyncio.Lock()
        self._waiting: list[ConversationMessage] = []
        self._kept = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What waits."""
        return tuple(one.text for one in self._waiting)

    def keep(self) -> None:
        """Who gives up from now on does so because the program ends."""
        self._kept = True

    @asynccontextmanager
    async def turn(
        self, message: ConversationMessage, *, is_kept: bool = False
    ) -> AsyncIterator[int | None]:
        """Wait for the turns before; the number it was kept under meanwhile, if it was.

        ``is_kept``: it is kept elsewhere already, and given back from there.
        """
        number = None
        if self._waiting or self._lock.locked() or self._pause.is_on:
            number = await self._wait(message, is_kept=is_kept)
        else:
            await self._lock.acquire()
        try:
            yield number
        finally:
            self._lock.release()

    async def _wait(self, message: ConversationMessage, *, is_kept: bool) -> int | None:
        # The place in the line is taken before the disk is waited for.
        acquiring = asyncio.ensure_future(self._lock.acquire())
        keeping = asyncio.ensure_future(self._keep_message(None if is_kept else message))
        self._waiting.append(message)
        try:
            await asyncio.wait([keeping])
            await acquiring
            await self._pause.over()
        except asyncio.CancelledError:
            if acquiring.done() and not acquiring.cancelled():
                self._lock.release()
            acquiring.cancel()
            await self._forget(keeping)
            raise
        finally:
            self._waiting.remove(message)
        return keeping.result()

    async def _keep_message(self, message: ConversationMessage | None) -> int | None:
        if self._store is None or message is None:
            return None
        try:
            return await self._store.add(message)
        except StewardError:  # its turn will meet the same trouble, and tell it
            logger.warning("a waiting message was not kept", exc_info=True)
            return None

    async def _forget(self, keeping: asyncio.Future[int | None]) -> None:
        if self._kept or self._store is None:
            return
        # In a task of its own: who gives up may be told to do so once more.
        forgetting = asyncio.ensure_future(self._drop(self._store, keeping))
        while not forgetting.done():
            try:
                await asyncio.wait([forgetting])
            except asyncio.CancelledError:
                continue

    async def _drop(self, store: WaitingStore, keeping: asyncio.Future[int | None]) -> None:
        number = await keeping
        try:
            if number is not None:
                await store.drop(number)
        except StewardError:
            logger.warning("a message that was taken back is still kept", exc_info=True)
