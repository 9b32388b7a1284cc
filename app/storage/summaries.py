"""Summaries that stand for the older messages of a long conversation, in requests only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import JOIN, fn

from app.domain.branches import MAIN
from app.domain.turns import SummaryRecord
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.models import Message, Summary
from app.storage.paths import Path


class Summaries:
    """The store of summaries. Raises ``StorageError`` when the database cannot do it."""

    def __init__(self, database: Database, redactor: Redactor) -> None:
        self._database = database
        self._redactor = redactor

    async def add(self, summary: SummaryRecord) -> SummaryRecord:
        """Keep one; as stored."""

        def add() -> SummaryRecord:
            row = Summary.create(
                conversation_id=summary.conversation_id,
                turn_id=summary.turn_id,
                upto_message_id=summary.upto_message_id,
                text=self._redactor.text(summary.text),
                tokens=summary.tokens,
                created_at=summary.created_at,
            )
            return _record(row)

        return await self._database.write_async(add)

    async def of_conversation(self, conversation_id: str) -> list[SummaryRecord]:
        """All of a conversation, the oldest first."""

        def every() -> list[SummaryRecord]:
            query: Any = Summary.select().where(Summary.conversation_id == conversation_id)
            return [_record(row) for row in query.order_by(Summary.id)]

        return await self._database.read_async(every)


def newest_summary(path: Path, *, made_by: datetime | None = None) -> SummaryRecord | None:
    """The one that stands for the most messages of a path (of those made by then).

    One that stands for messages of another branch is none of its own. In ``Database.read``.
    """
    query: Any = (
        Summary.select(Summary, fn.COALESCE(Message.branch_id, MAIN).alias("branch_id"))
        .join(Message, JOIN.LEFT_OUTER, on=Message.id == Summary.upto_message_id)
        .where(Summary.conversation_id == path.conversation_id)
        .order_by(Summary.upto_message_id.desc(), Summary.id.desc())
    )
    if made_by is not None:
        query = query.where(Summary.created_at <= made_by)
    for row in query.objects().iterator():
        if path.holds(row.branch_id, row.upto_message_id):
            return _record(row)
    return None


def _record(row: Any) -> SummaryRecord:
    return SummaryRecord(
        id=row.id,
        conversation_id=row.conversation_id,
        turn_id=row.turn_id,
        upto_message_id=row.upto_message_id,
        text=row.text,
        tokens=row.tokens,
        created_at=row.created_at,
    )
