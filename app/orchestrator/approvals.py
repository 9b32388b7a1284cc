"""Approvals: nothing is written or sent out unless the person, or a rule they set, allows it.

A request is bound to the exact arguments that were shown and to the bytes its preview was
computed from. It waits without any deadline of a skill; after ``EXPIRY_SECONDS``, by the wall or
by the monotonic clock, it expires, which means no. Each decision leaves a row in the log.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.domain.approvals import ApprovalRecord, DecisionWord, bound_hash
from app.domain.errors import StewardError, UsageError
from app.domain.events import Approval
from app.domain.json_values import sound_object
from app.domain.skills import Clock
from app.orchestrator.approval_request import (
    ApprovalMode,
    Decision,
    DecisionLog,
    Request,
    Rules,
    Verdict,
)
from app.orchestrator.uninterrupted import uninterrupted

__all__ = ["EXPIRY_SECONDS", "ApprovalMode", "Approvals", "Decision", "Request", "Verdict"]

logger = logging.getLogger(__name__)

EXPIRY_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 1.0
"""How often the clocks are looked at: a machine that slept did not count its timers on."""


_EXPIRED: Final = Verdict(allowed=False, by="time", expired=True)


@dataclass(slots=True)
class _Pending:
    event: Approval
    request: Request
    ends_at: float
    answer: asyncio.Future[tuple[Decision, Verdict]]


class Approvals:
    """Asks, waits and remembers. Owned by the loop's thread."""

    def __init__(
        self,
        *,
        rules: Rules,
        log: DecisionLog,
        clock: Clock,
        publish: Callable[[Approval], None],
    ) -> None:
        self._rules = rules
        self._log = log
        self._clock = clock
        self._publish = publish
        self._pending: dict[str, _Pending] = {}

    def pending(self) -> tuple[Approval, ...]:
        """What waits for a decision now, oldest first."""
        return tuple(p.event for p in self._pending.values() if self._is_open(p))

    def decide(
        self,
        approval_id: str,
        decision: Decision,
        *,
        by: str,
        arguments: Mapping[str, object] | None = None,
    ) -> bool:
        """Decide a pending request; ``False`` where it is unknown, decided or expired.

        ``arguments``, other than those shown, with a decision that allows: they are previewed
        and asked about anew. Raises ``StewardError`` where the skill refuses them, and
        ``UsageError`` where they are no sound JSON and for a folder where there is none; the
        request then still waits.
        """
        waiting = self._pending.get(approval_id)
        if waiting is None or not self._is_open(waiting):
            return False
        request = waiting.request
        verdict = Verdict(allowed=decision is not Decision.DENY, by=by)
        wanted = None if arguments is None else _sound(arguments)
        if verdict.allowed and wanted is not None and not _same(wanted, request.arguments):
            request.check(wanted)
            verdict = Verdict(allowed=False, by=by, arguments=wanted)
        elif decision is Decision.ALLOW_FOLDER and request.folder is None:
            raise UsageError("This change is not in one granted folder.", hint="Allow it once.")
        waiting.answer.set_result((decision, verdict))
        return True

    async def request(self, request: Request, *, on_asking: Callable[[], None]) -> Verdict:
        """Whether the call may run. Publishes ``approval`` events: asked, then decided.

        Calls ``on_asking`` where a person is asked. Cancelling the wait publishes a denial by
        ``"cancelled"``; a cancel that comes after a decision does not undo it, and only
        ``Task.cancelling()`` says so. Raises ``StewardError`` where the decision cannot be kept:
        then nothing is allowed.
        """
        event, record = self._described(request)
        if verdict := await self._without_asking(request):
            return await uninterrupted(self._settle(event, record, verdict))
        expires_at = event.at + timedelta(seconds=EXPIRY_SECONDS)
        asked = dataclasses.replace(event, expires_at=expires_at)
        waiting = _Pending(
            asked,
            request,
            self._clock.monotonic() + EXPIRY_SECONDS,
            asyncio.get_running_loop().create_future(),
        )
        self._log.asked(record)
        self._pending[event.id] = waiting
        on_asking()
        self._publish(asked)
        try:
            try:
                decision, verdict = await self._answered(waiting)
            finally:  # before anything else: who decides from now on is told that it is too late
                del self._pending[event.id]
        except asyncio.CancelledError:
            await uninterrupted(self._cancelled(event, record))
            raise
        return await uninterrupted(self._end(event, record, request, decision, verdict))

    async def refuse(self, request: Request, *, by: str) -> Verdict:
        """Say no without asking. It is kept and told like every decision."""
        event, record = self._described(request)
        return await uninterrupted(self._settle(event, record, Verdict(allowed=False, by=by)))

    # -- inside ----------------------------------------------------------------------------

    def _described(self, request: Request) -> tuple[Approval, ApprovalRecord]:
        now, name = self._clock.now(), uuid.uuid4().hex
        shown = copy.deepcopy(dict(request.arguments))
        event = Approval(
            at=now,
            conversation_id=request.conversation_id,
            turn_id=request.turn_id,
            id=name,
            name=request.skill,
            summary=request.preview.summary,
            diff=request.preview.diff,
            call_id=request.call_id,
            arguments=shown,
            folder=request.folder,
            note=request.note,
        )
        record = ApprovalRecord(
            id=name,
            conversation_id=request.conversation_id,
            turn_id=request.turn_id,
            execution_id=request.execution_id,
            call_id=request.call_id,
            skill=request.skill,
            arguments=shown,
            arguments_hash=request.bound,
            targets=dict(request.preview.targets),
            summary=request.preview.summary,
            diff=request.preview.diff,
            asked_at=now,
        )
        return event, record

    def _is_open(self, waiting: _Pending) -> bool:
        return not waiting.answer.done() and self._seconds_left(waiting) > 0

    def _seconds_left(self, waiting: _Pending) -> float:
        assert waiting.event.expires_at is not None
        by_wall = (waiting.event.expires_at - self._clock.now()).total_seconds()
        return min(by_wall, waiting.ends_at - self._clock.monotonic())

    async def _answered(self, waiting: _Pending) -> tuple[Decision, Verdict]:
        while not waiting.answer.done() and (left := self._seconds_left(waiting)) > 0:
            await asyncio.wait({waiting.answer}, timeout=min(left, _LOOK_SECONDS))
        return waiting.answer.result() if waiting.answer.done() else (Decision.DENY, _EXPIRED)

    async def _without_asking(self, request: Request) -> Verdict | None:
        mode = request.mode
        if mode is ApprovalMode.ALWAYS:
            return Verdict(allowed=True, by="--approve always")
        if mode is ApprovalMode.NEVER:
            return Verdict(allowed=False, by="--approve never")
        rule = await self._rules.allowed(
            request.skill, request.conversation_id, request.preview.targets
        )
        if rule:
            return Verdict(allowed=True, by=f"your rule ({rule})")
        if request.reversible and mode in (
            ApprovalMode.REVERSIBLE,
            ApprovalMode.REVERSIBLE_UNATTENDED,
        ):
            return Verdict(allowed=True, by="your rule (reversible changes)")
        if mode is mode.nobody_there:
            return Verdict(allowed=False, by="nobody to ask")
        return None

    async def _end(
        self,
        event: Approval,
        record: ApprovalRecord,
        request: Request,
        decision: Decision,
        verdict: Verdict,
    ) -> Verdict:
        if verdict.allowed:
            await self._remember(decision, request)
        return await self._settle(event, record, verdict)

    async def _remember(self, decision: Decision, request: Request) -> None:
        try:
            match decision:
                case Decision.ALLOW_CONVERSATION:
                    await self._rules.allow(request.skill, request.conversation_id)
                case Decision.ALLOW_FOLDER:
                    await self._rules.allow(request.skill, folder=request.folder)
                case Decision.ALLOW_ALWAYS:
                    await self._rules.allow(request.skill)
                case _:
                    pass
        except StewardError:
            # The person said yes to this change, too; they will be asked about the next one.
            logger.exception("approval rule not kept", extra={"skill": request.skill})

    async def _settle(self, event: Approval, record: ApprovalRecord, verdict: Verdict) -> Verdict:
        """Keep the decision, then tell it. What cannot be kept is not allowed."""
        try:
            await self._log.decided(self._decided(record, verdict.word, verdict.by))
        except StewardError:
            if verdict.allowed:
                self._announce(event, DecisionWord.DENIED, "a failure to keep the decision")
                raise
            logger.exception("decision not kept", extra={"skill": record.skill})
        self._announce(event, verdict.word, verdict.by)
        return verdict

    async def _cancelled(self, event: Approval, record: ApprovalRecord) -> None:
        by = "cancelled"
        try:
            await self._log.decided(self._decided(record, DecisionWord.CANCELLED, by))
        except StewardError:
            logger.exception("decision not kept", extra={"skill": record.skill})
        self._announce(event, DecisionWord.DENIED, by)

    def _decided(self, record: ApprovalRecord, word: DecisionWord, by: str) -> ApprovalRecord:
        return dataclasses.replace(record, decision=word, by=by, decided_at=self._clock.now())

    def _announce(self, event: Approval, word: DecisionWord, by: str) -> None:
        self._publish(dataclasses.replace(event, at=self._clock.now(), decision=word.value, by=by))


def _sound(arguments: Mapping[str, object]) -> dict[str, object]:
    try:
        return sound_object(arguments)
    except (TypeError, ValueError) as error:
        raise UsageError(f"These arguments cannot be used: {error}.") from error


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return bound_hash("", one, {}) == bound_hash("", other, {})
