"""A model that says what a test tells it to, through the real port."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from app.domain.errors import ModelError
from app.domain.tool_calls import ToolCall
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    ModelInfo,
    ModelPrice,
    ModelRequest,
    Patience,
    TextDelta,
    TokenUsage,
)

Step = (
    Completed | ModelError | Callable[[ModelRequest], Completed] | asyncio.Event | tuple[str, ...]
)

_ids = itertools.count(1)


def says(text: str) -> Completed:
    """An answer in words."""
    return Completed(text=text)


def calls(*wanted: tuple[str, Mapping[str, object]], text: str = "") -> Completed:
    """An answer that asks for tool calls."""
    tool_calls = tuple(ToolCall(f"call-{next(_ids)}", name, args) for name, args in wanted)
    return Completed(text=text, tool_calls=tool_calls, finish_reason="tool_calls")


class ScriptedModel:
    """Plays one step a request. An ``asyncio.Event`` as a step says a word, then waits for it
    and breaks off; a tuple is streamed in these pieces. ``requests`` keeps what it was asked;
    ``windows`` says how much each model can take; ``waits`` for how long it is waited for.
    """

    provider = "openai-compatible"
    label = "Scripted"
    default_model = "scripted"

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = list(steps)
        self.requests: list[ModelRequest] = []
        self.waits: Patience | None = None
        self.windows: dict[str | None, int] = {}
        self.streaming = asyncio.Event()
        self.closed_streams = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        try:
            if isinstance(step, asyncio.Event):
                yield TextDelta("One moment")
                self.streaming.set()
                await step.wait()
                return
            if isinstance(step, ModelError):
                raise step
            if isinstance(step, tuple):
                for piece in step:
                    yield TextDelta(piece)
                    await asyncio.sleep(0)  # as a server's pieces come one by one
                yield says("".join(step))
                return
            completed = step if isinstance(step, Completed) else step(request)
            for word in completed.text.split(" "):
                yield TextDelta(word if completed.text.startswith(word) else f" {word}")
            yield TokenUsage(prompt_tokens=10, completion_tokens=5, cost=0.001)
            yield completed
        finally:
            self.closed_streams += 1

    @property
    def patience(self) -> Patience | None:
        """As it is told."""
        return self.waits

    def context_length(self, model: str | None = None) -> int | None:
        return self.windows.get(model)

    def price(self, model: str | None = None) -> ModelPrice | None:
        return None

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo("scripted", "Scripted")]

    async def aclose(self) -> None:
        return
