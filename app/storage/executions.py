"""Every execution of a skill: what was asked, who allowed it, what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.errors import NotFoundError
from app.domain.files import FileVersion
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.file_rows import IS_CHANGE, versions_where
from app.storage.models import SkillExecution
from app.storage.rows import redacted_object, unfinished_sessions
from app.storage.statements import Insert, Update

RUNNING: Final = "running"
"""Column ``status`` of an execution that has not ended."""

_ASKED: Final = (
    "id", "conversation_id", "turn_id", "call_id", "skill", "arguments", "started_at",
)  # fmt: skip
_ENDED: Final = ("status", "content", "metadata", "finished_at", "duration_ms")
_BEGIN: Final = Insert(
    SkillExecution, (*_ASKED, "status", "content", "metadata", "approved_by", "session")
)
_END: Final = Update(SkillExecution, (*_ENDED, "approved_by", "session"))
_WHOLE: Final = Insert(SkillExecution, (*_ASKED, *_ENDED))


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
        self,
        *,
        execution_id: str,
        call: ToolCall,
        conversation_id: str,
        turn_id: str,
        approved_by: str | None = None,
    ) -> None:
        """Note that ``call`` is about to be executed."""

        def start() -> None:
            _BEGIN(
                {
                    "id": execution_id,
                    "conversation_id": conversation_id,
                    "turn_id": turn_id,
                    **self._asked(call),
                    "status": RUNNING,
                    "content": "",
                    "metadata": {},
                    "approved_by": approved_by,
                    "session": self._database.session,
                    "started_at": self._clock.now(),
                }
            )

        await self._database.write_async(start)

    async def finish(
        self, execution_id: str, result: ToolResult, *, approved_by: str | None
    ) -> None:
        """Note how an execution ended. Raises ``NotFoundError`` for one that never started.

        A power cut (not the end of the process) may lose it, unless something durable comes
        after it, such as the message with this result.
        """

        def finish() -> None:
            ended = {**self._ended(result), "approved_by": approved_by, "session": None}
            if not _END(execution_id, ended):
                raise NotFoundError(f"There is no execution {execution_id}.")

        await self._database.write_async(finish, durable=False)

    def note(
        self,
        *,
        execution_id: str,
        call: ToolCall,
        conversation_id: str,
        turn_id: str,
        started_at: datetime,
        result: ToolResult,
    ) -> None:
        """Note, without waiting, a call that changed nothing: ``start`` and ``finish`` in one.

        It is stored with what is handed in next, which is the message with its result: nobody
        sees one without the other, and looking can be done again where a crash loses both. A
        failure is logged. Raises ``StorageError`` when the database is closed.
        """

        def note() -> None:
            _WHOLE(
                {
                    "id": execution_id,
                    "conversation_id": conversation_id,
                    "turn_id": turn_id,
                    **self._asked(call),
                    **self._ended(result),
                    "started_at": started_at,
                }
            )

        self._database.write_soon(note, durable=False, along=True)

    def _asked(self, call: ToolCall) -> dict[str, object]:
        arguments: Mapping[str, object] = call.arguments
        if call.parse_error is not None:
            arguments = {"raw_arguments": call.raw_arguments}
        return {
            "call_id": call.id,
            "skill": call.name,
            "arguments": redacted_object(self._redactor, arguments),
        }

    def _ended(self, result: ToolResult) -> dict[str, object]:
        return {
            "status": result.status.value,
            "content": self._redactor.text(result.content),
            "metadata": redacted_object(self._redactor, result.metadata),
            "finished_at": self._clock.now(),
            "duration_ms": result.duration_ms,
        }

    async def finished_results(self, turn_ids: Iterable[str]) -> dict[tuple[str, str], ToolResult]:
        """The results of executions that ended, by turn and call id; interrupted ones too.

        For a history that a crash cut off between a result and its message. Where a call was
        executed more than once, the last one counts.
        """
        wanted = list(turn_ids)

        return await self._database.read_async(lambda: finished_in(wanted)) if wanted else {}

    async def changes(self, turn_id: str, execution_id: str) -> list[FileVersion]:
        """The changes of files that an execution of ``turn_id`` made, in order."""
        return await self._database.read_async(lambda: _changes(turn_id, execution_id))

    async def for_turn(self, turn_id: str) -> list[ExecutionRecord]:
        """The executions of a turn, in the order they started."""

        def of_turn() -> list[ExecutionRecord]:
            query = SkillExecution.select().where(SkillExecution.turn_id == turn_id)
            rows = query.order_by(SkillExecution.started_at)
            return [self._redactor.record(record_from(row)) for row in rows]

        return await self._database.read_async(of_turn)

    async def mark_interrupted(self) -> int:
        """Mark the executions a crash left running as interrupted; how many they were.

        Those of processes that are alive, this one included, are left alone. Each says which
        files it had changed; so this comes after the changes themselves are settled.
        """

        def mark(ended: set[str]) -> int:
            theirs = list(SkillExecution.select().where(SkillExecution.session.in_(ended)))
            for row in theirs:
                changed = _changes(row.turn_id, row.id)
                row.status = ToolStatus.INTERRUPTED.value
                row.content = self._redactor.text(_broken_off(changed))
                row.metadata = redacted_object(self._redactor, _facts(changed))
                row.session = None
                row.finished_at = self._clock.now()
                row.save()
            return len(theirs)

        ended = await self._database.ended_sessions(lambda: unfinished_sessions(SkillExecution))
        return await self._database.write_async(lambda: mark(ended)) if ended else 0


def _changes(turn_id: str | None, execution_id: str) -> list[FileVersion]:
    return versions_where(
        f"turn_id = ? AND execution_id = ? AND state = 'done' AND {IS_CHANGE} ORDER BY id",
        turn_id,
        execution_id,
    )


def _broken_off(changed: Sequence[FileVersion]) -> str:
    text = "Steward ended before this call did."
    if not changed:
        return f"{text} It had changed no file."
    files = ", ".join(f"{one.path} (now version {one.version})" for one in changed)
    return f"{text} It had already changed {files}."


def _facts(changed: Sequence[FileVersion]) -> dict[str, object]:
    facts: dict[str, object] = {"type": "interrupted"}
    if changed:
        facts["changed"] = [{"path": one.path, "version": one.version} for one in changed]
    return facts


def finished_in(turn_ids: Collection[str]) -> dict[tuple[str, str], ToolResult]:
    """See ``SkillExecutions.finished_results``. Inside ``Database.read``."""
    query = SkillExecution.select().where(
        SkillExecution.turn_id.in_(turn_ids) & (SkillExecution.status != RUNNING)
    )
    return {
        (str(row.turn_id), row.call_id): ToolResult(
            row.call_id,
            row.skill,
            ToolStatus(row.status),
            row.content,
            row.duration_ms or 0,
            row.metadata,
        )
        for row in query.order_by(SkillExecution.started_at)
    }


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
