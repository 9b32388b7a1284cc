"""Events: everything a face can see, as frozen dataclasses on one bus.

Names and fields are those of the contract (``steward ask --json`` prints them); ``to_json``
gives exactly that form. Times are UTC.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from app.domain.attachments import Attachment
from app.domain.messages import Channel
from app.domain.tool_calls import ToolStatus


class Phase(StrEnum):
    """What a turn is waiting for."""

    MODEL = "model"
    SKILL = "skill"
    APPROVAL = "approval"
    RETRY = "retry"
    COMPACTION = "compaction"


class TurnStatus(StrEnum):
    """How a turn ended."""

    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LIMIT = "limit"


class CircuitState(StrEnum):
    """State of a circuit breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Severity(StrEnum):
    """How much a notification matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Common fields. ``conversation_id`` and ``turn_id`` are ``None`` outside a turn."""

    type: ClassVar[str]
    at: datetime
    conversation_id: str | None = None
    turn_id: str | None = None

    def to_json(self) -> dict[str, object]:
        """The event as a JSON object in the contract's form."""
        out: dict[str, object] = {"type": self.type}
        for f in dataclasses.fields(self):
            out[f.name] = _plain(getattr(self, f.name))
        return out


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Attachment):
        return value.name
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """A message was stored and its turn begins. As JSON, ``attachments`` are names.

    ``channel``: the face it came through.
    """

    type: ClassVar[str] = "turn_started"
    text: str
    attachments: tuple[Attachment, ...] = ()
    channel: Channel = Channel.WINDOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """The turn waits for something outside; ``since`` is when it began to.

    ``heard_at``: when something came of it last, if anything did; the same as ``since`` where that
    was a word of the answer. ``deadline``: when the wait is given up, or the next try is made.
    """

    type: ClassVar[str] = "waiting"
    phase: Phase
    detail: str
    since: datetime
    heard_at: datetime | None = None
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta(Event):
    """A piece of the answer."""

    type: ClassVar[str] = "delta"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning(Event):
    """A piece of what the model thinks aloud before it answers; no part of the answer."""

    type: ClassVar[str] = "reasoning"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarised(Event):
    """Older messages are left out of requests from now on; ``text`` stands for them there."""

    type: ClassVar[str] = "summarised"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallEvent(Event):
    """The model asked for a call."""

    type: ClassVar[str] = "tool_call"
    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Event):
    """A change waits for a decision (``decision`` is ``None``), or was decided.

    ``id`` names the approval, ``call_id`` the tool call it is for; ``expires_at`` when it
    fails closed. ``arguments`` are those the decision is about. ``decision`` is ``allowed``,
    ``denied``, ``expired``, or ``edited``: the person changed the arguments, and another approval
    of the same call follows. ``folder``: where a rule for "this folder" would hold, if anywhere.
    ``note``: what the person should know about this request.
    """

    type: ClassVar[str] = "approval"
    id: str
    name: str
    summary: str
    diff: str
    decision: str | None = None
    by: str | None = None
    call_id: str | None = None
    expires_at: datetime | None = None
    arguments: Mapping[str, object] | None = None
    folder: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResultEvent(Event):
    """A call's one result."""

    type: ClassVar[str] = "tool_result"
    id: str
    name: str
    status: ToolStatus
    content: str
    duration_ms: int
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersionEvent(Event):
    """A file got a new version. ``file`` is the absolute path."""

    type: ClassVar[str] = "file_version"
    file: str
    version: int
    operation: str
    hash_before: str | None
    hash_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit(Event):
    """A circuit breaker changed state."""

    type: ClassVar[str] = "circuit"
    name: str
    state: CircuitState
    retry_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Event):
    """Something the person should know.

    The same thing again has the same ``id`` and a higher ``count``.
    """

    type: ClassVar[str] = "notification"
    severity: Severity
    source: str
    message: str
    error_type: str | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    id: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Event):
    """Tokens of one model call; ``cost`` in US dollars where the server says it.

    ``cached_tokens`` and ``cache_write_tokens`` are parts of ``prompt_tokens``,
    ``reasoning_tokens`` of ``completion_tokens``.
    """

    type: ClassVar[str] = "usage"
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Event):
    """The turn's answer: the deltas since the last tool result.

    ``suggestions`` are messages a face may offer as buttons.
    """

    type: ClassVar[str] = "answer"
    text: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent(Event):
    """The turn failed: ``kind`` is the error's stable name.

    ``settings``: names of those that it is about.
    """

    type: ClassVar[str] = "error"
    kind: str
    message: str
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFinished(Event):
    """The turn is over; nothing more of it comes.

    ``reason``: in words, the limit that ended it, or what cut its answer short.
    """

    type: ClassVar[str] = "turn_finished"
    status: TurnStatus
    iterations: int
    duration_ms: int
    reason: str = ""
