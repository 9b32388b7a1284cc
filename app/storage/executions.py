"""Every execution of a skill: what was asked, who allowed it, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.errors import NotFoundError
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.models import SkillExecution
from app.storage.rows import redacted_object, unfinished_sessions

RUNNING: Final = "running"
"""Column ``status`` of an execution that has not ended."""


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One execution.

    Attributes:
        id: ``skill_executions.id``.
        conversation_id, turn_id: where it was asked for.
        call_id: the model's tool call.
        skill: dotted name.
        arguments: as given, without secrets.
        status: how it ended; ``None`` while it runs.
        content: the result's text.
        metadata: the result's typed facts.
        approved_by: the face or rule that allowed it, if it was asked about.
        started_at, finished_at: UTC; ``finished_at`` is ``None`` while it runs.
        duration_ms: wall time without waiting for approval.
    """

    id: str
    conversation_id: str | None
    turn_id: str | None
    call_id: str
    skill: str
    arguments: Mapping[str, object]
    status: ToolStatus | None
    content: str
    metadata: Mapping[str, object]
    approved_by: str | None
    started_at: datetime
    finished_at: datetime | None
    duration_ms: int | None


class SkillExecutions:
    """The log of executions. Every method raises ``StorageError`` when it cannot be kept."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    async def start(
        self, *, execution_id: str, call: ToolCall, conversation_id: str, turn_id: str
    ) -> None:
        """Note that ``call`` is about to be executed."""
        arguments: Mapping[str, object] = call.arguments
        if call.parse_error is not None:
            arguments = {"raw_arguments": call.raw_arguments}

        def start() -> None:
            SkillExecution.create(
                id=execution_id,
                conversation_id=conversation_id,
                turn_id=turn_id,
                call_id=call.id,
                skill=call.name,
                arguments=redacted_object(self._redactor, arguments),
                status=RUNNING,
                session=self._database.session,
                started_at=self._clock.now(),
            )

        await self._database.write_async(start)

    async def finish(
        self, execution_id: str, result: ToolResult, *, approved_by: str | None
    ) -> None:
        """Note how an execution ended. Raises ``NotFoundError`` for one that never started."""

        def finish() -> None:
            changes = {
                "status": result.status.value,
                "content": self._redactor.text(result.content),
                "metadata": redacted_object(self._redactor, result.metadata),
                "approved_by": approved_by,
                "session": None,
                "finished_at": self._clock.now(),
                "duration_ms": result.duration_ms,
            }
            one = SkillExecution.id == execution_id
            if not SkillExecution.update(changes).where(one).execute():
                raise NotFoundError(f"There is no execution {execution_id}.")

        await self._database.write_async(finish)

    async def for_turn(self, turn_id: str) -> list[ExecutionRecord]:
        """The executions of a turn, in the order they started."""

        def of_turn() -> list[ExecutionRecord]:
            query = SkillExecution.select().where(SkillExecution.turn_id == turn_id)
            return [record_from(row) for row in query.order_by(SkillExecution.started_at)]

        return await self._database.read_async(of_turn)

    async def mark_interrupted(self) -> int:
        """Mark the executions a crash left running as interrupted; how many they were.

        Those of processes that are alive, this one included, are left alone.
        """

        def mark(ended: set[str]) -> int:
            changes = {
                "status": ToolStatus.INTERRUPTED.value,
                "content": "Steward ended before this call did.",
                "session": None,
                "finished_at": self._clock.now(),
            }
            theirs = SkillExecution.session.in_(ended)
            return int(SkillExecution.update(changes).where(theirs).execute())

        ended = await self._database.ended_sessions(lambda: unfinished_sessions(SkillExecution))
        return await self._database.write_async(lambda: mark(ended)) if ended else 0


def record_from(row: SkillExecution) -> ExecutionRecord:
    """The execution a row holds."""
    return ExecutionRecord(
        id=row.id,
        conversation_id=row.conversation_id,
        turn_id=row.turn_id,
        call_id=row.call_id,
        skill=row.skill,
        arguments=row.arguments,
        status=None if row.status == RUNNING else ToolStatus(row.status),
        content=row.content,
        metadata=row.metadata,
        approved_by=row.approved_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_ms=row.duration_ms,
    )
