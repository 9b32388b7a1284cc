"""What a turn stood on, as it was: its context, its conversation and its time."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.domain.branches import After
from app.domain.messages import ConversationMessage, ConversationSummary, MessageStatus, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall
from app.domain.turns import (
    ModelCallRecord,
    StoredHistory,
    SummaryRecord,
    TurnRecord,
    TurnState,
    UsageTotal,
)
from app.orchestrator.recorded_turn import RecordedTurn
from app.storage.begun import Begun

T = TypeVar("T")


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
    """The conversation as it was before the turn; what is added is kept in memory only.

    It also takes the rows of the turn, of its calls and of its summaries.
    """

    def __init__(self, recording: RecordedTurn) -> None:
        self._turn = recording.turn
        self._model = recording.earlier.model
        self._summary = recording.earlier.summary
        self._messages = list(recording.earlier.messages)

    async def create(
        self, *, title: str = "", conversation_id: str | None = None
    ) -> ConversationSummary:
        """The one there is."""
        return await self.get(self._turn.conversation_id)

    async def get(self, conversation_id: str) -> ConversationSummary:
        """The one there is."""
        at = self._turn.started_at
        return ConversationSummary(conversation_id, "", self._model, at, at)

    async def set_model(self, conversation_id: str, model: str | None) -> None:
        """Nothing: what was chosen then is in the record."""

    async def history(
        self,
        conversation_id: str,
        *,
        characters: int,
        before: int | None = None,
        of_turn: str | None = None,
    ) -> StoredHistory:
        """What was said before and in the turn, after the newest summary."""
        after = self._summary.upto_message_id if self._summary is not None else 0
        end = math.inf if before is None else before
        kept = [message for message in self._messages if after < message.id < end]
        begun = {message.turn_id for message in kept if message.role is Role.USER}
        torn = {message.turn_id for message in kept} - begun
        beginnings = [m for m in self._messages if m.turn_id in torn and m.role is Role.USER]
        return StoredHistory(self._model, self._summary, (*beginnings, *kept))

    def append_begun(
        self, messages: Sequence[ConversationMessage], *, durable: bool
    ) -> Begun[list[int]]:
        """Keep new messages; their ids."""
        return Begun.stored([self._keep(message).id for message in messages])

    def update_begun(
        self,
        message_id: int,
        *,
        text: str | None = None,
        status: MessageStatus | None = None,
        tool_calls: tuple[ToolCall, ...] | None = None,
        metadata: Mapping[str, object] | None = None,
        durable: bool = True,
    ) -> Begun[None]:
        """Change a message."""
        given = {"text": text, "status": status, "tool_calls": tool_calls, "metadata": metadata}
        changes: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
        self._messages = [
            dataclasses.replace(one, **changes) if one.id == message_id else one
            for one in self._messages
        ]
        return Begun.stored(None)

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
        """Keep the person's message."""
        return self._keep(asked)

    async def finish(
        self, turn_id: str, state: TurnState, *, reason: str, message: str, iterations: int
    ) -> None:
        """The end is looked at elsewhere."""

    def _keep(self, message: ConversationMessage) -> ConversationMessage:
        newest = max((one.id for one in self._messages), default=0)
        kept = dataclasses.replace(message, id=newest + 1)
        self._messages.append(kept)
        return kept

    def summarised(self, summary: SummaryRecord) -> None:
        """From now on this stands for the older messages."""
        self._summary = summary


class RecordedSummaries:
    """Takes a summary into the conversation."""

    def __init__(self, conversations: RecordedConversations) -> None:
        self._conversations = conversations

    async def add(self, summary: SummaryRecord) -> SummaryRecord:
        """Keep it."""
        self._conversations.summarised(summary)
        return summary


class RecordedUsage:
    """What the day had taken before the turn, and what the turn takes.

    ``before``: US dollars. What other turns took meanwhile is not recorded.
    """

    def __init__(self, before: float) -> None:
        self._cost = before

    def add(self, call: ModelCallRecord) -> Begun[None]:
        """Count a call."""
        self._cost += call.cost or 0.0
        return Begun.stored(None)

    async def of_day(self, moment: datetime) -> UsageTotal:
        """What it has taken so far."""
        return UsageTotal(cost=self._cost)


class RecordedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps where the recorded turn took its time.

    So a limit of time is met again, and nothing is waited for.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        super().__init__()

    def time(self) -> float:
        """Seconds, the recorded ones among them."""
        return super().time() + self._ahead

    def jump(self, seconds: float) -> None:
        """So much time has passed."""
        self._ahead += max(0.0, seconds)


class RecordedClock:
    """Goes as time went in the recorded turn, and takes the event loop's time along."""

    def __init__(self, start: datetime, jump: Callable[[float], None]) -> None:
        self._start = start
        self._now = start
        self._jump = jump

    def at(self, moment: datetime) -> None:
        """It is ``moment`` now; never goes back."""
        self._forward((moment - self._now).total_seconds())

    def later(self, milliseconds: int) -> None:
        """Some time has passed."""
        self._forward(milliseconds / 1000)

    def _forward(self, seconds: float) -> None:
        if seconds > 0:
            self._now += timedelta(seconds=seconds)
            self._jump(seconds)

    def now(self) -> datetime:
        """The recorded time."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the turn began."""
        return (self._now - self._start).total_seconds()
