"""What every engine shares, and the ports through which it reaches storage and context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.events import Event
from app.domain.messages import ConversationMessage, ConversationSummary
from app.domain.skills import Clock, ToolDefinition
from app.domain.tool_calls import ToolCall, ToolResult
from app.orchestrator.answer_writer import MessageStore
from app.orchestrator.dispatch import TurnScope
from app.orchestrator.llm_client import LLMClient
from app.orchestrator.tracing import ModelRecorder
from app.redaction import Redactor


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

    async def recent(self, conversation_id: str, limit: int = 20) -> list[ConversationMessage]:
        """The last messages, oldest first."""
        ...


class Dispatch(Protocol):
    """Runs the calls of one model answer (``orchestrator.dispatch``)."""

    async def run(
        self,
        calls: Sequence[ToolCall],
        scope: TurnScope,
        record: Callable[[ToolResult], None],
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


@dataclass(frozen=True, slots=True)
class EngineParts:
    """What all engines share.

    ``llm`` is asked at each turn: the provider may be swapped. ``recorder`` is told of each turn.
    """

    conversations: ConversationStore
    dispatch: Dispatch
    context: ContextSource
    llm: Callable[[], LLMClient]
    redactor: Redactor
    clock: Clock
    publish: Callable[[Event], None]
    max_iterations: Callable[[], int]
    recorder: ModelRecorder | None = None
