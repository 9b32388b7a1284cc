"""Port: a language model that streams an answer and may ask for tool calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.domain.messages import ConversationMessage
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to a model.

    Attributes:
        system: system prompt (stable first, so that prompt caches work).
        messages: history, oldest first; every tool call is followed by its one result.
        tools: what may be called, sorted by name.
        tool_choice: ``"none"`` on a closing call: the model may call nothing.
        model: model id, or ``None`` for the adapter's default.
        session_id: conversation id; keeps a provider sticky where that is offered.
        attached: what is given of the messages' attachments, by its hash: a text without secrets,
            or a picture. Put in at the boundary (``orchestrator.outgoing``); not recorded.
        max_tokens: the answer must not be longer; ``None``: as long as the model likes.
    """

    system: str
    messages: Sequence[ConversationMessage]
    tools: Sequence[ToolDefinition] = ()
    tool_choice: Literal["auto", "none"] = "auto"
    model: str | None = None
    session_id: str | None = None
    attached: Mapping[str, str | bytes] = field(default_factory=dict)
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning; shown apart, never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The server says it is alive, or the adapter is about to retry.

    ``retry_in`` is seconds until the next try, or ``None`` for a sign of life.
    """

    detail: str
    retry_in: float | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about this request that the person should know and that ends nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of this request; ``cost`` in US dollars where the server says it.

    ``cached_tokens`` and ``cache_write_tokens`` are parts of ``prompt_tokens``,
    ``reasoning_tokens`` of ``completion_tokens``.
    """

    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Completed:
    """The last event of a successful stream: the whole of what the model said.

    Attributes:
        text: all text deltas joined.
        tool_calls: assembled calls in the model's order, with unique ids and dotted names.
        finish_reason: ``stop``, ``tool_calls``, ``length``, ``content_filter``.
        model: model that really answered, as the server says.
        metadata: to be kept with the message and handed back (``reasoning_details``);
            ``suggestions`` may list messages a face offers as buttons.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    model: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


ModelEvent = TextDelta | ReasoningDelta | Progress | Remark | TokenUsage | Completed


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What a model takes, in US dollars a token.

    Attributes:
        prompt, completion: for what goes in and what comes out.
        cache_read, cache_write: for the part of a prompt that is read from, or written to, the
            provider's cache; ``None``: as ``prompt``.
        request: for each request as such.
    """

    prompt: float
    completion: float
    cache_read: float | None = None
    cache_write: float | None = None
    request: float = 0.0

    @property
    def most_for_prompt(self) -> float:
        """The most that a token of a prompt can cost."""
        return max(self.prompt, self.cache_write or 0.0)

    def of(self, usage: TokenUsage) -> float:
        """What a request of this size costs."""
        read, written = usage.cached_tokens, usage.cache_write_tokens
        plain = max(0, usage.prompt_tokens - read - written)
        return (
            self.request
            + plain * self.prompt
            + read * (self.prompt if self.cache_read is None else self.cache_read)
            + written * (self.prompt if self.cache_write is None else self.cache_write)
            + usage.completion_tokens * self.completion
        )


def dearest(prices: Sequence[ModelPrice]) -> ModelPrice:
    """What a request costs at most, whoever of them answers. At least one."""
    if len(prices) == 1:
        return prices[0]
    reads = [price.prompt if price.cache_read is None else price.cache_read for price in prices]
    return ModelPrice(
        prompt=max(price.prompt for price in prices),
        completion=max(price.completion for price in prices),
        cache_read=max(reads),
        cache_write=max(price.most_for_prompt for price in prices),
        request=max(price.request for price in prices),
    )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model the server offers. ``None``: the list does not say.

    ``context_length`` and ``longest_answer`` in tokens.
    """

    id: str
    name: str
    context_length: int | None = None
    supports_tools: bool | None = None
    takes_pictures: bool | None = None
    price: ModelPrice | None = None
    longest_answer: int | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds.

    Attributes:
        silence: without one byte.
        stall: without a word of the answer, whatever else comes.
    """

    silence: float
    stall: float


class LLMClient(Protocol):
    """A model behind some server, or the built-in guide."""

    @property
    def provider(self) -> str:
        """``openrouter``, ``openai-compatible`` or ``guided``."""
        ...

    @property
    def label(self) -> str:
        """What a face shows: ``OpenRouter``, ``Offline commands, no AI``."""
        ...

    @property
    def default_model(self) -> str | None:
        """Model used when a request names none; ``None`` until known."""
        ...

    @property
    def patience(self) -> Patience | None:
        """How long it is waited for; ``None`` where there is nothing to wait for."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Ask, and yield what comes; ends with exactly one ``Completed``.

        Raises ``ModelError`` and its kin. Closing the iterator closes the connection.
        Retries happen only before the first delta.
        """
        ...

    def context_length(self, model: str | None = None) -> int | None:
        """The window of ``model`` (the default one where ``None``) in tokens.

        Only what is known already, for instance from ``models``: it asks nothing of the server.
        ``None`` where it is not known.
        """
        ...

    def price(self, model: str | None = None) -> ModelPrice | None:
        """What ``model`` (the default one where ``None``) takes; known as ``context_length`` is."""
        ...

    async def models(self) -> list[ModelInfo]:
        """What the server offers; raises ``ModelError``."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
