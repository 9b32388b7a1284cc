"""Tells the faces what happens in one turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypedDict

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
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.domain.tool_calls import ToolCall, ToolResult
from app.domain.turns import SummaryRecord
from app.orchestrator.llm_client import Patience, TokenUsage


class _Place(TypedDict):
    """What every event of a turn says of itself."""

    at: datetime
    conversation_id: str
    turn_id: str


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
        self._heard_at: datetime | None = None
        self._patience: Patience | None = None
        self._time_up: datetime | None = None
        self._said: list[str] = []

    @property
    def said(self) -> str:
        """The words since the last result of a tool: what the answer will be."""
        return "".join(self._said)

    def started(
        self,
        text: str,
        attachments: tuple[Attachment, ...] = (),
        channel: Channel = Channel.WINDOW,
    ) -> None:
        """The person's message is stored and the turn begins."""
        self._publish(
            TurnStarted(**self._now(), text=text, attachments=attachments, channel=channel)
        )

    def wait_begins(
        self,
        phase: Phase,
        detail: str,
        *,
        patience: Patience | None = None,
        time_up: datetime | None = None,
    ) -> None:
        """Something else was asked just now.

        ``patience``: how long it is waited for; ``time_up``: when the turn's own time is.
        """
        self._since = self._clock.now()
        self._retrying_since = self._heard_at = None
        self._patience, self._time_up = patience, time_up
        self.waiting(phase, detail)

    def sign_of_life(self, phase: Phase, detail: str) -> None:
        """Something came, and no word of the answer."""
        self._heard_at = self._clock.now()
        self.waiting(phase, detail)

    def retries(self, detail: str, after: float) -> None:
        """It is asked again in so many seconds."""
        self._retrying_since = self._retrying_since or self._clock.now()
        again = self._clock.now() + timedelta(seconds=after)
        self.waits(Phase.RETRY, detail, since=self._retrying_since, deadline=again)

    def waiting(self, phase: Phase, detail: str) -> None:
        """Nothing happens until something else answers; said again, the wait is the same one.

        It began when that was asked, or with the last word of it.
        """
        self._retrying_since = None
        self.waits(
            phase, detail, since=self._since, heard_at=self._heard_at, deadline=self._deadline()
        )

    def waits(
        self,
        phase: Phase,
        detail: str,
        *,
        since: datetime,
        heard_at: datetime | None = None,
        deadline: datetime | None = None,
    ) -> None:
        """Nothing happens until something else answers, which was asked ``since``."""
        self._publish(
            Waiting(
                **self._now(),
                phase=phase,
                detail=detail,
                since=since,
                heard_at=heard_at,
                deadline=deadline,
            )
        )

    def _deadline(self) -> datetime | None:
        """When what is waited for now is given up."""
        ends = [self._time_up] if self._time_up is not None else []
        if self._patience is not None:
            heard = max(self._since, self._heard_at or self._since)
            ends.append(heard + timedelta(seconds=self._patience.silence))
            ends.append(self._since + timedelta(seconds=self._patience.stall))
        return min(ends, default=None)

    def delta(self, text: str) -> None:
        """A part of the answer."""
        self._since = self._heard_at = self._clock.now()
        self._said.append(text)
        self._publish(Delta(**self._at(self._since), text=text))

    def reasoning(self, text: str) -> None:
        """A part of what the model thinks aloud."""
        self._since = self._heard_at = self._clock.now()
        self._publish(Reasoning(**self._at(self._since), text=text))

    def called(self, call: ToolCall) -> None:
        """A call was asked for."""
        self._publish(
            ToolCallEvent(
                **self._now(),
                id=call.id,
                name=call.name,
                arguments=call.arguments,
            )
        )

    def answered(self, result: ToolResult) -> None:
        """What a call came to."""
        self._publish(
            ToolResultEvent(
                **self._now(),
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
        self._publish(Summarised(**self._now(), text=summary.text))

    def notice(self, severity: Severity, source: str, words: str, error_type: str = "") -> None:
        """Something the person should know that ends nothing."""
        self._publish(
            Notification(
                **self._now(),
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
                **self._now(),
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
                **self._now(),
                text=self.said,
                suggestions=tuple(str(one) for one in suggestions)
                if isinstance(suggestions, list | tuple)
                else (),
            )
        )

    def error(self, kind: str, message: str, settings: tuple[str, ...] = ()) -> None:
        """What ended the turn."""
        self._publish(ErrorEvent(**self._now(), kind=kind, message=message, settings=settings))

    def finished(self, status: TurnStatus, iterations: int, reason: str) -> None:
        """The turn is over."""
        self._publish(
            TurnFinished(
                **self._now(),
                status=status,
                iterations=iterations,
                duration_ms=round((self._clock.monotonic() - self._started) * 1000),
                reason=reason,
            )
        )

    # -- where and when ----------------------------------------------------------------------

    def _now(self) -> _Place:
        return self._at(self._clock.now())

    def _at(self, moment: datetime) -> _Place:
        return {"at": moment, "conversation_id": self._conversation_id, "turn_id": self._turn_id}
