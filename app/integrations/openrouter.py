"""The model port over HTTP: OpenRouter, and any server that speaks OpenAI's chat completions.

It never runs a tool, never follows a redirect, and sends a key to the one server it is for.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

from app.domain.errors import ContextTooLongError, ModelError, ModelRefusedError
from app.domain.skills import Clock
from app.integrations.answer import Answer
from app.integrations.answer_stream import read_answer
from app.integrations.endpoint import Endpoint
from app.integrations.fallbacks import in_order
from app.integrations.known_models import KnownModels
from app.integrations.model_errors import Peer
from app.integrations.model_list import read_models
from app.integrations.refused_fields import CHOSEN_FIELDS, refused_field, refused_pictures
from app.integrations.request_options import RequestOptions
from app.integrations.wire import (
    OPENROUTER,
    PICTURES,
    chat_body,
    encoded,
    has_pictures,
    names_on_the_wire,
)
from app.orchestrator.llm_client import (
    ModelEvent,
    ModelInfo,
    ModelPrice,
    ModelRequest,
    Patience,
    Progress,
    Remark,
)
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
        options: what the person set for every request.
        connect_timeout: seconds to make a connection.
        idle_timeout: seconds of silence after which an answer is given up.
        stall_timeout: seconds without a word of the answer, whatever else the server sends.
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
        options: RequestOptions | None = None,
        connect_timeout: float = 10.0,
        idle_timeout: float = 60.0,
        stall_timeout: float = 600.0,
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
            stall_timeout=stall_timeout,
        )
        self.options = options or RequestOptions()
        self._provider = provider
        self._default_model = default_model or (
            OPENROUTER_MODEL if provider == OPENROUTER else None
        )
        self._clock = clock
        self._policy = policy or RetryPolicy()
        self._chance = chance
        self._sleep = sleep
        self._known = KnownModels()
        self._key_checked = False
        self._listed = False
        self._under_way = 0
        self._closed = False

    @property
    def provider(self) -> str:
        """``openrouter`` or ``openai-compatible``."""
        return self._provider

    @property
    def base_url(self) -> str:
        """The one server that is asked, and that the key goes to."""
        return self._endpoint.peer.base_url

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
                answer: Answer | None = None
                try:
                    asked = request.model or await self._model()
                    await self._look_whether_it_sees(request)
                    model, others = in_order(request.messages, asked, self._others)
                    answer = self._answer_to(request, model, others)
                    async with aclosing(self._attempt(request, model, others, answer)) as events:
                        async for event in events:
                            yield event
                    return
                except ModelError as error:
                    begun = answer is not None and answer.started
                    may_retry = error.retryable and not begun
                    wait = backoff.next_wait(error.retry_after) if may_retry else None
                    # An attempt that failed may have cost something all the same.
                    for event in answer.usage() if answer else ():
                        yield event
                    if wait is None:
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

    @property
    def patience(self) -> Patience | None:
        """How long the server may take."""
        return Patience(self._endpoint.idle_timeout, self._endpoint.stall_timeout)

    def context_length(self, model: str | None = None) -> int | None:
        """The window of a model in tokens, as far as a list or a refusal has told it.

        Asks nothing of the server. ``None`` for ``model`` means the default one.
        """
        return self._known.window(model or self._default_model or "")

    def price(self, model: str | None = None) -> ModelPrice | None:
        """What a model takes, as far as a list has told it; ``None`` as in ``context_length``.

        Where others may answer in its place, the most that any of them takes.
        """
        asked = model or self._default_model
        return self._known.price([asked, *self._others]) if asked else None

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
        self, request: ModelRequest, model: str, others: tuple[str, ...], answer: Answer
    ) -> AsyncGenerator[ModelEvent, None]:
        without = self._known.without(model)
        if PICTURES in without and has_pictures(request, newest=True):
            yield Remark(_no_pictures(model))
        while True:
            body = chat_body(
                request,
                model=model,
                provider=self._provider,
                others=others,
                options=self.options,
                max_tokens=self._known.bound(request.max_tokens, (model, *others)),
                without=without,
            )
            sent = encoded(body)
            try:
                async with (
                    self._endpoint.request("POST", "/chat/completions", sent) as response,
                    aclosing(read_answer(response, answer, self._endpoint)) as events,
                ):
                    async for event in events:
                        yield event
                return
            except ModelError as error:
                if isinstance(error, ContextTooLongError):
                    # How many tokens the bytes of a picture are, no one knows.
                    self._known.refused(error, model, None if has_pictures(request) else sent)
                refused = None if answer.started else refused_field(error, body)
                if refused is None and not answer.started and PICTURES not in without:
                    told = has_pictures(request) and refused_pictures(error)
                    refused = PICTURES if told else None
                if refused is None:
                    raise
                without.add(refused)
            if refused == PICTURES:
                yield Remark(_no_pictures(model))
            if refused in CHOSEN_FIELDS:
                yield Progress(f"{model} does not take {refused}; asking without it.")

    def _answer_to(self, request: ModelRequest, model: str, others: tuple[str, ...]) -> Answer:
        return Answer(
            label=self.label,
            provider=self._provider,
            asked=model,
            others=others,
            names=names_on_the_wire(request.tools),
            taken={call.id for message in request.messages for call in message.tool_calls},
            read_error=self._endpoint.error,
        )

    async def _look_whether_it_sees(self, request: ModelRequest) -> None:
        """Before pictures go out for the first time, where a list says who takes them."""
        if self._provider == OPENROUTER and not self._listed and has_pictures(request):
            self._listed = True
            with suppress(ModelError):  # the request itself will say what is wrong
                await self._models()

    @property
    def _others(self) -> tuple[str, ...]:
        """Who may answer in place of the model that is asked."""
        return self.options.fallback_models if self._provider == OPENROUTER else ()

    async def _model(self) -> str:
        if self._default_model is None:
            await self._models()
        if self._default_model is None:
            raise ModelRefusedError(
                f"{self.label} offers no model.",
                hint="Load one there, or give its name.",
                details={"settings": ["model"]},
            )
        return self._default_model

    async def _models(self) -> list[ModelInfo]:
        if self._provider == OPENROUTER and not self._key_checked:
            await self._check_key()
        found = read_models(await self._endpoint.get("/models"), self.label)
        self._known.take(found)
        self._listed = True
        if self._default_model is None and found:
            self._default_model = found[0].id
        return found

    async def _check_key(self) -> None:
        try:
            await self._endpoint.get("/key")
        except ModelRefusedError:
            return  # a server without this page: the key shows with the first question
        self._key_checked = True


def _no_pictures(model: str) -> str:
    return (
        f"{model} cannot see pictures: it was only told their names. Choose another model, then "
        "attach them again."
    )


def openrouter_client(
    api_key: Secret,
    model: str | None = None,
    *,
    clock: Clock,
    options: RequestOptions | None = None,
) -> OpenAICompatibleClient:
    """A client for OpenRouter itself: this key goes nowhere else."""
    return OpenAICompatibleClient(
        base_url=OPENROUTER_URL,
        api_key=api_key,
        provider=OPENROUTER,
        default_model=model,
        clock=clock,
        options=options,
        label="OpenRouter",
    )
