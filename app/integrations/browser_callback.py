"""Waits on loopback for the browser to come back from a sign-in, with a code for us alone.

It answers one address that nobody can guess, once; everything else is answered 404 and ends
nothing. The code never reaches a log or an error.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from app.redaction import Secret

_HOST: Final = "127.0.0.1"
_MAX_HEAD: Final = 16 * 1024
_REQUEST_SECONDS: Final = 10.0
_LONGEST_CODE: Final = 4096

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Steward</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; \
padding: 0 1rem }</style>
<h1>You can close this page</h1>
<p>Steward goes on where you started the sign-in, and says there what came of it.</p>
"""


@dataclass(frozen=True, slots=True)
class CameBack:
    """What the browser brought: a code, or the word for why there is none."""

    code: Secret | None = field(default=None, repr=False)
    refusal: str = ""


class BrowserCallback:
    """Listens on a free port of 127.0.0.1 within its context. Owned by the loop's thread.

    Args:
        state: what the browser has to bring along, where the service gives that back; one that
            brings another, or none, is not the one that is waited for.
        name: what the service knows this computer by.

    Attributes:
        address: where the browser is to come back to; its path cannot be guessed.
    """

    def __init__(self, *, state: Secret | None = None, name: str = "localhost") -> None:
        self.address = ""
        self._state = state
        self._name = name
        self._path = f"/signed-in/{secrets.token_urlsafe(32)}"
        self._hosts: frozenset[str] = frozenset()
        self._server: asyncio.Server | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._over = False
        self._came_back: asyncio.Future[CameBack] | None = None

    async def __aenter__(self) -> Self:
        """Listen. Raises ``OSError`` where no port can be had."""
        self._came_back = asyncio.get_running_loop().create_future()
        self._server = await asyncio.start_server(self._accept, _HOST, 0, limit=_MAX_HEAD)
        port = self._server.sockets[0].getsockname()[1]
        # Services know "localhost" as the person's own computer; browsers try 127.0.0.1 for it.
        self.address = f"http://{self._name}:{port}{self._path}"
        self._hosts = frozenset({f"localhost:{port}", f"{_HOST}:{port}"})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over = True
        self._listen_no_more()
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        if self._came_back is not None:
            self._came_back.cancel()

    async def came_back(self) -> CameBack:
        """Wait for the browser. Nothing is listened for afterwards."""
        assert self._came_back is not None, "it does not listen yet"
        try:
            return await asyncio.shield(self._came_back)
        finally:
            self._listen_no_more()

    # -- inside ----------------------------------------------------------------------------

    def _listen_no_more(self) -> None:
        if self._server is not None:
            self._server.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._over:  # it was accepted just before the port was closed
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(
            self._answer(reader, writer), name="answer the browser"
        )
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found: CameBack | None = None
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                found = self._read(await reader.readuntil(b"\r\n\r\n"))
                writer.write(_reply(200, _PAGE) if found else _reply(404, ""))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # no browser of ours, or one that left; a timeout is an OSError
        finally:
            writer.transport.abort()
            # Also where the page was not read to its end: the code is here.
            if found is not None and self._came_back is not None and not self._came_back.done():
                self._came_back.set_result(found)

    def _read(self, head: bytes) -> CameBack | None:
        """What a request brings; ``None`` for one that is not the browser's we wait for."""
        if self._came_back is None or self._came_back.done():
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = first.partition(" ")
        target, _, version = rest.partition(" ")
        hosts = [line[5:].strip() for line in lines if line[:5].lower() == "host:"]
        if method != "GET" or not version.startswith("HTTP/1.") or len(hosts) != 1:
            return None
        # Another name for this address is a page that points its own name at us.
        if hosts[0].lower() not in self._hosts:
            return None
        try:
            asked = urlsplit(target)
            brought = parse_qs(asked.query, max_num_fields=20)
        except ValueError:
            return None
        if not hmac.compare_digest(asked.path.encode(), self._path.encode()):
            return None
        if self._state is not None and not _is_one(brought.get("state"), self._state):
            return None
        return _brought(brought)


def _brought(brought: dict[str, list[str]]) -> CameBack | None:
    match brought:
        case {"code": [code]} if len(code) <= _LONGEST_CODE and _is_plain(code):
            return CameBack(code=Secret(code))
        case {"error": [word, *_]}:
            return CameBack(refusal=word)
    return None


def _is_one(values: list[str] | None, wanted: Secret) -> bool:
    return values is not None and len(values) == 1 and Secret(values[0]) == wanted


def _is_plain(code: str) -> bool:
    return code.isascii() and code.isprintable() and " " not in code


def _reply(status: int, page: str) -> bytes:
    body = page.encode()
    phrase = {200: "OK", 404: "Not Found"}[status]
    head = (
        f"HTTP/1.1 {status} {phrase}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        # The address holds the code: nothing keeps it, and no other page is told of it.
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
        "Connection: close",
    )
    return "\r\n".join([*head, "", ""]).encode() + body
