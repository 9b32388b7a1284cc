"""Records each turn as it runs: what was asked of the model, what came, how it ended.

It never fails a turn and never keeps one waiting: what is noted is packed and written on the
database's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.domain.errors import StewardError
from app.domain.message_forms import Form
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.domain.turns import TurnState
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.engine_parts import CallRecording
from app.orchestrator.llm_client import LLMClient, ModelEvent, ModelPrice, ModelRequest
from app.orchestrator.request_packing import RequestPacker
from app.orchestrator.response_forms import ResponseForm
from app.storage.traces import Stored, Traces

CALL_INTERRUPTED: Final = "interrupted"


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
            llm=llm,
            window=llm.context_length(request.model),
            price=llm.price(request.model),
            surroundings=self._surroundings() if number == 1 else None,
        )

    def end_turn(
        self, turn_id: str, *, state: TurnState, reason: str, message: str, iterations: int
    ) -> None:
        """The turn is over: nothing more of it is recorded."""
        self._running.pop(turn_id, None)
        self._traces.flush()


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
        llm: LLMClient,
        window: int | None,
        price: ModelPrice | None,
        surroundings: Mapping[str, Any] | None,
    ) -> None:
        self._traces = traces
        self._clock = clock
        self._turn_id = turn_id
        self._running = running
        self._number = number
        self._request = request
        self._llm = llm
        self._window = window
        self._price = None if price is None else dataclasses.asdict(price)
        self._surroundings = surroundings
        self._started_at: datetime = clock.now()
        self._started = clock.monotonic()
        self._response = ResponseForm(self._since)

    def event(self, event: ModelEvent) -> None:
        """Something came."""
        self._response.add(event)

    def end(self, status: str, error: StewardError | None = None) -> None:
        """It is over."""
        response = self._response
        completed, default = response.completed, self._llm.default_model
        response.error = error

        def say(stored: Stored) -> tuple[Form, Form]:
            request = self._running.packer.pack(self._request, stored)
            request |= {"provider": self._llm.provider, "window": self._window}
            if self._price is not None:
                request["price"] = self._price
            if self._surroundings is not None:
                request["surroundings"] = dict(self._surroundings)
            return request, response.form()

        self._traces.add_call(
            turn_id=self._turn_id,
            conversation_id=self._running.conversation_id,
            number=self._number,
            provider=self._llm.label,
            model=(completed and completed.model) or self._request.model or default,
            status=status,
            started_at=self._started_at,
            say=say,
        )

    def _since(self) -> int:
        return round((self._clock.monotonic() - self._started) * 1000)
