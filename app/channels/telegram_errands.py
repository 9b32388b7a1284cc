"""What else the engine wants of Telegram: typing, acknowledged presses, files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Final

from app.channels.bot_api import (
    DOWNLOAD_BYTES,
    BotApi,
    BotApiError,
    BotBusyError,
    BotRequestError,
    BotUnreachableError,
)
from app.channels.bridge_letters import Fetched, ToEngine
from app.channels.bridge_limits import BridgeLimits

logger = logging.getLogger(__name__)

_PRESS_TRIES: Final = 3


class Errands:
    """Runs them side by side; belongs to the bridge's thread."""

    def __init__(
        self, api: BotApi, limits: BridgeLimits, post: Callable[[ToEngine], object]
    ) -> None:
        self._api = api
        self._limits = limits
        self._post = post
        self._typing: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def working(self, chat_id: str, *, on: bool) -> None:
        """Show in a chat that something is being written, until it is switched off."""
        task = self._typing.pop(chat_id, None)
        if task is not None and on:
            self._typing[chat_id] = task
        elif task is not None:
            task.cancel()
        elif on:
            self._typing[chat_id] = self._start(self._types(chat_id))

    def pressed(self, query: str, words: str) -> None:
        """Acknowledge a press."""
        self._start(self._acknowledges(query, words))

    def fetch(self, number: int, file_id: str) -> None:
        """Get a file, and post it."""
        self._start(self._fetches(number, file_id))

    async def end(self) -> None:
        """Leave all of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- inside ----------------------------------------------------------------------------

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _types(self, chat_id: str) -> None:
        while True:
            wait = self._limits.typing
            try:
                await self._api.send_typing(chat_id)
            except BotBusyError as error:
                wait = max(wait, error.retry_after)
            except BotApiError as error:  # a sign that passes by: nobody misses one
                logger.debug("typing was not shown", extra={"kind": error.kind})
            await asyncio.sleep(wait)

    async def _acknowledges(self, query: str, words: str) -> None:
        for tries in range(1, _PRESS_TRIES + 1):
            try:
                await self._api.answer_press(query, words)
                return
            except BotBusyError as error:
                wait = error.retry_after
            except BotUnreachableError:
                wait = self._limits.wait(tries)
            except BotApiError as error:  # too old, or nobody knows whether it arrived
                logger.info("a press was not acknowledged", extra={"kind": error.kind})
                return
            await asyncio.sleep(wait)

    async def _fetches(self, number: int, file_id: str) -> None:
        try:
            data = await self._api.download(file_id, DOWNLOAD_BYTES)
        except BotRequestError as error:
            words = (
                "The file is larger than the 20 MB that Telegram hands to a bot."
                if error.is_too_big
                else error.message
            )
            self._post(Fetched(number, None, words))
        except BotApiError as error:
            self._post(Fetched(number, None, error.message))
        else:
            self._post(Fetched(number, data))
