"""What every engine shares, and the ports through which it reaches storage and context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.branches import After
from app.domain.errors import StewardError
from app.domain.events import Event
from app.domain.messages import Channel, ConversationMessage, ConversationSummary
from app.domain.skills import Clock, ToolDefinition
from app.domain.tool_calls import ToolCall
from app.domain.turns import (
    ModelCallRecord,
    StoredHistory,
    SummaryRecord,
    TurnRecord,
    TurnState,
    UsageTotal,
)
from app.orchestrator.answer_writer import MessageStore
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.batch import Record
from app.orchestrator.dispatch import TurnScope
from app.orchestrator.limits import Bounds
from app.orchestrator.llm_client import LLMClient, ModelEvent, ModelRequest
from app.orchestrator.pause import Pause
from app.orchestrator.prices import Prices
from app.orchestrator.waiting_line import WaitingStore
from app.redaction import Redactor
from app.storage.begun import Begun


class ConversationStore(MessageStore, Protocol):
    """What the engine needs of ``storage.conversations``."""

    async def create(
        self, *, title: str = "", conversation_id: str | None = None
    ) -> ConversationSummary:
        """Make a conversation."""
        ...

    async def get(self, conversation_id: str) -> ConversationSummary:
        """Find one. Raises ``NotFoundError``."""
        ...

    async def set_model(self, conversation_id: str, model: str | None) -> None:
        """Choose the model of one; ``None`` takes the default again."""
        ...

    async def history(
        self,
        conversation_id: str,
        *,
        characters: int,
        before: int | None = None,
        of_turn: str | None = None,
    ) -> StoredHistory:
        """What a request can carry of it: of the branch shown, or of a turn's.

        ``before``: what came before this message, on its own branch; ``of_turn``: all of this
        turn's branch. Raises ``NotFoundError``.
        """
        ...


class TurnStore(Protocol):
    """Where turns are kept (``storage.turns``)."""

    async def begin(
        self,
        turn: TurnRecord,
        asked: ConversationMessage,
        *,
        waited: int | None = None,
        instead_of: str | None = None,
        after: After | None = None,
        received: Sequence[int] = (),
    ) -> ConversationMessage:
        """Store a turn with the person's message, which waits no longer.

        ``instead_of``: the turn beside which it begins a branch. ``after``: the one it follows.
        ``received``: the numbers of the message in a channel's inbox. Raises ``NotFoundError``.
        """
        ...

    async def finish(
        self, turn_id: str, state: TurnState, *, reason: str, message: str, iterations: int
    ) -> None:
        """Note how it ended."""
        ...


class UsageStore(Protocol):
    """Where model calls are kept (``storage.usage``)."""

    def add(self, call: ModelCallRecord) -> Begun[None]:
        """Hand one in."""
        ...

    async def of_day(self, moment: datetime) -> UsageTotal:
        """What a day took."""
        ...


class SummaryStore(Protocol):
    """Where summaries of older messages are kept (``storage.summaries``)."""

    async def add(self, summary: SummaryRecord) -> SummaryRecord:
        """Keep one."""
        ...


class Dispatch(Protocol):
    """Runs the calls of one model answer (``orchestrator.dispatch``)."""

    async def run(
        self,
        calls: Sequence[ToolCall],
        scope: TurnScope,
        record: Record,
    ) -> None:
        """Run ``calls``; ``record`` gets exactly one result for each, also when cancelled."""
        ...


class ContextSource(Protocol):
    """What stands around the history in a request."""

    async def system_prompt(self) -> str:
        """The system prompt as it holds now."""
        ...

    def tools(self) -> tuple[ToolDefinition, ...]:
        """What may be called, sorted by name."""
        ...


class CallRecording(Protocol):
    """One request to a model while it is under way."""

    def event(self, event: ModelEvent) -> None:
        """Something came."""
        ...

    def end(self, status: str, error: StewardError | None = None) -> None:
        """It is over: ``ok``, ``interrupted``, or an error's kind. Once, on every path."""
        ...


class Recorder(Protocol):
    """Told of each turn and each request in it; every turn that begins ends."""

    def begin_turn(
        self, turn_id: str, conversation_id: str, channel: Channel, mode: ApprovalMode
    ) -> None:
        """The person's message is stored and the turn runs."""
        ...

    def begin(self, turn_id: str, number: int, request: ModelRequest) -> CallRecording:
        """The model is asked; ``number`` is 1 for the first request of the turn."""
        ...

    def end_turn(
        self, turn_id: str, *, state: TurnState, reason: str, message: str, iterations: int
    ) -> None:
        """The turn is over."""
        ...


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What all engines share.

    Attributes:
        conversations, turns, usage, summaries: what is kept.
        dispatch: runs tool calls.
        context: what stands around the history in a request.
        llm: asked at each turn, for the provider may be swapped.
        redactor: hides known secrets.
        clock: the time.
        publish: takes every event.
        bounds: how much a turn may take, asked at each turn.
        changes: whether a tool of this name can change something.
        context_tokens: the person's own word for a model's window, asked at each turn.
        prices: what models cost, where a limit needs to know.
        recorder: told of each request, where somebody records them.
        waiting: keeps messages that wait for the turn before them.
        pause: while it is on, no turn begins.
    """

    conversations: ConversationStore
    turns: TurnStore
    usage: UsageStore
    summaries: SummaryStore
    dispatch: Dispatch
    context: ContextSource
    llm: Callable[[], LLMClient]
    redactor: Redactor
    clock: Clock
    publish: Callable[[Event], None]
    bounds: Callable[[], Bounds]
    changes: Callable[[str], bool]
    context_tokens: Callable[[], int | None]
    prices: Prices = field(default_factory=Prices)
    recorder: Recorder | None = None
    waiting: WaitingStore | None = None
    pause: Pause = field(default_factory=Pause)
