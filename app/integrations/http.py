"""The one transport module: every request of ours leaves through here, and only httpx is behind it.

httpx and its TLS context take up to half a second to load, so both are made at the first
request, in a worker thread. Redirects are never followed: a key goes to the host it is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import ipaddress
import ssl
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.domain.errors import StewardError

if TYPE_CHECKING:
    import httpx

USER_AGENT: Final = "Steward"


class FailureReason(StrEnum):
    """What went wrong below HTTP."""

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    SILENT = "silent"
    BROKEN = "broken"
    INVALID = "invalid"
    ENVIRONMENT = "environment"


class HttpFailureError(StewardError):
    """No whole answer came. Adapters turn it into their own errors.

    Attributes:
        reason: ``unreachable`` (no connection), ``untrusted`` (its certificate), ``silent``
            (nothing within the idle time), ``broken`` (cut or not HTTP), ``invalid`` (the
            request cannot be sent), ``environment`` (what this computer says of proxies or
            certificates makes no sense).
    """

    kind = "http_failure"

    def __init__(self, reason: FailureReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class HttpResponse:
    """An answer whose body is still arriving.

    Attributes:
        status: HTTP status.
        headers: names in lower case.
    """

    def __init__(self, response: httpx.Response) -> None:
        # Kept here until the answer is closed: collected earlier, httpx's generators would try
        # to close the connection from inside the collector, which no loop can wait for.
        self._bytes = response.aiter_bytes()
        self.status = response.status_code
        self.headers: Mapping[str, str] = {k.lower(): v for k, v in response.headers.items()}

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body's bytes as they arrive. Raises ``HttpFailureError``."""
        with _translated():
            async for chunk in self._bytes:
                yield chunk

    async def read(self, limit: int) -> bytes:
        """The body, cut off after ``limit`` bytes. Raises ``HttpFailureError``."""
        body = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) >= limit:
                    break
        return bytes(body[:limit])


class HttpClient:
    """Connections to one server. Owned by the loop's thread.

    Args:
        base_url: says whether TLS and the system's proxy are needed; requests name whole URLs.
        connect_timeout: seconds to make a connection.
        idle_timeout: seconds without one byte, in either direction.
    """

    def __init__(self, base_url: str, *, connect_timeout: float, idle_timeout: float) -> None:
        self._base_url = base_url
        self._connect_timeout = connect_timeout
        self._idle_timeout = idle_timeout
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        idle_timeout: float | None = None,
    ) -> AsyncIterator[HttpResponse]:
        """Send a request; leaving the block closes the answer, and its connection if unfinished.

        ``idle_timeout``: of this request, in place of the client's.

        Raises:
            HttpFailureError: no answer came. A status of 400 and more is an answer.
        """
        if not _makes_sense(url):
            raise HttpFailureError(FailureReason.INVALID, "not an http address")
        client = await self._ready()
        with _translated():
            async with client.stream(
                method,
                _parsed(url),
                headers=dict(headers),
                content=content,
                timeout=self._timeout(idle_timeout or self._idle_timeout),
            ) as found:
                response = HttpResponse(found)
                yield response

    async def aclose(self) -> None:
        """Close all connections. The next request would open new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def prepare(self) -> None:
        """Load what the first request needs, without making a connection."""
        await self._ready()

    async def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            async with self._making:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._make)
        return self._client

    def _timeout(self, idle: float) -> httpx.Timeout:
        import httpx

        return httpx.Timeout(idle, connect=self._connect_timeout)

    def _make(self) -> httpx.AsyncClient:
        import httpx

        try:
            return self._made()
        # Variables such as HTTPS_PROXY and SSL_CERT_FILE are read here: an address that is none,
        # a file that is not there, a kind of proxy whose package is not installed.
        except (httpx.InvalidURL, ValueError, OSError, ImportError) as error:
            # An address may hold a password: its words are left out.
            told = isinstance(error, OSError | ImportError)
            cause = _words(error) if told else type(error).__name__
            raise HttpFailureError(FailureReason.ENVIRONMENT, cause) from None

    def _made(self) -> httpx.AsyncClient:
        import httpx

        # anyio loads its backend at the first connection; here that holds up no frame.
        with contextlib.suppress(ImportError):
            importlib.import_module("anyio._backends._asyncio")
        # WORKAROUND: httpcore 1.0 (_synchronization.py) imports sniffio at each lock, and anyio no
        # longer brings it. A failing search of the whole path takes long; ``None`` fails at once.
        if importlib.util.find_spec("sniffio") is None:
            sys.modules["sniffio"] = None  # type: ignore[assignment]
        address = urlsplit(self._base_url)
        # Reading all certificates takes 0.2 s. A plain connection never asks for one; an empty
        # context would refuse any server, so this cannot weaken a connection that does.
        verify = True if address.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.AsyncClient(
            verify=verify,
            timeout=self._timeout(self._idle_timeout),
            follow_redirects=False,
            # A proxy of the system's is for the internet, not for this machine.
            trust_env=not is_loopback(address.hostname or ""),
            headers={"user-agent": USER_AGENT},
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@lru_cache(maxsize=32)  # a client asks for the same few addresses again and again
def _parsed(url: str) -> httpx.URL:
    import httpx

    return httpx.URL(url)


def _makes_sense(url: str) -> bool:
    try:
        address = urlsplit(url)
        # Reading the port checks it: anyio would fail on 99999 with an error of no kind.
        return address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        return False


@contextmanager
def _translated() -> Iterator[None]:
    import httpx

    try:
        yield
    except ssl.SSLError as error:  # in the middle of an answer: httpcore passes it on as it is
        raise HttpFailureError(FailureReason.BROKEN, _words(error)) from error
    except httpx.ConnectError as error:
        tls = "CERTIFICATE_VERIFY_FAILED" in str(error)
        reason = FailureReason.UNTRUSTED if tls else FailureReason.UNREACHABLE
        raise HttpFailureError(reason, _words(error)) from error
    except (httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise HttpFailureError(FailureReason.UNREACHABLE, _words(error)) from error
    except httpx.TimeoutException as error:
        raise HttpFailureError(FailureReason.SILENT, _words(error)) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        # Without its words: they may quote a header.
        raise HttpFailureError(FailureReason.INVALID, type(error).__name__) from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise HttpFailureError(FailureReason.BROKEN, _words(error)) from error


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
