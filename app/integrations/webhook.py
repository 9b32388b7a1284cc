"""Telegram's webhook: takes updates that Telegram sends, and says how Steward stands.

Never answers 200 before an update is on disk, and never looks at one that lacks the secret token.
Source of Telegram's part: core.telegram.org/bots/api#setwebhook, core.telegram.org/bots/webhooks.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.domain.errors import StewardError
from app.redaction import Secret

logger = logging.getLogger(__name__)

PATHS: Final = ("/telegram", "/")
HEALTH: Final = "/health"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name
SECRET_FORM: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as ``secret_token``."""
MOST_BYTES: Final = 1024 * 1024
"""An update is a few kilobytes: its files are only named in it."""
_HEARD_OUT: Final = 16 * MOST_BYTES
"""Who is cut off in the middle of a body does not hear why."""
BODY_SECONDS: Final = 10.0
"""So long a body may take; Telegram sends it at once."""

TakeIn = Callable[[Mapping[str, object]], Awaitable[bool]]
"""Keeps an update, on disk on return; whether it is one. Raises ``StewardError``."""


@dataclass(frozen=True, slots=True)
class Health:
    """How Steward stands, for whoever watches the server; ``details`` hold no secret."""

    well: bool
    details: Mapping[str, object]


def webhook_app(
    secret: Secret, take_in: TakeIn, health: Callable[[], Awaitable[Health]]
) -> Starlette:
    """The ASGI application. Every request to it is foreign until it carries ``secret``."""
    hook = _Hook(secret, take_in)

    async def tell_health(_request: Request) -> Response:
        found = await health()
        status = "ok" if found.well else "unwell"
        return JSONResponse(
            {"status": status, **found.details},
            status_code=200 if found.well else 503,
            headers={"Cache-Control": "no-store"},
        )

    return Starlette(
        routes=[
            *(Route(path, hook.receive, methods=["POST"]) for path in PATHS),
            Route(HEALTH, tell_health, methods=["GET"]),
        ]
    )


class _Hook:
    def __init__(self, secret: Secret, take_in: TakeIn) -> None:
        self._secret = secret.reveal().encode()
        self._take_in = take_in

    async def receive(self, request: Request) -> Response:
        """One update: kept, then acknowledged. What is not 2xx, Telegram sends again."""
        if not self._is_telegram(request):
            return PlainTextResponse("Unauthorized", 401)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("Request Timeout", 408, headers={"Connection": "close"})
        except ClientDisconnect:  # nobody is left to be answered
            return Response(status_code=400)
        if body is None:
            return PlainTextResponse("Content Too Large", 413, headers={"Connection": "close"})
        try:
            update = _object(body)
            if update is None or not await self._take_in(update):
                # It would not be understood the next time either, and hold up those behind it.
                logger.warning("update not understood", extra={"bytes": len(body)})
        except StewardError as error:
            logger.warning("update not kept", extra={"kind": error.kind})
            return PlainTextResponse("Service Unavailable", 503, headers={"Retry-After": "5"})
        return Response(status_code=200)

    def _is_telegram(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER)
        # As bytes: `compare_digest` takes no text beyond ASCII. Absent is wrong, in the same time.
        told = b"" if given is None else given.encode("latin-1", "replace")
        return hmac.compare_digest(told, self._secret)


async def _body(request: Request) -> bytes | None:
    """The body; ``None`` where it is too large: then it is heard out for a while, not kept."""
    body = bytearray()
    heard = 0
    async for piece in request.stream():
        heard += len(piece)
        if heard <= MOST_BYTES:
            body += piece
        elif heard > _HEARD_OUT:
            break
    return bytes(body) if heard <= MOST_BYTES else None


def _object(body: bytes) -> dict[str, object] | None:
    """The JSON object that it is; ``None`` for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
