"""What the tests ask a model, and what they gather of its answer."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from app.domain.errors import ModelError
from app.domain.messages import ConversationMessage, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.llm_client import Completed, ModelEvent, ModelRequest, Progress, TextDelta
from tests.standins.model_server import DONE, Reply, Step, chunk, stream_reply

KEY = "sk-test-0123456789abcdef"

READ = ToolDefinition("files.read", "Read a file.", {"type": "object"})
EDIT = ToolDefinition("files.edit", "Change a file.", {"type": "object"})

Event = TypeVar("Event", bound=ModelEvent)


def ended(*steps: Step, finish: str = "stop") -> Reply:
    """A stream of these steps that ends as it should."""
    return stream_reply(*steps, chunk(finish=finish), DONE)


def message(role: Role, text: str = "", **more: object) -> ConversationMessage:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return ConversationMessage("c", "t", role, text, at, **more)  # type: ignore[arg-type]


def request(*messages: ConversationMessage, **more: object) -> ModelRequest:
    history = messages or (message(Role.USER, "Hello"),)
    settings: dict[str, object] = {"tools": (EDIT, READ), "session_id": "c", **more}
    return ModelRequest("Be brief.", history, **settings)  # type: ignore[arg-type]


@dataclass
class Heard:
    """All that a client yielded, and the error it ended with."""

    events: list[ModelEvent] = field(default_factory=list)
    error: ModelError | None = None

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def text(self) -> str:
        """The text deltas, joined."""
        return "".join(delta.text for delta in self.of(TextDelta))

    @property
    def retries(self) -> list[Progress]:
        return [progress for progress in self.of(Progress) if progress.retry_in is not None]

    @property
    def completed(self) -> Completed:
        """The one last event of an answer that went well."""
        assert self.error is None, self.error
        [completed] = self.of(Completed)
        assert self.events[-1] is completed
        assert completed.text == self.text
        return completed

    @property
    def calls(self) -> list[tuple[str, str, dict[str, object]]]:
        """Id, name and arguments of each call; none may be unreadable."""
        assert not [call for call in self.completed.tool_calls if call.parse_error]
        return [(c.id, c.name, dict(c.arguments)) for c in self.completed.tool_calls]

    @property
    def call(self) -> ToolCall:
        """The only call."""
        [call] = self.completed.tool_calls
        return call


async def ask(client: OpenAICompatibleClient, asked: ModelRequest | None = None) -> Heard:
    """Ask and listen to the end; an error of ours is kept, any other fails the test."""
    heard = Heard()
    try:
        async with aclosing(client.stream(asked or request())) as events:
            async for event in events:
                heard.events.append(event)
    except ModelError as error:
        heard.error = error
        assert not heard.of(Completed)
    return heard


async def fails(
    client: OpenAICompatibleClient, kind: type[ModelError], asked: ModelRequest | None = None
) -> ModelError:
    """Ask, and get the error of exactly this kind."""
    heard = await ask(client, asked)
    if heard.error is None:
        pytest.fail(f"answered {heard.text!r} instead of {kind.__name__}")
    assert type(heard.error) is kind, heard.error
    return heard.error
