"""A circuit breaker: what keeps failing is left alone for a while, then probed once.

Closed: calls pass. It opens after ``threshold`` failures in a row, or when at least half of no
fewer than ``minimum_calls`` calls in the last ``window`` seconds failed. Open: calls are refused.
The time open doubles each time, up to ``longest``, with some chance in it so that many do not come
back at one moment; it is never shorter than the ``Retry-After`` a server sent. Half-open: exactly
one probe passes. Its success closes the circuit and forgets the doubling, its failure opens it
again; one that is never heard of again loses its leave when its lease ends.

A result from before the last change of state is ignored. Neutral outcomes (denied, bad arguments,
cancelled) count as neither and give the leave back. Nothing here waits, and nothing reads the
wall clock to decide.
"""

from __future__ import annotations

import logging
import math
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from app.domain.events import CircuitState
from app.domain.skills import Clock
from app.resilience.breaker_policy import BreakerPolicy, FailureWindow

logger = logging.getLogger(__name__)

_REMEMBERED: Final = 40
"""Outcomes kept for a face to draw."""
_REASON_LENGTH: Final = 300
_LONGEST_RETRY_AFTER: Final = 86_400.0


class Outcome(Enum):
    """What a permitted call came to, for its breaker."""

    SUCCESS = auto()
    FAILURE = auto()
    NEUTRAL = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """One outcome that counted. ``reason`` is a failure's words; ``at`` is UTC."""

    at: datetime
    failed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BreakerSnapshot:
    """A breaker as a pane shows it.

    Attributes:
        failures: failures in a row now. successes: calls that worked since start.
        retry_at: UTC time when a call is let through again: while open, or while a probe is out
            (then the end of its lease); ``None`` where a call passes now, or where nothing but a
            reset by hand helps.
        reason: the last failure's words, or those of who tripped it.
        opened: how often it has opened since start.
        by_hand: it was tripped by hand, and stays open until it is reset.
        history: the last outcomes that counted, oldest first.
    """

    name: str
    state: CircuitState
    failures: int
    successes: int
    retry_at: datetime | None
    reason: str
    opened: int = 0
    by_hand: bool = False
    history: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call; hand it back with ``CircuitBreaker.settle`` exactly once.

    ``at`` is the monotonic time it was given.
    """

    generation: int
    probe: bool
    at: float = 0.0


Listener = Callable[[BreakerSnapshot], None]


def _unchanged(words: str) -> str:
    return words


class CircuitBreaker:
    """One breaker. Owned by the loop's thread; nothing here waits.

    Args:
        name: the skill's name, or ``model: NAME`` and the like for a service.
        policy: asked whenever it matters, so that a changed setting holds at once (a time open
            that has begun stays as it is).
        clock: monotonic time decides, wall time is for faces.
        chance: 0 to 1, for the jitter.
        hide_secrets: takes secrets out of a reason.
    """

    def __init__(
        self,
        name: str,
        *,
        policy: Callable[[], BreakerPolicy] = BreakerPolicy,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        hide_secrets: Callable[[str], str] = _unchanged,
    ) -> None:
        self.name = name
        self._policy = policy
        self._clock = clock
        self._chance = chance
        self._hide_secrets = hide_secrets
        self._listeners: tuple[Listener, ...] = ()
        self._state = CircuitState.CLOSED
        self._generation = 0
        self._window = FailureWindow()
        self._history: deque[Mark] = deque(maxlen=_REMEMBERED)
        self._successes = 0
        self._opened = 0
        self._doublings = 0
        self._retry_from = 0.0
        self._not_before = 0.0
        self._wished_at = 0.0
        self._by_hand = False
        self._lease_end: float | None = None
        self._reason = ""
        self._news: deque[BreakerSnapshot] = deque()
        """Changes that listeners are being told of, the first of them now."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told, at once and in order, of each change of state; returns how to stop.

        A listener that raises is logged and harms nobody. One that changes the state itself (a
        reset, say) is told of that after all have been told of the first change.
        """
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    @property
    def snapshot(self) -> BreakerSnapshot:
        """The breaker as it stands."""
        return BreakerSnapshot(
            self.name,
            self._state,
            self._window.failures,
            self._successes,
            self._retry_at(),
            self._reason,
            self._opened,
            self._by_hand,
            tuple(self._history),
        )

    def acquire(self) -> Permit | None:
        """Leave to make a call, or ``None`` while the circuit is open or being probed."""
        now = self._clock.monotonic()
        if self._state is CircuitState.CLOSED:
            return Permit(self._generation, probe=False, at=now)
        if self._by_hand:
            return None
        lease_end = now + self._policy().lease
        if self._state is CircuitState.OPEN:
            if now < self._retry_from:
                return None
            permit = Permit(self._generation + 1, probe=True, at=now)
            self._change(CircuitState.HALF_OPEN, lease_end)
            return permit
        if self._lease_end is not None:
            if now < self._lease_end:
                return None
            self._generation += 1  # what the lost probe may still say is of no interest
        self._lease_end = lease_end
        return Permit(self._generation, probe=True, at=now)

    def renew(self, permit: Permit) -> None:
        """The call shows signs of life: a probe's lease begins anew."""
        if permit.probe and permit.generation == self._generation:
            self._lease_end = self._clock.monotonic() + self._policy().lease

    def settle(
        self,
        permit: Permit,
        outcome: Outcome,
        *,
        reason: str = "",
        retry_after: float | None = None,
    ) -> None:
        """Say what the call came to.

        Args:
            permit: what ``acquire`` gave.
            outcome: a neutral one only gives the leave back.
            reason: a failure's words.
            retry_after: seconds the server wants to be left alone from now on. It opens nothing
                by itself, but what opens stays open at least so long.
        """
        if permit.generation != self._generation:
            return
        if permit.probe:
            self._lease_end = None
        match outcome:
            case Outcome.NEUTRAL:
                return
            case Outcome.SUCCESS:
                self._succeed(permit)
            case Outcome.FAILURE:
                self._fail(permit, reason, retry_after)

    def reset(self) -> None:
        """Close the circuit by hand; what was counted is forgotten."""
        self._close()

    def trip(self, reason: str = "Tripped by hand.") -> None:
        """Open the circuit by hand. It stays open until ``reset``."""
        already_open = self._state is CircuitState.OPEN
        self._by_hand = True
        self._reason = self._words(reason)
        self._open(math.inf)
        if already_open:  # no change of state, yet it is news: nothing but a reset helps now
            self._tell()

    # -- inside ----------------------------------------------------------------------------

    def _succeed(self, permit: Permit) -> None:
        self._successes += 1
        if permit.at >= self._wished_at:
            self._not_before = 0.0  # it works again: what it wished before is over
        self._window.succeeded(self._clock.monotonic())
        self._history.append(Mark(self._clock.now(), failed=False))
        if self._state is CircuitState.HALF_OPEN:
            self._close()

    def _fail(self, permit: Permit, reason: str, retry_after: float | None) -> None:
        policy, now = self._policy(), self._clock.monotonic()
        self._window.failed(permit.at, now, policy)
        self._reason = self._words(reason)
        self._history.append(Mark(self._clock.now(), failed=True, reason=self._reason))
        if retry_after is not None and 0 < retry_after < math.inf:
            self._not_before = max(self._not_before, now + min(retry_after, _LONGEST_RETRY_AFTER))
            self._wished_at = now
        if self._state is CircuitState.HALF_OPEN or self._window.is_failing(now, policy):
            seconds = policy.open_seconds(self._doublings, self._chance())
            self._doublings += 1
            self._open(max(now + seconds, self._not_before))

    def _open(self, until: float) -> None:
        self._retry_from = until
        if self._state is not CircuitState.OPEN:
            self._opened += 1
        self._change(CircuitState.OPEN)

    def _close(self) -> None:
        self._window = FailureWindow()
        self._doublings = 0
        self._not_before = 0.0
        self._by_hand = False
        self._reason = ""
        self._change(CircuitState.CLOSED)

    def _words(self, reason: str) -> str:
        words = self._hide_secrets(reason)
        return words if len(words) <= _REASON_LENGTH else words[: _REASON_LENGTH - 1] + "…"

    def _retry_at(self) -> datetime | None:
        if self._by_hand:
            return None
        match self._state:
            case CircuitState.OPEN:
                moment: float | None = self._retry_from
            case CircuitState.HALF_OPEN:
                moment = self._lease_end
            case _:
                moment = None
        if moment is None:
            return None
        return self._clock.now() + timedelta(seconds=moment - self._clock.monotonic())

    def _change(self, state: CircuitState, lease_end: float | None = None) -> None:
        # All is set before anybody is told: a listener may ask for leave itself.
        self._generation += 1
        self._lease_end = lease_end
        if state is self._state:
            return
        self._state = state
        self._tell()

    def _tell(self) -> None:
        self._news.append(self.snapshot)
        if len(self._news) > 1:
            return  # a listener made this change: it is told when the one before has been
        try:
            while self._news:
                tell(self._listeners, self._news[0])
                self._news.popleft()
        finally:
            self._news.clear()


def tell(listeners: Iterable[Listener], snapshot: BreakerSnapshot) -> None:
    """Tell each listener; one that raises is logged and skipped."""
    for listener in listeners:
        try:
            listener(snapshot)
        except Exception:  # whoever listens must not change how a circuit behaves
            logger.exception("breaker listener failed", extra={"breaker": snapshot.name})
