"""A child's place in its supervisor: how it stands, and how often it was restarted of late."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from app.resilience.supervision import Child, ChildState


@dataclass(slots=True)
class History:
    """Restarts of late: of one child, or of all where they are restarted together."""

    at: deque[float] = field(default_factory=deque)

    def count(self, now: float, within: float) -> int:
        """How many there were in the last ``within`` seconds, with one more now."""
        self.at.append(now)
        while now - self.at[0] > within:
            self.at.popleft()
        return len(self.at)


@dataclass(slots=True, eq=False)
class Cell:
    """A child's place: what it is, and how it stands.

    ``error``: how it crashed, until that was reported.
    """

    child: Child
    state: ChildState = ChildState.STOPPED
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    error: BaseException | None = None
    history: History = field(default_factory=History)
