"""Requests to the Bot API. Its addresses hold the token: none of them may be told to anybody.

No error of a lower layer is chained to ours: those carry the request, and with it the address.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApiError,
    BotRequestError,
    BotTokenError,
    BotUnreachableError,
)
from app.integrations.http import FailureReason, HttpClient, HttpFailureError
from app.integrations.telegram.answers import result_of
from app.integrations.telegram.multipart import Upload, encoded
from app.redaction import Secret

ROOT: Final = "https://api.telegram.org"
CONNECT_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 30.0
POLL_GRACE_SECONDS: Final = 10.0
SLOWEST_UPLOAD: Final = 50_000
"""Bytes a second."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of an answer. The server cuts a list of updates at 4 MiB (Client.cpp, ``JsonUpdates``)."""

_LOGGERS: Final = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_TELLING: Final = frozenset({"getMe", "getUpdates"})
"""What every Bot API has: of these, 404 tells of the token. Of others it may be that they are not
there."""
_NOT_LEFT: Final = frozenset(
    {
        FailureReason.UNREACHABLE,
        FailureReason.UNTRUSTED,
        FailureReason.INVALID,
        FailureReason.ENVIRONMENT,
    }
)
_HINTS: Final[Mapping[FailureReason, str]] = {
    FailureReason.UNTRUSTED: "Its certificate is not trusted: check the clock and the proxy.",
    FailureReason.INVALID: "Check telegram_api_url.",
}


class Transport:
    """One bot's requests. Belongs to the loop that uses it first."""

    def __init__(self, token: Secret, root: str | None = None) -> None:
        self._root = (root or ROOT).rstrip("/")
        self._token = token
        self._http = HttpClient(
            self._root, connect_timeout=CONNECT_SECONDS, idle_timeout=IDLE_SECONDS
        )
        self._guard = _TokenGuard(token)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._guard)

    async def aclose(self) -> None:
        """Close the connections."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._guard)
        await self._http.aclose()

    async def call(
        self,
        method: str,
        parameters: Mapping[str, object],
        *,
        upload: Upload | None = None,
        waits: float = 0.0,
    ) -> Any:
        """The result of a method. Raises ``BotApiError`` and kin.

        ``waits``: seconds that the service may hold its answer back.
        """
        if upload is None:
            kind, body = "application/json", json.dumps(dict(parameters)).encode()
            idle = waits + POLL_GRACE_SECONDS if waits else IDLE_SECONDS
        else:
            kind, body = encoded({k: _as_field(v) for k, v in parameters.items()}, upload)
            idle = IDLE_SECONDS + len(body) / SLOWEST_UPLOAD
        answer = await self._ask("POST", f"bot{self._name}/{method}", kind, body, idle)
        try:
            return self._result(*answer)
        except BotTokenError as error:
            if answer[0] != 404 or method in _TELLING:
                raise
            failed = BotRequestError(f"This Bot API has no {method}.", error.message)
        raise failed

    async def download(self, path: str, most: int) -> bytes:
        """The bytes of a file by its path (getFile). Raises ``BotApiError`` and kin."""
        address = f"file/bot{self._name}/{quote(path.lstrip('/'))}"
        status, body, headers = await self._ask("GET", address, "", None, IDLE_SECONDS, most)
        if status != 200:
            self._result(status, body, headers)
            raise BotAmbiguousError(f"Telegram gave no file (status {status}).")
        if len(body) > most:
            raise BotRequestError("The file is too large for Telegram's bots.", "file is too big")
        return body

    # -- inside ----------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return quote(self._token.reveal(), safe=":")

    async def _ask(
        self,
        verb: str,
        address: str,
        kind: str,
        content: bytes | None,
        idle: float,
        most: int = MOST_BYTES,
    ) -> tuple[int, bytes, Mapping[str, str]]:
        headers = {"content-type": kind} if kind else {}
        try:
            async with self._http.request(
                verb,
                f"{self._root}/{address}",
                headers=headers,
                content=content,
                idle_timeout=idle,
            ) as response:
                body = await response.read(most + 1)
                return response.status, body, response.headers
        except HttpFailureError as error:
            failed = self._failure(error)
        # Out here, so that what failed below is not the context of what is raised.
        raise failed

    def _failure(self, error: HttpFailureError) -> BotApiError:
        words = self._guard.without_token(error.message)
        if error.reason in _NOT_LEFT:
            return BotUnreachableError(
                f"Telegram is not reached ({words}).", hint=_HINTS.get(error.reason, "")
            )
        return BotAmbiguousError(f"Telegram gave no whole answer ({words}).")

    def _result(self, status: int, body: bytes, headers: Mapping[str, str]) -> Any:
        return result_of(status, body, headers, safe=self._guard.without_token)


def _as_field(value: object) -> str:
    """A parameter in a form: JSON, but for a text (core.telegram.org/bots/api#making-requests)."""
    return value if isinstance(value, str) else json.dumps(value)


class _TokenGuard(logging.Filter):
    """Keeps the token out of what the libraries below log, at any level."""

    def __init__(self, token: Secret) -> None:
        super().__init__()
        self._forms = tuple(
            form for form in (token.reveal(), quote(token.reveal(), safe=":")) if form
        )

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record may be logged."""
        words = record.getMessage()
        return not any(form in words for form in self._forms)

    def without_token(self, text: str) -> str:
        """``text``, with stars where the token is."""
        for form in self._forms:
            text = text.replace(form, "***")
        return text
