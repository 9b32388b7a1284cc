"""From a tool call to its one result: validate, approve, breaker, execute.

Reads that stand together run in parallel; a write runs alone, in the model's order, so that
what comes after it sees it. Whatever happens, every call gets exactly one result.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.domain.errors import PlaceholderWriteError, StewardError
from app.domain.events import Event, Phase, ToolCallEvent, ToolResultEvent, Waiting
from app.domain.files import Origin
from app.domain.messages import Channel
from app.domain.skills import Clock, Effect, Preview, Skill, SkillContext, SkillResult
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.workspace import Workspace
from app.logs import log_place
from app.orchestrator.approvals import ApprovalMode, Approvals, Verdict
from app.orchestrator.call_results import denied, failed, interrupted, outcome_of, unavailable
from app.orchestrator.outgoing import leak_in
from app.redaction import Redactor
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import Outcome
from app.skill_runtime.executor import Executor
from app.skill_runtime.registry import SkillRegistry, validate_arguments

MAX_PARALLEL_READS: Final = 8


class Workspaces(Protocol):
    """Hands out the person's files, bound to who asks and to what was approved."""

    def bind(
        self, origin: Origin, *, expected: Mapping[str, str | None] | None = None
    ) -> Workspace:
        """A workspace that records ``origin`` and refuses other bytes than ``expected``."""
        ...


class Executions(Protocol):
    """The table of skill executions (kept by ``storage.executions``)."""

    async def start(
        self, *, execution_id: str, call: ToolCall, conversation_id: str, turn_id: str
    ) -> None:
        """Write the row before the skill runs."""
        ...

    async def finish(
        self, execution_id: str, result: ToolResult, *, approved_by: str | None
    ) -> None:
        """Complete the row."""
        ...


@dataclass(frozen=True, slots=True)
class TurnScope:
    """The turn a batch of calls belongs to."""

    conversation_id: str
    turn_id: str
    channel: Channel
    mode: ApprovalMode
    refused: dict[str, Verdict] = field(default_factory=dict)
    """Calls denied in this turn: asked again unchanged, they are refused without asking."""


class ToolDispatch:
    """Runs the calls of one model answer. One instance serves all engines."""

    def __init__(
        self,
        *,
        registry: SkillRegistry,
        executor: Executor,
        approvals: Approvals,
        breakers: Breakers,
        workspaces: Workspaces,
        executions: Executions,
        redactor: Redactor,
        clock: Clock,
        user: str,
        publish: Callable[[Event], None],
    ) -> None:
        self._registry = registry
        self._executor = executor
        self._approvals = approvals
        self._breakers = breakers
        self._workspaces = workspaces
        self._executions = executions
        self._redactor = redactor
        self._clock = clock
        self._user = user
        self._publish = publish

    async def run(
        self,
        calls: Sequence[ToolCall],
        scope: TurnScope,
        record: Callable[[ToolResult], None],
    ) -> None:
        """Run ``calls``; ``record`` gets each result, in the calls' order within a group.

        When cancelled, running calls are stopped and awaited, the rest are recorded as
        interrupted, and ``CancelledError`` is raised after every call has its result.
        """
        for call in calls:
            self._publish(
                ToolCallEvent(
                    at=self._clock.now(),
                    conversation_id=scope.conversation_id,
                    turn_id=scope.turn_id,
                    id=call.id,
                    name=call.name,
                    arguments=call.arguments,
                )
            )
        groups = _groups(calls, self._effect)
        for done, group in enumerate(groups, start=1):
            try:
                await self._run_group(group, scope, record)
            except asyncio.CancelledError:
                for call in itertools.chain.from_iterable(groups[done:]):
                    self._settle(interrupted(call), scope, record)
                raise

    async def _run_group(
        self, group: Sequence[ToolCall], scope: TurnScope, record: Callable[[ToolResult], None]
    ) -> None:
        gate = asyncio.Semaphore(MAX_PARALLEL_READS)

        async def one(call: ToolCall) -> ToolResult:
            async with gate:
                return await self._run_one(call, scope)

        tasks = [asyncio.create_task(one(call), name=f"call {call.name}") for call in group]
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._settle_all(group, tasks, scope, record)
            raise
        self._settle_all(group, tasks, scope, record)

    def _settle_all(
        self,
        group: Sequence[ToolCall],
        tasks: Sequence[asyncio.Task[ToolResult]],
        scope: TurnScope,
        record: Callable[[ToolResult], None],
    ) -> None:
        for call, task in zip(group, tasks, strict=True):
            result = interrupted(call) if task.cancelled() else task.result()
            self._settle(result, scope, record)

    def _settle(
        self, result: ToolResult, scope: TurnScope, record: Callable[[ToolResult], None]
    ) -> None:
        record(result)
        self._publish(
            ToolResultEvent(
                at=self._clock.now(),
                conversation_id=scope.conversation_id,
                turn_id=scope.turn_id,
                id=result.call_id,
                name=result.name,
                status=result.status,
                content=result.content,
                duration_ms=result.duration_ms,
                metadata=result.metadata,
            )
        )

    def _effect(self, call: ToolCall) -> Effect:
        try:
            return self._registry.get(call.name).effect
        except StewardError:
            return Effect.READ  # it will not run at all

    async def _run_one(self, call: ToolCall, scope: TurnScope) -> ToolResult:
        log_place(call_id=call.id)
        try:
            skill = self._registry.get(call.name)
            validate_arguments(skill, call)
            if skill.effect is Effect.WRITE:
                self._refuse_placeholders(call)
        except StewardError as error:
            return failed(call, error)
        execution_id = uuid.uuid4().hex
        await self._executions.start(
            execution_id=execution_id,
            call=call,
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
        )
        approved_by: str | None = None
        result = interrupted(call)
        try:
            expected: Mapping[str, str | None] | None = None
            if skill.effect is Effect.EXTERNAL and (leak := leak_in(call, self._redactor)):
                result = failed(call, leak)
                return result
            if skill.effect is not Effect.READ:
                approved = await self._approve(skill, call, scope, execution_id)
                if isinstance(approved, ToolResult):
                    result = approved
                    return result
                verdict, preview = approved
                approved_by = verdict.by
                expected = preview.targets
            result = await self._execute(skill, call, scope, execution_id, approved_by, expected)
            return result
        finally:
            # Also when cancelled: the row must not stay "running".
            await asyncio.shield(
                self._executions.finish(execution_id, result, approved_by=approved_by)
            )

    def _refuse_placeholders(self, call: ToolCall) -> None:
        if self._redactor.has_placeholder(call.arguments):
            raise PlaceholderWriteError(
                "The arguments contain the placeholder of a secret; nothing was written.",
                hint="Steward never shows the secret itself. Leave it as it stands and replace "
                "only the exact text beside it.",
            )

    async def _approve(
        self, skill: Skill, call: ToolCall, scope: TurnScope, execution_id: str
    ) -> tuple[Verdict, Preview] | ToolResult:
        if (earlier := scope.refused.get(call.canonical)) is not None:
            return denied(call, earlier)
        looker = _PreviewRun(skill)
        context = self._context(call, scope, execution_id, None, None)
        looked = await self._executor.run(looker, call, context)
        if looked.status is not ToolStatus.OK or looker.seen is None:
            return looked
        preview = looker.seen
        if scope.mode is ApprovalMode.ASK:
            self._waiting(scope, Phase.APPROVAL, preview.summary)
        verdict = await self._approvals.request(
            skill=call.name,
            call_id=call.id,
            summary=preview.summary,
            diff=preview.diff,
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            mode=scope.mode,
        )
        if verdict.allowed:
            return verdict, preview
        scope.refused[call.canonical] = verdict
        return denied(call, verdict)

    async def _execute(
        self,
        skill: Skill,
        call: ToolCall,
        scope: TurnScope,
        execution_id: str,
        approved_by: str | None,
        expected: Mapping[str, str | None] | None,
    ) -> ToolResult:
        breaker = self._breakers.breaker(call.name)
        permit = breaker.acquire()
        if permit is None:
            return unavailable(call, breaker.snapshot.retry_at, breaker.snapshot.reason)
        self._waiting(scope, Phase.SKILL, call.name)
        outcome, reason = Outcome.NEUTRAL, ""
        try:
            context = self._context(call, scope, execution_id, approved_by, expected)
            result = await self._executor.run(skill, call, context)
            outcome, reason = outcome_of(result)
            return result
        finally:
            breaker.settle(permit, outcome, reason=reason)

    def _context(
        self,
        call: ToolCall,
        scope: TurnScope,
        execution_id: str,
        approved_by: str | None,
        expected: Mapping[str, str | None] | None,
    ) -> SkillContext:
        origin = Origin(
            user=self._user,
            by=call.name,
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            execution_id=execution_id,
            skill=call.name,
            approved_by=approved_by,
        )
        return SkillContext(
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            execution_id=execution_id,
            user=self._user,
            channel=scope.channel,
            workspace=self._workspaces.bind(origin, expected=expected),
            clock=self._clock,
            hide_secrets=self._redactor.text,
        )

    def _waiting(self, scope: TurnScope, phase: Phase, detail: str) -> None:
        now = self._clock.now()
        self._publish(
            Waiting(
                at=now,
                conversation_id=scope.conversation_id,
                turn_id=scope.turn_id,
                phase=phase,
                detail=detail,
                since=now,
            )
        )


class _PreviewRun:
    """A skill's preview, run by the executor under its deadline and crash isolation."""

    def __init__(self, skill: Skill) -> None:
        self._skill = skill
        self.tool_definition = skill.tool_definition
        self.domain = skill.domain
        self.effect = Effect.READ
        self.timeout = skill.timeout
        self.seen: Preview | None = None

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The wrapped skill's own."""
        return await self._skill.preview(params, context)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Keep the preview; there is nothing to say."""
        self.seen = await self._skill.preview(params, context)
        return SkillResult.ok("")


def _groups(
    calls: Sequence[ToolCall], effect: Callable[[ToolCall], Effect]
) -> list[list[ToolCall]]:
    """Consecutive reads together, everything else alone."""
    groups: list[list[ToolCall]] = []
    reading = False
    for call in calls:
        is_read = effect(call) is Effect.READ
        if is_read and reading:
            groups[-1].append(call)
        else:
            groups.append([call])
        reading = is_read
    return groups
