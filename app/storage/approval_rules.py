"""Standing permissions the person gave a skill: always, in one conversation, or in one folder.

Only faces call ``allow``, on the person's own decision; nothing a model says comes here.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from app.domain.errors import NotFoundError
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.models import ApprovalRuleRow


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """A permission.

    ``conversation_id`` is ``None`` where it holds in all, ``folder`` where it holds anywhere.
    """

    id: int
    skill: str
    conversation_id: str | None
    created_at: datetime
    folder: str | None = None


class ApprovalRules:
    """The store of permissions. Every method raises ``StorageError`` when it cannot be reached."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def allow(
        self, skill: str, conversation_id: str | None = None, *, folder: str | None = None
    ) -> None:
        """Let ``skill`` run without asking: in one conversation, in one folder, or always.

        ``folder`` is kept as it was shown, its links resolved by then: where a link has taken
        its place meanwhile, the rule must not hold for what that leads to.
        """

        def allow() -> None:
            if ApprovalRuleRow.get_or_none(_exactly(skill, conversation_id, folder)) is None:
                ApprovalRuleRow.create(
                    skill=skill,
                    conversation_id=conversation_id,
                    folder=folder,
                    created_at=self._clock.now(),
                )

        await self._database.write_async(allow)

    async def allowed(
        self, skill: str, conversation_id: str, targets: Iterable[str] = ()
    ) -> str | None:
        """``"always"``, ``"conversation"`` or ``"folder"`` where a rule covers this, else ``None``.

        A rule for a folder covers a call only where all its ``targets``, links resolved, are in
        the folder; a call that names none is not covered.
        """
        named = list(targets)

        def allowed() -> str | None:
            rows = list(ApprovalRuleRow.select().where(ApprovalRuleRow.skill == skill))
            if any(row.conversation_id is None and row.folder is None for row in rows):
                return "always"
            here = [row for row in rows if row.conversation_id in (None, conversation_id)]
            if any(row.folder is None for row in here):
                return "conversation"
            real = [PurePath(os.path.realpath(target)) for target in named] if here else []
            if real and any(_holds(row.folder, real) for row in here):
                return "folder"
            return None

        return await self._database.read_async(allowed)

    async def list(self) -> builtins.list[ApprovalRule]:
        """All rules, by skill, the ones that hold always first."""

        def rules() -> builtins.list[ApprovalRule]:
            order = (
                ApprovalRuleRow.skill,
                ApprovalRuleRow.folder.is_null().desc(),
                ApprovalRuleRow.conversation_id.is_null().desc(),
                ApprovalRuleRow.id,
            )
            return [
                ApprovalRule(row.id, row.skill, row.conversation_id, row.created_at, row.folder)
                for row in ApprovalRuleRow.select().order_by(*order)
            ]

        return await self._database.read_async(rules)

    async def revoke(self, rule_id: int) -> None:
        """Ask again from now on. Raises ``NotFoundError``."""

        def revoke() -> None:
            if not ApprovalRuleRow.delete().where(ApprovalRuleRow.id == rule_id).execute():
                raise NotFoundError(
                    f"There is no rule {rule_id}.", hint="`steward rules list` has them all."
                )

        await self._database.write_async(revoke)


def _holds(folder: str, targets: Iterable[PurePath]) -> bool:
    return all(PurePath(folder) in target.parents for target in targets)


def _exactly(skill: str, conversation_id: str | None, folder: str | None) -> object:
    here: object = ApprovalRuleRow.skill == skill
    for column, value in (
        (ApprovalRuleRow.conversation_id, conversation_id),
        (ApprovalRuleRow.folder, folder),
    ):
        here = here & (column.is_null() if value is None else column == value)
    return here
