"""Turns and model calls as they are kept: how each one went, and what it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.messages import Channel, ConversationMessage


class TurnState(StrEnum):
    """How a stored turn stands."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LIMIT = "limit"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn, as stored.

    Attributes:
        id: the turn's id.
        conversation_id: owning conversation.
        channel: the face it came through.
        mode: how approvals were dealt with.
        state: how it stands or ended; ``INTERRUPTED``: its process ended before it did.
        reason: the limit that ended it or what cut its answer short, in words; for a failure the
            error's kind.
        message: what the person was told about a failure.
        iterations: model calls.
        started_at, finished_at: UTC; ``finished_at`` is ``None`` while it runs.
    """

    id: str
    conversation_id: str
    channel: Channel
    mode: str
    started_at: datetime
    state: TurnState = TurnState.RUNNING
    reason: str = ""
    message: str = ""
    iterations: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ModelCallRecord:
    """One request to a model and what it took, as stored.

    Attributes:
        id: its own id.
        turn_id, conversation_id: where it was made.
        number: 1 for the first of its turn.
        provider: the service's label.
        model: the model that answered, else the one that was asked; ``None``: not known.
        status: ``ok``, ``interrupted``, or the kind of the error.
        started_at: UTC.
        prompt_tokens … cost: as the server said; 0 and ``None`` where it did not.
        first_chunk_ms, duration_ms: from the request to the first word, and to the end.
        request, response: JSON objects for whoever looks into it; empty unless recorded.
    """

    id: str
    turn_id: str
    conversation_id: str
    number: int
    provider: str
    model: str | None
    status: str
    started_at: datetime
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None
    first_chunk_ms: int | None = None
    duration_ms: int | None = None
    request: Mapping[str, object] = field(default_factory=dict)
    response: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """What model calls took together; ``cost`` in US dollars, ``None`` where none was told."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        """Both ways."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class SummaryRecord:
    """What stands, in requests, for the messages of a conversation up to one of them.

    Attributes:
        id: database id; 0 while not stored.
        conversation_id: owning conversation.
        turn_id: the turn that made it.
        upto_message_id: the last message it stands for.
        text: the words.
        tokens: about how long it is.
        created_at: UTC.
    """

    conversation_id: str
    turn_id: str
    upto_message_id: int
    text: str
    created_at: datetime
    tokens: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """What a request can carry of a conversation.

    Attributes:
        model: the conversation's own model, if one was chosen.
        summary: what stands for the older messages, if they were summarised.
        messages: those after the summary, oldest first.
    """

    model: str | None = None
    summary: SummaryRecord | None = None
    messages: tuple[ConversationMessage, ...] = ()
