"""Puts a message into the database. To be called inside ``Database.write``."""

from __future__ import annotations

from typing import Final

from app.domain.attachments import attachment_form, names_of
from app.domain.messages import ConversationMessage, Role
from app.redaction import Redactor
from app.storage.branches import branch_for
from app.storage.connections import current
from app.storage.conversation_list import CUT, unknown
from app.storage.models import Conversation, Message
from app.storage.rows import redacted_calls, redacted_object
from app.storage.statements import Insert, Select

TITLE_LENGTH: Final = 60

_INSERT: Final = Insert(
    Message,
    (
        "conversation_id", "turn_id", "role", "text", "tool_calls", "tool_call_id", "tool_name",
        "tool_status", "status", "channel", "metadata", "session", "created_at",
        "attachments", "branch_id",
    ),
)  # fmt: skip


def insert_message(
    message: ConversationMessage,
    redactor: Redactor,
    session: str | None,
    branch: int | None = None,
) -> int:
    """Store a new message without secrets; its id.

    It belongs to the branch of its turn, else to the one that is shown, unless ``branch`` says
    which.

    The first message of the person becomes the title of a conversation that has none. Raises
    ``NotFoundError`` for a conversation that is not there.
    """
    at = Conversation.updated_at.db_value(message.created_at)
    text = redactor.text(message.text)
    attachments = tuple(redactor.record(one) for one in message.attachments)
    title = one_line(text or names_of(attachments)) if message.role is Role.USER else ""
    # Who goes on with an archived conversation wants to see it.
    known = current.change(
        "UPDATE conversations SET updated_at = max(updated_at, ?), "
        "title = CASE WHEN title = '' THEN ? ELSE title END, "
        "archived_at = CASE WHEN ? THEN NULL ELSE archived_at END WHERE id = ?",
        (
            at,
            Conversation.title.db_value(title),
            message.role is Role.USER,
            message.conversation_id,
        ),
    )
    if not known.rowcount:
        raise unknown(message.conversation_id)
    return _INSERT(
        {
            "conversation_id": message.conversation_id,
            "turn_id": message.turn_id,
            "role": message.role.value,
            "text": text,
            "tool_calls": redacted_calls(redactor, message.tool_calls),
            "tool_call_id": message.tool_call_id and redactor.text(message.tool_call_id),
            "tool_name": message.tool_name and redactor.text(message.tool_name),
            "tool_status": message.tool_status and message.tool_status.value,
            "status": message.status.value,
            "channel": message.channel.value,
            "metadata": redacted_object(redactor, message.metadata),
            "session": session,
            "created_at": message.created_at,
            "attachments": [attachment_form(one) for one in attachments],
            "branch_id": (
                branch_for(message.conversation_id, message.turn_id) if branch is None else branch
            ),
        }
    )


stored_message: Final = Select(Message)
"""The row of a message by its id."""


def one_line(text: str) -> str:
    """The first words, at most ``TITLE_LENGTH`` characters."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[TITLE_LENGTH // 2 :] else cut) + CUT
