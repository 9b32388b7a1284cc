"""One model server: its address, its key, its errors. What is asked of it is not known here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from app.domain.errors import ModelError, ModelTimeoutError
from app.domain.skills import Clock
from app.integrations.http import HttpClient, HttpFailureError, HttpResponse
from app.integrations.model_errors import (
    Peer,
    credentials_error,
    error_from_body,
    error_from_failure,
)
from app.integrations.wire import OPENROUTER

_MAX_ERROR: Final = 64 * 1024
_ERROR_WAIT: Final = 30.0
"""Seconds for the body of an error; it is short."""

_MAX_JSON: Final = 16 * 1024 * 1024


class Endpoint:
    """Sends requests to one server and turns every failure into a ``ModelError``.

    Args:
        peer: the server.
        provider: ``openrouter`` adds the headers it knows us by.
        clock: for ``Retry-After`` dates.
        connect_timeout, idle_timeout: seconds.
        stall_timeout: seconds a server may take for something whole, or for the next word of an
            answer, however often it says that it is alive.
    """

    def __init__(
        self,
        peer: Peer,
        *,
        provider: str,
        clock: Clock,
        connect_timeout: float,
        idle_timeout: float,
        stall_timeout: float,
    ) -> None:
        self.peer = peer
        self.stall_timeout = stall_timeout
        self._provider = provider
        self.clock = clock
        self.idle_timeout = idle_timeout
        self._http = HttpClient(
            peer.base_url, connect_timeout=connect_timeout, idle_timeout=idle_timeout
        )

    @asynccontextmanager
    async def request(
        self, method: str, path: str, content: bytes | None = None
    ) -> AsyncIterator[HttpResponse]:
        """Send a request; leaving the block closes the answer.

        Raises:
            ModelError: no answer came, or one of another status than 200.
        """
        url = self.peer.base_url + path
        headers = self._headers(streamed=content is not None)
        try:
            async with self._http.request(
                method, url, headers=headers, content=content
            ) as response:
                if response.status != 200:
                    body = json_or_text(await self._whole(response, _MAX_ERROR, _ERROR_WAIT))
                    raise self.error(body, response)
                yield response
        except HttpFailureError as failure:
            raise self.failure(failure) from failure

    async def get(self, path: str) -> object:
        """The decoded JSON (or text) of a page. Raises ``ModelError``."""
        async with self.request("GET", path) as response:
            return await self.read_json(response)

    async def read_json(self, response: HttpResponse) -> object:
        """An answer's decoded JSON, or its text. Raises ``HttpFailureError``, ``ModelError``."""
        return json_or_text(await self._whole(response, _MAX_JSON, self.stall_timeout))

    def error(self, body: object, response: HttpResponse | None = None) -> ModelError:
        """The error a server reports: with a status, or inside a stream (no ``response``)."""
        return error_from_body(
            self.peer,
            body,
            now=self.clock.now(),
            status=response.status if response else None,
            headers=response.headers if response else None,
        )

    def failure(self, failure: HttpFailureError) -> ModelError:
        """The error for an answer that never came."""
        return error_from_failure(self.peer, failure, idle=self.idle_timeout)

    def stalled(self) -> ModelError:
        """The error for a server that lives, and brings nothing."""
        return ModelTimeoutError(
            f"{self.peer.label} brought no word of the answer for {self.stall_timeout:g} seconds.",
            hint="Ask again, or choose another model.",
            details={"reason": "stalled", "seconds": self.stall_timeout},
            retryable=True,
        )

    async def _whole(self, response: HttpResponse, limit: int, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                return await response.read(limit)
        except TimeoutError:
            raise self.stalled() from None

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def _headers(self, *, streamed: bool) -> dict[str, str]:
        headers = {"accept": "application/json"}
        if streamed:
            # Compressed, pieces may be held back on their way.
            headers = {
                "accept": "text/event-stream",
                "accept-encoding": "identity",
                "content-type": "application/json",
            }
        if self._provider == OPENROUTER:
            headers["x-title"] = "Steward"
        if self.peer.key:
            key = self.peer.key.reveal()
            if not (key.isascii() and key.isprintable()):
                raise credentials_error(
                    self.peer,
                    f"The key for {self.peer.label} has characters that no key has.",
                    details={"status": None},
                )
            headers["authorization"] = f"Bearer {key}"
        return headers


def json_or_text(body: bytes) -> object:
    """Decoded JSON where it is that, else the text."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
