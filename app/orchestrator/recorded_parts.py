"""What a turn stood on, as it was: its context, its conversation and its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.messages import ConversationMessage, ConversationSummary, MessageStatus
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall
from app.orchestrator.recorded_turn import RecordedTurn


class RecordedContext:
    """The prompt, made again from what it was made from; the tools there are now."""

    def __init__(
        self,
        recording: RecordedTurn,
        manuals: Mapping[str, str],
        tools: tuple[ToolDefinition, ...],
    ) -> None:
        self._prompt = recording.prompt.prompt(manuals)
        self._tools = tools

    async def system_prompt(self) -> str:
        """As the rules are now."""
        return self._prompt

    def tools(self) -> tuple[ToolDefinition, ...]:
        """As they are now."""
        return self._tools


class RecordedConversations:
    """The conversation as it was before the turn; what is added is kept in memory only."""

    def __init__(self, recording: RecordedTurn) -> None:
        turn = recording.turn
        options = recording.calls[0].request.options if recording.calls else {}
        self._summary = ConversationSummary(
            id=turn.conversation_id,
            title="",
            model=options.get("model"),
            created_at=turn.started_at,
            updated_at=turn.started_at,
        )
        self._messages = list(recording.earlier)

    async def create(
        self, *, title: str = "", conversation_id: str | None = None
    ) -> ConversationSummary:
        """The one there is."""
        return self._summary

    async def get(self, conversation_id: str) -> ConversationSummary:
        """The one there is."""
        return self._summary

    async def recent(self, conversation_id: str, limit: int = 20) -> list[ConversationMessage]:
        """What was said before."""
        return self._messages[-limit:]

    async def append(self, message: ConversationMessage) -> ConversationMessage:
        """The message as it is."""
        return message

    async def update_message(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Nobody reads it again."""


class RecordedClock:
    """Goes as time went in the recorded turn, so that limits of time are met again."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._now = start

    def at(self, moment: datetime) -> None:
        """It is ``moment`` now; never goes back."""
        self._now = max(self._now, moment)

    def later(self, milliseconds: int) -> None:
        """Some time has passed."""
        self._now += timedelta(milliseconds=milliseconds)

    def now(self) -> datetime:
        """The recorded time."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the turn began."""
        return (self._now - self._start).total_seconds()
