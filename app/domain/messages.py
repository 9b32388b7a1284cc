"""Conversation messages: what is said, by whom, through which face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.attachments import Attachment
from app.domain.tool_calls import ToolCall, ToolStatus


class Role(StrEnum):
    """Who speaks in a message."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Channel(StrEnum):
    """The face a message came through."""

    WINDOW = "window"
    TERMINAL = "terminal"
    TELEGRAM = "telegram"
    GOOGLE_CHAT = "google_chat"


class MessageStatus(StrEnum):
    """How complete a stored message is."""

    STREAMING = "streaming"
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ConversationMessage:
    """One message of a conversation, as stored.

    Attributes:
        id: database id; 0 while not stored yet. Grows with time.
        conversation_id: owning conversation (UUID text).
        turn_id: the turn (one user message and all it led to).
        role: who speaks.
        text: the words; for ``TOOL`` the result handed to the model.
        attachments: files that came with a ``USER`` message.
        tool_calls: calls an ``ASSISTANT`` message asked for, in order.
        tool_call_id: for ``TOOL``: the call it answers.
        tool_name: for ``TOOL``: the skill's dotted name.
        tool_status: for ``TOOL``: how the call ended.
        status: how complete the message is.
        channel: the face it came through.
        metadata: JSON facts (typed error details, finish reason, model, suggestions).
        created_at: UTC.
    """

    conversation_id: str
    turn_id: str
    role: Role
    text: str
    created_at: datetime
    id: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    tool_name: str | None = None
    tool_status: ToolStatus | None = None
    status: MessageStatus = MessageStatus.DONE
    channel: Channel = Channel.WINDOW
    metadata: Mapping[str, object] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One row of the conversation list.

    Attributes:
        id: UUID text.
        title: first words of the first message, or what the person named it.
        model: model chosen for this conversation, or ``None`` for the default.
        created_at: UTC.
        updated_at: UTC, time of the newest message.
        message_count: user and assistant messages.
        last_status: how the newest turn ended where it did not end well, else the status of the
            newest assistant message, if any.
        pinned: it stands at the head of the list.
        archived: it was taken out of the list; nothing of it is gone.
        channel: the face its newest message of the person came through.
    """

    id: str
    title: str
    model: str | None
    created_at: datetime
    updated_at: datetime
    message_count: int = 0
    last_status: MessageStatus | None = None
    pinned: bool = False
    archived: bool = False
    channel: Channel = Channel.WINDOW


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message found by full-text search.

    Attributes:
        snippet: an excerpt in one line.
        marks: where what was looked for stands in it: begin and end, ascending.
        archived: its conversation was taken out of the list.
    """

    conversation_id: str
    conversation_title: str
    message_id: int
    role: Role
    snippet: str
    created_at: datetime
    marks: tuple[tuple[int, int], ...] = ()
    archived: bool = False

    def marked(self, begin: str = "[", end: str = "]") -> str:
        """The excerpt with something before and behind each mark, for a face without colours."""
        parts, at = [], 0
        for first, last in self.marks:
            parts += [self.snippet[at:first], begin, self.snippet[first:last], end]
            at = last
        return "".join((*parts, self.snippet[at:]))
