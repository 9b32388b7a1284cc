"""Turns, written before the model is asked and ended whatever comes of them."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from app.domain.branches import After
from app.domain.messages import Channel, ConversationMessage
from app.domain.skills import Clock
from app.domain.turns import TurnRecord, TurnState
from app.redaction import Redactor
from app.storage.branches import fork
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.going_on import go_on_after
from app.storage.models import Turn
from app.storage.received import begin_turn_of
from app.storage.rows import unfinished_sessions
from app.storage.statements import Insert, Update
from app.storage.waiting import forget_sent

_BEGIN: Final = Insert(
    Turn,
    (
        "id", "conversation_id", "channel", "mode", "status", "reason", "message", "iterations",
        "session", "started_at",
    ),
)  # fmt: skip
_FINISH: Final = Update(
    Turn, ("status", "reason", "message", "iterations", "session", "finished_at")
)


_AT_ONCE: Final = 500
"""Parameters of one statement: old SQLites take 999."""


class Turns:
    """The store of turns. Every method raises ``StorageError`` when the database cannot do it."""

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        redactor: Redactor,
        clock: Clock,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._redactor = redactor
        self._clock = clock

    async def begin(
        self,
        turn: TurnRecord,
        asked: ConversationMessage,
        *,
        waited: int | None = None,
        instead_of: str | None = None,
        after: After | None = None,
        received: Sequence[int] = (),
    ) -> ConversationMessage:
        """Store a turn with the message that began it, in one; the message as stored.

        ``waited``: its number in ``WaitingMessages``, where it is no more from now on.
        ``instead_of``: the turn in whose place this one stands from now on, on a branch of its
        own. ``after``: the turn it follows; ``None``: what is shown. ``received``: the
        numbers of the message in a channel's inbox, where it is begun from now on.
        Raises ``NotFoundError`` for a conversation, or such a turn, that is not there.
        """

        def begin() -> ConversationMessage:
            at = Turn.started_at.db_value(turn.started_at)
            if instead_of is not None:
                fork(turn.conversation_id, instead_of, at)
            elif after is not None:
                go_on_after(turn.conversation_id, after, at)
            stored = self._conversations.add(asked)
            forget_sent(turn.conversation_id, waited)
            begin_turn_of(received, turn.id)
            _BEGIN(
                {
                    "id": turn.id,
                    "conversation_id": turn.conversation_id,
                    "channel": turn.channel.value,
                    "mode": turn.mode,
                    "status": TurnState.RUNNING.value,
                    "reason": "",
                    "message": "",
                    "iterations": 0,
                    "session": self._database.session,
                    "started_at": turn.started_at,
                }
            )
            return stored

        return await self._database.write_async(begin)

    async def finish(
        self, turn_id: str, state: TurnState, *, reason: str, message: str, iterations: int
    ) -> None:
        """Note how a turn ended, after all that was handed in before."""

        def finish() -> None:
            changes = {
                "status": state.value,
                "reason": self._redactor.text(reason),
                "message": self._redactor.text(message),
                "iterations": iterations,
                "session": None,
                "finished_at": self._clock.now(),
            }
            _FINISH(turn_id, changes)

        await self._database.write_async(finish)

    async def named(self, turn_ids: Collection[str]) -> builtins.list[TurnRecord]:
        """The turns with these ids, the oldest first; unknown ones are left out."""
        ids = tuple(turn_ids)

        def named() -> builtins.list[TurnRecord]:
            rows: builtins.list[Any] = []
            for at in range(0, len(ids), _AT_ONCE):
                rows.extend(Turn.select().where(Turn.id.in_(ids[at : at + _AT_ONCE])))
            return sorted((_record(row) for row in rows), key=lambda turn: turn.started_at)

        return await self._database.read_async(named)

    async def of_conversation(self, conversation_id: str) -> builtins.list[TurnRecord]:
        """The turns of a conversation, the oldest first."""

        def of_conversation() -> builtins.list[TurnRecord]:
            query: Any = Turn.select().where(Turn.conversation_id == conversation_id)
            return [_record(row) for row in query.order_by(Turn.started_at)]

        return await self._database.read_async(of_conversation)

    async def left_unfinished(self, since: datetime) -> builtins.list[TurnRecord]:
        """Interrupted turns that began after ``since`` and nothing followed, the newest first."""

        def left() -> builtins.list[TurnRecord]:
            query: Any = Turn.select().where(Turn.started_at >= since)
            newest: dict[str, TurnRecord] = {}
            for row in query.order_by(Turn.started_at.desc()):
                newest.setdefault(row.conversation_id, _record(row))
            return [one for one in newest.values() if one.state is TurnState.INTERRUPTED]

        return await self._database.read_async(left)

    async def mark_interrupted(self) -> int:
        """Mark the turns a crash left running as interrupted; how many they were.

        Those of processes that are alive, this one included, are left alone.
        """

        def mark(ended: set[str]) -> int:
            changes = {
                "status": TurnState.INTERRUPTED.value,
                "session": None,
                "finished_at": self._clock.now(),
            }
            return int(Turn.update(changes).where(Turn.session.in_(ended)).execute())

        ended = await self._database.ended_sessions(lambda: unfinished_sessions(Turn))
        return await self._database.write_async(lambda: mark(ended)) if ended else 0


def _record(row: Any) -> TurnRecord:
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
