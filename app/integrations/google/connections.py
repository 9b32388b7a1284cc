"""Connections to Google: each used by one thread at a time, each request sent exactly once."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app.domain.drive import DriveError, DriveSignedOutError
from app.integrations.google.access import SIGN_IN_AGAIN, AccessTokens
from app.integrations.google.failures import Refusal, Unreached, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE: Final = 30.0
"""A connection that was not used for so long may be dead: it is not used again."""

_MOST_IDLE: Final = 4
"""More are closed when they come back."""

_GOOGLE: Final = (".google.com", ".googleapis.com", ".googleusercontent.com")


class Connections:
    """Connections that are open, to be borrowed. Safe to use from several threads.

    Args:
        root_url: where Google is, ending in a slash. The token goes there and to Google only.
        timeout: seconds without a byte, in either direction.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        root_url: str,
        *,
        timeout: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._tokens = tokens
        self._root_url = root_url
        self._timeout = timeout
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._idle: list[tuple[Connection, float]] = []
        self._lent: set[Connection] = set()
        self._closed = False

    @contextmanager
    def borrow(self, *, fresh: bool = False) -> Iterator[Connection]:
        """A connection for this thread; ``fresh``: one that cannot have died since its last use.

        One that failed, or was left in the middle, is closed and not used again.
        """
        connection = self._take(fresh=fresh)
        with self._lock:
            self._lent.add(connection)
        with ExitStack() as broken:
            broken.callback(self._lent.discard, connection)
            broken.callback(connection.close)
            try:
                yield connection
            except (Refusal, DriveError):  # an answer came: it works
                broken.pop_all()
                self._give_back(connection)
                raise
            broken.pop_all()
        self._give_back(connection)

    def cut(self) -> None:
        """Close all, and break off those in use: whoever waits at one is told at once."""
        with self._lock:
            lent = tuple(self._lent)
        self.close()
        for connection in lent:
            connection.cut()

    def close(self) -> None:
        """Close all that are not in use, and the others when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _take(self, *, fresh: bool) -> Connection:
        old: list[Connection] = []
        found: Connection | None = None
        with self._lock:
            now = self._monotonic()
            old = [one for one, since in self._idle if now - since > _IDLE]
            self._idle = [(one, since) for one, since in self._idle if now - since <= _IDLE]
            if self._idle and not fresh:
                found = self._idle.pop()[0]
        for connection in old:
            connection.close()
        return found or Connection(self._tokens, self._root_url, timeout=self._timeout)

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            self._lent.discard(connection)
            if not self._closed and len(self._idle) < _MOST_IDLE:
                self._idle.append((connection, self._monotonic()))
                return
        connection.close()


class Connection:
    """What Google's library sends its requests by: an ``httplib2.Http`` with a token.

    An answer of 400 and more is raised as ``Refusal`` here, so that the library neither logs nor
    quotes it. No request is sent twice, but for one whose token was refused.
    """

    def __init__(self, tokens: AccessTokens, root_url: str, *, timeout: float) -> None:
        import httplib2

        self._tokens = tokens
        self._root = urlsplit(root_url)
        self._http = httplib2.Http(timeout=timeout)
        # 308 is how an upload in pieces says that it wants more.
        self._http.redirect_codes = self._http.redirect_codes - {308}

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_more: object,
    ) -> tuple[Any, bytes]:
        """The library's call. Raises ``Refusal``, ``Unreached`` and ``DriveSignedOutError``."""
        if not self._may_see_the_token(uri):
            raise Unreached("Drive named an address that is not Google's.", may_pass=False)
        token = self._tokens.current(self._post)
        response, content = self._send(uri, method, body, headers, token.reveal())
        if response.status == 401:
            token = self._tokens.replaced(token, self._post)
            response, content = self._send(uri, method, body, headers, token.reveal())
        if response.status == 401:
            raise self._tokens.end(
                DriveSignedOutError(
                    "Google does not accept the sign-in to Drive any more.",
                    hint=SIGN_IN_AGAIN,
                )
            )
        if response.status >= 400:
            raise refusal(response.status, _headers(response), content)
        return response, content

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def cut(self) -> None:
        """From another thread: break off what is under way in it."""
        for one in tuple(self._http.connections.values()):
            if one.sock is not None:
                with suppress(OSError):  # it has ended by itself
                    one.sock.shutdown(socket.SHUT_RDWR)

    def _send(
        self,
        uri: str,
        method: str,
        body: bytes | str | None,
        headers: Mapping[str, str] | None,
        token: str,
    ) -> tuple[Any, bytes]:
        return self._exchange(
            uri, method, body, {**(headers or {}), "authorization": f"Bearer {token}"}
        )

    def _post(self, url: str, form: bytes) -> tuple[int, bytes]:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        response, content = self._exchange(url, "POST", form, kind)
        return response.status, content

    def _exchange(
        self, uri: str, method: str, body: bytes | str | None, headers: Mapping[str, str]
    ) -> tuple[Any, bytes]:
        import httplib2

        from app.integrations.google.wire import connection_type

        try:
            answer: tuple[Any, bytes] = self._http.request(
                uri,
                method=method,
                body=body,
                headers=dict(headers),
                connection_type=connection_type(urlsplit(uri).scheme),
            )
        except ssl.SSLCertVerificationError:
            self._http.close()
            raise Unreached(
                "The connection to Google is not safe: its certificate is not trusted.",
                may_pass=False,
            ) from None
        except httplib2.ServerNotFoundError:
            self._http.close()
            raise Unreached("Google cannot be found: is this computer online?") from None
        except TimeoutError:
            self._http.close()
            raise Unreached("Google did not answer in time.") from None
        except (OSError, http.client.HTTPException, httplib2.HttpLib2Error):
            self._http.close()
            raise Unreached("The connection to Google broke off.") from None
        return answer

    def _may_see_the_token(self, uri: str) -> bool:
        address = urlsplit(uri)
        if (address.scheme, address.netloc) == (self._root.scheme, self._root.netloc):
            return True
        return address.scheme == "https" and f".{address.hostname}".endswith(_GOOGLE)


def _headers(response: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in response.items()}
