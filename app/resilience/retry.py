"""Back-off: whether to try again and how long to wait. It only counts; who uses it sleeps."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.skills import Clock


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient to be. All times in seconds.

    Attributes:
        retries: tries after the first one.
        base: the first wait is drawn from 0 to this; it doubles each time.
        cap: no drawn wait is longer.
        longest_retry_after: a server that asks for more is not tried again.
        deadline: no wait ends later than this after the start.
    """

    retries: int = 3
    base: float = 0.5
    cap: float = 8.0
    longest_retry_after: float = 120.0
    deadline: float = 180.0


class Backoff:
    """The waits of one piece of work. Its time starts when it is made."""

    def __init__(
        self, policy: RetryPolicy, *, clock: Clock, chance: Callable[[], float] = random.random
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._chance = chance
        self._started = clock.monotonic()
        self._used = 0

    def next_wait(self, retry_after: float | None = None) -> float | None:
        """Seconds to wait before the next try, or ``None``: give up.

        Args:
            retry_after: what the server asked for; kept exactly where it is bearable. Without
                it the wait is drawn evenly from 0 to the current bound ("full jitter"), so
                that many clients do not come back at one moment.
        """
        policy = self._policy
        if self._used >= policy.retries:
            return None
        if retry_after is None:
            wait = self._chance() * min(policy.cap, policy.base * 2.0**self._used)
        elif retry_after > policy.longest_retry_after:
            return None
        else:
            wait = max(0.0, retry_after)
        if self._clock.monotonic() - self._started + wait > policy.deadline:
            return None
        self._used += 1
        return wait


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """What ``Retry-After`` asks for: seconds, or an HTTP date read against ``now``.

    ``retry-after-ms`` is finer and wins where a server sends both. Header names are looked up
    in lower case. Anything unreadable is ``None``; a date in the past is 0.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value, now)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _seconds_until(value: str, now: datetime) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if when.tzinfo is None:  # "-0000": UTC by RFC 5322
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
