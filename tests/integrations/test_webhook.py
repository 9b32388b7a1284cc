"""Telegram's webhook over real sockets: who gets in, what is kept first, and what is answered."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.domain.errors import ConfigurationError, StorageError
from app.integrations import webhook
from app.integrations.webhook import MOST_BYTES, SECRET_HEADER, Health, webhook_app
from app.integrations.webhook_server import WebhookServer
from app.redaction import Secret

SECRET = "hook-5f4dcc3b5aa765d61d8327deb882cf99"
RIGHT = {SECRET_HEADER: SECRET}
UPDATE = {"update_id": 7, "message": {"text": "hello"}}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@dataclass
class Place:
    """A webhook that is served, what it has kept, and a way to ask it."""

    port: int = field(default_factory=free_port)
    kept: list[Mapping[str, object]] = field(default_factory=list)
    hangs: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    failure: StorageError | None = None
    health: Health = field(default_factory=lambda: Health(True, {"channels": {}}))
    client: httpx.AsyncClient = field(init=False)

    async def take_in(self, update: Mapping[str, object]) -> bool:
        self.asked.set()
        await asyncio.sleep(3600 if self.hangs else 0)
        if self.failure is not None:
            raise self.failure
        if "update_id" in update:
            self.kept.append(update)
        return "update_id" in update

    async def how(self) -> Health:
        return self.health

    async def post(self, content: Any, **headers: str) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return await self.client.post("/telegram", content=body, headers={**RIGHT, **headers})


@asynccontextmanager
async def served(place: Place) -> AsyncIterator[Place]:
    server = WebhookServer(place.port)
    ready = asyncio.Event()
    app = webhook_app(Secret(SECRET), place.take_in, place.how)
    running = asyncio.create_task(server.run(app, ready.set))
    try:
        await asyncio.wait_for(ready.wait(), 10)
        async with httpx.AsyncClient(base_url=server.address, trust_env=False) as place.client:
            yield place
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with served(Place()) as place:
        yield place


@pytest.mark.parametrize("path", ["/telegram", "/"])
async def test_an_update_with_the_secret_is_kept_before_it_is_acknowledged(
    place: Place, path: str
) -> None:
    answer = await place.client.post(path, json=UPDATE, headers=RIGHT)

    assert (answer.status_code, answer.content) == (200, b"")
    assert place.kept == [UPDATE]


async def test_without_the_very_secret_nothing_is_looked_at(place: Place) -> None:
    wrong = ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), f"Bearer {SECRET}", "\xff" * 37]
    for headers in ({}, *({SECRET_HEADER.encode(): one.encode("latin-1")} for one in wrong)):
        for content in (json.dumps(UPDATE).encode(), b"{", b"x" * (MOST_BYTES + 1)):
            answer = await place.client.post("/telegram", content=content, headers=headers)
            assert answer.status_code == 401, headers
            assert SECRET not in answer.text
    assert place.kept == []


async def test_the_secret_is_compared_in_constant_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    await place.post(UPDATE)
    await place.client.post("/telegram", json=UPDATE)

    assert compared == [(SECRET.encode(), SECRET.encode()), (b"", SECRET.encode())]


async def test_what_is_no_update_is_acknowledged_so_that_it_holds_up_nothing(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = [
        b"", b"{", b"[]", b"null", b'"update"', b"{}", b'{"message": {}}',
        b'{"update_id": ' + b"9" * 5000 + b"}", b"\xff\xfe\x00", b"[" * 100_000,
    ]  # fmt: skip
    with caplog.at_level("WARNING"):
        for body in bodies:
            assert (await place.post(body)).status_code == 200, body[:40]
    assert place.kept == []
    assert caplog.text.count("update not understood") == len(bodies)


async def test_an_update_that_cannot_be_kept_comes_again(place: Place) -> None:
    place.failure = StorageError("The disk is full.")
    assert (await place.post(UPDATE)).status_code == 503
    place.failure = None
    assert (await place.post(UPDATE)).status_code == 200
    assert place.kept == [UPDATE]


async def test_a_body_beyond_the_bound_is_not_read(place: Place) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * (MOST_BYTES // 16)

    assert (await place.post(b" " * (MOST_BYTES + 1))).status_code == 413
    told = await place.client.post("/telegram", content=pieces(), headers=RIGHT)
    assert told.status_code == 413
    largest = json.dumps({**UPDATE, "x": ""}).encode()
    largest += b" " * (MOST_BYTES - len(largest))
    assert (await place.post(largest)).status_code == 200


async def test_a_body_that_does_not_come_is_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    head = f"POST / HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 9\r\n\r\n"
    writer.write(head.encode())
    assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == b"408"
    writer.close()


async def test_only_the_two_paths_and_the_health_are_there_and_nothing_says_what_serves_them(
    place: Place,
) -> None:
    answers = [
        await place.client.request(method, path, headers=RIGHT)
        for method, path in (
            ("GET", "/docs"), ("GET", "/openapi.json"), ("POST", "/other"), ("GET", "/telegram"),
            ("PUT", "/"), ("POST", "/health"), ("GET", "/health"),
        )
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [404, 404, 404, 405, 405, 405, 200]
    for one in answers:
        said = f"{one.headers} {one.text}".casefold()
        assert "server" not in one.headers
        assert "uvicorn" not in said
        assert "starlette" not in said
        assert SECRET not in said


async def test_the_health_says_what_is_so(place: Place) -> None:
    well = await place.client.get("/health")
    place.health = Health(False, {"channels": {"telegram": {"state": "offline"}}})
    unwell = await place.client.get("/health")

    assert (well.status_code, well.json()["status"]) == (200, "ok")
    assert (unwell.status_code, unwell.json()["status"]) == (503, "unwell")
    assert unwell.json()["channels"] == {"telegram": {"state": "offline"}}


async def test_many_updates_at_once_are_each_kept(place: Place) -> None:
    answers = await asyncio.gather(*(place.post({**UPDATE, "update_id": n}) for n in range(60)))

    assert {one.status_code for one in answers} == {200}
    assert sorted(int(str(one["update_id"])) for one in place.kept) == list(range(60))


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"{port}.*another program uses it") as found:
            WebhookServer(port)
    assert found.value.settings == ("webhook_port",)


async def test_it_is_over_soon_although_a_request_hangs_and_can_be_served_again() -> None:
    place = Place(hangs=True)
    started = asyncio.get_running_loop().time()
    async with served(place):
        asking = asyncio.create_task(place.post(UPDATE))
        await asyncio.wait_for(place.asked.wait(), 10)
    asking.cancel()
    await asyncio.wait([asking])
    assert asyncio.get_running_loop().time() - started < 3
    async with served(Place(port=place.port)) as again:
        assert (await again.post(UPDATE)).status_code == 200
