"""Tells the faces what happens in one turn."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import StewardError
from app.domain.events import (
    Answer,
    Delta,
    ErrorEvent,
    Event,
    Phase,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
    Waiting,
)
from app.domain.skills import Clock
from app.orchestrator.llm_client import TokenUsage


class TurnEvents:
    """Publishes the events of the turn ``turn_id``; its time begins now."""

    def __init__(
        self,
        conversation_id: str,
        turn_id: str,
        *,
        clock: Clock,
        publish: Callable[[Event], None],
    ) -> None:
        self._conversation_id = conversation_id
        self._turn_id = turn_id
        self._clock = clock
        self._publish = publish
        self._started = clock.monotonic()

    def started(self, text: str) -> None:
        """The person's message is stored and the turn begins."""
        self._publish(
            TurnStarted(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
            )
        )

    def waiting(self, phase: Phase, detail: str) -> None:
        """Nothing happens until something else answers."""
        now = self._clock.now()
        self._publish(
            Waiting(
                at=now,
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                phase=phase,
                detail=detail,
                since=now,
            )
        )

    def delta(self, text: str) -> None:
        """A part of the answer."""
        self._publish(
            Delta(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
            )
        )

    def usage(self, usage: TokenUsage) -> None:
        """What a model call took."""
        self._publish(
            Usage(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                cost=usage.cost,
                cached_tokens=usage.cached_tokens,
                cache_write_tokens=usage.cache_write_tokens,
                reasoning_tokens=usage.reasoning_tokens,
            )
        )

    def answer(self, text: str, suggestions: object) -> None:
        """The whole answer. ``suggestions``: a list of messages the person may send next."""
        self._publish(
            Answer(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
                suggestions=tuple(str(one) for one in suggestions)
                if isinstance(suggestions, list | tuple)
                else (),
            )
        )

    def error(self, error: StewardError) -> None:
        """What ended the turn."""
        self._publish(
            ErrorEvent(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                kind=error.kind,
                message=str(error),
            )
        )

    def finished(self, status: TurnStatus, iterations: int) -> None:
        """The turn is over."""
        self._publish(
            TurnFinished(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                status=status,
                iterations=iterations,
                duration_ms=round((self._clock.monotonic() - self._started) * 1000),
            )
        )
