"""The breakers of all skills and outside services, each made when first asked for."""

from __future__ import annotations

import random
from collections.abc import Callable

from app.domain.skills import Clock
from app.resilience.breaker_policy import BreakerPolicy
from app.resilience.circuit_breaker import (
    BreakerSnapshot,
    CircuitBreaker,
    Listener,
    tell,
)


class Breakers:
    """Breakers by name. Owned by the loop's thread.

    A skill's has the skill's name (``files.read``); one of an outside service begins with its kind
    (``model: OpenRouter``). All keep one policy, which may change at any time.
    """

    def __init__(
        self,
        *,
        threshold: int = 5,
        cooldown: float = 30.0,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        hide_secrets: Callable[[str], str] = lambda words: words,
    ) -> None:
        self._policy = BreakerPolicy(threshold=threshold, cooldown=cooldown)
        self._clock = clock
        self._chance = chance
        self._hide_secrets = hide_secrets
        self._listeners: tuple[Listener, ...] = ()
        self._breakers: dict[str, CircuitBreaker] = {}

    @property
    def policy(self) -> BreakerPolicy:
        """What all breakers keep to now."""
        return self._policy

    def configure(self, policy: BreakerPolicy) -> None:
        """Keep to another policy from now on; a time open that has begun stays as it is."""
        self._policy = policy

    def breaker(self, name: str) -> CircuitBreaker:
        """The breaker called ``name``."""
        found = self._breakers.get(name)
        if found is None:
            found = self._breakers[name] = CircuitBreaker(
                name,
                policy=lambda: self._policy,
                clock=self._clock,
                chance=self._chance,
                hide_secrets=self._hide_secrets,
            )
            found.subscribe(self._changed)
        return found

    def all(self) -> tuple[BreakerSnapshot, ...]:
        """Every breaker, by name."""
        return tuple(self._breakers[name].snapshot for name in sorted(self._breakers))

    def reset(self, name: str) -> None:
        """Close the circuit called ``name`` by hand."""
        self.breaker(name).reset()

    def trip(self, name: str, reason: str = "Tripped by hand.") -> None:
        """Open the circuit called ``name`` by hand, until ``reset``."""
        self.breaker(name).trip(reason)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of each change of state of any breaker; returns how to stop."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def _changed(self, snapshot: BreakerSnapshot) -> None:
        tell(self._listeners, snapshot)
