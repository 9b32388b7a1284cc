"""What came from a model as one JSON object, and the same events from it again. Pure.

``{"text", "reasoning", "progress": […], "remarks": […], "usage": […], "completed": {…},
"error": {…}}``; parts that there were none of are left out. A run of deltas is one text: how it
was cut is not kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.domain import errors
from app.domain.errors import ModelError, StewardError
from app.domain.message_forms import Form, call_form, call_from
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    Progress,
    ReasoningDelta,
    Remark,
    TextDelta,
    TokenUsage,
)


class ResponseForm:
    """Takes the events of one call as they come. ``since``: milliseconds since its beginning."""

    def __init__(self, since: Callable[[], int]) -> None:
        self._since = since
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._progress: list[Form] = []
        self._remarks: list[str] = []
        self.usage: list[TokenUsage] = []
        self.completed: Completed | None = None
        self.error: StewardError | None = None
        self.first_chunk_ms: int | None = None

    def add(self, event: ModelEvent) -> None:
        """One more event."""
        match event:
            case TextDelta(text):
                self._text.append(text)
            case ReasoningDelta(text):
                self._reasoning.append(text)
            case Progress(detail, retry_in):
                self._progress.append(
                    {"detail": detail, "retry_in": retry_in, "at_ms": self._since()}
                )
                return
            case Remark(words):
                self._remarks.append(words)
                return
            case TokenUsage():
                self.usage.append(event)
                return
            case Completed():
                self.completed = event
        if self.first_chunk_ms is None:
            self.first_chunk_ms = self._since()

    def form(self) -> Form:
        """All of it so far."""
        text = "".join(self._text)
        form: Form = {
            "text": text,
            "reasoning": "".join(self._reasoning),
            "progress": self._progress,
            "remarks": self._remarks,
            "usage": [dataclasses.asdict(usage) for usage in self.usage],
            "completed": self.completed and _completed_form(self.completed, text),
            "error": self.error and _error_form(self.error),
        }
        return {name: part for name, part in form.items() if part}


def events_of(response: Mapping[str, Any]) -> Iterator[ModelEvent]:
    """The events again. What ended the call without a ``Completed`` is ``error_of``."""
    for progress in response.get("progress", ()):
        yield Progress(progress["detail"], progress["retry_in"])
    for words in response.get("remarks", ()):
        yield Remark(words)
    if reasoning := response.get("reasoning"):
        yield ReasoningDelta(reasoning)
    if text := response.get("text"):
        yield TextDelta(text)
    for usage in response.get("usage", ()):
        yield TokenUsage(**usage)
    if completed := response.get("completed"):
        yield Completed(
            text=completed.get("text", response.get("text", "")),
            tool_calls=tuple(call_from(call) for call in completed["calls"]),
            finish_reason=completed["finish_reason"],
            model=completed["model"],
            metadata=completed["metadata"],
        )


def error_of(response: Mapping[str, Any]) -> StewardError | None:
    """The failure that ended the call, if one did."""
    form = response.get("error")
    if form is None:
        return None
    kinds = {kind.kind: kind for kind in _subclasses(StewardError)}
    kind = kinds.get(form["kind"], StewardError)
    message, facts = form["message"], {"hint": form["hint"], "details": form["details"]}
    if issubclass(kind, ModelError):
        return kind(
            message, retryable=form["retryable"], retry_after=form.get("retry_after"), **facts
        )
    return kind(message, **facts)


def _completed_form(completed: Completed, text: str) -> Form:
    form: Form = {
        "calls": [call_form(call) for call in completed.tool_calls],
        "finish_reason": completed.finish_reason,
        "model": completed.model,
        "metadata": dict(completed.metadata),
    }
    if completed.text != text:
        form["text"] = completed.text
    return form


def _error_form(error: StewardError) -> Form:
    form: Form = {
        "kind": error.kind,
        "message": error.message,
        "hint": error.hint,
        "details": dict(error.details),
    }
    if isinstance(error, ModelError):
        form |= {"retryable": error.retryable, "retry_after": error.retry_after}
    return form


def _subclasses(kind: type[StewardError]) -> Iterator[type[StewardError]]:
    yield kind
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            yield from _subclasses(one)
