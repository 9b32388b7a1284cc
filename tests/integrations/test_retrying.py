"""Trying again: only before the first of an answer, announced, bounded, and as the server asks."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from app.domain.errors import (
    ModelCredentialsError,
    ModelModeratedError,
    ModelPaymentError,
    ModelRateLimitedError,
    ModelRefusedError,
    ModelStreamError,
    ModelUnavailableError,
    ModelUnreachableError,
)
from app.integrations.openrouter import OpenAICompatibleClient
from app.integrations.request_options import RequestOptions
from app.orchestrator.llm_client import Progress, TokenUsage
from tests.clocks import FixedClock
from tests.integrations.asking import ask, fails, request
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import (
    Drop,
    ModelServer,
    Reply,
    chunk,
    error_reply,
    json_reply,
    stream_reply,
    text_reply,
    usage_chunk,
)


def busy(status: int = 503, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_reply(status, {"error": {"message": "Busy"}}, headers=named)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_a_passing_fault_is_tried_again_and_announced(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float], status: int
) -> None:
    server.script([busy(status), text_reply("Hi")])
    heard = await ask(client)

    assert heard.completed.text == "Hi"
    [progress] = heard.retries
    assert heard.events[0] is progress
    assert "Busy" in progress.detail
    assert progress.retry_in == 0.5
    assert waits == [0.5]
    assert [one.body for one in server.requests] == [server.requests[0].body] * 2


async def test_after_three_retries_the_error_stands(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float]
) -> None:
    server.script([busy()] * 5)
    error = await fails(client, ModelUnavailableError)

    assert error.retryable
    assert waits == [0.5, 1.0, 2.0]
    assert len(server.requests) == 4


async def test_waits_are_spread_by_chance(
    make_client: MakeClient, server: ModelServer, waits: list[float]
) -> None:
    server.script([busy(), busy(), text_reply("Hi")])
    await ask(make_client(chance=lambda: 0.25))

    assert waits == [0.125, 0.25]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 501])
async def test_what_will_not_pass_is_not_tried_again(
    client: OpenAICompatibleClient, server: ModelServer, status: int
) -> None:
    server.script([busy(status), text_reply("Hi")])
    heard = await ask(client)

    assert heard.error is not None
    assert not heard.retries
    assert len(server.requests) == 1


async def test_retry_after_in_seconds_is_kept(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float]
) -> None:
    server.script([busy(429, retry_after="7"), text_reply("Hi")])
    heard = await ask(client)

    assert heard.retries[0].retry_in == 7
    assert waits == [7]


async def test_retry_after_as_a_date_is_kept(
    make_client: MakeClient, server: ModelServer, waits: list[float]
) -> None:
    clock = FixedClock()
    date = format_datetime(clock.now() + timedelta(seconds=42), usegmt=True)
    server.script([busy(503, retry_after=date), text_reply("Hi")])
    await ask(make_client(clock=clock))

    assert waits == [42]


async def test_a_server_that_asks_for_too_long_a_wait_is_not_tried_again(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float]
) -> None:
    server.script([busy(429, retry_after="121"), text_reply("Hi")])
    error = await fails(client, ModelRateLimitedError)

    assert error.retry_after == 121
    assert waits == []


async def test_a_budget_in_flight_passes_and_spent_credit_does_not(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float]
) -> None:
    metadata = {"limit_source": "openrouter_in_flight_budget"}
    in_flight = {"error": {"code": 402, "message": "x", "metadata": metadata}}
    server.script([error_reply(402, in_flight, headers={"retry-after": "2"}), text_reply("Hi"),
                   error_reply(402, {"error": {"code": 402, "message": "No credit"}})])  # fmt: skip

    assert (await ask(client)).completed.text == "Hi"
    assert waits == [2]
    assert not (await fails(client, ModelPaymentError)).retryable


async def test_an_error_in_a_stream_before_its_first_words_is_tried_again(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    error = {"code": 429, "message": "x", "metadata": {"error_type": "rate_limit_exceeded"}}
    comment = b": OPENROUTER PROCESSING\n\n"
    server.script([stream_reply(comment, chunk({"role": "assistant"}), chunk(error=error)),
                   json_reply({"error": error}), text_reply("Hi")])  # fmt: skip
    heard = await ask(client)

    assert heard.completed.text == "Hi"
    assert len(heard.retries) == 2


async def test_what_a_failed_attempt_took_is_told_as_well(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    failed = stream_reply(usage_chunk(5, 0, cost=0.25), chunk(error={"code": 502, "message": "x"}))
    server.script([failed, text_reply("Hi")])

    assert [u.prompt_tokens for u in (await ask(client)).of(TokenUsage)] == [5, 11]


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "H"},
        {"reasoning": "H"},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "files_read"}}]},
    ],
)
async def test_nothing_is_tried_again_once_the_answer_has_begun(
    client: OpenAICompatibleClient, server: ModelServer, delta: dict[str, object]
) -> None:
    error = {"code": 503, "message": "x"}
    server.script([stream_reply(chunk(delta), chunk(error=error)), text_reply("Hi")])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert not heard.retries
    assert len(server.requests) == 1


async def test_a_connection_cut_before_the_answer_is_made_again(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([Reply(before=(Drop(),)), stream_reply(b": hi\n\n", Drop()), text_reply("Hi")])
    heard = await ask(client)

    assert heard.completed.text == "Hi"
    assert len(heard.retries) == 2


async def test_a_server_that_is_not_there_is_tried_four_times(
    make_client: MakeClient, waits: list[float]
) -> None:
    with ModelServer() as gone:
        address = gone.base_url
    error = await fails(make_client(base_url=address), ModelUnreachableError)

    assert "cannot be reached" in error.message
    assert "running" in error.hint
    assert len(waits) == 3


async def test_a_name_that_nobody_knows_is_unreachable(make_client: MakeClient) -> None:
    client = make_client(base_url="http://models.invalid/v1", label="Models")
    error = await fails(client, ModelUnreachableError)

    assert error.message == "Models cannot be reached."
    assert "network" in error.hint


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1"])
async def test_an_address_that_makes_no_sense_is_a_clear_error(
    make_client: MakeClient, url: str
) -> None:
    error = await fails(make_client(base_url=url), ModelUnreachableError)

    assert error.hint


async def test_no_retry_outlives_the_deadline(make_client: MakeClient, server: ModelServer) -> None:
    clock = FixedClock()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.advance(seconds)

    server.script([busy(retry_after="100")] * 4)
    await fails(make_client(clock=clock, sleep=sleep), ModelUnavailableError)

    assert slept == [100]


async def test_a_field_the_server_does_not_know_is_left_out_from_then_on(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float]
) -> None:
    refusal = error_reply(400, {"error": {"message": "Unrecognized argument: stream_options"}})
    server.script([refusal, text_reply("one"), text_reply("two")])
    answers = [(await ask(client)).completed.text for _ in range(2)]

    assert answers == ["one", "two"]
    assert ["stream_options" in one.json for one in server.requests] == [True, False, False]
    assert waits == []


async def test_several_unknown_fields_are_left_out_one_by_one(
    make_client: MakeClient, server: ModelServer
) -> None:
    client = make_client(provider="openrouter")
    refusals = [
        error_reply(422, {"detail": [{"loc": ["body", name], "msg": "Extra inputs"}]})
        for name in ("session_id", "usage")
    ]
    server.script([*refusals, text_reply("Hi")])
    await ask(client)

    assert not {"session_id", "usage"} & set(server.requests[-1].json)


@pytest.mark.parametrize(
    "words",
    [
        "Your request violates our usage policies.",
        "Invalid prompt: usage of this tool is not allowed",
        "Unsupported: see the usage guide",
    ],
)
async def test_a_refusal_that_only_has_the_word_in_it_takes_no_field_away(
    make_client: MakeClient, server: ModelServer, words: str
) -> None:
    client = make_client(provider="openrouter")
    server.script([error_reply(400, {"error": {"message": words}}), text_reply("Hi")])
    await fails(client, ModelRefusedError)
    await ask(client)

    assert ["usage" in one.json for one in server.requests] == [True, True]


async def test_a_refusal_for_its_content_takes_no_field_away(
    make_client: MakeClient, server: ModelServer
) -> None:
    client = make_client(provider="openrouter")
    metadata = {"error_type": "content_policy_violation"}
    error = {"message": "invalid field `usage`", "metadata": metadata}
    server.script([error_reply(400, {"error": error})])

    await fails(client, ModelModeratedError)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Unrecognized request argument supplied: usage"},
        {"message": "unknown field `usage`"},
        {"message": "usage: Extra inputs are not permitted"},
        {"message": 'property "usage" is unsupported'},
        {"message": "Bad request", "param": "usage"},
        {"message": "Bad request", "param": "usage.include"},
    ],
)
async def test_a_plain_word_is_a_field_where_the_refusal_says_so(
    make_client: MakeClient, server: ModelServer, error: dict[str, object]
) -> None:
    client = make_client(provider="openrouter")
    server.script([error_reply(400, {"error": error}), text_reply("Hi")])

    assert (await ask(client)).completed.text == "Hi"
    assert "usage" not in server.requests[1].json


async def test_an_effort_that_a_model_does_not_take_is_left_out_for_it_and_told(
    make_client: MakeClient, server: ModelServer
) -> None:
    client = make_client(options=RequestOptions(reasoning_effort="high"))
    said = "Unsupported parameter: 'reasoning_effort' is not supported with this model."
    refusal = {"message": said, "param": "reasoning_effort"}
    server.script([error_reply(400, {"error": refusal}), *[text_reply("Hi")] * 3])
    heard = await ask(client)
    await ask(client)
    await ask(client, request(model="another"))

    assert [p.detail for p in heard.of(Progress)] == [
        "test-model does not take reasoning_effort; asking without it."
    ]
    sent = [one.json.get("reasoning_effort") for one in server.requests]
    assert sent == ["high", None, None, "high"]


async def test_an_effort_that_no_provider_of_the_router_takes_is_left_out(
    make_client: MakeClient, server: ModelServer
) -> None:
    client = make_client(provider="openrouter", options=RequestOptions(reasoning_effort="low"))
    said = "No endpoints found that can handle the requested parameters."
    server.script([error_reply(404, {"error": {"message": said}}), text_reply("Hi")])
    await ask(client)

    assert [one.json.get("reasoning") for one in server.requests] == [{"effort": "low"}, None]


async def test_a_field_is_left_out_once_only(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    refusal = error_reply(400, {"error": {"message": "stream_options is not allowed"}})
    server.script([refusal] * 3)

    await fails(client, ModelRefusedError)
    assert len(server.requests) == 2


async def test_a_refused_key_is_final(
    make_client: MakeClient, server: ModelServer, waits: list[float]
) -> None:
    with ModelServer(api_key="the right one") as strict:
        error = await fails(make_client(base_url=strict.base_url), ModelCredentialsError)

    assert error.settings == ("llm_api_key",)
    assert waits == []


async def test_the_announcement_is_progress_and_the_wait_follows_it(
    make_client: MakeClient, server: ModelServer
) -> None:
    order: list[str] = []

    async def sleep(seconds: float) -> None:
        order.append("waited")

    server.script([busy(), text_reply("Hi")])
    async for event in make_client(sleep=sleep).stream(request()):
        order.append("announced" if isinstance(event, Progress) else "answered")

    assert order[:3] == ["announced", "waited", "answered"]


@pytest.mark.parametrize("seconds", ["1" + "0" * 400, "1e999", "-1", "true", '"soon"'])
async def test_a_wait_that_no_clock_can_count_is_no_wait(
    client: OpenAICompatibleClient, server: ModelServer, waits: list[float], seconds: str
) -> None:
    body = f'{{"error": {{"message": "Busy", "metadata": {{"retry_after": {seconds}}}}}}}'
    server.script([error_reply(429, body.encode()), text_reply("Hi")])

    assert (await ask(client)).completed.text == "Hi"
    assert waits == [0.5]
