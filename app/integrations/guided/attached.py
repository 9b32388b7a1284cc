"""What the guide says about attachments: their names, and the text that was given with them. Pure.

Looking at what the person has handed over changes nothing, so that it may be asked for freely.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.domain.attachments import Attachment, AttachmentKind, size_in_words
from app.domain.messages import ConversationMessage, Role
from app.integrations.guided.intents import (
    Ambiguous,
    ListFiles,
    Parsed,
    ReadFile,
    ShowHelp,
    Unknown,
)
from app.integrations.guided.markdown import bullets, code, fence
from app.integrations.guided.reading import cut
from app.integrations.guided.steps import Reply

ASK: Final = "what is in the attached file?"

_ATTACHED: Final = re.compile(r"\battach(?:ed|ments?)\b", re.IGNORECASE)


def about_attached(
    request: Parsed,
    asked: ConversationMessage,
    messages: Sequence[ConversationMessage],
    attached: Mapping[str, str | bytes],
) -> Reply | None:
    """The answer, where the person asks about what they attached; else ``None``.

    Args:
        request: what the message was read as.
        asked: the message.
        messages: all there are, this one included: an earlier one may have brought the file.
        attached: what is given of attachments, by its hash.
    """
    newest = _newest(messages)
    if not newest:
        return None
    if asked.attachments and not asked.text.strip():
        return _listed(newest)
    match request:
        case ReadFile(path=path) if named := [one for one in newest if one.name == path]:
            return _shown(named, attached)
        case ReadFile(path=path) if posixpath.splitext(path)[1]:
            return None  # a file of theirs whose name has such a word in it
        case ReadFile() | ListFiles() | Unknown() | Ambiguous() | ShowHelp():
            return _shown(newest, attached) if _ATTACHED.search(asked.text) else None
    return None


def with_mention(reply: Reply, asked: ConversationMessage) -> Reply:
    """An answer that does nothing with what came along says so."""
    if not asked.attachments:
        return reply
    mention = f"{reply.text}\n\n{_listed(asked.attachments).text}"
    return replace(reply, text=mention, suggestions=(ASK, *reply.suggestions))


def _newest(messages: Sequence[ConversationMessage]) -> tuple[Attachment, ...]:
    """What came with the newest message that brought anything."""
    brought = (one.attachments for one in reversed(messages) if one.role is Role.USER)
    return next((some for some in brought if some), ())


def _listed(attachments: Sequence[Attachment]) -> Reply:
    lines = bullets([_facts(one) for one in attachments])
    return Reply(f"You attached:\n\n{lines}", (ASK,))


def _facts(attachment: Attachment) -> str:
    facts = size_in_words(attachment.size)
    if attachment.kind is AttachmentKind.PICTURE:
        facts = f"a picture of {attachment.width} × {attachment.height} pixels, {facts}"  # noqa: RUF001
    return f"{code(attachment.name)} ({facts})"


def _shown(attachments: Sequence[Attachment], attached: Mapping[str, str | bytes]) -> Reply:
    return Reply("\n\n".join(_content(one, attached) for one in attachments))


def _content(attachment: Attachment, attached: Mapping[str, str | bytes]) -> str:
    facts = _facts(attachment)
    if attachment.kind is AttachmentKind.PICTURE:
        return f"{facts}. Pictures can only be looked at by a model that sees."
    if attachment.kind is AttachmentKind.OTHER:
        return f"{facts}. It is no text that can be shown here."
    if not attachment.characters:
        return f"{facts} is empty."
    text = attached.get(attachment.readable or "")
    if not isinstance(text, str):
        return f"{facts}. Its text is not at hand any more: attach it again."
    shown, is_cut = cut(text)
    is_plain = attachment.media_type.startswith("text/")
    language = posixpath.splitext(attachment.name)[1].removeprefix(".").lower() if is_plain else ""
    rest = "\n\nThe rest is not shown." if is_cut else ""
    return f"{facts}:\n\n{fence(shown, language)}{rest}"
