"""A model server on loopback, and clients of it that never really wait."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from app.integrations.openrouter import OpenAICompatibleClient
from app.redaction import Secret
from tests.clocks import FixedClock
from tests.integrations.asking import KEY
from tests.standins.model_server import ModelServer

MakeClient = Callable[..., OpenAICompatibleClient]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """Every wait before a retry, in seconds; none is really waited."""
    return []


@pytest.fixture
async def make_client(server: ModelServer, waits: list[float]) -> AsyncIterator[MakeClient]:
    """Makes clients of the server; anything of theirs can be said otherwise."""
    made: list[OpenAICompatibleClient] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def make(**changes: object) -> OpenAICompatibleClient:
        settings: dict[str, object] = {
            "base_url": server.base_url,
            "api_key": Secret(KEY),
            "provider": "openai-compatible",
            "default_model": "test-model",
            "clock": FixedClock(),
            "sleep": sleep,
            "chance": lambda: 1.0,
            **changes,
        }
        client = OpenAICompatibleClient(**settings)  # type: ignore[arg-type]
        made.append(client)
        return client

    yield make
    for client in made:
        await client.aclose()


@pytest.fixture
def client(make_client: MakeClient) -> OpenAICompatibleClient:
    return make_client()
