"""The rows of a conversation as it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolStatus
from app.ui import words
from app.ui.chat.rows import AnswerRow, CallRow, NoticeRow, Row, SuggestionsRow, UserRow

STOPPED: Final = "Stopped. What was done before stays, and every version of it."


def stored_rows(messages: Iterable[ConversationMessage]) -> list[Row]:
    """The rows, top to bottom; suggestions of the last answer below it."""
    rows: list[Row] = []
    calls: dict[tuple[str, str], int] = {}
    suggestions: tuple[str, ...] = ()
    for message in messages:
        suggestions = ()
        match message.role:
            case Role.USER:
                rows.append(
                    UserRow(
                        message.text,
                        message.created_at,
                        message.turn_id,
                        message_id=message.id,
                    )
                )
            case Role.ASSISTANT:
                rows.extend(_answer_rows(message))
                for call in message.tool_calls:
                    calls[message.turn_id, call.id] = len(rows)
                    row = CallRow(call.id, call.name, words.gist(call.arguments), message.turn_id)
                    rows.append(row)
                suggestions = _suggestions(message)
            case Role.TOOL:
                at = calls.get((message.turn_id, message.tool_call_id or ""))
                if at is not None:
                    rows[at] = _with_result(rows[at], message)
    if suggestions:
        rows.append(SuggestionsRow(suggestions))
    return [_settled(row) for row in rows]


def first_line(text: str, limit: int = 160) -> str:
    """The first line of a result, shortened."""
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _answer_rows(message: ConversationMessage) -> list[Row]:
    rows: list[Row] = []
    if message.text:
        rows.append(AnswerRow(message.text, message.turn_id, message_id=message.id))
    if message.status is MessageStatus.INTERRUPTED:
        rows.append(NoticeRow("attention", STOPPED, message.turn_id))
    elif message.status is MessageStatus.FAILED:
        rows.append(NoticeRow("trouble", "The answer broke off here.", message.turn_id))
    return rows


def _suggestions(message: ConversationMessage) -> tuple[str, ...]:
    found = message.metadata.get("suggestions", ())
    return tuple(str(s) for s in found) if isinstance(found, list | tuple) else ()


def _with_result(row: Row, message: ConversationMessage) -> Row:
    assert isinstance(row, CallRow)
    status = message.tool_status or ToolStatus.OK
    note = "" if status is ToolStatus.OK else first_line(message.text)
    return replace(row, status=status, note=note)


def _settled(row: Row) -> Row:
    """A stored call without a result is over all the same."""
    if isinstance(row, CallRow) and row.status is None:
        return replace(row, status=ToolStatus.INTERRUPTED)
    return row
