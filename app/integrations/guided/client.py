"""The guide as a model: the same port, the same tool calls, no AI and no network.

It keeps no state: each step is worked out from the person's last message and what came of the
calls since.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Final

from app.domain.tool_calls import ToolCall
from app.integrations.guided.steps import Ask, Reply
from app.orchestrator.llm_client import (
    Completed,
    ModelEvent,
    ModelInfo,
    ModelPrice,
    ModelRequest,
    Patience,
    TextDelta,
)

PROVIDER: Final = "guided"
LABEL: Final = "Offline commands, no AI"

_WORD: Final = re.compile(r"\s*\S+\s*|\s+")
_WORDS_A_PIECE: Final = 4
_MAX_PIECES: Final = 60


class GuidedClient:
    """Keeps ``LLMClient``. One instance serves any number of conversations."""

    @property
    def provider(self) -> str:
        """Always ``guided``."""
        return PROVIDER

    @property
    def label(self) -> str:
        """What a face shows in a model's place."""
        return LABEL

    @property
    def default_model(self) -> str | None:
        """There is no model."""
        return None

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The next call, or the answer in small pieces; ends with one ``Completed``."""
        from app.integrations.guided.answering import next_of  # imported before: `warm_up`

        step, call_id = next_of(request)
        match step:
            case Ask(name, arguments):
                call = ToolCall(call_id, name, dict(arguments))
                yield Completed("", (call,), finish_reason="tool_calls")
            case Reply(text, suggestions):
                for piece in pieces(text):
                    yield TextDelta(piece)
                    await asyncio.sleep(0)  # lets a face show it, and Stop stop it
                yield Completed(text, metadata={"suggestions": list(suggestions)})

    @property
    def patience(self) -> Patience | None:
        """It answers at once."""
        return None

    def context_length(self, model: str | None = None) -> int | None:
        """There is no model, and no window that could be full."""
        return None

    def price(self, model: str | None = None) -> ModelPrice | None:
        """It takes nothing, and nobody says so: there is no model."""
        return None

    async def models(self) -> list[ModelInfo]:
        """None."""
        return []

    async def aclose(self) -> None:
        """There is nothing to close."""


def pieces(text: str) -> Iterator[str]:
    """``text`` in groups of words; joined they are the text again."""
    words = _WORD.findall(text)
    size = max(_WORDS_A_PIECE, -(-len(words) // _MAX_PIECES))
    for start in range(0, len(words), size):
        yield "".join(words[start : start + size])
