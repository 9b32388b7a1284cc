"""Requests to a model's server: what is sent, to whom, and what becomes of the connection."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from app.domain.errors import (
    ModelCredentialsError,
    ModelError,
    ModelMissingError,
    ModelRefusedError,
)
from app.integrations.openrouter import (
    OPENROUTER_URL,
    OpenAICompatibleClient,
    openrouter_client,
)
from app.orchestrator.llm_client import LLMClient, ModelInfo, ModelPrice, TextDelta
from app.redaction import Secret
from tests.clocks import FixedClock
from tests.integrations.asking import KEY, ask, fails, request
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import (
    Gate,
    Hang,
    ModelServer,
    Pause,
    chunk,
    error_reply,
    json_reply,
    models_reply,
    stream_reply,
    text_reply,
)

ROOT = Path(__file__).parents[2]


# --- what is sent ---------------------------------------------------------------------------------


async def test_the_request_goes_to_chat_completions_with_the_key_and_streams(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([text_reply("Hi")])
    await ask(client)

    [sent] = server.requests
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["accept"] == "text/event-stream"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["user-agent"] == "Steward"
    assert sent.json["stream"] is True
    assert sent.json["model"] == "test-model"
    assert "x-title" not in sent.headers


async def test_openrouter_is_told_the_programs_name(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([text_reply("Hi")])
    await ask(make_client(provider="openrouter"))

    assert server.requests[0].headers["x-title"] == "Steward"
    assert server.requests[0].json["session_id"] == "c"


@pytest.mark.parametrize("key", [None, Secret(""), Secret("  ")])
async def test_without_a_key_none_is_sent(
    make_client: MakeClient, server: ModelServer, key: Secret | None
) -> None:
    server.script([text_reply("Hi")])
    await ask(make_client(api_key=key))

    assert "authorization" not in server.requests[0].headers


async def test_a_key_is_sent_without_the_blanks_around_it(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([text_reply("Hi")])
    await ask(make_client(api_key=Secret(f" {KEY}\n")))

    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["sk-test-žluť", "sk-test\nx: y", "sk-…"])
async def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(
    make_client: MakeClient, server: ModelServer, key: str
) -> None:
    error = await fails(make_client(api_key=Secret(key)), ModelCredentialsError)

    assert key not in f"{error} {error.details}"
    assert server.requests == []


async def test_a_key_that_a_server_repeats_is_not_shown(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    echo = {"error": {"message": f"Incorrect API key provided: {KEY}."}}
    server.script([error_reply(401, echo)])
    error = await fails(client, ModelCredentialsError)

    assert KEY not in f"{error!r} {error} {error.details}"
    assert KEY not in repr(client)


async def test_no_redirect_is_followed_with_a_key(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    with ModelServer() as elsewhere:
        elsewhere.script([text_reply("Give me your key")])
        away = {"location": f"{elsewhere.base_url}/chat/completions"}
        server.script([error_reply(status, headers=away) for status in (301, 302, 307, 308)])
        for _ in range(4):
            await fails(client, ModelMissingError)

        assert elsewhere.requests == []


async def test_a_proxy_of_the_system_is_not_asked_for_this_machine(
    make_client: MakeClient, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.script([text_reply("Hi")])

    assert (await ask(make_client())).completed.text == "Hi"


# --- models ---------------------------------------------------------------------------------------


async def test_models_are_listed_in_the_servers_order(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.models = json_reply({"data": [
        {"id": "b/two", "name": "Two", "context_length": 8192, "supported_parameters": ["tools"]},
        {"id": "a/one", "supported_parameters": []},
        {"id": "local", "meta": {"n_ctx_train": 32768}},
        {"id": "vllm", "max_model_len": 4096},
        {"id": "b/two"}, {"id": 7}, {"id": ""}, {}, None,
    ]})  # fmt: skip

    assert await make_client().models() == [
        ModelInfo("b/two", "Two", 8192, True),
        ModelInfo("a/one", "a/one", None, False),
        ModelInfo("local", "local", 32768),
        ModelInfo("vllm", "vllm", 4096),
    ]
    assert server.lookups[0].path == "/v1/models"
    assert server.lookups[0].headers["authorization"] == f"Bearer {KEY}"


async def test_what_a_model_takes_is_known_once_the_list_was_read(
    make_client: MakeClient, server: ModelServer
) -> None:
    odd: tuple[object, ...] = ("much", "nan", "inf", "", None, True, [], 10**400)
    server.models = json_reply({"data": [
        {"id": "paid", "pricing": {"prompt": "0.000003", "completion": "0.000015", "request": "0"}},
        {"id": "free", "pricing": {"prompt": "0", "completion": 0}},
        {"id": "depends", "pricing": {"prompt": "-1", "completion": "-1"}},
        *({"id": f"odd-{n}", "pricing": {"prompt": one, "completion": "1"}}
          for n, one in enumerate(odd)),
        {"id": "half", "pricing": {"prompt": "0.1"}}, {"id": "odd", "pricing": "cheap"},
    ]})  # fmt: skip
    client = make_client(default_model=None)
    assert client.price() is None

    found = {one.id: one.price for one in await client.models() if one.price}

    assert found == {"paid": ModelPrice(0.000003, 0.000015), "free": ModelPrice(0, 0)}
    assert client.price("free") == ModelPrice(0, 0)
    assert client.price() == found["paid"], "of the server's first model, which is the default"
    assert client.price("depends") is None


async def test_the_servers_first_model_is_used_when_none_is_named(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.models = models_reply("first", "second")
    server.script([text_reply("Hi"), text_reply("Hi"), text_reply("Hi")])
    client = make_client(default_model=None)
    assert client.default_model is None

    await ask(client)
    await ask(client)
    await ask(client, request(model="second"))

    assert [one.json["model"] for one in server.requests] == ["first", "first", "second"]
    assert client.default_model == "first"
    assert len(server.lookups) == 1


@pytest.mark.parametrize("listed", [{"data": []}, {"object": "list", "data": None}])
async def test_a_server_without_a_model_says_what_to_do(
    make_client: MakeClient, server: ModelServer, listed: dict[str, object]
) -> None:
    server.models = json_reply(listed)
    error = await fails(make_client(default_model=None), ModelRefusedError)

    assert "model" in error.settings


@pytest.mark.parametrize("page", [json_reply([]), json_reply({"models": []}), text_reply("Hi"),
                                  error_reply(404), error_reply(200, "<html></html>")])  # fmt: skip
async def test_what_is_no_list_of_models_is_a_wrong_address(
    make_client: MakeClient, server: ModelServer, page: object
) -> None:
    server.models = page  # type: ignore[assignment]
    with pytest.raises(ModelRefusedError) as caught:
        await make_client().models()

    assert "llm_base_url" in caught.value.settings


async def test_openrouters_key_is_checked_with_its_public_list_once(
    make_client: MakeClient, server: ModelServer
) -> None:
    client = make_client(provider="openrouter")
    server.pages["/key"] = json_reply({"data": {"label": "k"}})
    await client.models()
    await client.models()

    assert [one.path for one in server.lookups] == ["/v1/key", "/v1/models", "/v1/models"]


async def test_openrouters_list_does_not_hide_a_refused_key(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.pages["/key"] = error_reply(401, {"error": {"code": 401, "message": "No user found"}})
    with pytest.raises(ModelCredentialsError) as caught:
        await make_client(provider="openrouter").models()

    assert caught.value.settings == ("openrouter_api_key",)


async def test_the_client_for_openrouter_itself() -> None:
    client: LLMClient = openrouter_client(Secret(KEY), clock=FixedClock())

    assert (client.provider, client.label) == ("openrouter", "OpenRouter")
    assert client.default_model == "openrouter/auto"
    assert OPENROUTER_URL == "https://openrouter.ai/api/v1"
    assert openrouter_client(Secret(KEY), "x/y", clock=FixedClock()).default_model == "x/y"
    await client.aclose()


async def test_another_server_is_named_by_its_address(make_client: MakeClient) -> None:
    client = make_client(base_url="http://user:pass@127.0.0.1:18090/v1/")

    assert client.label == "The model server at 127.0.0.1:18090"
    assert client.provider == "openai-compatible"


# --- the connection -------------------------------------------------------------------------------


async def stop_while_streaming(client: OpenAICompatibleClient, server: ModelServer) -> None:
    server.script([stream_reply(chunk({"content": "Now"}), Hang())])
    async with aclosing(client.stream(request())) as events:
        assert await anext(events) == TextDelta("Now")
    await server.until(lambda: server.left_early == 1, seconds=1)


async def cancel_while_waiting(client: OpenAICompatibleClient, server: ModelServer) -> None:
    said = Gate()
    server.script([stream_reply(chunk({"content": "Now"}), Hang())])

    async def listen() -> None:
        async with aclosing(client.stream(request())) as events:
            async for _ in events:
                said.open()

    listening = asyncio.create_task(listen())
    await asyncio.wrap_future(said.opened)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await server.until(lambda: server.left_early == 1, seconds=1)


async def test_closing_the_iterator_closes_the_connection(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    await stop_while_streaming(client, server)


async def test_cancelling_the_listener_closes_the_connection(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    await cancel_while_waiting(client, server)


@pytest.mark.qt_loop
async def test_under_qts_loop_too_without_a_hook_that_closes_generators(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """The client closes its own; a loop that does it for others does it late."""
    sys.set_asyncgen_hooks(None, None)  # the loop puts back what was there when it ends
    await stop_while_streaming(client, server)
    server.left_early = 0
    await cancel_while_waiting(client, server)
    server.script([text_reply("And on", chunks=3)])
    assert (await ask(client)).completed.text == "And on"


async def test_a_stop_before_the_first_byte_closes_the_connection(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(Hang())])
    listening = asyncio.create_task(ask(client))
    await server.until(lambda: len(server.requests) == 1)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening

    await server.until(lambda: server.left_early == 1, seconds=1)


async def test_after_a_stop_the_next_request_is_answered(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    await stop_while_streaming(client, server)
    server.script([text_reply("Again")])

    assert (await ask(client)).completed.text == "Again"


async def test_several_answers_at_once_do_not_mix(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([lambda sent: text_reply(sent.json["model"] * 5, chunks=5).slowly(0.005)] * 6)
    asked = [ask(client, request(model=name)) for name in "abcdef"]

    assert [heard.text for heard in await asyncio.gather(*asked)] == [n * 5 for n in "abcdef"]


async def test_closing_the_client_lets_an_answer_come_to_its_end(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}), Pause(0.05),
                                *text_reply("lo").steps)])  # fmt: skip
    async with aclosing(client.stream(request())) as events:
        assert await anext(events) == TextDelta("Hel")
        await client.aclose()
        rest = [event async for event in events]

    assert TextDelta("lo") in rest
    await server.until(lambda: server.open_connections == 0, seconds=1)


async def test_a_closed_client_asks_nothing_any_more(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    await client.aclose()
    await fails(client, ModelError)
    with pytest.raises(ModelError):
        await client.models()

    assert server.requests == []


# --- start-up -------------------------------------------------------------------------------------


def test_httpx_is_not_loaded_before_the_first_request() -> None:
    program = """
import sys
from app.clock import SystemClock
from app.integrations.discovery import find_local_servers
from app.integrations.openrouter import openrouter_client
from app.redaction import Secret
openrouter_client(Secret("k"), clock=SystemClock())
import asyncio
assert asyncio.run(find_local_servers(ports=(1,))) == []
loaded = {"httpx", "httpcore", "httpx_sse", "anyio"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=30)
