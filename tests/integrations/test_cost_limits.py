"""Limits in dollars and tokens, from the person's setting to the bytes on the wire."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.events import Event, Notification, TurnStatus, Usage
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.engine import TurnOutcome
from tests.standins.model_server import (
    DONE,
    Drop,
    ModelServer,
    Reply,
    Request,
    chunk,
    error_reply,
    json_reply,
    models_reply,
    stream_reply,
    text_reply,
    usage_chunk,
)

PRICED = json_reply(
    {"data": [{"id": "first", "pricing": {"prompt": "0.00001", "completion": "0.00003"}}]}
)
"""$10 and $30 for a million tokens."""


@pytest.fixture
async def assembly(server: ModelServer, tmp_path: Path) -> AsyncIterator[Assembly]:
    opened = await Assembly.open(
        provider="openai-compatible", llm_base_url=server.base_url, model="first"
    )
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def heard(assembly: Assembly) -> list[Event]:
    events: list[Event] = []
    assembly.bus.subscribe(events.append)
    return events


async def ask(assembly: Assembly, **limits: object) -> TurnOutcome:
    assembly.running_settings.use(dataclasses.replace(assembly.settings, **limits))  # type: ignore[arg-type]
    engine = await assembly.engines.get(None)
    return await engine.run_turn("go", channel=Channel.TERMINAL, mode=ApprovalMode.ALWAYS)


def costly(prompt: int, completion: int, *, finish: str = "stop") -> Reply:
    used = usage_chunk(prompt, completion)
    return stream_reply(chunk({"content": "Hi"}), chunk(finish=finish), used, DONE)


def told(heard: list[Event]) -> list[str]:
    return [one.message for one in heard if isinstance(one, Notification)]


async def test_where_the_server_states_prices_a_call_costs_what_they_make_of_it(
    assembly: Assembly, server: ModelServer, heard: list[Event]
) -> None:
    server.models = PRICED
    server.script([costly(1_000, 100)])
    outcome = await ask(assembly, max_turn_cost=5.0)

    total = await assembly.usage.of_turn(outcome.turn_id)
    assert total.cost == pytest.approx(0.013)
    assert [one.cost for one in heard if isinstance(one, Usage)] == [pytest.approx(0.013)]
    assert told(heard) == []


async def test_a_call_whose_price_would_pass_the_limit_is_not_made(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED
    server.script([text_reply("Never.")])
    outcome = await ask(assembly, max_turn_cost=0.02)

    assert outcome.status is TurnStatus.LIMIT
    assert "$0.02 a turn" in outcome.text
    assert server.requests == []


async def test_an_answer_may_not_be_longer_than_there_is_money_for(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED
    server.script([costly(3_000, 100), costly(3_000, 100)])
    await ask(assembly, max_turn_cost=0.2)
    await ask(assembly, max_turn_cost=None, max_day_cost=0.3)

    first, second = (one.json["max_tokens"] for one in server.requests)
    prompt = len(server.requests[0].body) / 4  # about
    assert 512 < first < (0.2 - prompt * 0.00001) / 0.00003
    assert second > first
    assert second * 0.00003 + 0.033 < 0.3, "what the first turn took that day is gone"


async def test_an_answer_cut_at_the_limit_says_which_and_can_go_on(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED

    def cut(request: Request) -> Reply:
        return costly(3_000, request.json["max_tokens"], finish="length")

    server.script([cut])
    outcome = await ask(assembly, max_turn_cost=0.2)

    assert (outcome.status, outcome.text) == (TurnStatus.LIMIT, "Hi")
    assert "$0.2 a turn" in outcome.reason
    total = await assembly.usage.of_turn(outcome.turn_id)
    assert total.cost is not None
    assert total.cost <= 0.2


async def test_costs_that_nobody_states_are_said_once_to_be_unknown(
    assembly: Assembly, server: ModelServer, heard: list[Event]
) -> None:
    server.models = models_reply("first")
    server.script([text_reply("Hi."), text_reply("Hi.")])
    for _ in range(2):
        assert (await ask(assembly, max_day_cost=1.0)).status is TurnStatus.OK

    (words,) = told(heard)
    assert "neither what a call costs nor its prices" in words
    assert [one.path for one in server.lookups] == ["/v1/models"]
    assert all("max_tokens" not in one.json for one in server.requests)


async def test_without_a_limit_no_prices_are_asked_for(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED
    server.script([text_reply("Hi.")])
    await ask(assembly)

    assert server.lookups == []
    assert "max_tokens" not in server.requests[0].json


async def test_a_list_that_cannot_be_had_is_asked_for_again_with_the_next_turn(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = error_reply(500, "no")
    server.script([text_reply("Hi."), costly(1_000, 100)])
    await ask(assembly, max_turn_cost=5.0)
    server.models = PRICED
    outcome = await ask(assembly)

    assert (await assembly.usage.of_turn(outcome.turn_id)).cost == pytest.approx(0.013)


@pytest.mark.parametrize("word", ["max_completion_tokens", None])
async def test_a_server_that_knows_another_word_for_the_longest_answer_is_told_in_that(
    assembly: Assembly, server: ModelServer, word: str | None
) -> None:
    def reply(request: Request) -> Reply:
        for name in ("max_tokens", "max_completion_tokens"):
            if name in request.json and name != word:
                said = {"message": f"Unsupported parameter: '{name}'.", "param": name}
                return error_reply(400, {"error": said})
        return text_reply("Hi.")

    server.models = PRICED
    server.script([reply] * 4)
    assert (await ask(assembly, max_turn_cost=0.2)).status is TurnStatus.OK
    assert {"max_tokens", "max_completion_tokens"} & set(server.requests[-1].json) == (
        {word} if word else set()
    )


async def test_a_call_that_was_stopped_has_cost_what_was_seen_of_it(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED
    server.script([stream_reply(chunk({"content": "words " * 1_000}), Drop())])
    outcome = await ask(assembly, max_turn_cost=5.0)

    assert outcome.status is TurnStatus.FAILED
    total = await assembly.usage.of_turn(outcome.turn_id)
    assert total.cost is not None
    assert total.cost > 1_500 * 0.00003


async def test_a_request_that_was_refused_has_cost_nothing(
    assembly: Assembly, server: ModelServer
) -> None:
    server.models = PRICED
    server.script([error_reply(400, {"error": {"message": "No."}})])
    outcome = await ask(assembly, max_turn_cost=5.0)

    assert (await assembly.usage.of_turn(outcome.turn_id)).cost is None
