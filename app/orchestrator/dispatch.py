"""From the calls of one model answer to one result each, whatever happens.

Reads run in parallel, writes of different files too; what may not run beside anything runs
alone, in the model's order, so that what comes after it sees it. Approvals are asked for one at a
time, in the calls' order. Each result is stored and told as soon as it is known.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from app.domain.errors import StewardError
from app.domain.events import Event
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall
from app.orchestrator.approvals import Approvals
from app.orchestrator.batch import MAX_PARALLEL, Batch, Record
from app.orchestrator.call_runner import CallRunner
from app.orchestrator.schedule import groups
from app.orchestrator.turn_events import TurnEvents
from app.orchestrator.turn_scope import Executions, SkillRuns, TurnScope, Workspaces
from app.orchestrator.waits import Waits
from app.redaction import Redactor
from app.resilience.breakers import Breakers
from app.skill_runtime.call_outcome import crashed, failed, interrupted
from app.skill_runtime.registry import SkillRegistry

__all__ = ["MAX_PARALLEL", "Record", "ToolDispatch", "TurnScope"]

logger = logging.getLogger(__name__)


class ToolDispatch:
    """Runs the calls of one model answer. One instance serves all engines."""

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
        publish: Callable[[Event], None],
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._runner = CallRunner(
            registry=registry,
            executor=executor,
            approvals=approvals,
            breakers=breakers,
            workspaces=workspaces,
            executions=executions,
            redactor=redactor,
            clock=clock,
            user=user,
        )

    async def run(self, calls: Sequence[ToolCall], scope: TurnScope, record: Record) -> None:
        """Run ``calls``. ``record`` gets each result once, as soon as it is known.

        It is called for one result at a time and may be a coroutine function; it is never cut
        by a cancel. The first ``StewardError`` it raises is raised again once every call has
        its result. When cancelled, running calls are stopped and awaited, the others are
        interrupted, no call begins any more, and ``CancelledError`` is raised at the end.
        """
        place = (scope.conversation_id, scope.turn_id)
        events = TurnEvents(*place, clock=self._clock, publish=self._publish)
        for call in calls:
            events.called(call)
        waits = Waits(events, clock=self._clock, asking=scope.asking)
        batch = Batch(calls, scope, waits, record=record, publish=events.answered)
        bug: BaseException | None = None
        try:
            for group in groups([self._runner.need(call) for call in calls]):
                bug = await self._run_group(group, batch) or bug
        finally:  # also where we made a mistake, no call stays without its result
            for at, call in enumerate(calls):
                if not batch.is_settled(at):
                    await batch.settle(at, interrupted(call))
        if batch.cancelled:
            await asyncio.sleep(0)  # where the request has not reached this task yet, it does here
            raise asyncio.CancelledError
        if bug is not None:
            raise bug
        if batch.failure is not None:
            raise batch.failure

    async def _run_group(self, group: range, batch: Batch) -> BaseException | None:
        """Run some calls side by side; returns a failure that is none of the expected ones."""
        tasks: dict[int, asyncio.Task[None]] = {}
        if not batch.is_stopping():
            for at in group:
                task = asyncio.create_task(
                    self._run_one(at, batch), name=f"call {batch.calls[at].name}"
                )
                tasks[at] = task
            await self._until_done(list(tasks.values()), batch)
        bug = None
        for at in group:
            ended = tasks.get(at)
            error = None if ended is None or ended.cancelled() else ended.exception()
            if error is not None:
                bug = error
                batch.stop()
                logger.error("call failed inside", exc_info=error)
            if not batch.is_settled(at):
                call = batch.calls[at]
                await batch.settle(at, interrupted(call) if error is None else crashed(call))
        return bug

    async def _until_done(self, tasks: Sequence[asyncio.Task[None]], batch: Batch) -> None:
        left = set(tasks)
        while left:
            try:
                _, left = await asyncio.wait(left)
            except asyncio.CancelledError:
                batch.stop()
                for task in left:
                    task.cancel()
                left = {task for task in left if not task.done()}

    async def _run_one(self, at: int, batch: Batch) -> None:
        call = batch.calls[at]
        try:
            async with batch.gate:
                result = await self._runner.run(at, batch)
        except asyncio.CancelledError:
            result = interrupted(call)
        except StewardError as error:
            result = failed(call, error)
        await batch.settle(at, result)
