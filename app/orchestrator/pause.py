"""No new turn begins until the person says so; what runs goes on to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pause:
    """Shared by all engines; owned by the loop's thread. Not kept: a new run is not paused.

    ``changed`` is called after each change; one listener is enough, the window.
    """

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self.changed: Callable[[], None] = lambda: None

    @property
    def is_on(self) -> bool:
        """Whether messages have to wait."""
        return not self._open.is_set()

    def begin(self) -> None:
        """Let nothing new begin."""
        if not self.is_on:
            self._open.clear()
            self.changed()

    def end(self) -> None:
        """Let the messages that waited have their turns, in their order."""
        if self.is_on:
            self._open.set()
            self.changed()

    async def over(self) -> None:
        """Wait until nothing is held back."""
        while self.is_on:  # it may have begun once more before the waiter is woken
            await self._open.wait()
