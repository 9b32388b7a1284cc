"""The model port over HTTP: OpenRouter, and any server that speaks OpenAI's chat completions.

It never runs a tool, never follows a redirect, and sends a key to the one server it is for.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from app.domain.errors import ModelError, ModelRefusedError
from app.domain.skills import Clock
from app.integrations.answer import Answer
from app.integrations.answer_stream import read_answer
from app.integrations.endpoint import Endpoint
from app.integrations.model_errors import Peer
from app.integrations.model_list import read_models
from app.integrations.wire import (
    OPENROUTER,
    OPTIONAL_FIELDS,
    chat_body,
    encoded,
    names_on_the_wire,
)
from app.orchestrator.llm_client import ModelEvent, ModelInfo, ModelRequest, Progress
from app.redaction import Secret
from app.resilience.retry import Backoff, RetryPolicy

OPENROUTER_URL: Final = "https://openrouter.ai/api/v1"
OPENROUTER_MODEL: Final = "openrouter/auto"


class OpenAICompatibleClient:
    """A chat-completions server behind the ``LLMClient`` port. Owned by the loop's thread.

    Args:
        base_url: address up to and with ``/v1``.
        api_key: sent to this server with every request; ``None`` sends none.
        provider: ``openrouter`` adds OpenRouter's own fields.
        default_model: used when a request names none; ``None``: the server's first, or
            ``openrouter/auto``.
        clock: for waits and for ``Retry-After`` dates.
        connect_timeout: seconds to make a connection.
        idle_timeout: seconds of silence after which an answer is given up.
        label: what a face shows; by default made from the address.
        policy: how often and how long to retry.
        chance: random numbers from 0 to 1 for the waits.
        sleep: waits, in seconds.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: Secret | None,
        provider: str,
        default_model: str | None,
        clock: Clock,
        connect_timeout: float = 10.0,
        idle_timeout: float = 60.0,
        label: str | None = None,
        policy: RetryPolicy | None = None,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        base_url = base_url.rstrip("/")
        key = api_key.reveal().strip() if api_key else ""
        peer = Peer(
            label=label or f"The model server at {urlsplit(base_url).netloc.rpartition('@')[2]}",
            base_url=base_url,
            key_setting="OPENROUTER_API_KEY" if provider == OPENROUTER else "STEWARD_LLM_API_KEY",
            key=Secret(key) if key else None,
        )
        self._endpoint = Endpoint(
            peer,
            provider=provider,
            clock=clock,
            connect_timeout=connect_timeout,
            idle_timeout=idle_timeout,
        )
        self._provider = provider
        self._default_model = default_model or (
            OPENROUTER_MODEL if provider == OPENROUTER else None
        )
        self._clock = clock
        self._policy = policy or RetryPolicy()
        self._chance = chance
        self._sleep = sleep
        self._refused_fields: set[str] = set()
        self._key_checked = False
        self._under_way = 0
        self._closed = False

    @property
    def provider(self) -> str:
        """``openrouter`` or ``openai-compatible``."""
        return self._provider

    @property
    def label(self) -> str:
        """What a face shows."""
        return self._endpoint.peer.label

    @property
    def default_model(self) -> str | None:
        """Model used when a request names none; ``None`` until known."""
        return self._default_model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Ask, and yield what comes; ends with exactly one ``Completed``.

        Closing the iterator closes the connection. Retries happen only before anything of the
        answer came, and are announced with ``Progress``.

        Raises:
            ModelError: and its kin. What was yielded before stays good as far as it goes.
        """
        async with self._open():
            backoff = Backoff(self._policy, clock=self._clock, chance=self._chance)
            while True:
                answer = self._answer_to(request)
                try:
                    async with aclosing(self._attempt(request, answer)) as events:
                        async for event in events:
                            yield event
                    return
                except ModelError as error:
                    may_retry = error.retryable and not answer.started
                    wait = backoff.next_wait(error.retry_after) if may_retry else None
                    if wait is None:
                        for event in answer.usage():
                            yield event
                        raise
                    failed = error
                yield Progress(f"{failed.message} Trying again.", retry_in=wait)
                await self._sleep(wait)

    async def models(self) -> list[ModelInfo]:
        """What the server offers, in its order.

        OpenRouter's list is public: there, the first time, the key is checked as well.

        Raises:
            ModelError: and its kin, ``ModelCredentialsError`` for a key that is refused.
        """
        async with self._open():
            return await self._models()

    async def aclose(self) -> None:
        """Close connections; answers under way come to their end first."""
        self._closed = True
        await self._close_when_idle()

    # -- inside -----------------------------------------------------------------------------

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        if self._closed:
            raise ModelError(
                "The connection to the model was changed meanwhile.",
                hint="Ask again.",
                retryable=True,
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            await self._close_when_idle()

    async def _close_when_idle(self) -> None:
        if self._closed and not self._under_way:
            await self._endpoint.aclose()

    async def _attempt(
        self, request: ModelRequest, answer: Answer
    ) -> AsyncGenerator[ModelEvent, None]:
        model = request.model or await self._model()
        while True:
            body = chat_body(
                request, model=model, provider=self._provider, without=self._refused_fields
            )
            try:
                async with (
                    self._endpoint.request("POST", "/chat/completions", encoded(body)) as response,
                    aclosing(read_answer(response, answer, self._endpoint)) as events,
                ):
                    async for event in events:
                        yield event
                return
            except ModelError as error:
                refused = None if answer.started else _refused_field(error, body)
                if refused is None:
                    raise
                self._refused_fields.add(refused)

    def _answer_to(self, request: ModelRequest) -> Answer:
        return Answer(
            label=self.label,
            provider=self._provider,
            names=names_on_the_wire(request.tools),
            taken={call.id for message in request.messages for call in message.tool_calls},
            read_error=self._endpoint.error,
        )

    async def _model(self) -> str:
        if self._default_model is None:
            found = await self._models()
            if not found:
                raise ModelRefusedError(
                    f"{self.label} offers no model.",
                    hint="Load one there, or name one with STEWARD_MODEL.",
                )
            self._default_model = found[0].id
        return self._default_model

    async def _models(self) -> list[ModelInfo]:
        if self._provider == OPENROUTER and not self._key_checked:
            await self._check_key()
        return read_models(await self._endpoint.get("/models"), self.label)

    async def _check_key(self) -> None:
        try:
            await self._endpoint.get("/key")
        except ModelRefusedError:
            return  # a server without this page: the key shows with the first question
        self._key_checked = True


def openrouter_client(
    api_key: Secret, model: str | None = None, *, clock: Clock
) -> OpenAICompatibleClient:
    """A client for OpenRouter itself: this key goes nowhere else."""
    return OpenAICompatibleClient(
        base_url=OPENROUTER_URL,
        api_key=api_key,
        provider=OPENROUTER,
        default_model=model,
        clock=clock,
        label="OpenRouter",
    )


def _refused_field(error: ModelError, body: Mapping[str, object]) -> str | None:
    """The optional field that a refusal names, if that is what was wrong."""
    if error.details.get("status") not in (400, 422):
        return None
    return next((f for f in OPTIONAL_FIELDS if f in body and f in error.message), None)
