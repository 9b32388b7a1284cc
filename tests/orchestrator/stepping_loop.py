"""An event loop that a test takes forward one step at a time, with a clock that jumps.

Nothing waits: where no task can go on, time goes to the next timer at once. There are no threads
and no files, so a run is the same each time.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any


class SteppingLoop(asyncio.SelectorEventLoop):
    """The real loop, but its time is ``seconds``. It is a ``Clock`` for what runs on it, too."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self._begin = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        super().__init__(_Never())

    def time(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def step(self, times: int = 1) -> None:
        """Let everything that can go on go on once."""
        for _ in range(times):
            self.call_soon(self.stop)
            self.run_forever()

    def settle(self, limit: int = 10_000) -> None:
        """Step until nothing can go on without time passing."""
        for _ in range(limit):
            self.step()
            if not self._ready:  # type: ignore[attr-defined]
                return
        raise AssertionError("it never comes to rest")

    def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.seconds + seconds
        self.settle()
        while (next_at := self._next()) is not None and next_at <= end:
            self.seconds = max(self.seconds, next_at)
            self.settle()
        self.seconds = end
        self.settle()

    def _next(self) -> float | None:
        timers = self._scheduled  # type: ignore[attr-defined]
        return min((t.when() for t in timers if not t.cancelled()), default=None)


class _Never(selectors.DefaultSelector):
    """Does not wait."""

    def select(self, timeout: float | None = None) -> list[Any]:
        return super().select(0)
