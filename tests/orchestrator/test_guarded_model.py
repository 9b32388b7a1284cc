"""A model's breaker, against a real server on loopback: what counts, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from app.assembly import Assembly
from app.domain.errors import ModelError, ModelPausedError
from app.domain.events import CircuitState
from app.domain.messages import Channel
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.guarded_model import GuardedModel, guarded, outcome_of_error
from app.orchestrator.llm_client import Completed, TextDelta
from app.resilience.breakers import Breakers
from app.resilience.circuit_breaker import Outcome
from app.resilience.retry import RetryPolicy
from tests.clocks import FixedClock
from tests.integrations.asking import request
from tests.standins.model_server import (
    Drop,
    Gate,
    ModelServer,
    Reply,
    chunk,
    error_reply,
    stream_reply,
    text_reply,
)
from tests.standins.scripted_model import ScriptedModel

OVERLOADED = error_reply(503, {"error": {"message": "no room"}})


class House:
    """A guarded client of a server, and the breaker between."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.clock = FixedClock()
        self.breakers = Breakers(threshold=3, cooldown=30, clock=self.clock, chance=lambda: 0.5)
        self.inner = OpenAICompatibleClient(
            base_url=server.base_url,
            api_key=None,
            provider="openai-compatible",
            default_model="test-model",
            clock=self.clock,
            label="Oracle",
            policy=RetryPolicy(retries=0),
        )
        client = guarded(self.inner, "Oracle", self.breakers, self.clock)
        assert isinstance(client, GuardedModel)
        self.client = client
        self.breaker = self.breakers.breaker("model: Oracle")

    async def ask(self) -> str:
        text = ""
        async with aclosing(self.client.stream(request())) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
        return text

    async def fails(self) -> ModelError:
        with pytest.raises(ModelError) as caught:
            await self.ask()
        return caught.value

    @property
    def state(self) -> CircuitState:
        return self.breaker.snapshot.state


@pytest.fixture
async def house() -> AsyncIterator[House]:
    with ModelServer() as server:
        house = House(server)
        yield house
        await house.client.aclose()


async def test_a_service_that_keeps_failing_is_not_asked_and_says_when_it_may_be(
    house: House,
) -> None:
    house.server.script([OVERLOADED] * 3)
    for _ in range(3):
        await house.fails()

    paused = await house.fails()

    assert isinstance(paused, ModelPausedError)
    assert len(house.server.requests) == 3
    assert (paused.retry_after, paused.retryable) == (30, False)
    assert "Oracle has failed too often and is left alone until" in paused.message
    assert "no room" in paused.message
    assert "reset it under Circuits" in paused.hint
    assert paused.details["retry_at"] == "2026-03-01T09:00:30+00:00"


async def test_when_the_time_has_come_one_good_answer_ends_it(house: House) -> None:
    house.server.script([OVERLOADED] * 3 + [text_reply("I am back.")])
    for _ in range(3):
        await house.fails()
    house.clock.advance(30)

    assert await house.ask() == "I am back."
    assert house.state is CircuitState.CLOSED


async def test_the_wait_a_server_asks_for_is_kept(house: House) -> None:
    house.server.script(
        [error_reply(429, {"error": {"message": "slow down"}}, headers={"retry-after": "100"})] * 3
    )
    for _ in range(3):
        await house.fails()

    assert (await house.fails()).retry_after == 100


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "bad key"),
        (402, "no credit"),
        (400, "maximum context length is 8 tokens"),
        (403, "moderation"),
        (404, "no such model"),
    ],
)
async def test_what_is_not_the_fault_of_the_service_never_pauses_it(
    house: House, status: int, words: str
) -> None:
    house.server.script([error_reply(status, {"error": {"message": words}})] * 10)
    for _ in range(10):
        await house.fails()
    assert house.state is CircuitState.CLOSED
    assert house.breaker.snapshot.failures == 0


async def test_a_stream_that_breaks_off_is_a_failure(house: House) -> None:
    house.server.script([stream_reply(chunk({"content": "Half an ans"}), Drop())] * 3)
    for _ in range(3):
        await house.fails()
    assert house.state is CircuitState.OPEN


async def test_what_a_stream_reports_counts_as_what_it_is(house: House) -> None:
    def reporting(code: int, kind: str) -> Reply:
        error = {"code": code, "message": kind, "metadata": {"error_type": kind}}
        return stream_reply(chunk({"content": "Half"}), chunk(finish="error", error=error))

    house.server.script([reporting(403, "content_policy_violation")] * 4)
    for _ in range(4):
        await house.fails()
    assert house.breaker.snapshot.failures == 0

    house.server.script([reporting(429, "rate_limit_exceeded")] * 3)
    for _ in range(3):
        await house.fails()
    assert house.state is CircuitState.OPEN


async def test_a_server_that_is_not_there_is_a_failure() -> None:
    with ModelServer() as server:
        house = House(server)
    for _ in range(3):
        await house.fails()
    assert house.state is CircuitState.OPEN
    await house.client.aclose()


async def test_a_person_who_stops_says_nothing_about_the_service(house: House) -> None:
    gate = Gate()
    house.server.script([stream_reply(chunk({"content": "One"}), gate)] * 6)
    for _ in range(6):
        asking = asyncio.create_task(house.ask())
        before = len(house.server.requests)
        await house.server.until(lambda b=before: len(house.server.requests) > b)  # type: ignore[misc]
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert house.state is CircuitState.CLOSED
    assert house.breaker.snapshot.failures == 0


async def test_a_stopped_probe_leaves_room_for_the_next(house: House) -> None:
    gate = Gate()
    house.server.script(
        [OVERLOADED] * 3 + [stream_reply(chunk({"content": "One"}), gate), text_reply("Two")]
    )
    for _ in range(3):
        await house.fails()
    house.clock.advance(30)
    async with aclosing(house.client.stream(request())) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, TextDelta):
                assert (await house.fails()).kind == "model_paused"
                break

    assert house.state is CircuitState.HALF_OPEN
    assert await house.ask() == "Two"


async def test_tripped_by_hand_it_says_so(house: House) -> None:
    house.breaker.trip("Too dear today.")
    paused = await house.fails()
    assert "was paused by hand: Too dear today." in paused.message
    assert paused.retry_after is None


async def test_the_list_of_models_can_be_asked_for_while_it_is_paused(house: House) -> None:
    house.breaker.trip()
    assert [model.id for model in await house.client.models()] == ["test-model"]


def test_a_kind_nobody_listed_counts_where_trying_again_may_help() -> None:
    assert outcome_of_error(ModelError("?", retryable=True)) is Outcome.FAILURE
    assert outcome_of_error(ModelError("?", retryable=False)) is Outcome.NEUTRAL


async def test_in_the_whole_program_an_open_circuit_of_the_model_fails_the_turn_at_once() -> None:
    with ModelServer() as server:
        server.script([text_reply("Hello.")])
        assembly = await Assembly.open(
            provider="openai-compatible", llm_base_url=server.base_url, model="test-model"
        )
        try:
            names = [shot.name for shot in assembly.breakers.all()]
            assert f"model: {server.base_url}" in names
            assembly.breakers.trip(f"model: {server.base_url}", "Enough.")
            engine = await assembly.engines.get(None)
            outcome = await engine.run_turn("Hello", channel=Channel.TERMINAL)
            assert outcome.error is not None
            assert outcome.error.kind == "model_paused"
            assert server.requests == []

            assembly.breakers.reset(f"model: {server.base_url}")
            assert (await engine.run_turn("Hello", channel=Channel.TERMINAL)).text == "Hello."
        finally:
            await assembly.close()


async def test_a_setting_of_the_model_reaches_the_client_behind_the_breaker() -> None:
    with ModelServer() as server:
        server.script([text_reply("Hello.")])
        assembly = await Assembly.open(
            provider="openai-compatible", llm_base_url=server.base_url, model="test-model"
        )
        try:
            assembly.running_settings.change("reasoning_effort", "low")
            engine = await assembly.engines.get(None)
            await engine.run_turn("Hello", channel=Channel.TERMINAL)
            assert "low" in str(server.requests[0].json)
        finally:
            await assembly.close()


async def test_another_server_chosen_while_running_has_a_breaker_of_its_own() -> None:
    with ModelServer() as server:
        assembly = await Assembly.open()
        try:
            assert not [s for s in assembly.breakers.all() if s.name.startswith("model:")]
            await assembly.model.connect("openai-compatible", base_url=server.base_url)
            assert f"model: {server.base_url}" in [s.name for s in assembly.breakers.all()]
        finally:
            await assembly.close()


async def test_an_answer_that_ends_without_its_end_is_a_failure(house: House) -> None:
    stopped = asyncio.Event()
    stopped.set()
    guard = GuardedModel(ScriptedModel([stopped]), house.breaker, house.clock)
    async with aclosing(guard.stream(request())) as events:  # type: ignore[type-var]
        assert not [event async for event in events if isinstance(event, Completed)]
    assert house.breaker.snapshot.failures == 1
