"""The time of one turn: how much is left of it, and what happens when none is.

The time in which a person is asked for an approval is theirs and does not count: who comes back
from lunch finds the question (until it expires), and not a turn that ran out of time meanwhile.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from app.orchestrator.limits import TurnLimits

_LOOK_SECONDS: Final = 1.0
"""While the person is asked nobody knows when time runs out: it is looked at so often."""


class TurnTime:
    """Goes on while the turn works, and stands while the person is asked.

    Args:
        limits: of the turn; they are told how long the person was asked.
        now: the loop's time.
    """

    def __init__(self, limits: TurnLimits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._asking = 0
        self._since = 0.0

    def deadline(self) -> float:
        """When the time is used up, by the loop's time; infinite while the person is asked."""
        return math.inf if self._asking else self._limits.deadline

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Within: the person is asked. Of several at a time, what they share counts once."""
        if not self._asking:
            self._since = self._now()
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1
            if not self._asking:
                self._limits.asked += self._now() - self._since


class Deadline:
    """Within: the task is cancelled once the loop's time has reached what ``when`` says.

    It may say something else later. A timer may fire early, too (Qt's do, by milliseconds): the
    time is looked at again then.
    """

    def __init__(self, when: Callable[[], float]) -> None:
        self._when = when
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.Handle | None = None
        self._passed = False

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._look()

    async def __aexit__(self, *failure: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def passed_alone(self) -> bool:
        """Whether it is why the task was cancelled, and nobody else cancelled it too."""
        if not self._passed or self._task is None:
            return False
        self._passed = False
        return self._task.uncancel() == 0

    def _look(self) -> None:
        left = self._when() - self._loop.time()
        if left > 0:
            wait = left if left < math.inf else _LOOK_SECONDS
            self._timer = self._loop.call_later(wait, self._look)
        elif self._task is not None:
            self._passed = True
            self._task.cancel()
