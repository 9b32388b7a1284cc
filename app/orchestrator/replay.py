"""Runs a recorded turn again and finds the first thing that is different now.

The engine, its limits and its context are those of every day. The model says what it said, the
skills' results are what they were, the clock goes as it went: no network, no file, no database.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import ModelStreamError
from app.domain.events import Event, TurnFinished, TurnStatus
from app.domain.message_forms import call_from
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.turns import TurnState
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.batch import Record
from app.orchestrator.differences import Difference, shown
from app.orchestrator.dispatch import TurnScope
from app.orchestrator.engine import Engine, TurnOutcome
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.llm_client import ModelEvent, ModelInfo, ModelPrice, ModelRequest
from app.orchestrator.recorded_parts import (
    RecordedClock,
    RecordedContext,
    RecordedConversations,
    RecordedLoop,
    RecordedSummaries,
    RecordedUsage,
)
from app.orchestrator.recorded_turn import RecordedCall, RecordedTurn
from app.orchestrator.request_packing import request_form
from app.orchestrator.response_forms import error_of, events_of
from app.orchestrator.tracing import CALL_INTERRUPTED
from app.redaction import Redactor

DEADLINE_SECONDS: Final = 60.0
"""A replay that takes longer is different: it waits for what never comes."""

_CUT_SHORT: Final = (TurnState.CANCELLED, TurnState.INTERRUPTED, TurnState.RUNNING)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to. ``requests``: how many were compared."""

    requests: int
    state: str
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class SkillsNow:
    """What the skills are now.

    Attributes:
        manuals: each domain and what it is for.
        tools: what a model may call.
        changes: whether the tool of this name can change something.
    """

    manuals: Mapping[str, str]
    tools: Sequence[ToolDefinition]
    changes: Callable[[str], bool]


async def replay(recording: RecordedTurn, skills: SkillsNow) -> Replay:
    """Run the turn again, in a thread and on an event loop of its own: its time is another's."""
    return await asyncio.to_thread(_replay, recording, skills)


def _replay(recording: RecordedTurn, skills: SkillsNow) -> Replay:
    with asyncio.Runner(loop_factory=RecordedLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, RecordedLoop)
        return runner.run(_run_again(recording, skills, loop))


async def _run_again(recording: RecordedTurn, skills: SkillsNow, loop: RecordedLoop) -> Replay:
    stage = _Stage(recording, skills, loop)
    running = asyncio.create_task(stage.run())
    # By the clock on the wall: the loop's own time jumps.
    late = threading.Timer(DEADLINE_SECONDS, loop.call_soon_threadsafe, (running.cancel,))
    late.daemon = True
    late.start()
    try:
        stage.compare_end(await running)
    except asyncio.CancelledError:
        stage.differs("the end of the turn", recording.turn.state.value, "it does not end")
    finally:
        late.cancel()
    return Replay(stage.model.asked, stage.state, stage.difference)


class _Stage:
    """Everything a turn needs, as it was."""

    def __init__(self, recording: RecordedTurn, skills: SkillsNow, loop: RecordedLoop) -> None:
        self._recording = recording
        self.difference: Difference | None = None
        self.state = ""
        self._reason = ""
        self.clock = RecordedClock(recording.turn.started_at, loop.jump)
        self.model = _RecordedModel(recording, self)
        conversations = RecordedConversations(recording)
        bounds = dataclasses.replace(recording.bounds, day_cost=None)
        self._engine = Engine(
            recording.turn.conversation_id,
            EngineParts(
                conversations=conversations,
                turns=conversations,
                usage=RecordedUsage(),
                summaries=RecordedSummaries(conversations),
                dispatch=_RecordedDispatch(recording, self),
                context=RecordedContext(recording, skills.manuals, tuple(skills.tools)),
                llm=lambda: self.model,
                redactor=Redactor(),  # what was recorded holds no secret
                clock=self.clock,
                publish=self._take,
                bounds=lambda: bounds,
                changes=skills.changes,
                context_tokens=lambda: recording.context_tokens,
            ),
        )

    async def run(self) -> TurnOutcome:
        """The turn."""
        turn = self._recording.turn
        return await self._engine.run_turn(
            self._recording.text,
            channel=turn.channel,
            mode=ApprovalMode(turn.mode),
            attachments=self._recording.attachments,
        )

    async def stopped(self) -> None:
        """Stop pressed at this moment, as it was; never returns."""
        self._engine.cancel()
        await asyncio.Event().wait()

    @property
    def was_cut_short(self) -> bool:
        """Whether the recorded turn was stopped, or ended with its process."""
        return self._recording.turn.state in _CUT_SHORT

    def differs(self, where: str, recorded: object, now: object) -> None:
        """Keep the first difference, if this is one."""
        if self.difference is None and recorded != now:
            self.difference = Difference(where, shown(recorded), shown(now))

    def compare_end(self, outcome: TurnOutcome) -> None:
        """Compare how it ended."""
        calls, turn = self._recording.calls, self._recording.turn
        if self.model.asked < len(calls):
            self.differs(
                f"request {self.model.asked + 1}",
                "the model was asked again",
                f"the turn is over: {outcome.error or outcome.status.value}",
            )
        if self.was_cut_short:
            # A Stop after the last word came too late to change what can be compared.
            if outcome.status is not TurnStatus.OK or self.model.asked < len(calls):
                ended = TurnState.CANCELLED.value
                self.differs("how the turn ended", ended, outcome.status.value)
        else:
            self.differs("how the turn ended", turn.state.value, outcome.status.value)
            now = outcome.error.kind if outcome.error is not None else self._reason
            self.differs("why the turn ended", turn.reason, now)
            self.differs("what the person was told", turn.message, str(outcome.error or ""))

    def _take(self, event: Event) -> None:
        if isinstance(event, TurnFinished):
            self.state = event.status.value
            self._reason = event.reason


class _RecordedModel:
    """Says what the model said, and compares what it is asked."""

    label = "Recorded model"

    def __init__(self, recording: RecordedTurn, stage: _Stage) -> None:
        self.provider = recording.provider
        self._window = recording.window
        self._calls = recording.calls
        self._stage = stage
        self.default_model: str | None = None
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The recorded events of the next call."""
        if self.asked >= len(self._calls):
            if self._stage.was_cut_short:
                await self._stage.stopped()
            where = f"request {self.asked + 1}"
            self._stage.differs(where, "the turn was over", "the model is asked again")
            raise _different()
        call = self._calls[self.asked]
        self.asked += 1
        self._compare(call, request)
        if self._stage.difference is not None:
            raise _different()
        self._stage.clock.at(call.started_at)
        for event in events_of(call.response):
            yield event
        self._stage.clock.later(call.duration_ms)
        if call.status == CALL_INTERRUPTED and "completed" not in call.response:
            if self._stage.was_cut_short:
                await self._stage.stopped()
            await asyncio.Event().wait()  # its time was up, and will be again
        if (error := error_of(call.response)) is not None:
            raise error

    def _compare(self, call: RecordedCall, request: ModelRequest) -> None:
        name, then, now = f"request {call.number}", call.request, request_form(request)
        differs = self._stage.differs
        differs(f"the system prompt of {name}", then.system, now.system)
        tools_then = {tool["name"]: tool for tool in then.tools}
        tools_now = {tool["name"]: tool for tool in now.tools}
        differs(f"the tools of {name}", sorted(tools_then), sorted(tools_now))
        for tool, form in tools_then.items():
            differs(f"the tool {tool} of {name}", form, tools_now.get(tool))
        for at, (one, other) in enumerate(zip(then.messages, now.messages, strict=False), 1):
            differs(f"message {at} of {name}", _plain(one), _plain(other))
        if len(then.messages) != len(now.messages):
            differs(
                f"the messages of {name}",
                [_plain(message) for message in then.messages],
                [_plain(message) for message in now.messages],
            )
        options_now = _plain(now.options)
        for option in sorted({*then.options, *now.options}):
            differs(f"{option} of {name}", then.options.get(option), options_now.get(option))

    def context_length(self, model: str | None = None) -> int | None:
        """Tokens it took."""
        return self._window

    def price(self, model: str | None = None) -> ModelPrice | None:
        """What it took is recorded, and not worked out again."""
        return None

    async def models(self) -> list[ModelInfo]:
        """None."""
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


def _plain(form: Mapping[str, object]) -> dict[str, object]:
    """As it would be read from the record: JSON has no tuples."""
    plain = json.loads(json.dumps(form, default=str))
    assert isinstance(plain, dict)
    return plain


def _different() -> ModelStreamError:
    return ModelStreamError("The replay ends here: something is different.")


class _RecordedDispatch:
    """Gives the calls the results they had: found by the call's id, else by what it asks."""

    def __init__(self, recording: RecordedTurn, stage: _Stage) -> None:
        self._stage = stage
        self._by_id: dict[str, deque[ToolResult]] = {}
        for result in recording.results:
            self._by_id.setdefault(result.call_id, deque()).append(result)
        self._by_words: dict[str, ToolResult] = {}
        for message in (m for call in recording.calls for m in call.request.messages):
            for form in message.get("calls", ()):
                for known in self._by_id.get(form["id"], ()):
                    self._by_words.setdefault(call_from(form).canonical, known)

    async def run(
        self,
        calls: Sequence[ToolCall],
        scope: TurnScope,
        record: Record,
    ) -> None:
        """Record the results; stop where the turn was stopped."""
        stopped, longest = False, 0
        for call in calls:
            result = self._result(call)
            stopped = stopped or result.status is ToolStatus.INTERRUPTED
            longest = max(longest, result.duration_ms)
            kept = record(result)
            if kept is not None:
                await kept
        self._stage.clock.later(longest)
        if stopped and self._stage.was_cut_short:
            await self._stage.stopped()

    def _result(self, call: ToolCall) -> ToolResult:
        same = self._by_id.get(call.id)
        known = self._by_words.get(call.canonical)
        if same:  # an id may come again: its results come in their order
            known = same.popleft() if len(same) > 1 else same[0]
        if known is None:
            if not self._stage.was_cut_short:
                self._stage.differs(
                    f"the call {call.name}", "was not made", f"made with {shown(call.arguments)}"
                )
            return ToolResult(call.id, call.name, ToolStatus.INTERRUPTED, "Not recorded.")
        return ToolResult(
            call.id, known.name, known.status, known.content, known.duration_ms, known.metadata
        )
