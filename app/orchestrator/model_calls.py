"""The requests one turn makes to a model: told of, timed, counted, kept, and never silent."""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.domain.errors import ModelStreamError, StewardError
from app.domain.events import Phase, Severity
from app.domain.tool_calls import ToolCall
from app.domain.turns import ModelCallRecord
from app.orchestrator.engine_parts import CallRecording, EngineParts
from app.orchestrator.limits import TurnLimits
from app.orchestrator.llm_client import (
    Completed,
    LLMClient,
    ModelEvent,
    ModelRequest,
    Progress,
    ReasoningDelta,
    Remark,
    TextDelta,
    TokenUsage,
)
from app.orchestrator.tokens import CHARACTERS_PER_TOKEN
from app.orchestrator.turn_events import TurnEvents
from app.orchestrator.turn_journal import TurnJournal
from app.orchestrator.turn_time import Deadline

STALL_SECONDS: Final = 1.0
"""Nothing came for so long, in the middle of an answer: the person is told what is waited for."""
_LONGEST: Final = 86_400.0
"""Seconds; a deadline further away is none that anybody waits for."""
_FRAME_SECONDS: Final = 0.008
_UNWATCHED: Final = (
    "{} says neither what a call costs nor its prices. The limit you set in dollars cannot be "
    "kept with it; a limit of tokens (max_turn_tokens) can."
)
_OK: Final = "ok"
_INTERRUPTED: Final = "interrupted"


class OutOfTimeError(Exception):
    """The deadline of a request passed; what came before it is with the listener."""


@dataclass(slots=True)
class _Heard:
    """What came of one request so far."""

    started: float
    started_at: datetime
    completed: Completed | None = None
    usage: list[TokenUsage] = field(default_factory=list)
    said: int = 0
    first_chunk: float | None = None

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """What the answer asks for, once it is whole."""
        return self.completed.tool_calls if self.completed is not None else ()


class ModelCalls:
    """Makes the requests of one turn and keeps a row of each, however it ended."""

    def __init__(
        self,
        parts: EngineParts,
        events: TurnEvents,
        journal: TurnJournal,
        limits: TurnLimits,
        *,
        conversation_id: str,
        turn_id: str,
    ) -> None:
        self._parts = parts
        self._events = events
        self._journal = journal
        self._limits = limits
        self._conversation_id = conversation_id
        self._turn_id = turn_id
        self._number = 0

    def may_summarise(self, tokens: int, *, then: int) -> bool:
        """Whether the limits leave room for a summary of so many tokens, and a call after it."""
        return self._limits.may_summarise(tokens, then)

    async def stream(
        self,
        llm: LLMClient,
        request: ModelRequest,
        hear: Callable[[TextDelta | ReasoningDelta], None],
        *,
        deadline: float,
        expected_tokens: int,
        phase: Phase = Phase.MODEL,
    ) -> Completed:
        """Ask, and let ``hear`` have each piece as it comes.

        Args:
            llm: who is asked.
            request: what.
            hear: told of words and thoughts.
            deadline: in the loop's time.
            expected_tokens: about how long the request is; counted where the server does not say
                what the call took.
            phase: what the person is told is waited for.

        Raises:
            OutOfTimeError: the deadline passed.
            ModelError: and its kin; also where the stream ended without an end.
        """
        self._number += 1
        request = dataclasses.replace(request, max_tokens=self._limits.room.answer)
        clock = self._parts.clock
        heard = _Heard(clock.monotonic(), clock.now())
        recording = self._begin_recording(request)
        self._events.wait_begins(
            phase, llm.label, patience=llm.patience, time_up=self._time_up(deadline)
        )
        status: str = _INTERRUPTED
        failure: StewardError | None = None
        try:
            await self._listen(llm, request, heard, hear, recording, phase, deadline)
            if heard.completed is None:
                raise ModelStreamError("The model's answer broke off.", hint="Ask again.")
            status = _OK
            return heard.completed
        except StewardError as error:
            status, failure = error.kind, error
            raise
        finally:
            if recording is not None:
                recording.end(status, failure)
            self._keep(llm, request, heard, status, expected_tokens)

    async def _listen(
        self,
        llm: LLMClient,
        request: ModelRequest,
        heard: _Heard,
        hear: Callable[[TextDelta | ReasoningDelta], None],
        recording: CallRecording | None,
        phase: Phase,
        deadline: float,
    ) -> None:
        stall = _Stall(lambda: self._events.waiting(phase, llm.label))
        limit = Deadline(lambda: deadline)
        time = asyncio.get_running_loop().time
        others_had_it = time()
        if others_had_it >= deadline:
            raise OutOfTimeError
        try:
            async with limit, aclosing(llm.stream(request)) as stream:  # type: ignore[type-var]
                async for event in stream:
                    if recording is not None:
                        recording.event(event)
                    self._take(event, heard, hear, phase, stall)
                    # What came in one piece must not keep the window from moving.
                    if time() - others_had_it > _FRAME_SECONDS:
                        await asyncio.sleep(0)
                        others_had_it = time()
        except asyncio.CancelledError:
            if limit.passed_alone():
                raise OutOfTimeError from None
            raise
        finally:
            stall.stop()

    def _take(
        self,
        event: ModelEvent,
        heard: _Heard,
        hear: Callable[[TextDelta | ReasoningDelta], None],
        phase: Phase,
        stall: _Stall,
    ) -> None:
        match event:
            case TextDelta(text) | ReasoningDelta(text):
                if heard.first_chunk is None:
                    heard.first_chunk = self._parts.clock.monotonic()
                heard.said += len(text)
                hear(event)
                stall.begin()
            case Progress(detail, retry_in):
                if retry_in is None:
                    self._events.sign_of_life(phase, detail)
                else:
                    self._events.retries(detail, retry_in)
            case Remark(words):
                self._events.notice(Severity.WARNING, "model", words)
            case TokenUsage():
                priced = self._priced(event)
                heard.usage.append(priced)
                self._events.usage(priced)
            case Completed():
                heard.completed = event

    def _time_up(self, deadline: float) -> datetime | None:
        """When the turn's time is up, by the clock; ``None`` where it has no end."""
        left = deadline - asyncio.get_running_loop().time()
        if left > _LONGEST:
            return None
        return self._parts.clock.now() + timedelta(seconds=left)

    def _count(self, llm: LLMClient, heard: _Heard, status: str, expected: int) -> float | None:
        """Count what a call took towards the limits; its cost in US dollars, where known."""
        spending = self._limits.spending
        took = heard.usage
        if not took and (heard.completed or heard.said or status == _INTERRUPTED):
            # Asked and not told: it is counted as far as it can be seen.
            answer = heard.said + sum(len(c.canonical) for c in heard.calls)
            took = [self._priced(TokenUsage(expected, -(-answer // CHARACTERS_PER_TOKEN)))]
        known = [one.cost for one in took if one.cost is not None]
        cost = sum(known) if known else None
        if took:
            spending.used(
                expected,
                sum(one.prompt_tokens for one in took),
                sum(one.completion_tokens for one in took),
                cost,
            )
        if took and cost is None and self._limits.bounds.costs:
            self._tell_of_unknown_costs(llm)
        return cost

    def _priced(self, usage: TokenUsage) -> TokenUsage:
        """``usage`` with what it cost: as the server said, else by its prices, where known."""
        price = self._limits.spending.price
        if usage.cost is not None or price is None:
            return usage
        return dataclasses.replace(usage, cost=price.of(usage))

    def _tell_of_unknown_costs(self, llm: LLMClient) -> None:
        if self._parts.prices.first_time_unknown(llm):
            self._events.notice(
                Severity.WARNING, "limits", _UNWATCHED.format(llm.label), "cost_unknown"
            )

    def _begin_recording(self, request: ModelRequest) -> CallRecording | None:
        recorder = self._parts.recorder
        return None if recorder is None else recorder.begin(self._turn_id, self._number, request)

    def _keep(
        self, llm: LLMClient, request: ModelRequest, heard: _Heard, status: str, expected: int
    ) -> None:
        usage, completed = heard.usage, heard.completed
        cost = self._count(llm, heard, status, expected)
        end, first = self._parts.clock.monotonic(), heard.first_chunk
        self._journal.kept(
            self._parts.usage.add(
                ModelCallRecord(
                    id=uuid.uuid4().hex,
                    turn_id=self._turn_id,
                    conversation_id=self._conversation_id,
                    number=self._number,
                    provider=llm.label,
                    model=(completed and completed.model) or request.model or llm.default_model,
                    status=status,
                    started_at=heard.started_at,
                    prompt_tokens=sum(one.prompt_tokens for one in usage),
                    completion_tokens=sum(one.completion_tokens for one in usage),
                    cached_tokens=sum(one.cached_tokens for one in usage),
                    cache_write_tokens=sum(one.cache_write_tokens for one in usage),
                    reasoning_tokens=sum(one.reasoning_tokens for one in usage),
                    cost=cost,
                    first_chunk_ms=None if first is None else round((first - heard.started) * 1000),
                    duration_ms=round((end - heard.started) * 1000),
                )
            )
        )


class _Stall:
    """Calls ``tell`` once nothing has come for a while; one timer, however much comes."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._timer: asyncio.Handle | None = None

    def begin(self) -> None:
        """Something came."""
        self._last = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(STALL_SECONDS, self._look)

    def stop(self) -> None:
        """It is over."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        left = self._last + STALL_SECONDS - self._loop.time()
        self._timer = self._loop.call_later(left, self._look) if left > 0 else None
        if left <= 0:
            self._tell()
