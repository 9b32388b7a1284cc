"""Runs the calls of a recorded turn again: all of the dispatch but the skills themselves.

Names, arguments, order, previews and approvals go their way of every day. A skill comes to what
it came to, and the person decides what they decided, when they did. What Steward itself says of a
call (no such skill, wrong arguments, denied) is said anew and compared.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, cast

from app.config import SECRET_NAMES
from app.domain.approvals import ApprovalRecord, DecisionWord
from app.domain.errors import StewardError
from app.domain.events import Approval, Event
from app.domain.files import FileVersion, Origin
from app.domain.message_forms import call_from
from app.domain.skills import Preview, Skill, SkillContext
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.turns import TurnState
from app.domain.workspace import Workspace
from app.orchestrator.approvals import Approvals, Decision
from app.orchestrator.batch import Record
from app.orchestrator.differences import shown
from app.orchestrator.dispatch import ToolDispatch, TurnScope
from app.orchestrator.preview_run import PreviewRun
from app.orchestrator.recorded_parts import RecordedClock
from app.orchestrator.recorded_turn import RecordedDecision, RecordedTurn
from app.redaction import Redactor
from app.resilience.breakers import Breakers
from app.skill_runtime.registry import SkillRegistry

_AS_RECORDED: Final = "as recorded"
"""Marks, in a result's metadata, that the skill has run: the recorded result stands for it."""
_RULE: Final = "your rule ("
_NEVER_OPENS: Final = 1_000_000_000
_LOOKS: Final = 1_000
"""How often the loop goes round until calls beside one that was stopped have their results."""


class Stage(Protocol):
    """What the replay makes of it."""

    clock: RecordedClock

    @property
    def was_cut_short(self) -> bool:
        """Whether the recorded turn was stopped, or ended with its process."""
        ...

    def stop(self) -> None:
        """Press Stop."""
        ...

    def differs(self, where: str, recorded: object, now: object) -> None:
        """Keep the first difference, if this is one."""
        ...


class RecordedDispatch:
    """Keeps ``engine_parts.Dispatch``."""

    def __init__(self, recording: RecordedTurn, registry: SkillRegistry, stage: Stage) -> None:
        self._stage = stage
        self._results = _Results(recording)
        self._decisions = _Decisions(recording.decisions, stage)
        self._unsettled: set[str] = set()
        at_limit = recording.turn.state is TurnState.LIMIT
        self._seconds = recording.bounds.seconds if at_limit else None
        """How long the turn may take, where that may be why a call was interrupted."""
        self._dispatch = ToolDispatch(
            registry=registry,
            executor=_Executor(self),
            approvals=self._decisions.approvals,
            breakers=Breakers(threshold=_NEVER_OPENS, clock=stage.clock),
            workspaces=_Workspaces(recording.prompt.folders),
            executions=_NoExecutions(),
            redactor=Redactor(names=SECRET_NAMES),  # what was recorded holds no secret
            clock=stage.clock,
            user="",
            publish=_ignore,
        )

    async def run(self, calls: Sequence[ToolCall], scope: TurnScope, record: Record) -> None:
        """Run ``calls``; ``record`` gets the recorded results, or what is said of them now."""
        expected = {call.id: self._results.of(call) for call in calls}
        for call in calls:
            if expected[call.id] is None and not self._stage.was_cut_short:
                made = f"made with {shown(call.arguments)}"
                self._stage.differs(f"the call {call.name}", "was not made", made)
        known = {name: one for name, one in expected.items() if one is not None}
        self._unsettled = {n for n, one in known.items() if one.status is not _INTERRUPTED}
        asked_about = self._decisions.waiting(call.id for call in calls)

        async def take(result: ToolResult) -> None:
            was = known.get(result.call_id)
            final = self._final(result, was)
            self._unsettled.discard(result.call_id)
            kept = record(final)
            if kept is not None:
                await kept

        try:
            await self._dispatch.run(calls, scope, take)
        finally:
            self._stage.clock.later(max((one.duration_ms for one in known.values()), default=0))
        if not self._stage.was_cut_short:
            for decision in self._decisions.waiting(call.id for call in calls):
                if decision in asked_about:
                    self._stage.differs(
                        f"the approval of {decision.skill}", _told(decision), "it was not asked for"
                    )

    def _final(self, result: ToolResult, was: ToolResult | None) -> ToolResult:
        if was is None:
            return ToolResult(result.call_id, result.name, _INTERRUPTED, "Not recorded.")
        if not result.metadata.get(_AS_RECORDED) and _INTERRUPTED not in (
            was.status,
            result.status,
        ):
            where = f"the result of {result.name}"
            self._stage.differs(where, _said(was), _said(result))
        return ToolResult(
            result.call_id, was.name, was.status, was.content, was.duration_ms, was.metadata
        )

    async def execute(self, call: ToolCall) -> ToolResult:
        """The skill runs: it comes to what it came to."""
        was = self._results.last(call)
        ends = self._stage.was_cut_short or self._seconds is not None
        if was is not None and was.status is _INTERRUPTED and ends:
            for _ in range(_LOOKS):
                if not self._unsettled:
                    break
                await asyncio.sleep(0)
            if self._seconds is None:
                self._stage.stop()
            else:
                self._stage.clock.later(round(self._seconds * 1000))
            await asyncio.Event().wait()
        return _as_recorded(call)

    def preview(self, call: ToolCall) -> Preview | None:
        """What was shown; ``None`` where nothing was."""
        decision = self._decisions.next_of(call.id)
        if decision is None:
            return None
        self._stage.clock.at(decision.asked_at)
        return Preview(decision.summary, targets=decision.targets)


_INTERRUPTED: Final = ToolStatus.INTERRUPTED


class _Results:
    """The recorded results: found by the call's id, else by what it asks."""

    def __init__(self, recording: RecordedTurn) -> None:
        self._by_id: dict[str, deque[ToolResult]] = {}
        for result in recording.results:
            self._by_id.setdefault(result.call_id, deque()).append(result)
        self._by_words: dict[str, ToolResult] = {}
        for message in (m for call in recording.calls for m in call.request.messages):
            for form in message.get("calls", ()):
                for known in self._by_id.get(form["id"], ()):
                    self._by_words.setdefault(call_from(form).canonical, known)
        self._given: dict[str, ToolResult | None] = {}

    def of(self, call: ToolCall) -> ToolResult | None:
        """The next result of this call."""
        same = self._by_id.get(call.id)
        if same:  # an id may come again: its results come in their order
            known: ToolResult | None = same.popleft() if len(same) > 1 else same[0]
        else:
            known = self._by_words.get(call.canonical)
        self._given[call.id] = known
        return known

    def last(self, call: ToolCall) -> ToolResult | None:
        """The one that ``of`` gave last."""
        return self._given.get(call.id)


class _Executor:
    """Runs no skill."""

    def __init__(self, dispatch: RecordedDispatch) -> None:
        self._dispatch = dispatch

    def time_for(self, _skill: Skill, _params: Mapping[str, object]) -> float:
        """What was recorded is never given up."""
        return math.inf

    async def run(
        self,
        skill: Skill,
        call: ToolCall,
        context: SkillContext,
        *,
        may_begin: Callable[[], bool] = lambda: True,
        on_stop: Callable[[], None] = lambda: None,
    ) -> ToolResult:
        """As recorded."""
        if not isinstance(skill, PreviewRun):
            return await self._dispatch.execute(call)
        skill.seen = self._dispatch.preview(call)
        if skill.seen is None:
            # It never came so far, and why not is what its result says.
            return await self._dispatch.execute(call)
        return ToolResult(call.id, call.name, ToolStatus.OK, "")


class _Decisions:
    """The person and their rules, as they were: ``approvals`` asks them."""

    def __init__(self, decisions: Iterable[RecordedDecision], stage: Stage) -> None:
        self._stage = stage
        self._left: dict[str, deque[RecordedDecision]] = {}
        for decision in decisions:
            self._left.setdefault(decision.call_id, deque()).append(decision)
        self._current: RecordedDecision | None = None
        self.approvals = Approvals(rules=self, log=self, clock=stage.clock, publish=self._hear)

    def waiting(self, call_ids: Iterable[str]) -> list[RecordedDecision]:
        """What was decided about these calls and has not been asked for again."""
        return [one for call_id in call_ids for one in self._left.get(call_id, ())]

    def next_of(self, call_id: str) -> RecordedDecision | None:
        """The next decision about a call."""
        left = self._left.get(call_id)
        self._current = left[0] if left else None
        return self._current

    # -- as the person's rules -------------------------------------------------------------

    async def allow(
        self, skill: str, conversation_id: str | None = None, *, folder: str | None = None
    ) -> None:
        """It is remembered already."""

    async def allowed(
        self, skill: str, conversation_id: str, targets: Iterable[str] = ()
    ) -> str | None:
        """The rule that allowed it then; ``reversible changes`` is no rule but a mode."""
        by = (self._current and self._current.by) or ""
        rule = by.removeprefix(_RULE).removesuffix(")") if by.startswith(_RULE) else None
        return rule if rule in ("always", "conversation", "folder") else None

    # -- as the person -----------------------------------------------------------------------

    def _hear(self, event: Approval) -> None:
        if event.decision is None:
            asyncio.get_running_loop().call_soon(self._answer, event)

    def _answer(self, asked: Approval) -> None:
        decision, clock = self._current, self._stage.clock
        if decision is None or decision.decided_at is None:
            if self._stage.was_cut_short:
                self._stage.stop()
            return
        clock.at(decision.decided_at)
        match decision.decision:
            case DecisionWord.ALLOWED | DecisionWord.DENIED as word:
                yes = word is DecisionWord.ALLOWED
                chosen = Decision.ALLOW_ONCE if yes else Decision.DENY
                self.approvals.decide(asked.id, chosen, by=decision.by or "")
            case DecisionWord.EDITED:
                self._edit(asked, decision)
            case DecisionWord.EXPIRED:
                assert asked.expires_at is not None
                clock.at(asked.expires_at)
            case _:
                if self._stage.was_cut_short:
                    self._stage.stop()

    def _edit(self, asked: Approval, decision: RecordedDecision) -> None:
        left = self._left.get(asked.call_id or "", deque())
        wanted = left[1].arguments if len(left) > 1 else {}
        try:
            self.approvals.decide(
                asked.id, Decision.ALLOW_ONCE, by=decision.by or "", arguments=wanted
            )
        except StewardError as error:
            where = f"the approval of {decision.skill}"
            self._stage.differs(where, _told(decision), f"refused: {error}")
            self.approvals.decide(asked.id, Decision.DENY, by=decision.by or "")

    # -- as the log of decisions -------------------------------------------------------------

    def asked(self, record: ApprovalRecord) -> None:
        """It is in the record already."""

    async def decided(self, record: ApprovalRecord) -> None:
        """Compare a decision with the recorded one."""
        left = self._left.get(record.call_id)
        if not left:
            return
        was = left.popleft()
        now = f"{record.decision} by {record.by}"
        if was.decision is not None:
            self._stage.differs(f"the approval of {record.skill}", _told(was), now)


class _Workspaces:
    """Knows the folders that were granted, and opens none."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = self.roots = tuple(folders)

    def bind(
        self,
        origin: Origin,
        *,
        expected: Mapping[str, str | None] | None = None,
        permit: Callable[[], None],
    ) -> Workspace:
        """No skill runs, so nothing but the folders is asked for."""
        return cast("Workspace", self)


class _NoExecutions:
    """What is kept of executions is in the record already."""

    async def start(self, **facts: Any) -> None:
        """Nothing begins."""

    async def finish(self, execution_id: str, result: ToolResult, **facts: Any) -> None:
        """Nothing ends."""

    def note(self, **facts: Any) -> None:
        """Nothing is kept."""

    async def changes(self, turn_id: str, execution_id: str) -> Sequence[FileVersion]:
        """Nothing was changed."""
        return ()


def _ignore(event: Event) -> None:
    """A replay is nobody else's business."""


def _as_recorded(call: ToolCall) -> ToolResult:
    return ToolResult(call.id, call.name, ToolStatus.OK, "", metadata={_AS_RECORDED: True})


def _said(result: ToolResult) -> str:
    return f"{result.status.value}: {result.content}"


def _told(decision: RecordedDecision) -> str:
    return f"{decision.decision} by {decision.by}"
