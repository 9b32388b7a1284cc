"""One call on its way to its result: validate, preview, approve, execute.

Every wait is followed by a look whether the person has pressed Stop: a cancelled wait may have
ended well in the same moment.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime

from app.domain.approvals import bound_hash
from app.domain.errors import PlaceholderWriteError, SecretLeavesError, StewardError
from app.domain.events import Phase
from app.domain.files import Origin
from app.domain.skills import Clock, Effect, Preview, Skill, SkillContext
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.workspace import Workspace
from app.logs import log_place
from app.orchestrator.approvals import Approvals
from app.orchestrator.batch import Batch
from app.orchestrator.call_deciding import Approved, Decider, Run
from app.orchestrator.call_results import (
    not_as_shown,
    outcome_of,
    unavailable,
    with_changes,
    with_edit,
)
from app.orchestrator.outgoing import leak_in
from app.orchestrator.preview_run import PreviewRun
from app.orchestrator.schedule import Access, Need
from app.orchestrator.turn_scope import Executions, SkillRuns, Workspaces
from app.orchestrator.uninterrupted import uninterrupted
from app.orchestrator.write_permit import WritePermit
from app.redaction import Redactor
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import Outcome
from app.skill_runtime.call_outcome import failed, interrupted
from app.skill_runtime.executor import is_barrier, touched_paths
from app.skill_runtime.registry import SkillRegistry, validate_arguments

logger = logging.getLogger(__name__)


class CallRunner:
    """Takes calls to their results. Raises only ``CancelledError`` and ``StewardError``."""

    def __init__(
        self,
        *,
        registry: SkillRegistry,
        executor: SkillRuns,
        approvals: Approvals,
        breakers: Breakers,
        workspaces: Workspaces,
        executions: Executions,
        redactor: Redactor,
        clock: Clock,
        user: str,
    ) -> None:
        self._registry = registry
        self._executor = executor
        self._decider = Decider(
            approvals,
            preview=self._preview,
            check=self._check,
            roots=lambda run: self._looking(run).roots,
        )
        self._breakers = breakers
        self._workspaces = workspaces
        self._executions = executions
        self._redactor = redactor
        self._clock = clock
        self._user = user

    def need(self, call: ToolCall) -> Need:
        """What may run beside ``call``."""
        try:
            skill = self._registry.get(call.name)
            if is_barrier(skill):
                return Need(Access.ALONE)
            if skill.effect is Effect.READ:
                return Need(Access.READ)
            validate_arguments(skill, call)
        except StewardError:
            return Need(Access.READ)  # it will not run at all
        paths = touched_paths(skill, call.arguments) if skill.effect is Effect.WRITE else None
        return Need(Access.WRITE, paths) if paths else Need(Access.ALONE)

    async def run(self, at: int, batch: Batch) -> ToolResult:
        """The result of the call at position ``at``."""
        call = batch.calls[at]
        log_place(call_id=call.id)
        skill = self._registry.get(call.name)
        run = Run(call, skill, batch, at, uuid.uuid4().hex)
        try:
            self._check(skill, call)
        except SecretLeavesError as error:
            refused = failed(call, error)
            self._note(run, self._clock.now(), refused)  # that it was tried is remembered
            return refused
        if batch.is_stopping():
            return interrupted(call)
        if skill.effect is Effect.READ:
            started_at = self._clock.now()
            result = await self._execute(run, call)
            self._note(run, started_at, result)
            return result
        return await self._change(run)

    def _check(self, skill: Skill, call: ToolCall) -> None:
        validate_arguments(skill, call)
        if skill.effect is Effect.EXTERNAL and (leak := leak_in(call, self._redactor)):
            raise leak
        if skill.effect is Effect.WRITE and self._redactor.has_placeholder(call.arguments):
            raise PlaceholderWriteError(
                "The arguments contain the placeholder of a secret; nothing was written.",
                hint="Steward never shows the secret itself. Leave it as it stands and replace "
                "only the exact text beside it.",
            )

    # -- a change: previewed, approved, then made ------------------------------------------

    async def _change(self, run: Run) -> ToolResult:
        batch, started_at = run.batch, self._clock.now()
        with ExitStack() as held:
            async with batch.asking:
                if batch.is_stopping():
                    return interrupted(run.asked)
                approved = await self._decider.decide(run)
                if isinstance(approved, ToolResult):
                    self._note(run, started_at, approved)
                    return approved
                held.enter_context(batch.touching(run.at, approved.targets))
            return await self._execute_approved(run, approved)

    async def _preview(self, run: Run, call: ToolCall) -> Preview | ToolResult:
        looker = PreviewRun(run.skill)
        result = await self._execute(run, call, looker=looker)
        return looker.seen if result.status is ToolStatus.OK and looker.seen else result

    async def _execute_approved(self, run: Run, approved: Approved) -> ToolResult:
        call, batch = approved.call, run.batch
        request = bound_hash(call.name, call.arguments, approved.targets)
        if request != approved.bound:
            logger.error("arguments are not those approved", extra={"skill": call.name})
            return not_as_shown(call)
        await uninterrupted(
            self._executions.start(
                execution_id=run.execution_id,
                call=call,
                conversation_id=batch.scope.conversation_id,
                turn_id=batch.scope.turn_id,
                approved_by=approved.by,
            )
        )
        result = interrupted(run.asked)
        try:
            if not batch.is_stopping():
                result = await self._execute(run, call, approved=approved)
                if result.status is not ToolStatus.OK:
                    result = await uninterrupted(self._with_changes(run, result))
            if call is not run.asked:
                result = with_edit(result, call.arguments)
        finally:
            await uninterrupted(self._finish(run, result, approved.by))
        return result

    async def _with_changes(self, run: Run, result: ToolResult) -> ToolResult:
        changed: Sequence[tuple[str, int]] | None = None
        try:
            versions = await self._executions.changes(run.batch.scope.turn_id, run.execution_id)
            display = self._looking(run).display
            changed = [(display(one.path), one.version) for one in versions]
        except StewardError:
            logger.exception("changes not found out", extra={"skill": run.asked.name})
        return with_changes(result, run.skill.effect, changed)

    async def _finish(self, run: Run, result: ToolResult, approved_by: str) -> None:
        try:
            await self._executions.finish(run.execution_id, result, approved_by=approved_by)
        except StewardError:
            # What was done was done: the model and the person are told all the same.
            logger.exception("execution not finished", extra={"skill": run.asked.name})

    # -- what both have in common ----------------------------------------------------------

    async def _execute(
        self,
        run: Run,
        call: ToolCall,
        *,
        approved: Approved | None = None,
        looker: PreviewRun | None = None,
    ) -> ToolResult:
        """Run the skill, or its preview, under its breaker. Only what is ``approved`` may write.

        A preview says nothing good about the skill: a probe that only looked is given back.
        """
        breaker = self._breakers.breaker(call.name)
        permit = breaker.acquire()
        if permit is None:
            return unavailable(call, breaker.snapshot.retry_at, breaker.snapshot.reason)
        outcome, reason = Outcome.NEUTRAL, ""
        batch = run.batch
        may_write = self._permit(run, allowed=approved is not None)
        seconds = self._executor.time_for(looker or run.skill, call.arguments)
        batch.waits.begin(call.id, Phase.SKILL, call.name, seconds=seconds)
        try:
            result = await self._executor.run(
                looker or run.skill,
                call,
                self._context(run, may_write, approved),
                may_begin=lambda: not batch.is_stopping(),
                on_stop=may_write.end,
            )
            outcome, reason = outcome_of(result)
            if looker is not None and outcome is Outcome.SUCCESS:
                outcome = Outcome.NEUTRAL
            return result
        finally:
            may_write.end()
            batch.waits.end(call.id)
            breaker.settle(permit, outcome, reason=reason)

    def _note(self, run: Run, started_at: datetime, result: ToolResult) -> None:
        """The row of a call that changed nothing; the result matters more than the row."""
        try:
            self._executions.note(
                execution_id=run.execution_id,
                call=run.asked,
                conversation_id=run.batch.scope.conversation_id,
                turn_id=run.batch.scope.turn_id,
                started_at=started_at,
                result=result,
            )
        except StewardError:
            logger.exception("execution not noted", extra={"skill": run.asked.name})

    def _looking(self, run: Run) -> Workspace:
        """The person's files, for what the dispatcher itself wants to know of them."""
        return self._context(run, self._permit(run, allowed=False), None).workspace

    def _permit(self, run: Run, *, allowed: bool) -> WritePermit:
        return WritePermit(run.asked.name, allowed=allowed, is_stopping=run.batch.is_stopping)

    def _context(self, run: Run, may_write: WritePermit, approved: Approved | None) -> SkillContext:
        scope = run.batch.scope
        origin = Origin(
            user=self._user,
            by=run.asked.name,
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            execution_id=run.execution_id,
            skill=run.asked.name,
            approved_by=None if approved is None else approved.by,
        )
        expected = None if approved is None else approved.targets
        return SkillContext(
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            execution_id=run.execution_id,
            user=self._user,
            channel=scope.channel,
            workspace=self._workspaces.bind(origin, expected=expected, permit=may_write.require),
            clock=self._clock,
            hide_secrets=self._redactor.text,
        )
