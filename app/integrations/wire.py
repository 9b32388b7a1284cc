"""A ``ModelRequest`` in the words of the chat-completions wire, its keys always in one order."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from app.domain.attachments import picture_type
from app.domain.messages import ConversationMessage, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall, wire_name
from app.integrations.request_options import RequestOptions
from app.orchestrator.llm_client import ModelRequest

OPENROUTER: Final = "openrouter"
PICTURES: Final = "pictures"
"""In ``without``: the model, or its server, takes none."""

_MAX_SESSION: Final = 256
_MAX_NAME: Final = 64
_WANT_MARKS: Final = ("anthropic/", "alibaba/", "qwen/")
"""Makers whose models cache a prompt only up to where the request says so."""

_UNSEEN: Final = (
    "You cannot see the pictures named here: this model takes none. Tell the person so, and that "
    "another model may."
)
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")


def chat_body(
    request: ModelRequest,
    *,
    model: str,
    provider: str,
    others: Sequence[str] = (),
    options: RequestOptions = RequestOptions(),  # noqa: B008 - frozen
    max_tokens: int | None = None,
    without: Collection[str] = (),
) -> dict[str, object]:
    """The body of ``POST /chat/completions``.

    Tools are sent with every request, a closing one too: the provider's cached prefix holds.

    Args:
        request: what is asked.
        model: the model's id.
        provider: ``openrouter`` gets its own fields.
        others: ids of models that may answer in its place; the router asks them in turn.
        options: what the person set for all requests.
        max_tokens: the answer must not be longer; ``None`` says nothing of it.
        without: optional fields that this server has refused before, or ``PICTURES``.
    """
    messages = _messages(request, provider, model, pictures=PICTURES not in without)
    if provider == OPENROUTER and model.startswith(_WANT_MARKS):
        _mark_for_caching(messages)
    body: dict[str, object] = {"model": model, "messages": messages, "stream": True}
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice == "none":
            body["tool_choice"] = "none"
    if provider == OPENROUTER:
        body["usage"] = {"include": True}
        if request.session_id:
            body["session_id"] = request.session_id[:_MAX_SESSION]
        needs = {"require_parameters": True} if request.tools else {}
        if routing := {**needs, **options.provider_routing}:
            body["provider"] = routing
        if others:
            body["models"] = list(others)
        if options.reasoning_effort:
            body["reasoning"] = {"effort": options.reasoning_effort}
    else:
        body["stream_options"] = {"include_usage": True}
        if options.reasoning_effort:
            body["reasoning_effort"] = options.reasoning_effort
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    for name in without:
        refused = body.pop(name, None)  # pictures are in no field of their own
        if name == "max_tokens" and refused is not None:  # OpenAI's newer word for it
            body["max_completion_tokens"] = refused
    if "max_completion_tokens" in without:
        body.pop("max_completion_tokens", None)
    return body


def encoded(body: Mapping[str, object]) -> bytes:
    """The body's bytes. Half surrogate pairs, which no server takes, become ``?``."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def names_on_the_wire(tools: Sequence[ToolDefinition]) -> dict[str, str]:
    """Name on the wire → skill's name, for reading the answer."""
    return {wire_name(tool.name): tool.name for tool in tools}


def has_pictures(request: ModelRequest, *, newest: bool = False) -> bool:
    """Whether a picture is part of the request; with ``newest``, of its last message."""
    messages = request.messages[-1:] if newest else request.messages
    return any(_pictures(message, request.attached) for message in messages)


def _messages(
    request: ModelRequest, provider: str, model: str, *, pictures: bool
) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = []
    if request.system:
        messages.append({"role": "system", "content": request.system})
    for message in request.messages:
        sent = _message(message, provider, model)
        if found := _pictures(message, request.attached):
            sent["content"] = _with_pictures(message.text, found if pictures else ())
        messages.append(sent)
    _add_thoughts(messages, request.messages, (provider, model))
    return messages


def _pictures(message: ConversationMessage, attached: Mapping[str, str | bytes]) -> list[bytes]:
    found = (attached.get(one.readable or "") for one in message.attachments if one.given)
    return [content for content in found if isinstance(content, bytes)]


def _with_pictures(text: str, pictures: Sequence[bytes]) -> str | list[dict[str, object]]:
    """A message's words and its pictures, in the order in which the words name them."""
    if not pictures:
        return f"{text}\n\n[{_UNSEEN}]".strip()
    parts: list[dict[str, object]] = [{"type": "text", "text": text}] if text else []
    for picture in pictures:
        data = base64.b64encode(picture).decode()
        address = f"data:{picture_type(picture)};base64,{data}"
        parts.append({"type": "image_url", "image_url": {"url": address}})
    return parts


def _add_thoughts(
    messages: list[dict[str, object]],
    history: Sequence[ConversationMessage],
    origin: tuple[str, str],
) -> None:
    """Hand back what a model thought before its calls, while their turn is under way.

    Those that send ``reasoning_content`` (DeepSeek, Kimi) want it with the results of the calls,
    and may refuse it in a later turn.
    """
    for sent, message in zip(reversed(messages), reversed(history), strict=False):
        if message.role is Role.USER:
            return
        thought = message.metadata.get("reasoning_content")
        if message.tool_calls and thought and _origin(message) == origin:
            sent["reasoning_content"] = thought


def _origin(message: ConversationMessage) -> tuple[object, object]:
    """The provider and the model that were asked for this message."""
    return message.metadata.get("provider"), message.metadata.get("asked_model")


def _mark_for_caching(messages: Sequence[dict[str, object]]) -> None:
    """Mark the system prompt, which with the tools is the same in every request, and the last
    thing said to the model, which stands at the same place in the next one.
    """
    said = [message for message in messages if message["role"] in ("user", "tool")]
    system = [message for message in messages if message["role"] == "system"]
    for message in (*system, *said[-1:]):
        content = message["content"]
        if isinstance(content, list):  # with pictures: the last part ends what stays the same
            content[-1]["cache_control"] = {"type": "ephemeral"}
        elif content:  # an empty part would be refused
            part = {"type": "text", "text": content, "cache_control": {"type": "ephemeral"}}
            message["content"] = [part]


def _message(message: ConversationMessage, provider: str, model: str) -> dict[str, object]:
    match message.role:
        case Role.TOOL:
            return {
                "role": "tool",
                "tool_call_id": message.tool_call_id or "",
                "content": message.text,
            }
        case Role.ASSISTANT:
            return _assistant(message, provider, model)
    return {"role": "user", "content": message.text}


def _assistant(message: ConversationMessage, provider: str, model: str) -> dict[str, object]:
    # Only calls: null, not "": some providers refuse an empty text (ai-sdk-provider issue 506).
    content = message.text or (None if message.tool_calls else "")
    sent: dict[str, object] = {"role": "assistant", "content": content}
    if message.tool_calls:
        sent["tool_calls"] = [_call(call) for call in message.tool_calls]
    # Unmodified and in order, else Gemini refuses the next request. They are signed by whom they
    # came from: another provider or model would refuse them.
    details = message.metadata.get("reasoning_details")
    if details and _origin(message) == (provider, model):
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
