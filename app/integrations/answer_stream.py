"""Reads one answer off the wire, streamed or whole, as the port's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from app.domain.errors import ModelError, ModelRefusedError, ModelStreamError
from app.domain.skills import Clock
from app.integrations.answer import Answer
from app.integrations.endpoint import Endpoint
from app.integrations.http import FailureReason, HttpFailureError, HttpResponse
from app.integrations.sse import SseComment, SseData, SseItem, SseParser
from app.orchestrator.llm_client import ModelEvent, Progress

_MAX_ANSWER: Final = 64 * 1024 * 1024
_USAGE_WAIT: Final = 5.0
"""Seconds to wait, once the answer is whole, for what may follow it."""

_END_WAIT: Final = 0.2
"""Seconds to wait, after the last event, for a proper end: then the connection can be kept."""

_MAX_TAIL: Final = 64 * 1024
"""Bytes to pass over on the way to that end."""

_SIGN_SECONDS: Final = 1.0
_MAX_COMMENT: Final = 100


async def read_answer(
    response: HttpResponse, answer: Answer, endpoint: Endpoint
) -> AsyncGenerator[ModelEvent, None]:
    """The events of an answer with status 200; the last is ``Completed``.

    Raises:
        ModelError: the server reported an error, fell silent, or broke off.
    """
    kind = response.headers.get("content-type", "")
    if "html" in kind:
        raise ModelRefusedError(
            f"{endpoint.peer.label} answered with a web page.",
            hint="Check the server's address; it usually ends in /v1.",
            details={"settings": ["llm_base_url"]},
        )
    if "json" in kind:
        chunk = await endpoint.read_json(response)
        if isinstance(chunk, dict):
            for event in answer.feed_chunk(chunk):
                yield event
            if answer.failed:
                raise answer.failed
    else:
        signs = _SignsOfLife(endpoint.clock)
        async with aclosing(_items(response, answer, endpoint)) as items:
            async for item in items:
                for event in _events_of(item, answer, signs):
                    yield event
                if answer.failed:
                    raise answer.failed
    for event in answer.rest():
        yield event
    completed = answer.complete()
    for event in answer.usage():
        yield event
    yield completed


async def _items(
    response: HttpResponse, answer: Answer, endpoint: Endpoint
) -> AsyncGenerator[SseItem, None]:
    parser = SseParser()
    patience = _Patience(answer, endpoint)
    received = tail = 0
    async with aclosing(response.chunks()) as chunks:
        while True:
            try:
                async with asyncio.timeout(patience.seconds()):
                    data = await anext(chunks, None)
            except (HttpFailureError, TimeoutError) as failure:
                if answer.ended:
                    break
                raise _cut(failure, answer, endpoint) from failure
            if data is None:
                break
            received += len(data)
            if answer.done:  # read to its proper end, so that the connection can be kept
                tail += len(data)
                if tail > _MAX_TAIL:
                    break
                continue
            if received > _MAX_ANSWER:
                raise ModelStreamError(
                    f"{endpoint.peer.label} sent more than {_MAX_ANSWER // 2**20} MiB at once.",
                    hint="Ask again, or choose another model.",
                )
            for item in parser.feed(data):
                yield item
    for item in parser.finish():
        yield item


class _Patience:
    """How long the next bytes may take: a sign of life does not make it longer."""

    def __init__(self, answer: Answer, endpoint: Endpoint) -> None:
        self._answer = answer
        self._clock = endpoint.clock
        self._stall = endpoint.stall_timeout
        self._pieces = answer.pieces
        self._since = endpoint.clock.monotonic()
        self._ended: float | None = None
        self._done: float | None = None

    def seconds(self) -> float:
        """Seconds from now, 0 where there are none left."""
        now = self._clock.monotonic()
        if self._answer.done:
            self._done = now if self._done is None else self._done
            return max(0.0, self._done + _END_WAIT - now)
        if self._answer.ended:
            self._ended = now if self._ended is None else self._ended
            return max(0.0, self._ended + _USAGE_WAIT - now)
        if self._answer.pieces != self._pieces:
            self._pieces, self._since = self._answer.pieces, now
        return max(0.0, self._since + self._stall - now)


class _SignsOfLife:
    """Tells of comments, at most one a second: some servers send a hundred."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: float | None = None

    def progress(self, comment: str) -> list[ModelEvent]:
        """What to tell of a comment, if it is time to."""
        now = self._clock.monotonic()
        if self._told is not None and now - self._told < _SIGN_SECONDS:
            return []
        self._told = now
        return [Progress(_sign_of_life(comment))]


def _cut(failure: Exception, answer: Answer, endpoint: Endpoint) -> ModelError:
    if not isinstance(failure, HttpFailureError):
        return endpoint.stalled()
    if failure.reason is FailureReason.SILENT:
        return endpoint.failure(failure)
    return answer.broken_off(endpoint.peer.clean(failure.message))


def _events_of(item: SseItem, answer: Answer, signs: _SignsOfLife) -> list[ModelEvent]:
    match item:
        case SseData(data):
            return answer.feed(data)
        case SseComment(text):
            return signs.progress(text)


def _sign_of_life(comment: str) -> str:
    if comment == "OPENROUTER PROCESSING":
        return "OpenRouter is working on it."
    shown = "".join(c for c in comment if c.isprintable())[:_MAX_COMMENT]
    return shown or "The server is working on it."
