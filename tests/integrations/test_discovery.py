"""Model servers on this machine: found quickly, offered only when they are what they seem."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from app.integrations.discovery import LocalServer, find_local_servers
from tests.standins.model_server import (
    Hang,
    ModelServer,
    Reply,
    error_reply,
    json_reply,
    models_reply,
    text_reply,
)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def mute_port() -> Iterator[int]:
    """Accepts a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_a_server_is_found_with_its_models_and_nothing_is_sent_to_it() -> None:
    with ModelServer(models=("llama", "qwen")) as server:
        found = await find_local_servers([server.port])

        assert found == [LocalServer("Model server", server.base_url, ("llama", "qwen"))]
        [asked] = server.lookups
        assert (asked.method, asked.path, asked.body) == ("GET", "/v1/models", b"")
        assert "authorization" not in asked.headers
        assert server.requests == []


async def test_servers_are_found_in_the_ports_order(closed_port: int) -> None:
    with ModelServer() as one, ModelServer() as two:
        found = await find_local_servers([two.port, closed_port, one.port])

    assert [server.base_url for server in found] == [two.base_url, one.base_url]


async def test_closed_ports_cost_next_to_nothing(closed_port: int) -> None:
    started = time.perf_counter()

    assert await find_local_servers([closed_port] * 3) == []
    assert time.perf_counter() - started < 5


async def test_silent_ports_are_waited_for_at_once_and_half_a_second(mute_port: int) -> None:
    with ModelServer(models=Reply(before=(Hang(),))) as server:
        await find_local_servers([server.port])  # httpx is loaded now
        started = time.perf_counter()

        assert await find_local_servers([mute_port, server.port, mute_port]) == []
        assert time.perf_counter() - started < 5


async def test_a_list_that_comes_too_slowly_does_not_count() -> None:
    slow = models_reply("llama").bytewise().slowly(0.05)
    with ModelServer(models=slow) as server:
        assert await find_local_servers([server.port]) == []


@pytest.mark.parametrize(
    "answer",
    [
        json_reply({"object": "list", "data": []}),
        json_reply({"object": "list", "data": None}),
        json_reply({"object": "list"}),
        json_reply({"data": [{"id": "a"}]}),
        json_reply({"object": "list", "data": [{"id": "a"}, {"id": 7}]}),
        json_reply({"object": "list", "data": [{"id": "a"}, "b"]}),
        json_reply({"object": "list", "data": [{"id": "a\x1b[31m"}]}),
        json_reply({"object": "list", "data": [{"id": "a" * 301}]}),
        json_reply([{"id": "a"}]),
        text_reply("Hello"),
        error_reply(200, "<html>Jenkins</html>"),
        error_reply(200, b"\xff\xfe"),
        error_reply(200, "[" * 100_000),
        error_reply(302, headers={"location": "http://127.0.0.1:1/v1/models"}),
        error_reply(401, {"object": "list", "data": [{"id": "a"}]}),
        error_reply(500),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:40]!r}",
)
async def test_only_a_well_formed_list_counts(answer: Reply) -> None:
    with ModelServer(models=answer) as server:
        assert await find_local_servers([server.port]) == []


async def test_what_speaks_no_http_does_not_count() -> None:
    with ModelServer() as server:
        server.raw = b"SSH-2.0-OpenSSH_9.2\r\n"
        assert await find_local_servers([server.port]) == []


@pytest.mark.qt_loop
async def test_it_works_on_qts_loop(closed_port: int) -> None:
    with ModelServer() as server:
        found = await find_local_servers([closed_port, server.port])

    assert [one.base_url for one in found] == [server.base_url]
