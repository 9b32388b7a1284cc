"""What a request carries of attachments: read at the boundary, without secrets, marked as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from app.domain.attachments import Attachment, AttachmentKind, size_in_words
from app.domain.messages import ConversationMessage
from app.orchestrator.untrusted import fenced
from app.redaction import Redactor


class Kept(Protocol):
    """Where the contents of attachments are (``files.attachments``)."""

    async def readable(self, attachment: Attachment) -> bytes | None:
        """What a model is given of it, or ``None``. Raises ``FileError``."""
        ...


class Sent(Protocol):
    """Where it is known what came with which message (``storage.conversations``)."""

    async def attachments(self, conversation_id: str) -> Sequence[Attachment]:
        """Those of a conversation, the newest first."""
        ...


class AttachedReader:
    """Reads the contents of attachments for requests."""

    def __init__(self, kept: Kept, sent: Sent, redactor: Redactor) -> None:
        self._kept = kept
        self._sent = sent
        self._redactor = redactor

    async def given(self, messages: Iterable[ConversationMessage]) -> dict[str, str | bytes]:
        """What these messages carry of their attachments, by its hash.

        Texts are whole, and without known secrets. What is not kept any more is left out.
        """
        found: dict[str, str | bytes] = {}
        for attachment in (one for message in messages for one in message.attachments):
            digest = attachment.readable
            if digest is None or digest in found or not attachment.given:
                continue
            content = await self._content(attachment)
            if content is not None:
                found[digest] = content
        return found

    async def text(self, conversation_id: str, handle: str) -> str | None:
        """The whole text of an attachment of this conversation, without known secrets."""
        for attachment in await self._sent.attachments(conversation_id):
            if attachment.handle == handle and attachment.kind is AttachmentKind.TEXT:
                content = await self._content(attachment)
                return content if isinstance(content, str) else None
        return None

    async def _content(self, attachment: Attachment) -> str | bytes | None:
        data = await self._kept.readable(attachment)
        if data is None or attachment.kind is AttachmentKind.PICTURE:
            return data
        # Whole, before it is cut: a secret on the edge of a page must not be half seen.
        return self._redactor.text(data.decode("utf-8", "replace"))


def with_attachments(
    message: ConversationMessage, attached: Mapping[str, str | bytes], mark: str
) -> ConversationMessage:
    """A message with its attachments below its words, each one fenced off as data.

    ``attached``: what there is of them, by its hash.
    """
    if not message.attachments:
        return message
    parts = [message.text] if message.text else []
    parts.extend(_shown(one, attached.get(one.readable or ""), mark) for one in message.attachments)
    return dataclasses.replace(message, text="\n\n".join(parts))


def _shown(attachment: Attachment, content: str | bytes | None, mark: str) -> str:
    text = content if isinstance(content, str) else ""
    part = text[: attachment.given]
    facts = [attachment.media_type, size_in_words(attachment.size)]
    if attachment.kind is AttachmentKind.PICTURE:
        facts.append(f"{attachment.width} x {attachment.height} pixels")
    fence = fenced(part, mark, attached=attachment.name, kind=", ".join(facts))
    note = _note(attachment, content, len(part))
    return f"{fence}\n[{note}]" if note else fence


def _note(attachment: Attachment, content: str | bytes | None, shown: int) -> str:
    """What the model should know of how much it sees."""
    handle = attachment.handle
    match attachment.kind:
        case AttachmentKind.OTHER:
            return "Only its name, kind and size are known: it is no text and no picture."
        case AttachmentKind.PICTURE if not attachment.given:
            return (
                "The picture is left out to save room. If you need to see it again, ask the "
                "person to attach it again."
            )
        case AttachmentKind.PICTURE:
            return "" if content is not None else "The picture is not kept on this computer."
    if not attachment.given and attachment.characters:
        return (
            f"Its text ({attachment.characters:,} characters) is left out to save room. To read "
            f'it call results_read with call_id "{handle}".'
        )
    if content is None:
        return "Its text is not kept on this computer." if attachment.characters else "It is empty."
    if shown < len(content):
        return (
            f"That was up to character {shown:,} of {len(content):,}. For more call results_read "
            f'with call_id "{handle}" and offset {shown}.'
        )
    return ""
