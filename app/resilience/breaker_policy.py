"""When a circuit breaker opens and for how long: the policy, and the counting behind it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

_MOST_CALLS: Final = 2_000
"""Outcomes kept for the share of failures, however many fall into the window."""


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens, and for how long. Times in seconds.

    Attributes:
        threshold: failures in a row that open it. A failure that began more than ``window``
            after the last one begins a new row.
        cooldown: the first time it stays open.
        longest: no time open is longer (but for ``cooldown`` itself and a server's wish).
        window: how far back the share of failures is counted.
        ratio: the share of failures that opens it.
        jitter: how far a time open may be off, as a share of it, up or down.
        lease: how long a probe may take before another is let through.
    """

    threshold: int = 5
    cooldown: float = 30.0
    longest: float = 600.0
    window: float = 60.0
    ratio: float = 0.5
    jitter: float = 0.2
    lease: float = 90.0

    @property
    def minimum_calls(self) -> int:
        """Fewer calls in the window say nothing about a share."""
        return 2 * self.threshold

    def open_seconds(self, times: int, chance: float) -> float:
        """How long to stay open, ``times`` after the first; ``chance`` from 0 to 1."""
        cap = max(self.longest, self.cooldown)
        doubled = min(cap, self.cooldown * 2.0 ** min(times, 32))
        return min(cap, doubled * (1 + self.jitter * (2 * chance - 1)))


class FailureWindow:
    """The failures in a row, and the outcomes of late. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.failures = 0
        """Failures in a row."""
        self._last_failure = -math.inf
        self._calls: deque[tuple[float, bool]] = deque(maxlen=_MOST_CALLS)

    def succeeded(self, now: float) -> None:
        """A call worked: the row of failures ends."""
        self.failures = 0
        self._last_failure = -math.inf
        self._calls.append((now, False))

    def failed(self, began: float, now: float, policy: BreakerPolicy) -> None:
        """A call that began at ``began`` failed."""
        if began - self._last_failure > policy.window:
            self.failures = 0
        self.failures += 1
        self._last_failure = now
        self._calls.append((now, True))

    def is_failing(self, now: float, policy: BreakerPolicy) -> bool:
        """Whether this is enough to open."""
        if self.failures >= policy.threshold:
            return True
        while self._calls and now - self._calls[0][0] > policy.window:
            self._calls.popleft()
        if len(self._calls) < policy.minimum_calls:
            return False
        return sum(failed for _, failed in self._calls) >= policy.ratio * len(self._calls)
