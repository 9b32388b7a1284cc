"""One answer put together from the chunks of its stream: pure, so that every split can be tested.

Chunks in, ``ModelEvent``s out; ``complete`` at the end. What a chunk says is data: anything of
an unexpected shape is passed over, unless it is the error the server reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from app.domain.errors import ModelError, ModelModeratedError, ModelStreamError
from app.domain.unicode_text import PieceJoiner, whole
from app.integrations.fallbacks import who_answered
from app.integrations.reasoning_details import ReasoningDetails
from app.integrations.tool_call_assembly import ToolCallAssembly
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
)

DONE: Final = "[DONE]"

_FINISH: Final = {
    "content_filter": "content_filter",
    "length": "length",
    "max_tokens": "length",
}
_MOST_CALLS: Final = 1000
_LONGEST_NAME: Final = 200
_HIGHEST_COUNT: Final = 2**53

ErrorReader = Callable[[object], ModelError]
"""Turns an error inside a stream into a typed one."""


class Answer:
    """The answer to one request, as far as it has come.

    Attributes:
        started: whether anything of the answer itself came; from then on no retry.
        done: whether ``[DONE]`` came.
        finish: the first finish reason the server gave, kept as it is.
        failed: the error the server reported inside the stream; to be raised once the events
            that came with it are handed on.
        pieces: how many pieces of the answer itself came; while it stands still, so does the
            model.
    """

    def __init__(
        self,
        *,
        label: str,
        provider: str,
        asked: str,
        others: Sequence[str] = (),
        names: Mapping[str, str],
        taken: Collection[str],
        read_error: ErrorReader,
    ) -> None:
        self.started = False
        self.done = False
        self.finish: str | None = None
        self.failed: ModelError | None = None
        self.pieces = 0
        self._label = label
        self._provider = provider
        self._asked = asked
        self._others = others
        self._names = names
        self._taken = taken
        self._read_error = read_error
        self._text: list[str] = []
        self._text_pieces = PieceJoiner()
        self._reasoning_pieces = PieceJoiner()
        self._details = ReasoningDetails()
        self._spoken_thought: list[str] = []
        self._calls = ToolCallAssembly()
        self._usage: TokenUsage | None = None
        self._model: str | None = None

    def feed(self, data: str) -> list[ModelEvent]:
        """Take the data of one event; then look at ``failed``.

        Raises:
            ModelStreamError: it cannot be read.
        """
        if data.strip() == DONE:
            self.done = True
        if self.done:
            return []
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            if self.ended:
                return []
            raise self._broken("sent something that cannot be read") from None
        return self.feed_chunk(chunk) if isinstance(chunk, dict) else []

    def feed_chunk(self, chunk: Mapping[str, object]) -> list[ModelEvent]:
        """Take one decoded chunk, or a whole answer that was not streamed; look at ``failed``."""
        model = chunk.get("model")
        if isinstance(model, str) and model and self._model is None:
            self._model = whole(model)[:_LONGEST_NAME]
        self._note_usage(chunk)
        choice = _first_choice(chunk)
        events = self._take(choice) if choice else []
        for place in (chunk, choice):
            if self.failed is None and _reports_error(place):
                self.failed = self._reported(place)
        if "choices" in chunk and chunk["choices"] is None and not chunk.get("usage"):
            self.failed = self.failed or self._broken("sent an empty answer")
        return events

    @property
    def ended(self) -> bool:
        """Whether the server said that the answer is whole."""
        return self.done or self.finish is not None

    def usage(self) -> list[ModelEvent]:
        """The tokens used, if the server said so; also after an error."""
        return [self._usage] if self._usage else []

    def rest(self) -> list[ModelEvent]:
        """Text that was held back, at the end of the stream."""
        return [
            *self._reasoning(self._reasoning_pieces.flush()),
            *self._words(self._text_pieces.flush()),
        ]

    def complete(self) -> Completed:
        """The whole answer, at the end of the stream and after ``rest``.

        Raises:
            ModelStreamError: the stream ended before the answer did; its calls are dropped.
            ModelRefusedError: the provider's filter left nothing of it.
        """
        # Nothing at all before [DONE] is a provider that failed, not an answer.
        if not self.ended or (self.finish is None and not self.started):
            raise self._broken("broke off the answer" if self.started else "sent no answer")
        finish = _FINISH.get(self.finish or "", "stop")
        calls = self._calls.calls(self._names, taken=self._taken, cut=finish != "stop")
        text = "".join(self._text)
        if finish == "content_filter" and not text and not calls:
            raise ModelModeratedError(
                f"{self._label}: the answer was held back by the provider's content filter.",
                hint="Word it differently, or choose another model.",
            )
        if finish == "stop" and calls:
            finish = "tool_calls"
        metadata: dict[str, object] = {}
        if details := self._details.blocks():
            metadata["reasoning_details"] = details
        if self._spoken_thought and calls:
            metadata["reasoning_content"] = whole("".join(self._spoken_thought))
        if metadata:  # with where it is from: nobody else could check a signature
            asked = who_answered(self._model, self._asked, self._others)
            metadata |= {"provider": self._provider, "asked_model": asked}
        return Completed(text, calls, finish, self._model, metadata)

    def broken_off(self, cause: str) -> ModelError:
        """The error for a connection that was cut; ``cause`` is technical."""
        error = self._broken("broke off the answer" if self.started else "sent no answer")
        error.details = {**error.details, "cause": cause}
        return error

    # -- inside -----------------------------------------------------------------------------

    def _take(self, choice: Mapping[str, object]) -> list[ModelEvent]:
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish and self.finish is None:
            self.finish = finish
        # `message`: a server that does not stream.
        delta = choice.get("delta") or choice.get("message")
        if not isinstance(delta, Mapping):
            return []
        thought = _text_of(delta.get("reasoning"))
        if not thought and (thought := _text_of(delta.get("reasoning_content"))):
            self._spoken_thought.append(thought)
        self._details.feed(delta.get("reasoning_details"), whole=not choice.get("delta"))
        events = self._reasoning(self._reasoning_pieces.feed(thought))
        words = _text_of(delta.get("content")) + _text_of(delta.get("refusal"))
        events += self._words(self._text_pieces.feed(words))
        pieces = delta.get("tool_calls")
        for piece in pieces if isinstance(pieces, list) else ():
            if isinstance(piece, Mapping):
                self._note_piece()
                self._calls.feed(piece)
        if len(self._calls) > _MOST_CALLS:
            raise self._broken(f"asked for more than {_MOST_CALLS} calls at once")
        return events

    def _note_piece(self) -> None:
        self.started = True
        self.pieces += 1

    def _words(self, text: str) -> list[ModelEvent]:
        if not text:
            return []
        self._note_piece()
        self._text.append(text)
        return [TextDelta(text)]

    def _reasoning(self, text: str) -> list[ModelEvent]:
        if not text:
            return []
        self._note_piece()
        return [ReasoningDelta(text)]

    def _note_usage(self, chunk: Mapping[str, object]) -> None:
        usage = chunk.get("usage")
        if not isinstance(usage, Mapping):
            return
        prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        if prompt is None or completion is None:
            return
        read, written = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
        cached = _count(read, "cached_tokens") or _count(usage, "prompt_cache_hit_tokens")
        # Servers that say it with every chunk count up: the last one holds.
        self._usage = TokenUsage(
            prompt,
            completion,
            _cost(usage.get("cost")),
            cached_tokens=min(cached or 0, prompt),
            cache_write_tokens=min(_count(read, "cache_write_tokens") or 0, prompt),
            reasoning_tokens=min(_count(written, "reasoning_tokens") or 0, completion),
        )

    def _reported(self, place: Mapping[str, object]) -> ModelError:
        error = self._read_error(place)
        if not self.started:
            return error
        return ModelStreamError(
            f"The answer broke off. {error.message}",
            hint="What came of it is kept. Ask again for a new answer.",
            details={**error.details, "error": error.kind},
            retryable=error.retryable,
            retry_after=error.retry_after,
        )

    def _broken(self, what: str) -> ModelError:
        return ModelStreamError(
            f"{self._label} {what}.",
            hint="What came of it is kept. Ask again for a new answer."
            if self.started
            else "Ask again, or choose another model.",
            retryable=True,
        )


def _reports_error(place: Mapping[str, object]) -> bool:
    # `object`: vLLM's form, whose fields stand at the top.
    named = place.get("error") or place.get("object") == "error"
    return bool(named) or place.get("finish_reason") == "error"


def _count(place: object, name: str) -> int | None:
    value = place.get(name) if isinstance(place, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < _HIGHEST_COUNT else None


def _cost(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _HIGHEST_COUNT else None


def _first_choice(chunk: Mapping[str, object]) -> Mapping[str, object]:
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return {}
    # We ask for one choice, so whatever its index says, the first is it.
    return next((choice for choice in choices if isinstance(choice, Mapping)), {})


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):  # parts, as some providers stream them
        return "".join(_text_of(part.get("text")) for part in value if isinstance(part, Mapping))
    return ""
