"""Every decision about a call: what was shown, who decided, and when. Rows are never taken away."""

from __future__ import annotations

import builtins
import dataclasses
from datetime import datetime, timedelta
from typing import Final

from app.domain.approvals import ApprovalRecord, DecisionWord
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.models import ApprovalRow
from app.storage.rows import redacted_object

# Twice what a request waits: one left open longer belongs to a process that has ended.
_LEFT_OPEN: Final = timedelta(minutes=10)


class ApprovalLog:
    """The log of decisions."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    def asked(self, record: ApprovalRecord) -> None:
        """Note, without waiting, that somebody is asked. A failure is logged.

        Raises ``StorageError`` when the database is closed.
        """
        self._database.write_soon(lambda: self._put(record), durable=False)

    async def decided(self, record: ApprovalRecord) -> None:
        """Note a decision. Raises ``StorageError`` or ``DiskFullError``.

        A power cut may lose it, unless something durable comes after it, such as the row of the
        execution that it allows.
        """
        await self._database.write_async(lambda: self._put(record), durable=False)

    async def list(
        self, *, limit: int = 100, turn_id: str | None = None
    ) -> builtins.list[ApprovalRecord]:
        """The newest decisions first, of all turns or of one."""

        def read() -> builtins.list[ApprovalRecord]:
            query = ApprovalRow.select()
            if turn_id is not None:
                query = query.where(ApprovalRow.turn_id == turn_id)
            order = ApprovalRow.asked_at.desc(), ApprovalRow.id
            return [self._record(row) for row in query.order_by(*order).limit(limit)]

        return await self._database.read_async(read)

    def _put(self, record: ApprovalRecord) -> None:
        # One statement for both ends: the first may have failed.
        facts = {field.name: getattr(record, field.name) for field in _FIELDS}
        facts["arguments"] = redacted_object(self._redactor, record.arguments)
        facts["targets"] = redacted_object(self._redactor, record.targets)
        for name in ("call_id", "skill", "summary", "diff"):
            facts[name] = self._redactor.text(facts[name])
        ApprovalRow.insert(facts).on_conflict_replace().execute()

    def _record(self, row: ApprovalRow) -> ApprovalRecord:
        facts = {field.name: getattr(row, field.name) for field in _FIELDS}
        decision = row.decision
        if decision is None and _is_old(row.asked_at, self._clock):
            decision = DecisionWord.EXPIRED
        facts["decision"] = None if decision is None else DecisionWord(decision)
        return ApprovalRecord(**facts)


_FIELDS: Final = dataclasses.fields(ApprovalRecord)


def _is_old(asked_at: datetime, clock: Clock) -> bool:
    return clock.now() - asked_at > _LEFT_OPEN
