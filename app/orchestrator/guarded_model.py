"""A model behind a circuit breaker: a service that keeps failing is left alone, and that is said.

One breaker stands for one service (a provider, or the address of a server). While it is open a
request fails at once, with the time it may be tried again. ``models`` is not guarded: the person
asks for that list by hand, to see whether the service answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Final

from app.domain.errors import ModelError, ModelPausedError
from app.domain.skills import Clock
from app.orchestrator.llm_client import (
    Completed,
    LLMClient,
    ModelEvent,
    ModelInfo,
    ModelPrice,
    ModelRequest,
    Patience,
)
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import BreakerSnapshot, CircuitBreaker, Outcome

# What an error of this kind says about the service. The key, the credit, the request or the length
# of the conversation are not its fault: pausing it would not mend them. A kind that is not listed
# counts as a failure where trying again may help.
_SAYS: Final[Mapping[str, Outcome]] = {
    "model_credentials": Outcome.NEUTRAL,
    "model_payment": Outcome.NEUTRAL,
    "model_refused": Outcome.NEUTRAL,
    "model_moderated": Outcome.NEUTRAL,
    "model_missing": Outcome.NEUTRAL,
    "context_too_long": Outcome.NEUTRAL,
    "model_paused": Outcome.NEUTRAL,
    "model_unreachable": Outcome.FAILURE,
    "model_timeout": Outcome.FAILURE,
    "model_stream": Outcome.FAILURE,
    "model_rate_limited": Outcome.FAILURE,
    "model_budget_busy": Outcome.FAILURE,
    "model_unavailable": Outcome.FAILURE,
}


def outcome_of_error(error: ModelError) -> Outcome:
    """What an error says about the health of the service.

    One that was reported inside a stream counts as what was reported.
    """
    unlisted = Outcome.FAILURE if error.retryable else Outcome.NEUTRAL
    inside = _SAYS.get(str(error.details.get("error", "")))
    return inside or _SAYS.get(error.kind, unlisted)


def guarded(client: LLMClient, service: str, breakers: Breakers, clock: Clock) -> LLMClient:
    """``client`` behind the breaker ``model: SERVICE``; the built-in guide needs none."""
    if client.provider == "guided":
        return client
    return GuardedModel(client, breakers.breaker(f"model: {service}"), clock)


def unguarded(client: LLMClient) -> LLMClient:
    """The client itself, for whom wants to change how it asks."""
    return client.client if isinstance(client, GuardedModel) else client


class GuardedModel:
    """An ``LLMClient`` that asks its breaker first."""

    def __init__(self, client: LLMClient, breaker: CircuitBreaker, clock: Clock) -> None:
        self.client = client
        self._breaker = breaker
        self._clock = clock

    @property
    def provider(self) -> str:
        """As the client's."""
        return self.client.provider

    @property
    def label(self) -> str:
        """As the client's."""
        return self.client.label

    @property
    def default_model(self) -> str | None:
        """As the client's."""
        return self.client.default_model

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Ask, and yield what comes.

        Raises ``ModelPausedError`` at once while the breaker is open, else what the client raises.
        Stopping on the way says nothing about the service.
        """
        permit = self._breaker.acquire()
        if permit is None:
            raise self._paused(self._breaker.snapshot)
        outcome, reason, retry_after = Outcome.NEUTRAL, "", None
        try:
            async with aclosing(self.client.stream(request)) as events:  # type: ignore[type-var]
                async for event in events:
                    self._breaker.renew(permit)
                    if isinstance(event, Completed):
                        outcome = Outcome.SUCCESS
                    yield event
            if outcome is Outcome.NEUTRAL:
                outcome, reason = Outcome.FAILURE, "The answer broke off."
        except ModelError as error:
            outcome, reason = outcome_of_error(error), error.message
            retry_after = error.retry_after
            raise
        finally:
            self._breaker.settle(permit, outcome, reason=reason, retry_after=retry_after)

    @property
    def patience(self) -> Patience | None:
        """As the client's."""
        return self.client.patience

    def context_length(self, model: str | None = None) -> int | None:
        """As the client's."""
        return self.client.context_length(model)

    def price(self, model: str | None = None) -> ModelPrice | None:
        """As the client's."""
        return self.client.price(model)

    async def models(self) -> list[ModelInfo]:
        """What the server offers; raises ``ModelError``."""
        return await self.client.models()

    async def aclose(self) -> None:
        """Close connections."""
        await self.client.aclose()

    def _paused(self, shot: BreakerSnapshot) -> ModelPausedError:
        now = self._clock.now()
        details = {
            "circuit": shot.name,
            "reason": shot.reason,
            "retry_at": shot.retry_at.isoformat() if shot.retry_at else "",
        }
        if shot.retry_at is None:
            return ModelPausedError(
                f"{self.label} was paused by hand: {shot.reason}",
                hint="Reset it under Circuits, or choose another model.",
                details=details,
            )
        seconds = max(0.0, (shot.retry_at - now).total_seconds())
        return ModelPausedError(
            f"{self.label} has failed too often and is left alone until "
            f"{_local_time(shot.retry_at)}. The last time: {shot.reason}",
            hint="Ask again then, choose another model, or reset it under Circuits.",
            details=details,
            retry_after=seconds,
        )


def _local_time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"
