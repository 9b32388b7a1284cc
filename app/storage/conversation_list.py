"""Conversations as the list shows them, and as their ids name them.

Functions here are to be called inside ``Database.read`` or ``Database.write``.
"""

from __future__ import annotations

from typing import Any, Final

from peewee import fn

from app.domain.errors import NotFoundError
from app.domain.messages import Channel, ConversationSummary, MessageStatus, Role
from app.domain.turns import TurnState
from app.redaction import Redactor
from app.storage.branches import shown_path
from app.storage.models import Branch, Conversation, Message, Turn

MIN_PREFIX: Final = 4
CUT: Final = "…"
"""Ends a title that was cut."""
_TURN_ENDS: Final = {
    TurnState.FAILED: MessageStatus.FAILED,
    TurnState.CANCELLED: MessageStatus.INTERRUPTED,
    TurnState.INTERRUPTED: MessageStatus.INTERRUPTED,
}


def newest(limit: int, *, archived: bool = False) -> list[ConversationSummary]:
    """Conversations, the one with the newest message first; before them those that are pinned.

    ``archived``: those that were taken out of the list, the last one first.
    """
    if archived:
        order = (Conversation.archived_at.desc(), Conversation.id)
        out = _summaries().where(Conversation.archived_at.is_null(False))
        return [_summary_from(row) for row in out.order_by(*order).limit(limit)]
    # Two questions: each follows an index, and the messages of those beyond are not counted.
    listed = _summaries().where(Conversation.archived_at.is_null())
    by_time = (Conversation.updated_at.desc(), Conversation.created_at.desc())
    pinned = listed.where(Conversation.pinned_at.is_null(False))
    first = list(pinned.order_by(*by_time).limit(limit))
    rest = listed.where(Conversation.pinned_at.is_null())
    rows = [*first, *rest.order_by(*by_time).limit(limit - len(first))]
    return [_summary_from(row) for row in rows]


def archived_count() -> int:
    """How many conversations were taken out of the list."""
    return int(Conversation.select().where(Conversation.archived_at.is_null(False)).count())


def _summaries() -> Any:
    mine = Message.conversation_id == Conversation.id
    spoken = Message.role.in_((Role.USER.value, Role.ASSISTANT.value))
    count = Message.select(fn.COUNT(Message.id)).where(mine, spoken)
    last = (
        Message.select(Message.status)
        .where(mine, Message.role == Role.ASSISTANT.value)
        .order_by(Message.id.desc())
        .limit(1)
    )
    said = (
        Message.select(Message.channel)
        .where(mine, Message.role == Role.USER.value)
        .order_by(Message.id.desc())
        .limit(1)
    )
    turn = (
        Turn.select(Turn.status)
        .where(Turn.conversation_id == Conversation.id)
        .order_by(Turn.started_at.desc())
        .limit(1)
    )
    branched = fn.EXISTS(Branch.select(Branch.id).where(Branch.conversation_id == Conversation.id))
    return Conversation.select(
        Conversation,
        count.alias("message_count"),
        last.alias("last_status"),
        turn.alias("turn_status"),
        said.alias("said_through"),
        branched.alias("is_branched"),
    )


def _count_shown(row: Any) -> None:
    """Of a conversation with several branches only the one that is shown counts."""
    shown = shown_path(row.id).clause
    spoken = Message.role.in_((Role.USER.value, Role.ASSISTANT.value))
    row.message_count = Message.select(Message.id).where(shown, spoken).count()
    newest: Any = Message.select(Message.status, Message.role, Message.turn_id).where(shown)
    last = newest.order_by(Message.id.desc()).first()
    answered = last is not None and last.role == Role.ASSISTANT.value
    row.last_status = last.status if answered else None
    turn = Turn.get_or_none(Turn.id == last.turn_id) if last is not None else None
    row.turn_status = turn.status if turn is not None else None


def summary(conversation_id: str) -> ConversationSummary:
    """One conversation, which must exist, by its full id."""
    return _summary_from(_summaries().where(Conversation.id == conversation_id).get())


def _summary_from(row: Any) -> ConversationSummary:
    if row.is_branched:
        _count_shown(row)
    return ConversationSummary(
        id=row.id,
        title=row.title,
        model=row.model,
        created_at=row.created_at,
        updated_at=row.updated_at,
        message_count=row.message_count,
        last_status=_last_status(row),
        pinned=row.pinned_at is not None,
        archived=row.archived_at is not None,
        channel=Channel(row.said_through or Channel.WINDOW),
    )


def _last_status(row: Any) -> MessageStatus | None:
    """The newest turn's end where it is known: an answer that failed before a word has no row."""
    status = _TURN_ENDS.get(row.turn_status, row.last_status)
    return MessageStatus(status) if status else None


def safe_title(title: str, redactor: Redactor) -> str:
    """``title`` without secrets, also where one was cut off at its end."""
    if not title.endswith(CUT):
        return redactor.text(title)
    words = title.removesuffix(CUT)
    safe = redactor.cut_text(words)
    return title if safe is words else safe + CUT


def full_id(conversation_id: str) -> str:
    """The id that begins with ``conversation_id``, of which ``MIN_PREFIX`` characters are enough.

    Raises ``NotFoundError`` where there is none, or more than one.
    """
    if Conversation.get_or_none(Conversation.id == conversation_id) is not None:
        return conversation_id
    if len(conversation_id) < MIN_PREFIX:
        raise unknown(conversation_id)
    starts = fn.substr(Conversation.id, 1, len(conversation_id)) == conversation_id
    found = [row.id for row in Conversation.select(Conversation.id).where(starts).limit(9)]
    if not found:
        raise unknown(conversation_id)
    if len(found) > 1:
        raise NotFoundError(
            f"Several conversations begin with {conversation_id}.",
            hint="Give more of the id.",
            details={"candidates": found},
        )
    return str(found[0])


def unknown(conversation_id: str) -> NotFoundError:
    """No conversation has this id."""
    return NotFoundError(
        f"There is no conversation {conversation_id}.",
        hint="`steward conversations list` shows them all.",
    )
