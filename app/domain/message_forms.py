"""A message as plain JSON in which two that a model cannot tell apart are equal. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from app.domain.attachments import attachment_form, attachment_from
from app.domain.messages import ConversationMessage, MessageStatus, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall, ToolStatus

Form = dict[str, Any]
"""A JSON object."""

_DIGEST_LENGTH: Final = 32


def digest(value: object) -> str:
    """The first half of the SHA-256 of a JSON value, in hex: equal for equal values."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def message_form(message: ConversationMessage) -> Form:
    """What a message is to a model: neither when it was said nor where it is stored.

    Parts that are empty, or as usual, are left out.
    """
    form: Form = {"role": message.role.value, "text": message.text}
    if message.tool_calls:
        form["calls"] = [call_form(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        form["call_id"] = message.tool_call_id
    if message.tool_name is not None:
        form["name"] = message.tool_name
    if message.tool_status is not None:
        form["result"] = message.tool_status.value
    if message.status is not MessageStatus.DONE:
        form["status"] = message.status.value
    if message.metadata:
        form["metadata"] = dict(message.metadata)
    if message.attachments:
        form["attachments"] = [attachment_form(one) for one in message.attachments]
    return form


def call_form(call: ToolCall) -> Form:
    """A tool call as JSON."""
    form: Form = {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
    if call.parse_error is not None:
        form["parse_error"] = call.parse_error
    if call.raw_arguments:
        form["raw_arguments"] = call.raw_arguments
    return form


def tool_form(tool: ToolDefinition) -> Form:
    """A tool's definition as JSON."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }


def call_from(form: Mapping[str, Any]) -> ToolCall:
    """The call that ``call_form`` wrote."""
    return ToolCall(
        id=form["id"],
        name=form["name"],
        arguments=form.get("arguments", {}),
        parse_error=form.get("parse_error"),
        raw_arguments=form.get("raw_arguments", ""),
    )


def message_from_form(form: Mapping[str, Any], blank: ConversationMessage) -> ConversationMessage:
    """The message that ``message_form`` wrote; what it does not say is as in ``blank``."""
    result = form.get("result")
    return ConversationMessage(
        id=blank.id,
        conversation_id=blank.conversation_id,
        turn_id=blank.turn_id,
        created_at=blank.created_at,
        channel=blank.channel,
        role=Role(form["role"]),
        text=form["text"],
        tool_calls=tuple(call_from(call) for call in form.get("calls", ())),
        tool_call_id=form.get("call_id"),
        tool_name=form.get("name"),
        tool_status=None if result is None else ToolStatus(result),
        status=MessageStatus(form.get("status", MessageStatus.DONE.value)),
        metadata=form.get("metadata", {}),
        attachments=tuple(attachment_from(one) for one in form.get("attachments", ())),
    )
