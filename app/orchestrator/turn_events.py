"""Tells the faces what happens in one turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.domain.attachments import Attachment
from app.domain.events import (
    Answer,
    Delta,
    ErrorEvent,
    Event,
    Notification,
    Phase,
    Reasoning,
    Severity,
    Summarised,
    ToolCallEvent,
    ToolResultEvent,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
    Waiting,
)
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall, ToolResult
from app.domain.turns import SummaryRecord
from app.orchestrator.llm_client import TokenUsage


class TurnEvents:
    """Publishes the events of the turn ``turn_id``; its time begins now."""

    def __init__(
        self,
        conversation_id: str,
        turn_id: str,
        *,
        clock: Clock,
        publish: Callable[[Event], None],
    ) -> None:
        self._conversation_id = conversation_id
        self._turn_id = turn_id
        self._clock = clock
        self._publish = publish
        self._started = clock.monotonic()
        self._since = clock.now()
        self._retrying_since: datetime | None = None
        self._said: list[str] = []

    @property
    def said(self) -> str:
        """The words since the last result of a tool: what the answer will be."""
        return "".join(self._said)

    def started(self, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """The person's message is stored and the turn begins."""
        self._publish(
            TurnStarted(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
                attachments=attachments,
            )
        )

    def wait_begins(self, phase: Phase, detail: str) -> None:
        """Something else was asked just now."""
        self._since = self._clock.now()
        self._retrying_since = None
        self.waiting(phase, detail)

    def waiting(self, phase: Phase, detail: str) -> None:
        """Nothing happens until something else answers; said again, the wait is the same one.

        It began when that was asked, or when it was last heard of.
        """
        now = self._clock.now()
        if phase is Phase.RETRY:
            since = self._retrying_since = self._retrying_since or now
        else:
            since, self._retrying_since = self._since, None
        self._publish(
            Waiting(
                at=now,
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                phase=phase,
                detail=detail,
                since=since,
            )
        )

    def delta(self, text: str) -> None:
        """A part of the answer."""
        self._since = self._clock.now()
        self._said.append(text)
        self._publish(
            Delta(
                at=self._since,
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
            )
        )

    def reasoning(self, text: str) -> None:
        """A part of what the model thinks aloud."""
        self._since = self._clock.now()
        self._publish(
            Reasoning(
                at=self._since,
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=text,
            )
        )

    def called(self, call: ToolCall) -> None:
        """A call was asked for."""
        self._publish(
            ToolCallEvent(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                id=call.id,
                name=call.name,
                arguments=call.arguments,
            )
        )

    def answered(self, result: ToolResult) -> None:
        """What a call came to."""
        self._publish(
            ToolResultEvent(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                id=result.call_id,
                name=result.name,
                status=result.status,
                content=result.content,
                duration_ms=result.duration_ms,
                metadata=result.metadata,
            )
        )

    def tools_answered(self) -> None:
        """What is said from now on is the answer."""
        self._said.clear()

    def summarised(self, summary: SummaryRecord) -> None:
        """Older messages are summarised from now on."""
        self._publish(
            Summarised(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=summary.text,
            )
        )

    def notice(self, severity: Severity, source: str, words: str, error_type: str = "") -> None:
        """Something the person should know that ends nothing."""
        self._publish(
            Notification(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                severity=severity,
                source=source,
                message=words,
                error_type=error_type or None,
            )
        )

    def usage(self, usage: TokenUsage) -> None:
        """What a model call took."""
        self._publish(
            Usage(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                cost=usage.cost,
                cached_tokens=usage.cached_tokens,
                cache_write_tokens=usage.cache_write_tokens,
                reasoning_tokens=usage.reasoning_tokens,
            )
        )

    def answer(self, suggestions: object) -> None:
        """The whole answer. ``suggestions``: a list of messages the person may send next."""
        self._publish(
            Answer(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                text=self.said,
                suggestions=tuple(str(one) for one in suggestions)
                if isinstance(suggestions, list | tuple)
                else (),
            )
        )

    def error(self, kind: str, message: str) -> None:
        """What ended the turn."""
        self._publish(
            ErrorEvent(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                kind=kind,
                message=message,
            )
        )

    def finished(self, status: TurnStatus, iterations: int, reason: str) -> None:
        """The turn is over."""
        self._publish(
            TurnFinished(
                at=self._clock.now(),
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                status=status,
                iterations=iterations,
                duration_ms=round((self._clock.monotonic() - self._started) * 1000),
                reason=reason,
            )
        )
