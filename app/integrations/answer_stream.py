"""Reads one answer off the wire, streamed or whole, as the port's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from app.domain.errors import ModelError, ModelRefusedError, ModelStreamError
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
            hint="Check the server's address (STEWARD_LLM_BASE_URL; it usually ends in /v1).",
        )
    if "json" in kind:
        chunk = await endpoint.read_json(response)
        if isinstance(chunk, dict):
            for event in answer.feed_chunk(chunk):
                yield event
            if answer.failed:
                raise answer.failed
    else:
        async with aclosing(_items(response, answer, endpoint)) as items:
            async for item in items:
                for event in _events_of(item, answer):
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
    received = 0
    async with aclosing(response.chunks()) as chunks:
        while True:
            try:
                async with asyncio.timeout(_patience(answer)):
                    data = await anext(chunks, None)
            except (HttpFailureError, TimeoutError) as failure:
                if answer.ended:
                    break
                raise _cut(failure, answer, endpoint) from failure
            if data is None or answer.done:
                break
            received += len(data)
            if received > _MAX_ANSWER:
                raise ModelStreamError(
                    f"{endpoint.peer.label} sent more than {_MAX_ANSWER // 2**20} MiB at once.",
                    hint="Ask again, or choose another model.",
                )
            for item in parser.feed(data):
                yield item
    for item in parser.finish():
        yield item


def _patience(answer: Answer) -> float | None:
    """Seconds to wait for the next bytes; ``None``: the transport's own idle time."""
    if answer.done:
        return _END_WAIT
    return _USAGE_WAIT if answer.ended else None


def _cut(failure: Exception, answer: Answer, endpoint: Endpoint) -> ModelError:
    if isinstance(failure, HttpFailureError) and failure.reason is not FailureReason.SILENT:
        return answer.broken_off(endpoint.peer.clean(failure.message))
    return endpoint.silence()


def _events_of(item: SseItem, answer: Answer) -> list[ModelEvent]:
    match item:
        case SseData(data):
            return answer.feed(data)
        case SseComment(text):
            return [Progress(_sign_of_life(text))]


def _sign_of_life(comment: str) -> str:
    if comment == "OPENROUTER PROCESSING":
        return "OpenRouter is working on it."
    shown = "".join(c for c in comment if c.isprintable())[:_MAX_COMMENT]
    return shown or "The server is working on it."
