"""OpenRouter's sign-in on loopback: pages, codes and keys as its documentation says, no more.

The challenge must fit the verifier, a code is good once and for ten minutes, and a key that was
not given out here is refused.

    with OpenRouterSite() as site:
        page = visit(address)      # what a browser does after the person has allowed it
        assert site.keys           # the key that was given
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

CODE_SECONDS = 600.0


@dataclass(slots=True)
class Code:
    """A code that was given to a browser."""

    challenge: str
    method: str
    given_at: float
    used: bool = False


class OpenRouterSite:
    """Plays openrouter.ai.

    Attributes:
        refuses_person: the person presses "Cancel" on the page.
        refuses_keys: keys given out here are not accepted afterwards.
        answer: an answer (status, body) to the exchange in place of the right one.
        before_exchange: called when a code is to be exchanged, before the answer.
        now: the time, in seconds.
        codes, keys: what was given out.
        seen: every request: method, path without its query, body.
    """

    def __init__(self) -> None:
        self.refuses_person = False
        self.refuses_keys = False
        self.answer: tuple[int, bytes] | None = None
        self.before_exchange: Callable[[], object] = lambda: None
        self.now: Callable[[], float] = time.monotonic
        self.codes: dict[str, Code] = {}
        self.keys: list[str] = []
        self.seen: list[tuple[str, str, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="openrouter-site", daemon=True
        )

    @property
    def url(self) -> str:
        """In place of ``https://openrouter.ai``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for _, path, _ in self.seen]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # -- what it does ------------------------------------------------------------------------

    def redirect(self, asked: dict[str, str]) -> str:
        """Where the page sends the browser. Raises ``ValueError`` for another request."""
        callback = asked["callback_url"]
        place = urlsplit(callback)
        if place.scheme != "https" and place.hostname != "localhost":
            raise ValueError("the callback must be https, or localhost")
        if self.refuses_person:
            return f"{callback}?{urlencode({'error': 'access_denied'})}"
        code = secrets.token_urlsafe(24)
        method = asked.get("code_challenge_method", "plain")
        self.codes[code] = Code(asked["code_challenge"], method, self.now())
        return f"{callback}?{urlencode({'code': code})}"

    def exchange(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to ``POST /api/v1/auth/keys``."""
        self.before_exchange()
        if self.answer is not None:
            return self.answer
        asked = json.loads(body)
        code = self.codes.get(asked["code"])
        if code is None or code.used or self.now() - code.given_at > CODE_SECONDS:
            return _error(403, "Invalid code or code_verifier")
        if asked.get("code_challenge_method") != code.method:
            return _error(400, "Invalid code_challenge_method")
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        fitting = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (fitting if code.method == "S256" else asked["code_verifier"]) != code.challenge:
            return _error(403, "Invalid code or code_verifier")
        code.used = True
        key = f"sk-or-v1-{secrets.token_hex(32)}"
        self.keys.append(key)
        return 200, json.dumps({"key": key, "user_id": "user_1"}).encode()

    def page(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        """Status and body of a page of the API."""
        known = [] if self.refuses_keys else [f"Bearer {key}" for key in self.keys]
        if path == "/api/v1/key" and authorization not in known:
            return _error(401, "No auth credentials found")
        if path == "/api/v1/key":
            return 200, json.dumps({"data": {"label": "Steward"}}).encode()
        if path == "/api/v1/models":
            names = [{"id": f"maker/{name}", "name": name} for name in ("small", "large")]
            return 200, json.dumps({"data": names}).encode()
        return _error(405 if path == "/api/v1/auth/keys" else 404, "no such page")


def _error(status: int, message: str) -> tuple[int, bytes]:
    return status, json.dumps({"error": {"code": status, "message": message}}).encode()


def _handler_for(site: OpenRouterSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            site.seen.append(("GET", place.path, b""))
            if place.path != "/auth":
                self._say(*site.page(place.path, self.headers.get("authorization")))
                return
            try:
                target = site.redirect({k: v[0] for k, v in parse_qs(place.query).items()})
            except (KeyError, ValueError) as error:
                self._say(*_error(400, str(error)))
                return
            self.send_response(302)
            self.send_header("location", target)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            site.seen.append(("POST", self.path, body))
            if self.path == "/api/v1/auth/keys":
                self._say(*site.exchange(body))
            else:
                self._say(*_error(404, "no such page"))

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler


def visit(address: str) -> tuple[int, str]:
    """Open an address as a browser does, redirects and all: status and text of the last page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=10) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
