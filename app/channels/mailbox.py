"""The one way between a bridge's thread and the engine's: letters that any thread may post."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Letters for one loop, in the order they were posted. Nothing else is shared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letters: deque[T] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None

    def post(self, letter: T) -> None:
        """From any thread. Kept until somebody takes it, also while nobody reads."""
        with self._lock:
            self._letters.append(letter)
            self._wake()

    def open(self) -> None:
        """On the loop that is to read from now on."""
        with self._lock:
            self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
            self._wake()

    def close(self) -> None:
        """Nobody reads any more; what was not taken is let go of."""
        with self._lock:
            self._loop = self._woken = None
            self._letters.clear()

    async def take(self) -> list[T]:
        """On the reading loop: all letters there are, at least one."""
        woken = self._woken
        if woken is None:
            raise RuntimeError("the mailbox is not open")
        while True:
            await woken.wait()
            with self._lock:
                woken.clear()
                letters = list(self._letters)
                self._letters.clear()
            if letters:
                return letters

    def _wake(self) -> None:
        if self._loop is None or self._woken is None or not self._letters:
            return
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:  # that loop has ended; who reads next opens the box anew
            self._loop = self._woken = None
