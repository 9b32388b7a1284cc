"""The transport: how patient, how trusting, and how its failures are called."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from app.domain.errors import ModelUnreachableError
from app.integrations.http import FailureReason, HttpClient, HttpFailureError, is_loopback
from app.integrations.model_errors import Peer, error_from_failure
from tests.integrations.asking import fails
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import ModelServer, error_reply


def made(url: str) -> httpx.AsyncClient:
    return HttpClient(url, connect_timeout=10, idle_timeout=60)._make()


def test_ten_seconds_to_connect_and_sixty_of_silence(make_client: MakeClient) -> None:
    timeout = make_client()._endpoint._http._make().timeout

    assert (timeout.connect, timeout.read, timeout.write) == (10, 60, 60)


def test_proxies_are_for_the_internet_and_redirects_for_nobody() -> None:
    local, far = made("http://127.0.0.1:1/v1"), made("https://openrouter.ai/api/v1")

    assert (local.trust_env, far.trust_env) == (False, True)
    assert not local.follow_redirects
    assert not far.follow_redirects


def test_certificates_are_checked_even_where_none_is_expected() -> None:
    for url in ("http://example.org", "https://example.org"):
        context = made(url)._transport._pool._ssl_context  # type: ignore[attr-defined]
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("a.localhost", True), ("10.0.0.1", False), ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_what_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize("url", ["127.0.0.1:1", "file:///etc/passwd", "http://h:0", "http://[::1"])
async def test_what_is_no_address_is_not_asked(url: str) -> None:
    client = HttpClient("http://127.0.0.1", connect_timeout=1, idle_timeout=1)
    with pytest.raises(HttpFailureError) as caught:
        async with client.request("GET", url, headers={}):
            pass

    assert caught.value.reason is FailureReason.INVALID


async def test_a_body_is_read_up_to_its_limit(server: ModelServer) -> None:
    server.models = error_reply(200, b"x" * 10_000).split_at(*range(0, 10_000, 999))
    client = HttpClient(server.base_url, connect_timeout=1, idle_timeout=1)
    async with client.request("GET", f"{server.base_url}/models", headers={}) as response:
        assert await response.read(2500) == b"x" * 2500
    await client.aclose()


def test_a_certificate_that_is_not_to_be_trusted_is_said_to_be_so() -> None:
    peer = Peer("Models", "https://user:pass@models.example/v1", "STEWARD_LLM_API_KEY")
    failure = HttpFailureError(FailureReason.UNTRUSTED, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error = error_from_failure(peer, failure, idle=60)

    assert type(error) is ModelUnreachableError
    assert "certificate of models.example" in error.message
    assert not error.retryable


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:9"), ("HTTPS_PROXY", "proxy:port"),
     ("HTTPS_PROXY", "ftp://me:hunter2@proxy"), ("NO_PROXY", "[::1"),
     ("SSL_CERT_FILE", "/nowhere/at/all.pem")],
)  # fmt: skip
async def test_settings_of_this_computer_that_make_no_sense_are_said_to_be_so(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    error = await fails(make_client(base_url="https://192.0.2.1/v1"), ModelUnreachableError)

    assert "proxy or certificate settings of this computer" in error.message
    assert name in (error.hint or "")
    assert not error.retryable
    assert "hunter2" not in f"{error} {error.details}"


class _Garbled(httpx.AsyncByteStream):
    """An encrypted answer that cannot be read on: its record has been altered on the way."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"data:"
        raise ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]")


async def test_an_encrypted_answer_that_was_altered_on_its_way_is_a_broken_one() -> None:
    client = HttpClient("http://127.0.0.1", connect_timeout=1, idle_timeout=1)
    broken = httpx.MockTransport(lambda _: httpx.Response(200, stream=_Garbled()))
    client._client = httpx.AsyncClient(transport=broken)
    with pytest.raises(HttpFailureError) as caught:
        async with client.request("GET", "http://127.0.0.1/", headers={}) as response:
            await response.read(100)
    await client.aclose()

    assert caught.value.reason is FailureReason.BROKEN
