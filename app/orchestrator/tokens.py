"""About how many tokens something is, without asking any model's tokenizer. Pure.

English text and code have about 4 characters a token. Other scripts have fewer: by their UTF-8
bytes, 3 a token holds for Cyrillic, Arabic and Chinese alike, and errs towards too many. A
message costs a few tokens for its frame, a tool call and a tool for theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.messages import ConversationMessage
from app.domain.skills import ToolDefinition

CHARACTERS_PER_TOKEN: Final = 4
_BYTES_PER_TOKEN: Final = 3
_FRAME: Final = 4
_NAMED: Final = 60
"""An attachment's name, with the lines that mark its content as data."""
_PICTURE_EDGE: Final = 1_568
_PIXELS_PER_TOKEN: Final = 750
_SMALLEST_PICTURE: Final = 85


def text_tokens(text: str) -> int:
    """About how many tokens ``text`` is."""
    if text.isascii():
        return -(-len(text) // CHARACTERS_PER_TOKEN)
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)


def message_tokens(message: ConversationMessage) -> int:
    """About how many tokens a message is in a request, its tool calls included."""
    total = _FRAME + text_tokens(message.text)
    for call in message.tool_calls:
        total += _FRAME + text_tokens(call.name) + text_tokens(_json(call.arguments))
    total += sum(map(attachment_tokens, message.attachments))
    if details := message.metadata.get("reasoning_details"):
        total += text_tokens(_json(details))
    return total


def attachment_tokens(attachment: Attachment) -> int:
    """About how many tokens an attachment is in a request, as much as is ``given`` of it."""
    if not attachment.given:
        return _NAMED
    if attachment.kind is AttachmentKind.PICTURE:
        edge = max(attachment.width, attachment.height)
        scale = min(1.0, _PICTURE_EDGE / edge)
        pixels = attachment.width * attachment.height * scale * scale
        return _NAMED + max(_SMALLEST_PICTURE, round(pixels / _PIXELS_PER_TOKEN))
    if attachment.readable_size == attachment.characters:  # ASCII
        return _NAMED + -(-attachment.given // CHARACTERS_PER_TOKEN)
    octets = attachment.readable_size * attachment.given / max(1, attachment.characters)
    return _NAMED + round(octets / _BYTES_PER_TOKEN)


def tools_tokens(tools: Iterable[ToolDefinition]) -> int:
    """About how many tokens the definitions are."""
    return sum(
        _FRAME + text_tokens(tool.name) + text_tokens(tool.description)
        + text_tokens(_json(tool.parameters))
        for tool in tools
    )  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
