"""Reads of a conversation what a model request carries: its newest part, or one long result.

To be called inside ``Database.read``.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.turns import StoredHistory
from app.redaction import Redactor
from app.storage.branches import path_of_turn, path_to, shown_path
from app.storage.conversation_list import unknown
from app.storage.executions import finished_in
from app.storage.models import Conversation, Message
from app.storage.paths import Path
from app.storage.rows import message_from
from app.storage.summaries import newest_summary


def stored_history(
    conversation_id: str,
    redactor: Redactor,
    *,
    characters: int,
    before: int | None = None,
    of_turn: str | None = None,
) -> StoredHistory:
    """The newest summary and the messages after it, of the branch shown. Raises ``NotFoundError``.

    Args:
        conversation_id: a full id.
        redactor: hides what has become known as a secret since it was stored.
        characters: about how much to read, from the end.
        before: a message: what came before it, on its own branch.
        of_turn: a turn: all that is on its branch, whichever is shown.
    """
    conversation = Conversation.get_or_none(Conversation.id == conversation_id)
    if conversation is None:
        raise unknown(conversation_id)
    if before is not None:
        path = path_to(conversation_id, before)
    elif of_turn is not None:
        path = path_of_turn(conversation_id, of_turn)
    else:
        path = shown_path(conversation_id)
    return _history(path, conversation.model, redactor, characters=characters)


def history_before(
    conversation_id: str, redactor: Redactor, *, message_id: int, at: datetime, characters: int
) -> StoredHistory:
    """``stored_history`` as it was when this message came, at this time."""
    conversation = Conversation.get_by_id(conversation_id)
    path = path_to(conversation_id, message_id)
    return _history(path, conversation.model, redactor, characters=characters, made_by=at)


def _history(
    path: Path,
    model: str | None,
    redactor: Redactor,
    *,
    characters: int,
    made_by: datetime | None = None,
) -> StoredHistory:
    summary = newest_summary(path, made_by=made_by)
    after = summary.upto_message_id if summary is not None else 0
    messages = newest_messages(path, redactor, after=after, characters=characters)
    return StoredHistory(model, summary, tuple(messages))


def newest_messages(
    path: Path, redactor: Redactor, *, after: int, characters: int
) -> list[ConversationMessage]:
    """The messages of a path after ``after`` (a message's id), oldest first, whole turns.

    Stops at the beginning of a turn once about ``characters`` were read. A turn that began
    before ``after`` begins with the person's message all the same.
    """
    query: Any = Message.select().where(path.clause, Message.id > after).order_by(Message.id.desc())
    found: list[ConversationMessage] = []
    read = 0
    for row in query.iterator():
        message = message_from(row, redactor)
        found.append(message)
        read += len(message.text) + sum(len(str(call.arguments)) for call in message.tool_calls)
        if read > characters and message.role is Role.USER:
            break
    found.reverse()
    whole = [*_beginnings(path.conversation_id, found, redactor), *found]
    return _with_finished(whole, redactor)


def _beginnings(
    conversation_id: str, found: list[ConversationMessage], redactor: Redactor
) -> list[ConversationMessage]:
    begun = {message.turn_id for message in found if message.role is Role.USER}
    torn = {message.turn_id for message in found} - begun
    if not torn:
        return []
    query: Any = (
        Message.select()
        .where(
            Message.conversation_id == conversation_id,
            Message.turn_id.in_(torn),
            Message.role == Role.USER.value,
        )
        .order_by(Message.id)
    )
    return [message_from(row, redactor) for row in query]


def _with_finished(
    messages: list[ConversationMessage], redactor: Redactor
) -> list[ConversationMessage]:
    """``messages`` with the results of calls that ended before a kill, and were not stored yet."""
    told = {(one.turn_id, one.tool_call_id) for one in messages if one.role is Role.TOOL}
    asked = {(one.turn_id, call.id): one for one in messages for call in one.tool_calls}
    missing = asked.keys() - told
    if not missing:
        return messages
    ended = finished_in({turn_id for turn_id, _ in missing})
    results: dict[int, list[ConversationMessage]] = {}
    for place in sorted(missing & ended.keys(), key=str):
        one, owner = ended[place], asked[place]
        result = dataclasses.replace(
            owner,
            role=Role.TOOL,
            text=redactor.text(one.content),
            tool_calls=(),
            tool_call_id=one.call_id,
            tool_name=one.name,
            tool_status=one.status,
            status=MessageStatus.DONE,
            metadata=redactor.mapping(one.metadata),
        )
        results.setdefault(owner.id, []).append(result)
    return [each for one in messages for each in (one, *results.get(one.id, ()))]


def tool_result(conversation_id: str, turn_id: str, call_id: str) -> str | None:
    """The whole text of the newest result with this call id on a turn's branch, if there is one."""
    query: Any = (
        Message.select(Message.text)
        .where(path_of_turn(conversation_id, turn_id).clause, Message.tool_call_id == call_id)
        .order_by(Message.id.desc())
        .limit(1)
        .tuples()
    )
    return next((text for (text,) in query), None)
