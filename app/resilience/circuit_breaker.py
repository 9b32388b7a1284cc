"""Circuit breakers: a skill that keeps failing is left alone for a while, then probed once.

Closed: calls pass; ``threshold`` failures in a row open it. Open: calls are refused until
``cooldown`` seconds have passed. Half-open: exactly one probe passes; its success closes the
circuit, its failure opens it again. A result that comes from before the last change of state
is ignored. Neutral outcomes (denied, bad arguments, cancelled) count as neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from app.domain.events import CircuitState
from app.domain.skills import Clock


class Outcome(Enum):
    """What a permitted call came to, for its breaker."""

    SUCCESS = auto()
    FAILURE = auto()
    NEUTRAL = auto()


@dataclass(frozen=True, slots=True)
class BreakerSnapshot:
    """A breaker as a pane shows it.

    Attributes:
        failures: failures in a row now. successes: calls that worked since start.
        retry_at: UTC time of the next probe while open, else ``None``.
        reason: the last failure's words.
    """

    name: str
    state: CircuitState
    failures: int
    successes: int
    retry_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call; hand it back with ``CircuitBreaker.settle`` exactly once."""

    generation: int
    probe: bool


class CircuitBreaker:
    """One breaker. Owned by the loop's thread; nothing here waits."""

    def __init__(
        self,
        name: str,
        *,
        threshold: int,
        cooldown: float,
        clock: Clock,
        on_change: Callable[[BreakerSnapshot], None] | None = None,
    ) -> None:
        self._name = name
        self._threshold = threshold
        self._cooldown = cooldown
        self._clock = clock
        self._on_change = on_change
        self._state = CircuitState.CLOSED
        self._generation = 0
        self._failures = 0
        self._successes = 0
        self._opened_at = 0.0
        self._retry_at: datetime | None = None
        self._probing = False
        self._reason = ""

    @property
    def snapshot(self) -> BreakerSnapshot:
        """The breaker as it stands."""
        return BreakerSnapshot(
            self._name,
            self._state,
            self._failures,
            self._successes,
            self._retry_at if self._state is CircuitState.OPEN else None,
            self._reason,
        )

    def acquire(self) -> Permit | None:
        """Leave to make a call, or ``None`` while the circuit is open or being probed."""
        if self._state is CircuitState.OPEN and self._cooled_down():
            self._change(CircuitState.HALF_OPEN)
        if self._state is CircuitState.CLOSED:
            return Permit(self._generation, probe=False)
        if self._state is CircuitState.HALF_OPEN and not self._probing:
            self._probing = True
            return Permit(self._generation, probe=True)
        return None

    def settle(self, permit: Permit, outcome: Outcome, *, reason: str = "") -> None:
        """Say what the call came to."""
        if permit.generation != self._generation:
            return
        if permit.probe:
            self._probing = False
        match outcome:
            case Outcome.NEUTRAL:
                return
            case Outcome.SUCCESS:
                self._successes += 1
                self._failures = 0
                if self._state is CircuitState.HALF_OPEN:
                    self._reason = ""
                    self._change(CircuitState.CLOSED)
            case Outcome.FAILURE:
                self._failures += 1
                self._reason = reason
                if self._state is CircuitState.HALF_OPEN or self._failures >= self._threshold:
                    self._open()

    def reset(self) -> None:
        """Close the circuit by hand."""
        self._failures = 0
        self._reason = ""
        self._change(CircuitState.CLOSED)

    def _open(self) -> None:
        self._opened_at = self._clock.monotonic()
        self._retry_at = self._clock.now() + timedelta(seconds=self._cooldown)
        self._change(CircuitState.OPEN)

    def _cooled_down(self) -> bool:
        return self._clock.monotonic() - self._opened_at >= self._cooldown

    def _change(self, state: CircuitState) -> None:
        self._generation += 1
        self._probing = False
        if state is self._state:
            return
        self._state = state
        if self._on_change is not None:
            self._on_change(self.snapshot)


class Breakers:
    """The breaker of each skill, made when first asked for."""

    def __init__(
        self,
        *,
        threshold: int,
        cooldown: float,
        clock: Clock,
        on_change: Callable[[BreakerSnapshot], None] | None = None,
    ) -> None:
        self._threshold = threshold
        self._cooldown = cooldown
        self._clock = clock
        self._on_change = on_change
        self._breakers: dict[str, CircuitBreaker] = {}

    def breaker(self, name: str) -> CircuitBreaker:
        """The breaker called ``name``."""
        if name not in self._breakers:
            self._breakers[name] = CircuitBreaker(
                name,
                threshold=self._threshold,
                cooldown=self._cooldown,
                clock=self._clock,
                on_change=self._on_change,
            )
        return self._breakers[name]

    def all(self) -> tuple[BreakerSnapshot, ...]:
        """Every breaker, by name."""
        return tuple(self._breakers[name].snapshot for name in sorted(self._breakers))

    def reset(self, name: str) -> None:
        """Close the circuit called ``name`` by hand."""
        self.breaker(name).reset()
