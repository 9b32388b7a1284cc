"""Approvals: nothing is written or sent out unless the person, or a rule they set, allows it.

A request is bound to the exact call and to the bytes it was computed from. It waits without
any deadline of a skill; after ``EXPIRY_SECONDS`` it expires, which means no.
"""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from app.domain.events import Approval
from app.domain.skills import Clock

EXPIRY_SECONDS: Final = 300.0


class ApprovalMode(StrEnum):
    """How a turn's writes are decided."""

    ASK = "ask"
    """Ask the person, unless a rule allows it."""
    ALWAYS = "always"
    """Allow all: the person said so for this run."""
    NEVER = "never"
    """Refuse all."""
    UNATTENDED = "unattended"
    """As ``ASK``, but nobody is there: what no rule allows is refused."""


class Decision(StrEnum):
    """What the person chose."""

    ALLOW_ONCE = "allow_once"
    ALLOW_CONVERSATION = "allow_conversation"
    ALLOW_ALWAYS = "allow_always"
    DENY = "deny"


class Rules(Protocol):
    """Rules the person set earlier (kept by ``storage.approval_rules``)."""

    async def allow(self, skill: str, conversation_id: str | None = None) -> None:
        """Remember: always, or in one conversation."""
        ...

    async def allowed(self, skill: str, conversation_id: str) -> str | None:
        """``"always"``, ``"conversation"`` or ``None``."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a request: whether it may run, and who said so."""

    allowed: bool
    by: str
    expired: bool = False


@dataclass(slots=True)
class _Pending:
    event: Approval
    answer: asyncio.Future[tuple[Decision, str]]


class Approvals:
    """Asks, waits and remembers. Owned by the loop's thread."""

    def __init__(self, *, rules: Rules, clock: Clock, publish: Callable[[Approval], None]) -> None:
        self._rules = rules
        self._clock = clock
        self._publish = publish
        self._pending: dict[str, _Pending] = {}

    def pending(self) -> tuple[Approval, ...]:
        """What waits for a decision now, oldest first."""
        return tuple(p.event for p in self._pending.values())

    def decide(self, approval_id: str, decision: Decision, *, by: str) -> bool:
        """Decide a pending request; ``False`` where it is unknown, decided or expired."""
        waiting = self._pending.get(approval_id)
        if waiting is None or waiting.answer.done():
            return False
        waiting.answer.set_result((decision, by))
        return True

    async def request(
        self,
        *,
        skill: str,
        call_id: str,
        summary: str,
        diff: str,
        conversation_id: str,
        turn_id: str,
        mode: ApprovalMode,
    ) -> Verdict:
        """Whether the call may run. Publishes ``approval`` events: asked, then decided.

        Cancelling the wait publishes a denial by ``"cancelled"``.
        """
        now = self._clock.now()
        event = Approval(
            at=now,
            conversation_id=conversation_id,
            turn_id=turn_id,
            id=uuid.uuid4().hex,
            name=skill,
            summary=summary,
            diff=diff,
            call_id=call_id,
        )
        if verdict := await self._without_asking(skill, conversation_id, mode):
            self._announce(event, verdict)
            return verdict
        asked = _with(event, expires_at=now + timedelta(seconds=EXPIRY_SECONDS))
        answer: asyncio.Future[tuple[Decision, str]] = asyncio.get_running_loop().create_future()
        self._pending[event.id] = _Pending(asked, answer)
        self._publish(asked)
        try:
            async with asyncio.timeout(EXPIRY_SECONDS):
                decision, by = await answer
        except TimeoutError:
            verdict = Verdict(allowed=False, by="time", expired=True)
        except asyncio.CancelledError:
            self._announce(event, Verdict(allowed=False, by="cancelled"))
            raise
        else:
            verdict = Verdict(allowed=decision is not Decision.DENY, by=by)
            await self._remember(decision, skill, conversation_id)
        finally:
            del self._pending[event.id]
        self._announce(event, verdict)
        return verdict

    async def _without_asking(
        self, skill: str, conversation_id: str, mode: ApprovalMode
    ) -> Verdict | None:
        if mode is ApprovalMode.ALWAYS:
            return Verdict(allowed=True, by="--approve always")
        if mode is ApprovalMode.NEVER:
            return Verdict(allowed=False, by="--approve never")
        if rule := await self._rules.allowed(skill, conversation_id):
            return Verdict(allowed=True, by=f"your rule ({rule})")
        if mode is ApprovalMode.UNATTENDED:
            return Verdict(allowed=False, by="nobody to ask")
        return None

    async def _remember(self, decision: Decision, skill: str, conversation_id: str) -> None:
        if decision is Decision.ALLOW_CONVERSATION:
            await self._rules.allow(skill, conversation_id)
        elif decision is Decision.ALLOW_ALWAYS:
            await self._rules.allow(skill)

    def _announce(self, event: Approval, verdict: Verdict) -> None:
        word = "allowed" if verdict.allowed else "expired" if verdict.expired else "denied"
        self._publish(_with(event, at=self._clock.now(), decision=word, by=verdict.by))


def _with(event: Approval, **changes: object) -> Approval:
    return dataclasses.replace(event, **changes)  # type: ignore[arg-type]
