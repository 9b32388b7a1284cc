"""Runs a recorded turn again and finds the first thing that is different now.

The engine, its limits, its context, its dispatch and its approvals are those of every day. The
model says what it said, a skill comes to what it came to, the person decides what they decided,
the clock goes as it went: no network, no file, no database.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import ModelStreamError
from app.domain.events import Event, TurnFinished, TurnStatus
from app.domain.turns import TurnState
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.differences import Difference, shown
from app.orchestrator.engine import Engine, TurnOutcome
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.llm_client import ModelEvent, ModelInfo, ModelPrice, ModelRequest, Patience
from app.orchestrator.recorded_dispatch import RecordedDispatch
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
from app.orchestrator.skills_now import SkillsNow
from app.orchestrator.tracing import CALL_INTERRUPTED
from app.orchestrator.untrusted import marking
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
        self._engine = Engine(
            recording.turn.conversation_id,
            EngineParts(
                conversations=conversations,
                turns=conversations,
                usage=RecordedUsage(recording.day_cost),
                summaries=RecordedSummaries(conversations),
                dispatch=RecordedDispatch(recording, skills.registry, self),
                context=RecordedContext(recording, skills.manuals, tuple(skills.tools)),
                llm=lambda: self.model,
                redactor=Redactor(),  # what was recorded holds no secret
                clock=self.clock,
                publish=self._take,
                bounds=lambda: recording.bounds,
                changes=skills.changes,
                context_tokens=lambda: recording.context_tokens,
            ),
        )

    async def run(self) -> TurnOutcome:
        """The turn."""
        turn, marked = self._recording.turn, self._recording.marking
        if marked:  # the marks themselves are new in each run; how they are put is not
            self.differs("how data is marked in every request", marked, marking())
        return await self._engine.run_turn(
            self._recording.text,
            channel=turn.channel,
            mode=ApprovalMode(turn.mode),
            attachments=self._recording.attachments,
        )

    def stop(self) -> None:
        """Stop pressed at this moment, as it was."""
        self._engine.cancel()

    async def stopped(self) -> None:
        """The same; never returns."""
        self.stop()
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
        self._price = recording.price
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
        for option in sorted({*then.options, *now.options} - _NOT_RECORDED):
            differs(f"{option} of {name}", then.options.get(option), options_now.get(option))

    @property
    def patience(self) -> Patience | None:
        """What was waited for is in the record."""
        return None

    def context_length(self, model: str | None = None) -> int | None:
        """Tokens it took."""
        return self._window

    def price(self, model: str | None = None) -> ModelPrice | None:
        """What it took."""
        return self._price

    async def models(self) -> list[ModelInfo]:
        """None."""
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


_NOT_RECORDED: Final = frozenset({"max_tokens"})
"""It hangs on what other turns of the same day had cost."""


def _plain(form: Mapping[str, object]) -> dict[str, object]:
    """As it would be read from the record: JSON has no tuples."""
    plain = json.loads(json.dumps(form, default=str))
    assert isinstance(plain, dict)
    return plain


def _different() -> ModelStreamError:
    return ModelStreamError("The replay ends here: something is different.")
