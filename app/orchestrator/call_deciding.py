"""Whether a change may be made: its preview is shown, and the person may want it otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.approvals import common_folder
from app.domain.events import Phase
from app.domain.skills import Effect, Preview, Skill
from app.domain.tool_calls import ToolCall, ToolResult
from app.orchestrator.approvals import EXPIRY_SECONDS, Approvals, Request, Verdict
from app.orchestrator.batch import Batch
from app.orchestrator.call_results import denied
from app.orchestrator.turn_scope import Refusal
from app.skill_runtime.call_outcome import interrupted

AN_EARLIER_NO: Final = "an earlier no"
"""Who decided about a call that had been denied in the same turn."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What may run: this call, on these bytes. ``bound`` is the hash of what was shown."""

    call: ToolCall
    by: str
    targets: Mapping[str, str | None]
    bound: str


@dataclass(frozen=True, slots=True)
class Run:
    """One call under way. ``asked`` is the model's own; the person may change the arguments."""

    asked: ToolCall
    skill: Skill
    batch: Batch
    at: int
    execution_id: str


class Decider:
    """Previews a change and has it decided, until there is an answer.

    Args:
        approvals: asks the person.
        preview: what a call would do, or the result that says why it cannot be said.
        check: raises ``StewardError`` for arguments that a skill refuses.
        roots: the granted folders, absolute, links resolved as they are in a preview's targets.
    """

    def __init__(
        self,
        approvals: Approvals,
        *,
        preview: Callable[[Run, ToolCall], Awaitable[Preview | ToolResult]],
        check: Callable[[Skill, ToolCall], None],
        roots: Callable[[Run], Sequence[str]],
    ) -> None:
        self._approvals = approvals
        self._preview = preview
        self._check = check
        self._roots = roots

    async def decide(self, run: Run) -> Approved | ToolResult:
        """What may run, or the result that says why nothing may."""
        scope = run.batch.scope
        if (earlier := scope.refused.get(run.asked.canonical)) is not None:
            again = self._request(run, run.asked, earlier.preview, "")
            await self._approvals.refuse(again, by=AN_EARLIER_NO)
            return denied(run.asked, earlier.verdict)
        call, note = run.asked, ""
        before: tuple[ToolCall, Preview] | None = None
        while True:
            seen = await self._preview(run, call)
            if run.batch.is_stopping():
                return interrupted(run.asked)
            if isinstance(seen, ToolResult):
                if before is None:
                    return seen
                note = f"What you wrote cannot be done: {seen.content}"
                (call, seen), before = before, None
            elif await run.batch.free_of(seen.targets):
                continue  # what it was worked out from is another by now
            verdict, bound = await self._ask(run, call, seen, note)
            if run.batch.is_stopping():
                return interrupted(run.asked)
            if verdict.arguments is not None:
                before = call, seen
                call = dataclasses.replace(call, arguments=verdict.arguments)
                note = "With the arguments as you changed them."
                continue
            if verdict.allowed:
                return Approved(call, verdict.by, seen.targets, bound)
            for one in (run.asked, call):
                scope.refused[one.canonical] = Refusal(verdict, seen)
            return denied(run.asked, verdict)

    async def _ask(
        self, run: Run, call: ToolCall, preview: Preview, note: str
    ) -> tuple[Verdict, str]:
        waits = run.batch.waits
        request = self._request(run, call, preview, note)
        bound, asking = request.bound, False

        def on_asking() -> None:
            nonlocal asking
            asking = True
            waits.begin(call.id, Phase.APPROVAL, preview.summary, seconds=EXPIRY_SECONDS)

        try:
            return await self._approvals.request(request, on_asking=on_asking), bound
        finally:
            if asking:
                waits.end(call.id)

    def _request(self, run: Run, call: ToolCall, preview: Preview, note: str) -> Request:
        scope = run.batch.scope
        return Request(
            skill=call.name,
            call_id=call.id,
            execution_id=run.execution_id,
            arguments=call.arguments,
            preview=preview,
            conversation_id=scope.conversation_id,
            turn_id=scope.turn_id,
            mode=scope.mode,
            reversible=run.skill.effect is Effect.WRITE and bool(preview.targets),
            folder=common_folder(preview.targets, self._roots(run)),
            note=note,
            check=lambda arguments: self._check(
                run.skill, dataclasses.replace(call, arguments=arguments)
            ),
        )
