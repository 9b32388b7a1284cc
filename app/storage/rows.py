"""Rows of messages and executions as frozen data, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.attachments import attachment_from
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.redaction import Redactor
from app.storage.models import Message, SkillExecution, Turn


def message_from(row: Message, redactor: Redactor) -> ConversationMessage:
    """The message a row holds, without what has become known as a secret since it was stored."""
    message = ConversationMessage(
        id=row.id,
        conversation_id=row.conversation_id,
        turn_id=row.turn_id,
        role=Role(row.role),
        text=row.text,
        tool_calls=calls_from(row.tool_calls),
        tool_call_id=row.tool_call_id,
        tool_name=row.tool_name,
        tool_status=ToolStatus(row.tool_status) if row.tool_status else None,
        status=MessageStatus(row.status),
        channel=Channel(row.channel),
        metadata=row.metadata,
        created_at=row.created_at,
        attachments=tuple(attachment_from(one) for one in row.attachments),
    )
    return redactor.record(message)


def calls_from(stored: Iterable[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
    """Tool calls as stored in ``messages.tool_calls``."""
    return tuple(
        ToolCall(
            id=call["id"],
            name=call["name"],
            arguments=call.get("arguments", {}),
            parse_error=call.get("parse_error"),
            raw_arguments=call.get("raw_arguments", ""),
        )
        for call in stored
    )


def calls_to(calls: Iterable[ToolCall]) -> list[dict[str, object]]:
    """Tool calls in the form they are stored and exported in."""
    return [_call_to(call) for call in calls]


def _call_to(call: ToolCall) -> dict[str, object]:
    stored: dict[str, object] = {
        "id": call.id,
        "name": call.name,
        "arguments": dict(call.arguments),
    }
    if call.parse_error is not None:
        stored["parse_error"] = call.parse_error
    if call.raw_arguments:
        stored["raw_arguments"] = call.raw_arguments
    return stored


def redacted_object(redactor: Redactor, value: Mapping[str, object]) -> dict[str, object]:
    """A JSON object without known secrets."""
    safe = redactor.value(dict(value))
    assert isinstance(safe, dict)
    return safe


def redacted_calls(redactor: Redactor, calls: Iterable[ToolCall]) -> list[dict[str, object]]:
    """Tool calls to be stored, without known secrets."""
    return [redacted_object(redactor, call) for call in calls_to(calls)]


def unfinished_sessions(model: type[Message | SkillExecution | Turn]) -> set[str]:
    """The sessions that rows not yet finished belong to. Inside ``Database.read``."""
    column: Any = model.session
    query: Any = model.select(column).where(column.is_null(False)).distinct().tuples()
    return {session for (session,) in query}
