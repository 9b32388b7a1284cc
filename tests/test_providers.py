"""The settings choose a model's client: what it is told, and whom a key goes to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.config import Settings
from app.integrations.openrouter import OPENROUTER_URL, OpenAICompatibleClient
from app.orchestrator.guarded_model import unguarded
from app.providers import chosen, client_for
from app.redaction import Secret
from tests.clocks import FixedClock
from tests.integrations.asking import ask, request
from tests.standins.model_server import ModelServer, text_reply

KEY = Secret("sk-server-0123456789abcdef")
OTHER = Secret("sk-or-0123456789abcdef")


def settings(base_url: str | None = "http://127.0.0.1:9/v1", **more: object) -> Settings:
    known = Settings(home=Path("/nowhere"), llm_base_url=base_url, llm_api_key=KEY)
    return dataclasses.replace(known, openrouter_api_key=OTHER, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/v1/",
        "http://127.0.0.1:9/api",
        "HTTP://127.0.0.1:9/v1",
        " http://127.0.0.1:9/v1",
        None,
    ],
)
def test_a_key_stays_with_its_server_however_the_address_is_written(address: str | None) -> None:
    wanted, _ = chosen(settings(), "openai-compatible", address, None, None)

    assert wanted.llm_api_key is KEY


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:90/v1",
        "https://127.0.0.1:9/v1",
        "http://127.0.0.1.evil.example:9/v1",
        "http://127.0.0.1:9@evil.example/v1",
        OPENROUTER_URL,
    ],
)
def test_another_server_starts_without_a_key(address: str) -> None:
    wanted, _ = chosen(settings(), "openai-compatible", address, None, None)

    assert wanted.llm_base_url == address
    assert wanted.llm_api_key is None


async def test_each_client_is_given_its_own_key_and_no_other() -> None:
    """OpenRouter's never reaches a server of the person's, nor theirs OpenRouter."""
    with ModelServer() as server:
        for provider, key in (("openai-compatible", KEY), ("openai-compatible", None)):
            server.script([text_reply("Hi")])
            known = settings(server.base_url, provider=provider, llm_api_key=key, model="m")
            client = client_for(known, FixedClock())
            assert isinstance(client, OpenAICompatibleClient)
            await ask(client)
            await client.aclose()
        sent = [one.headers.get("authorization") for one in server.requests]
    router = client_for(settings(provider="openrouter"), FixedClock())
    assert isinstance(router, OpenAICompatibleClient)

    assert sent == [f"Bearer {KEY.reveal()}", None]
    assert (router.base_url, router.label) == (OPENROUTER_URL, "OpenRouter")
    await router.aclose()


async def test_a_changed_setting_goes_with_the_next_request() -> None:
    with ModelServer() as server:
        server.script([text_reply("Hi")] * 2)
        assembly = await Assembly.open(
            provider="openai-compatible", llm_base_url=server.base_url, model="m"
        )
        try:
            for effort in ("low", "high"):
                assembly.running_settings.change("reasoning_effort", effort)
                client = unguarded(assembly.llm)
                assert isinstance(client, OpenAICompatibleClient)
                await ask(client, request())
        finally:
            await assembly.close()

        assert [one.json["reasoning_effort"] for one in server.requests] == ["low", "high"]
