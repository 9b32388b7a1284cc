"""Standing permissions the person gave: for one conversation, or always for a skill.

Only faces call ``allow``, on the person's own decision; nothing a model says comes here.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import NotFoundError
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.models import ApprovalRuleRow


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """A permission. ``conversation_id`` is ``None`` where it holds always."""

    id: int
    skill: str
    conversation_id: str | None
    created_at: datetime


class ApprovalRules:
    """The store of permissions. Every method raises ``StorageError`` when it cannot be reached."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def allow(self, skill: str, conversation_id: str | None = None) -> None:
        """Let ``skill`` run without asking: in one conversation, or always."""

        def allow() -> None:
            if ApprovalRuleRow.get_or_none(_exactly(skill, conversation_id)) is None:
                ApprovalRuleRow.create(
                    skill=skill, conversation_id=conversation_id, created_at=self._clock.now()
                )

        await self._database.write_async(allow)

    async def allowed(self, skill: str, conversation_id: str) -> str | None:
        """``"always"`` or ``"conversation"`` where a rule covers this, else ``None``."""

        def allowed() -> str | None:
            if ApprovalRuleRow.get_or_none(_exactly(skill, None)) is not None:
                return "always"
            if ApprovalRuleRow.get_or_none(_exactly(skill, conversation_id)) is not None:
                return "conversation"
            return None

        return await self._database.read_async(allowed)

    async def list(self) -> builtins.list[ApprovalRule]:
        """All rules, by skill, the ones that hold always first."""

        def rules() -> builtins.list[ApprovalRule]:
            order = (
                ApprovalRuleRow.skill,
                ApprovalRuleRow.conversation_id.is_null().desc(),
                ApprovalRuleRow.id,
            )
            return [
                ApprovalRule(row.id, row.skill, row.conversation_id, row.created_at)
                for row in ApprovalRuleRow.select().order_by(*order)
            ]

        return await self._database.read_async(rules)

    async def revoke(self, rule_id: int) -> None:
        """Ask again from now on. Raises ``NotFoundError``."""

        def revoke() -> None:
            if not ApprovalRuleRow.delete().where(ApprovalRuleRow.id == rule_id).execute():
                raise NotFoundError(f"There is no rule {rule_id}.")

        await self._database.write_async(revoke)


def _exactly(skill: str, conversation_id: str | None) -> object:
    where = (
        ApprovalRuleRow.conversation_id.is_null()
        if conversation_id is None
        else ApprovalRuleRow.conversation_id == conversation_id
    )
    return (ApprovalRuleRow.skill == skill) & where
