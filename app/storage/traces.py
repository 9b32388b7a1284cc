"""What a turn did, as it was recorded: the turn, the model's calls, the skills', the decisions.

Written without waiting and without a sync: what a power cut takes from here is no word of a
conversation. Everything goes through the redactor.
"""

from __future__ import annotations

import asyncio
import builtins
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import SQL, fn

from app.domain.errors import NotFoundError
from app.domain.message_forms import Form, message_form
from app.domain.messages import Channel, ConversationMessage
from app.domain.turns import ModelCallRecord, StoredHistory, TurnRecord, TurnState
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.executions import ExecutionRecord, record_from
from app.storage.message_rows import stored_message
from app.storage.models import ApprovalRow, Message, ModelCall, SkillExecution, Turn
from app.storage.request_history import history_before
from app.storage.rows import message_from, redacted_object
from app.storage.statements import Insert
from app.storage.usage import local_day

GATHER_SECONDS: Final = 0.25
MIN_PREFIX: Final = 4
LAST: Final = "last"
"""In place of a turn's id: the newest one."""

Stored = Callable[[int], Form | None]
"""A stored message's form by its id, or ``None`` where there is none."""


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision about a call; ``decision`` is ``None`` while nobody has decided."""

    id: str
    call_id: str
    skill: str
    summary: str
    decision: str | None
    by: str | None
    asked_at: datetime
    decided_at: datetime | None
    arguments: Mapping[str, object]
    targets: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """All that was recorded of a turn. ``messages`` are the turn's own, oldest first."""

    turn: TurnRecord
    calls: tuple[ModelCallRecord, ...] = ()
    executions: tuple[ExecutionRecord, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    messages: tuple[ConversationMessage, ...] = ()


_INSERT: Final = Insert(
    ModelCall,
    (
        "id", "turn_id", "conversation_id", "number", "provider", "model", "status", "started_at",
        "request", "response",
    ),
    # The row may be there already, with what the call took.
    "ON CONFLICT (turn_id, number) DO UPDATE SET request = excluded.request, "
    "response = excluded.response",
)  # fmt: skip


class Traces:
    """The record of turns. Every method raises ``StorageError`` when it cannot be kept.

    Owned by the loop's thread.
    """

    def __init__(self, database: Database, redactor: Redactor) -> None:
        self._database = database
        self._redactor = redactor
        self._waiting: builtins.list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    # -- writing ---------------------------------------------------------------------------

    def add_call(
        self,
        *,
        turn_id: str,
        conversation_id: str,
        number: int,
        provider: str,
        model: str | None,
        status: str,
        started_at: datetime,
        say: Callable[[Stored], tuple[Form, Form]],
    ) -> None:
        """Note what was sent and what came in a model's call.

        ``say`` gives both; it is called on the database's thread. What the call took is written
        by ``storage.usage``, into the same row, before or after this. Calls that follow one
        another quickly are written in one go: the end of the process may lose the last of them.
        """

        def add() -> None:
            request, response = say(_stored)
            _INSERT(
                {
                    "id": uuid.uuid4().hex,
                    "turn_id": turn_id,
                    "conversation_id": conversation_id,
                    "number": number,
                    "provider": self._redactor.text(provider),
                    "model": model,
                    "status": status,
                    "started_at": started_at,
                    "request": redacted_object(self._redactor, request),
                    "response": redacted_object(self._redactor, response),
                }
            )

        self._waiting.append(add)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Hand in what was noted, without waiting for the disk."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            waiting, self._waiting = self._waiting, []

            def write() -> None:
                for add in waiting:
                    add()

            self._database.write_soon(write, durable=False)

    # -- reading ---------------------------------------------------------------------------

    def hide(self, form: Form) -> Form:
        """A JSON object without what is known as a secret by now."""
        return self._redactor.mapping(form)

    async def list(
        self, *, conversation_id: str | None = None, limit: int = 50
    ) -> builtins.list[TurnRecord]:
        """Turns, the newest first: of one conversation, or of all."""

        def read() -> builtins.list[TurnRecord]:
            query = Turn.select().order_by(Turn.started_at.desc(), SQL("rowid DESC"))
            if conversation_id is not None:
                query = query.where(Turn.conversation_id == conversation_id)
            return [self._redactor.record(_turn(row)) for row in query.limit(limit)]

        await self._settled()
        return await self._database.read_async(read)

    async def trace(self, turn_id: str) -> TurnTrace:
        """All of a turn, by its id, the start of it (4 characters or more), or ``last``.

        Raises ``NotFoundError``.
        """
        await self._settled()
        return await self._database.read_async(lambda: self._trace(_known_id(turn_id)))

    async def traces(self, conversation_id: str, *, limit: int = 30) -> builtins.list[TurnTrace]:
        """The newest turns of a conversation, oldest first, without what was sent and came."""

        def read() -> builtins.list[TurnTrace]:
            ids = (
                Turn.select(Turn.id)
                .where(Turn.conversation_id == conversation_id)
                .order_by(Turn.started_at.desc(), SQL("rowid DESC"))
                .limit(limit)
            )
            return [self._trace(row.id, whole=False) for row in ids][::-1]

        await self._settled()
        return await self._database.read_async(read)

    async def before(self, turn_id: str, characters: int) -> StoredHistory:
        """What a request could carry of the conversation when the turn began.

        Raises ``NotFoundError``.
        """

        def read() -> StoredHistory:
            turn = Turn.get_by_id(turn_id)
            first: Any = Message.select(Message.id).where(Message.turn_id == turn_id)
            own = first.order_by(Message.id).first()
            return history_before(
                turn.conversation_id,
                self._redactor,
                message_id=0 if own is None else own.id,
                at=turn.started_at,
                characters=characters,
            )

        return await self._database.read_async(read)

    async def day_cost_before(self, moment: datetime) -> float:
        """US dollars of the calls of that day (where this computer is) before ``moment``."""
        first, _ = local_day(moment)
        begun = (ModelCall.started_at >= first) & (ModelCall.started_at < moment)

        def read() -> float:
            return ModelCall.select(fn.SUM(ModelCall.cost)).where(begun).scalar() or 0.0

        return await self._database.read_async(read)

    async def stored(self, message_ids: Sequence[int]) -> dict[int, Form]:
        """The forms of stored messages, by their ids, as they are stored: see ``hide``."""

        def read() -> dict[int, Form]:
            found = ((one, _stored(one)) for one in message_ids)
            return {one: form for one, form in found if form is not None}

        return await self._database.read_async(read)

    def _trace(self, turn_id: str, *, whole: bool = True) -> TurnTrace:
        hide = self._redactor.record
        turn = hide(_turn(Turn.get_by_id(turn_id)))
        wanted = [name for name in _CALL_COLUMNS if whole or name != "request"]
        columns: list[Any] = [getattr(ModelCall, name) for name in wanted]
        calls = ModelCall.select(*columns).where(ModelCall.turn_id == turn_id)
        executions = SkillExecution.select().where(SkillExecution.turn_id == turn_id)
        decisions = ApprovalRow.select().where(ApprovalRow.turn_id == turn_id)
        in_order = executions.order_by(SkillExecution.started_at)
        asked = decisions.order_by(ApprovalRow.asked_at)
        said = Message.select().where(Message.turn_id == turn_id).order_by(Message.id)
        return TurnTrace(
            turn=turn,
            calls=tuple(hide(_call(row)) for row in calls.order_by(ModelCall.number)),
            executions=tuple(hide(record_from(row)) for row in in_order),
            decisions=tuple(hide(_decision(row)) for row in asked),
            messages=tuple(message_from(row, self._redactor) for row in said) if whole else (),
        )

    async def _settled(self) -> None:
        """Wait until what was noted before is written."""
        self.flush()
        await self._database.write_async(lambda: None, durable=False)


_CALL_COLUMNS: Final = tuple(ModelCallRecord.__dataclass_fields__)


def _stored(message_id: int) -> Form | None:
    row = stored_message(message_id)
    return None if row is None else message_form(message_from(row, Redactor()))


def _known_id(turn_id: str) -> str:
    hint = "`steward traces list` shows what was recorded."
    if turn_id == LAST:
        newest = Turn.select(Turn.id).order_by(Turn.started_at.desc(), SQL("rowid DESC")).first()
        if newest is None:
            raise NotFoundError("No turn was recorded yet.", hint="Ask something first.")
        return str(newest.id)
    if Turn.get_or_none(Turn.id == turn_id) is not None:
        return turn_id
    starts = fn.substr(Turn.id, 1, len(turn_id)) == turn_id
    found = [row.id for row in Turn.select(Turn.id).where(starts).limit(2)]
    if len(turn_id) < MIN_PREFIX or not found:
        raise NotFoundError(f"There is no recorded turn {turn_id}.", hint=hint)
    if len(found) > 1:
        raise NotFoundError(f"Several turns begin with {turn_id}.", hint="Give more of the id.")
    return str(found[0])


def _turn(row: Turn) -> TurnRecord:
    return TurnRecord(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=Channel(row.channel),
        mode=row.mode,
        started_at=row.started_at,
        state=TurnState(row.status),
        reason=row.reason,
        message=row.message,
        iterations=row.iterations,
        finished_at=row.finished_at,
    )


def _call(row: ModelCall) -> ModelCallRecord:
    values = {name: getattr(row, name) for name in _CALL_COLUMNS}
    return ModelCallRecord(**{**values, "request": values["request"] or {}})


def _decision(row: ApprovalRow) -> DecisionRecord:
    return DecisionRecord(
        **{name: getattr(row, name) for name in DecisionRecord.__dataclass_fields__}
    )
