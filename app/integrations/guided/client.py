"""The guide as a model: the same port, the same tool calls, no AI and no network.

It keeps no state: each step is worked out from the person's last message and what came of the
calls since.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.integrations.guided.attached import about_attached, with_mention
from app.integrations.guided.intents import Unknown
from app.integrations.guided.parser import parse
from app.integrations.guided.planner import closing, next_step
from app.integrations.guided.steps import Ask, Outcome, Reply
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
        asked, since = last_turn(request.messages)
        parsed = parse(asked.text if asked else "")
        outcomes = _outcomes(since)
        step: Ask | Reply | None = None
        if asked is not None:
            step = about_attached(parsed, asked, request.messages, request.attached)
        if step is not None:
            pass
        elif request.tool_choice == "none":
            step = closing(parsed, outcomes)
        else:
            step = next_step(parsed, outcomes)
            if isinstance(step, Reply) and isinstance(parsed, Unknown) and asked is not None:
                step = with_mention(step, asked)
        match step:
            case Ask(name, arguments):
                turn_id = asked.turn_id if asked else ""
                call = ToolCall(_call_id(turn_id, len(outcomes)), name, dict(arguments))
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


def last_turn(
    messages: Sequence[ConversationMessage],
) -> tuple[ConversationMessage | None, Sequence[ConversationMessage]]:
    """The person's last message, and what came after it."""
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].role is Role.USER:
            return messages[position], messages[position + 1 :]
    return None, ()


def _outcomes(messages: Sequence[ConversationMessage]) -> list[Outcome]:
    """What came of the calls, in the order in which they were asked for."""
    results: Mapping[str | None, ConversationMessage] = {
        message.tool_call_id: message for message in messages if message.role is Role.TOOL
    }
    calls = [call for message in messages for call in message.tool_calls]
    return [_outcome(call, results.get(call.id)) for call in calls]


def _outcome(call: ToolCall, result: ConversationMessage | None) -> Outcome:
    if result is None:
        return Outcome(call.name, call.arguments, ToolStatus.INTERRUPTED)
    return Outcome(
        name=call.name,
        arguments=call.arguments,
        status=result.tool_status or ToolStatus.INTERRUPTED,
        text=result.text,
        metadata=result.metadata,
    )


def _call_id(turn_id: str, number: int) -> str:
    return f"guided_{turn_id[:12]}_{number + 1}"


def pieces(text: str) -> Iterator[str]:
    """``text`` in groups of words; joined they are the text again."""
    words = _WORD.findall(text)
    size = max(_WORDS_A_PIECE, -(-len(words) // _MAX_PIECES))
    for start in range(0, len(words), size):
        yield "".join(words[start : start + size])
