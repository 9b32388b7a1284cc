"""OpenRouter's sign-in: only the right browser ends it, only with a key, and nobody else hears."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import traceback
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.errors import (
    ModelUnreachableError,
    SignInError,
    SignInRefusedError,
    SignInTimeoutError,
    StewardError,
)
from app.integrations.browser_callback import BrowserCallback
from app.integrations.openrouter_sign_in import challenge_of, openrouter_sign_in
from app.redaction import Secret
from tests.standins.openrouter_site import OpenRouterSite, visit


@pytest.fixture
def site() -> Iterator[OpenRouterSite]:
    with OpenRouterSite() as one:
        yield one


def callback_in(address: str) -> str:
    """Where the browser is asked to come back to."""
    return parse_qs(urlsplit(address).query)["callback_url"][0]


async def raw(port: int, request: str) -> bytes:
    """What is answered to these very bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def is_closed(address: str) -> bool:
    """Whether nothing listens there any more: then someone else may."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", urlsplit(address).port or 0))
        except OSError:
            return False
    return True


async def test_the_browser_comes_back_and_the_key_is_there(site: OpenRouterSite) -> None:
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        status, page = await asyncio.to_thread(visit, attempt.address)
        key = await waiting

    assert (status, [key.reveal()]) == (200, site.keys)
    assert "You can close this page" in page
    (asked,) = [json.loads(body) for _, path, body in site.seen if path == "/api/v1/auth/keys"]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_verifier"]) >= 43  # RFC 7636, 4.1


async def test_two_attempts_share_nothing(site: OpenRouterSite) -> None:
    async with openrouter_sign_in(site.url) as one, openrouter_sign_in(site.url) as other:
        for name in ("callback_url", "code_challenge"):
            first, second = (parse_qs(urlsplit(a.address).query)[name] for a in (one, other))
            assert first != second


def test_the_challenge_is_the_one_of_the_standard() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")  # RFC 7636, appendix B

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "request_",
    [
        "GET /signed-in/guessed?code=theirs HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET {path}?code=a&code=b HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET {path}?code=two%20words HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET {path}?code=theirs HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n",
        "GET {path}?code=theirs HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
        "GET {path}?code=theirs HTTP/1.1\r\n\r\n",
        "GET {path}?code=theirs HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil\r\n\r\n",
        "POST {path}?code=theirs HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "GET http://[{path}?code=theirs HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "nonsense\r\n\r\n",
    ],
)
async def test_any_other_request_is_answered_404_and_ends_nothing(
    site: OpenRouterSite, request_: str
) -> None:
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        place = urlsplit(callback_in(attempt.address))
        port = place.port or 0
        answer = await raw(
            port, request_.replace("{path}", place.path).replace("{port}", str(port))
        )

        assert answer.startswith(b"HTTP/1.1 404 ")
        assert not waiting.done()
        await asyncio.to_thread(visit, attempt.address)
        assert (await waiting).reveal() == site.keys[0]


async def test_a_head_without_end_is_cut_off(site: OpenRouterSite) -> None:
    async with openrouter_sign_in(site.url) as attempt:
        port = urlsplit(callback_in(attempt.address)).port or 0
        assert await raw(port, "GET / HTTP/1.1\r\nX: " + "x" * 100_000) == b""


async def test_it_listens_to_one_answer_only(site: OpenRouterSite) -> None:
    async with BrowserCallback() as callback:
        waiting = asyncio.create_task(callback.came_back())
        await asyncio.to_thread(visit, f"{callback.address}?code=first")
        came_back = await waiting

        assert came_back.code == Secret("first")
        assert is_closed(callback.address)


@pytest.mark.parametrize("how", ["done", "cancelled", "timeout", "failed"])
async def test_the_port_is_closed_whatever_happened(site: OpenRouterSite, how: str) -> None:
    seconds = 0.01 if how == "timeout" else 60
    callback = ""
    try:
        async with openrouter_sign_in(site.url, seconds=seconds) as attempt:
            callback = callback_in(attempt.address)
            assert not is_closed(callback)
            waiting = asyncio.create_task(attempt.key())
            if how == "done":
                await asyncio.to_thread(visit, attempt.address)
            if how == "cancelled":
                await asyncio.sleep(0)
                waiting.cancel()
            if how == "failed":
                waiting.cancel()
                int("this is a bug")
            await waiting
    except (ValueError, asyncio.CancelledError, SignInTimeoutError):
        pass

    assert is_closed(callback)


async def test_a_person_who_says_no_is_told_what_is_safe(site: OpenRouterSite) -> None:
    site.refuses_person = True
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        await asyncio.to_thread(visit, attempt.address)
        with pytest.raises(SignInRefusedError) as refused:
            await waiting

    assert "refused in the browser. Nothing was changed." in refused.value.message
    assert "openrouter.ai/keys" in refused.value.hint
    assert "/api/v1/auth/keys" not in site.paths


async def test_a_browser_that_does_not_come_back_is_given_up(site: OpenRouterSite) -> None:
    async with openrouter_sign_in(site.url, seconds=0.05) as attempt:
        with pytest.raises(SignInTimeoutError, match="did not come back"):
            await attempt.key()


async def test_a_code_that_is_too_old_is_refused(site: OpenRouterSite) -> None:
    real = site.now
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        site.before_exchange = lambda: setattr(site, "now", lambda: real() + 601)
        await asyncio.to_thread(visit, attempt.address)
        with pytest.raises(SignInRefusedError, match="too old"):
            await waiting
    assert site.keys == []


async def test_a_code_that_someone_else_got_is_worth_nothing_to_them(site: OpenRouterSite) -> None:
    async with openrouter_sign_in(site.url) as theirs, openrouter_sign_in(site.url) as ours:
        waiting = asyncio.create_task(theirs.key())
        stolen = site.redirect({k: v[0] for k, v in parse_qs(urlsplit(ours.address).query).items()})
        code = urlsplit(stolen).query
        await asyncio.to_thread(visit, f"{callback_in(theirs.address)}?{code}")
        with pytest.raises(SignInRefusedError):
            await waiting
    assert site.keys == []


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((400, b"{}"), SignInError, "does not take this way of signing in (400)"),
        ((403, b"{}"), SignInRefusedError, "refused the sign-in (403)"),
        ((405, b"{}"), SignInError, "does not take this way of signing in (405)"),
        ((429, b"{}"), SignInError, "more sign-ins than it allows"),
        ((500, b"{}"), SignInError, "could not finish the sign-in (500)"),
        ((302, b""), SignInError, "could not finish the sign-in (302)"),
        ((200, b"not JSON"), SignInError, "holds no key"),
        ((200, b"[" * 100_000), SignInError, "holds no key"),
        ((200, b'{"user_id": "user_1"}'), SignInError, "holds no key"),
        ((200, b'{"key": 7}'), SignInError, "holds no key"),
        ((200, b'{"key": "two words"}'), SignInError, "holds no key"),
        ((200, json.dumps({"key": "k" * 2000}).encode()), SignInError, "holds no key"),
    ],
)
async def test_an_answer_that_is_no_key_is_explained(
    site: OpenRouterSite, answer: tuple[int, bytes], kind: type[SignInError], words: str
) -> None:
    site.answer = answer
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        await asyncio.to_thread(visit, attempt.address)
        with pytest.raises(kind) as failed:
            await waiting

    assert type(failed.value) is kind
    assert words in failed.value.message
    assert "Nothing was changed." in failed.value.message
    assert failed.value.hint


async def test_a_service_that_cannot_be_reached_is_told() -> None:
    async with openrouter_sign_in("http://127.0.0.1:9") as attempt:
        waiting = asyncio.create_task(attempt.key())
        await asyncio.to_thread(visit, f"{callback_in(attempt.address)}?code=good")
        with pytest.raises(ModelUnreachableError, match="OpenRouter cannot be reached"):
            await waiting


async def test_a_computer_without_a_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none_left(*_: object, **__: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(asyncio, "start_server", none_left)
    with pytest.raises(SignInError, match="no port can be opened"):
        async with openrouter_sign_in():
            pass


@pytest.mark.parametrize("body", [b'{"key": "KEY"}', b"CODE and VERIFIER", b'{"key": "KEY KEY"}'])
@pytest.mark.parametrize("status", [200, 403, 500])
async def test_verifier_code_and_key_reach_no_log_and_no_error(
    site: OpenRouterSite, caplog: pytest.LogCaptureFixture, status: int, body: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    key = "sk-or-v1-0123456789abcdef0123456789abcdef"
    told: list[str] = []

    def repeat() -> None:
        asked = json.loads(site.seen[-1][2])
        told.extend([asked["code"], asked["code_verifier"], key])
        said = body.replace(b"KEY", key.encode()).replace(b"CODE", asked["code"].encode())
        site.answer = status, said.replace(b"VERIFIER", asked["code_verifier"].encode())

    site.before_exchange = repeat
    shown = ""
    async with openrouter_sign_in(site.url) as attempt:
        waiting = asyncio.create_task(attempt.key())
        await asyncio.to_thread(visit, attempt.address)
        try:
            shown = repr(await waiting)
        except StewardError as error:
            shown = "".join(traceback.format_exception(error)) + repr(error.details)
        shown += repr(vars(attempt))

    assert len(told) == 3
    logged = "\n".join(caplog.messages + [repr(vars(record)) for record in caplog.records])
    for secret in told:
        assert secret not in shown
        assert secret not in logged
