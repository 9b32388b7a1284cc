"""A ``ModelRequest`` in the words of the chat-completions wire, its keys always in one order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.domain.messages import ConversationMessage, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall, wire_name
from app.orchestrator.llm_client import ModelRequest

OPENROUTER: Final = "openrouter"

OPTIONAL_FIELDS: Final = ("stream_options", "usage", "session_id")
"""Fields that a server may refuse to know; the answer is the same without them."""

_MAX_SESSION: Final = 256
_MAX_NAME: Final = 64
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")


def chat_body(
    request: ModelRequest, *, model: str, provider: str, without: Iterable[str] = ()
) -> dict[str, object]:
    """The body of ``POST /chat/completions``.

    Tools are sent with every request, a closing one too: the provider's cached prefix holds.

    Args:
        request: what is asked.
        model: the model's id.
        provider: ``openrouter`` gets its own fields.
        without: of ``OPTIONAL_FIELDS``: what this server has refused before.
    """
    body: dict[str, object] = {
        "model": model,
        "messages": _messages(request, provider),
        "stream": True,
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice == "none":
            body["tool_choice"] = "none"
    if provider == OPENROUTER:
        body["usage"] = {"include": True}
        if request.session_id:
            body["session_id"] = request.session_id[:_MAX_SESSION]
        if request.tools:
            body["provider"] = {"require_parameters": True}
    else:
        body["stream_options"] = {"include_usage": True}
    for name in without:
        body.pop(name, None)
    return body


def encoded(body: Mapping[str, object]) -> bytes:
    """The body's bytes. Half surrogate pairs, which no server takes, become ``?``."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def names_on_the_wire(tools: Sequence[ToolDefinition]) -> dict[str, str]:
    """Name on the wire → skill's name, for reading the answer."""
    return {wire_name(tool.name): tool.name for tool in tools}


def _messages(request: ModelRequest, provider: str) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = []
    if request.system:
        messages.append({"role": "system", "content": request.system})
    messages.extend(_message(message, provider) for message in request.messages)
    return messages


def _message(message: ConversationMessage, provider: str) -> dict[str, object]:
    match message.role:
        case Role.TOOL:
            return {
                "role": "tool",
                "tool_call_id": message.tool_call_id or "",
                "content": message.text,
            }
        case Role.ASSISTANT:
            return _assistant(message, provider)
    return {"role": "user", "content": message.text}


def _assistant(message: ConversationMessage, provider: str) -> dict[str, object]:
    # Only calls: null, not "": some providers refuse an empty text (ai-sdk-provider issue 506).
    content = message.text or (None if message.tool_calls else "")
    sent: dict[str, object] = {"role": "assistant", "content": content}
    if message.tool_calls:
        sent["tool_calls"] = [_call(call) for call in message.tool_calls]
    # Unmodified and in order, else Gemini refuses the next request. They are signed by the
    # provider they came from: another one would refuse them.
    details = message.metadata.get("reasoning_details")
    if details and message.metadata.get("provider", provider) == provider:
        sent["reasoning_details"] = details
    return sent


def _call(call: ToolCall) -> dict[str, object]:
    # Sorted keys: the same call has the same bytes before and after it was stored. Arguments
    # that could not be read were answered with an error; servers want JSON here all the same.
    arguments = json.dumps(
        dict(call.arguments), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    name = _NOT_IN_NAMES.sub("_", wire_name(call.name))[:_MAX_NAME] or "unknown"
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _tool(tool: ToolDefinition) -> dict[str, object]:
    return {
        "type": "function",
        "function": {
            "name": wire_name(tool.name),
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }
