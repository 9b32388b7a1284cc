"""Every model call, and what calls took together: by turn, by conversation, by day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from peewee import fn

from app.domain.turns import ModelCallRecord, UsageTotal
from app.redaction import Redactor
from app.storage.begun import Begun
from app.storage.database import Database
from app.storage.models import ModelCall
from app.storage.rows import redacted_object
from app.storage.statements import Insert

_COUNTED: Final = (
    "status", "prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens",
    "reasoning_tokens", "cost", "first_chunk_ms", "duration_ms",
)  # fmt: skip
_INSERT: Final = Insert(
    ModelCall,
    tuple(field.name for field in dataclasses.fields(ModelCallRecord)),
    # Whoever records what was said may have made the row already.
    "ON CONFLICT (turn_id, number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COUNTED),
)


class UsageLog:
    """The store of model calls. Every method raises ``StorageError`` when it cannot be kept."""

    def __init__(self, database: Database, redactor: Redactor) -> None:
        self._database = database
        self._redactor = redactor

    def add(self, call: ModelCallRecord) -> Begun[None]:
        """Hand a call in to be stored: with the answer to it, if that is handed in next."""
        row = {field.name: getattr(call, field.name) for field in dataclasses.fields(call)}
        for name in ("request", "response"):
            row[name] = redacted_object(self._redactor, row[name])

        def store() -> None:
            _INSERT(row)

        # A power cut may lose it; what is promised after it is durable and takes it along.
        return self._database.write_begun(store, durable=False, along=True)

    async def of_turn(self, turn_id: str) -> UsageTotal:
        """What a turn took."""
        return await self._total(ModelCall.turn_id == turn_id)

    async def of_conversation(self, conversation_id: str) -> UsageTotal:
        """What a conversation took, from its beginning."""
        return await self._total(ModelCall.conversation_id == conversation_id)

    async def of_day(self, moment: datetime) -> UsageTotal:
        """What all conversations took on the day, where this computer is, that holds ``moment``."""
        first, after = local_day(moment)
        return await self._total((ModelCall.started_at >= first) & (ModelCall.started_at < after))

    async def _total(self, condition: Any) -> UsageTotal:
        def total() -> UsageTotal:
            query: Any = ModelCall.select(
                fn.COUNT(ModelCall.id),
                fn.SUM(ModelCall.prompt_tokens),
                fn.SUM(ModelCall.completion_tokens),
                fn.SUM(ModelCall.cached_tokens),
                fn.SUM(ModelCall.cost),
            ).where(condition)
            ((calls, prompt, completion, cached, cost),) = query.tuples()
            return UsageTotal(calls, prompt or 0, completion or 0, cached or 0, cost)

        return await self._database.read_async(total)


def local_day(moment: datetime) -> tuple[datetime, datetime]:
    """The first moment of the day that holds ``moment``, and of the next; in UTC."""
    day = moment.astimezone().date()
    first = datetime.combine(day, time()).astimezone()
    after = datetime.combine(day + timedelta(days=1), time()).astimezone()
    return first.astimezone(UTC), after.astimezone(UTC)
