"""Records each turn as it runs: what was asked of the model, what came, how it ended.

It never fails a turn and never keeps one waiting: what is noted is packed and written on the
database's thread.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from app.domain.errors import StewardError
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.domain.turns import ModelCallRecord, TurnRecord, TurnState
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.llm_client import LLMClient, ModelEvent, ModelRequest
from app.orchestrator.request_packing import RequestPacker
from app.orchestrator.response_forms import ResponseForm
from app.storage.traces import Stored, Traces

CALL_OK: Final = "ok"
CALL_INTERRUPTED: Final = "interrupted"


class CallRecording(Protocol):
    """One call of a model while it is under way."""

    def event(self, event: ModelEvent) -> None:
        """Something came."""
        ...

    def end(self, status: str, error: StewardError | None = None) -> None:
        """It is over: ``ok``, ``interrupted``, or an error's kind. Once, on every path."""
        ...


class ModelRecorder(Protocol):
    """What the engine tells of its turns; every turn that begins ends."""

    def begin_turn(
        self, turn_id: str, conversation_id: str, channel: Channel, mode: ApprovalMode
    ) -> None:
        """The person's message is stored and the turn runs."""
        ...

    def begin(self, turn_id: str, number: int, request: ModelRequest) -> CallRecording:
        """The model is asked; ``number`` is 1 for the first call of the turn."""
        ...

    def end_turn(
        self, turn_id: str, *, state: TurnState, reason: str, message: str, iterations: int
    ) -> None:
        """The turn is over."""
        ...


@dataclass(slots=True)
class _Running:
    conversation_id: str
    packer: RequestPacker = field(default_factory=RequestPacker)
    """Used on the database's thread only."""


class TraceRecorder:
    """Writes the record to ``Traces``. Owned by the loop's thread.

    Args:
        llm: the model that is asked now.
        surroundings: what the turn's context is made from just now, as JSON; kept with the
            first call, so that a replay can make it again.
    """

    def __init__(
        self,
        traces: Traces,
        clock: Clock,
        *,
        llm: Callable[[], LLMClient],
        surroundings: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._traces = traces
        self._clock = clock
        self._llm = llm
        self._surroundings = surroundings
        self._running: dict[str, _Running] = {}

    def begin_turn(
        self, turn_id: str, conversation_id: str, channel: Channel, mode: ApprovalMode
    ) -> None:
        """The person's message is stored and the turn runs."""
        self._running[turn_id] = _Running(conversation_id)
        self._traces.begin_turn(
            TurnRecord(
                id=turn_id,
                conversation_id=conversation_id,
                channel=channel,
                mode=mode.value,
                started_at=self._clock.now(),
            )
        )

    def begin(self, turn_id: str, number: int, request: ModelRequest) -> CallRecording:
        """The model is asked. The turn has begun."""
        llm = self._llm()
        return _Recording(
            traces=self._traces,
            clock=self._clock,
            turn_id=turn_id,
            running=self._running[turn_id],
            number=number,
            request=request,
            provider=llm.provider,
            model=request.model or llm.default_model,
            surroundings=self._surroundings() if number == 1 else None,
        )

    def end_turn(
        self, turn_id: str, *, state: TurnState, reason: str, message: str, iterations: int
    ) -> None:
        """The turn is over; one that never began is passed over."""
        if self._running.pop(turn_id, None) is not None:
            self._traces.end_turn(
                turn_id, state=state, reason=reason, message=message, iterations=iterations
            )


class _Recording:
    """One call, written when it ends."""

    def __init__(
        self,
        *,
        traces: Traces,
        clock: Clock,
        turn_id: str,
        running: _Running,
        number: int,
        request: ModelRequest,
        provider: str,
        model: str | None,
        surroundings: Mapping[str, Any] | None,
    ) -> None:
        self._traces = traces
        self._clock = clock
        self._turn_id = turn_id
        self._running = running
        self._number = number
        self._request = request
        self._provider = provider
        self._model = model
        self._surroundings = surroundings
        self._started_at: datetime = clock.now()
        self._started = clock.monotonic()
        self._response = ResponseForm(self._since)

    def event(self, event: ModelEvent) -> None:
        """Something came."""
        self._response.add(event)

    def end(self, status: str, error: StewardError | None = None) -> None:
        """It is over."""
        response, duration_ms = self._response, self._since()
        response.error = error

        def record(stored: Stored) -> ModelCallRecord:
            request = self._running.packer.pack(self._request, stored)
            if self._surroundings is not None:
                request["surroundings"] = dict(self._surroundings)
            completed, usage = response.completed, response.usage
            cost = [one.cost for one in usage if one.cost is not None]
            return ModelCallRecord(
                id=uuid.uuid4().hex,
                turn_id=self._turn_id,
                conversation_id=self._running.conversation_id,
                number=self._number,
                provider=self._provider,
                model=(completed and completed.model) or self._model,
                status=status,
                started_at=self._started_at,
                request=request,
                response=response.form(),
                prompt_tokens=sum(one.prompt_tokens for one in usage),
                completion_tokens=sum(one.completion_tokens for one in usage),
                cached_tokens=sum(one.cached_tokens for one in usage),
                cache_write_tokens=sum(one.cache_write_tokens for one in usage),
                reasoning_tokens=sum(one.reasoning_tokens for one in usage),
                cost=sum(cost) if cost else None,
                first_chunk_ms=response.first_chunk_ms,
                duration_ms=duration_ms,
            )

        self._traces.add_call(record)

    def _since(self) -> int:
        return round((self._clock.monotonic() - self._started) * 1000)
