"""Trying again: what Google says may pass, with growing pauses, within bounds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from app.files.drive_client import Check, unchecked
from app.integrations.google.failures import Refusal, Unreached

T = TypeVar("T")
Failure = Refusal | Unreached

_SLICE: Final = 0.25
"""Cancel is heard this often, in seconds, while waiting."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long. Times in seconds.

    Attributes:
        tries: at most, where Google answers.
        unreached_tries: at most, where it does not.
        first: the first pause; each next one is twice as long, plus up to ``jitter``.
        longest: no pause is longer, but for one that Google asks for.
        total: after so long no new try begins, and no pause that would last longer.
    """

    tries: int = 6
    unreached_tries: int = 4
    first: float = 1.0
    jitter: float = 1.0
    longest: float = 32.0
    total: float = 120.0


class Waiting:
    """Pauses that can be cut short."""

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        wait: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self._wait = wait
        self._chance = chance
        self.monotonic = monotonic

    def pause(self, seconds: float, check: Check) -> None:
        """Wait; raises what ``check`` raises."""
        while seconds > 0:
            check()
            piece = min(seconds, _SLICE)
            self._wait(piece)
            seconds -= piece
        check()

    def length(self, failures: int) -> float:
        """How long to wait after so many failures in a row (the first is 1)."""
        grown = self.policy.first * 2.0 ** min(failures - 1, 30)
        return min(self.policy.longest, grown + self.policy.jitter * self._chance())


class Attempts:
    """The tries of one request, or of the pieces of one transfer.

    Attributes:
        unsure: whether a try failed in a way that leaves open whether it was carried out.
    """

    def __init__(self, waiting: Waiting, check: Check = unchecked) -> None:
        self._waiting = waiting
        self._check = check
        self._began = waiting.monotonic()
        self._waited = 0.0
        self._failures = 0
        self.unsure = False

    def went_on(self) -> None:
        """A piece got through: the row of failures ends."""
        self._began = self._waiting.monotonic()
        self._waited = 0.0
        self._failures = 0

    def wait_after(self, failure: Failure) -> None:
        """Wait until the next try may begin; raises ``failure`` if there is none."""
        self._failures += 1
        refused = isinstance(failure, Refusal)
        self.unsure = self.unsure or failure.leaves_open
        policy = self._waiting.policy
        most = policy.tries if refused else policy.unreached_tries
        if not failure.may_pass or self._failures >= most:
            raise failure
        asked = failure.retry_after if isinstance(failure, Refusal) else None
        seconds = max(self._waiting.length(self._failures), asked or 0.0)
        past = max(self._waiting.monotonic() - self._began, self._waited)
        if past + seconds > policy.total:
            raise failure
        self._waiting.pause(seconds, self._check)
        self._waited += seconds


def repeated(act: Callable[[], T], attempts: Attempts) -> T:
    """What ``act`` gives, at the first try that works. Raises the last ``Failure``."""
    while True:
        try:
            return act()
        except (Refusal, Unreached) as failure:
            attempts.wait_after(failure)
