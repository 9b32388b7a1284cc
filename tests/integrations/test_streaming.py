"""Answers as they stream from a server, in every shape that servers were seen to give them."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.clock import SystemClock
from app.domain.errors import ModelError, ModelTimeoutError
from app.domain.messages import Role
from app.integrations import answer_stream, endpoint
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.llm_client import Progress, ReasoningDelta, TextDelta, TokenUsage
from app.resilience.retry import RetryPolicy
from tests.clocks import FixedClock
from tests.integrations.asking import ask, ended, fails, message, request
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import (
    DONE,
    Hang,
    ModelServer,
    Pause,
    Reply,
    chunk,
    event,
    json_reply,
    stream_reply,
    text_reply,
    tools_reply,
    usage_chunk,
)

# --- words ----------------------------------------------------------------------------------------


async def test_text_comes_delta_by_delta_then_usage_then_the_whole(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([text_reply("Hello, you.", chunks=3)])
    heard = await ask(client)

    assert [type(one) for one in heard.events] == [TextDelta] * 3 + [
        TokenUsage,
        type(heard.events[-1]),
    ]
    assert heard.completed.text == "Hello, you."
    assert (heard.completed.finish_reason, heard.completed.model) == ("stop", "test-model")
    assert heard.of(TokenUsage) == [TokenUsage(11, 7, None)]


async def test_a_delta_is_there_before_the_next_one_is_sent(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([ended(chunk({"content": "Now"}), Hang())])
    async with aclosing(client.stream(request())) as events:
        assert await anext(events) == TextDelta("Now")


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n"])
async def test_an_event_is_there_at_once_whatever_ends_its_lines(
    client: OpenAICompatibleClient, server: ModelServer, line_end: bytes
) -> None:
    now = chunk({"content": "Now"}).replace(b"\n", line_end)
    server.script([ended(now, Hang())])
    async with aclosing(client.stream(request())) as events, asyncio.timeout(5):
        assert await anext(events) == TextDelta("Now")


async def test_the_cost_is_told_where_the_server_tells_it(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([ended(chunk({"content": "x"}), usage_chunk(5, 6, cost=0.25))])

    assert (await ask(client)).of(TokenUsage) == [TokenUsage(5, 6, 0.25)]


async def test_usage_may_come_with_a_choice_after_the_finish(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """speakeasy-api/gram issue 921: its finish_reason is null and must not undo the first."""
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0}
    after = chunk({"content": ""}, usage=usage)
    server.script([stream_reply(chunk({"content": "x"}), chunk(finish="length"), after, DONE)])
    heard = await ask(client)

    assert heard.completed.finish_reason == "length"
    assert heard.of(TokenUsage) == [TokenUsage(3, 4, 0.0)]


async def test_what_was_cached_and_thought_is_part_of_the_usage(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    more = {
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 7},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    deepseek = {"prompt_cache_hit_tokens": 3}
    server.script([ended(chunk({"content": "x"}), usage_chunk(100, 9, cost=0.5, **more)),
                   ended(chunk({"content": "x"}), usage_chunk(4, 4, **deepseek))])  # fmt: skip

    assert (await ask(client)).of(TokenUsage) == [TokenUsage(100, 9, 0.5, 60, 7, 5)]
    assert (await ask(client)).of(TokenUsage) == [TokenUsage(4, 4, None, 3)]


@pytest.mark.parametrize("odd", [True, -1, 10**400, 1.5, "7", None, [], {}])
async def test_a_count_that_is_none_is_not_taken_for_one(
    client: OpenAICompatibleClient, server: ModelServer, odd: object
) -> None:
    details = {"prompt_tokens_details": {"cached_tokens": odd}, "completion_tokens_details": odd}
    cost = odd if odd != 1.5 else "dear"
    usage = {"prompt_tokens": odd, "completion_tokens": 1}
    server.script([ended(chunk({"content": "x"}), usage_chunk(3, 4, cost=cost, **details)),
                   ended(chunk({"content": "x"}, usage=usage))])  # fmt: skip

    assert (await ask(client)).of(TokenUsage) == [TokenUsage(3, 4)]
    assert (await ask(client)).of(TokenUsage) == []


async def test_of_usage_that_counts_up_the_last_holds(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    counts = [{"prompt_tokens": 3, "completion_tokens": n} for n in (1, 2)]
    server.script([ended(*(chunk({"content": "x"}, usage=n) for n in counts))])

    assert (await ask(client)).of(TokenUsage) == [TokenUsage(3, 2)]


async def test_reasoning_is_told_apart_from_the_answer(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    deltas = ({"reasoning": "Let "}, {"reasoning_content": "me"}, {"content": "Yes"})
    server.script([ended(*(chunk(delta) for delta in deltas))])
    heard = await ask(client)

    assert heard.of(ReasoningDelta) == [ReasoningDelta("Let "), ReasoningDelta("me")]
    assert heard.completed.text == "Yes"


async def test_a_thought_before_calls_is_kept_to_be_handed_back(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    thought = [chunk({"reasoning_content": piece}) for piece in ("Let ", "me")]
    server.script([Reply((*thought, *tools_reply(("files_read", {}, "a")).steps)),
                   Reply((*thought, *text_reply("Hi").steps)),
                   ended(chunk({"reasoning": "Hm"}), chunk({"content": "Hi"}))])  # fmt: skip
    found = [(await ask(client)).completed.metadata for _ in range(3)]

    assert found[0]["reasoning_content"] == "Let me"
    assert found[1:] == [{}, {}]


async def test_reasoning_details_are_kept_to_be_handed_back(
    make_client: MakeClient, server: ModelServer
) -> None:
    pieces: list[dict[str, object]] = [
        {"type": "reasoning.text", "text": "Let ", "index": 0, "format": "f"},
        {"type": "reasoning.text", "text": "me", "index": 0, "signature": "sig"},
        {"type": "reasoning.text", "text": "other", "index": 1},
        {"type": "reasoning.encrypted", "data": "xyz", "index": 2},
        {"type": "reasoning.encrypted", "data": "abc", "index": 2},
    ]
    merged = {
        "type": "reasoning.text",
        "text": "Let me",
        "index": 0,
        "format": "f",
        "signature": "sig",
    }
    client = make_client(provider="openrouter")
    thoughts = [chunk({"reasoning_details": [piece]}) for piece in pieces]
    server.script([ended(*thoughts), text_reply("ok")])
    metadata = (await ask(client)).completed.metadata
    assert metadata["reasoning_details"] == [merged, *pieces[2:]]
    assert (metadata["provider"], metadata["asked_model"]) == ("openrouter", "test-model")

    await ask(client, request(message(Role.ASSISTANT, "Hi", metadata=metadata)))
    assert server.requests[1].json["messages"][1]["reasoning_details"] == [merged, *pieces[2:]]


@pytest.mark.parametrize("index", [{}, {"index": 0}, {"index": None}])
async def test_two_signed_blocks_keep_both_their_signatures(
    client: OpenAICompatibleClient, server: ModelServer, index: dict[str, object]
) -> None:
    pieces = [
        {"type": "reasoning.text", "text": "One", **index},
        {"type": "reasoning.text", "text": "", "signature": "first", **index},
        {"type": "reasoning.text", "text": "Two", **index},
        {"type": "reasoning.text", "signature": "second", **index},
    ]
    server.script([ended(*(chunk({"reasoning_details": [piece]}) for piece in pieces))])

    assert (await ask(client)).completed.metadata["reasoning_details"] == [
        {"type": "reasoning.text", "text": "One", **index, "signature": "first"},
        {"type": "reasoning.text", "text": "Two", **index, "signature": "second"},
    ]


async def test_pieces_that_contradict_each_other_are_of_two_blocks(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    pieces = [
        {"type": "reasoning.summary", "summary": "a", "index": 0, "id": "r1"},
        {"type": "reasoning.summary", "summary": "b", "index": 0, "id": "r2"},
        {"type": "reasoning.text", "text": "c", "index": 0, "format": None},
        {"type": "reasoning.text", "text": "d", "index": 0, "format": "f"},
    ]
    server.script([ended(*(chunk({"reasoning_details": [piece]}) for piece in pieces))])
    found = (await ask(client)).completed.metadata["reasoning_details"]

    assert found == [*pieces[:2], {**pieces[3], "text": "cd"}]


async def test_the_blocks_of_an_answer_that_was_not_streamed_are_as_they_came(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    blocks = [{"type": "reasoning.text", "text": text, "z": 1, "a": None} for text in "ab"]
    spoken = {"content": "Hi", "reasoning_details": blocks}
    server.script([json_reply({"choices": [{"message": spoken, "finish_reason": "stop"}]})])
    found = (await ask(client)).completed.metadata["reasoning_details"]

    assert json.dumps(found) == json.dumps(blocks)


async def test_content_in_parts_is_text(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "image"}]
    server.script([ended(chunk({"content": parts}))])

    assert (await ask(client)).completed.text == "ab"


async def test_a_surrogate_pair_over_two_deltas_is_one_character(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    halves = ("a\ud83d", "\ude00b", "\ud83d")
    escaped = [json.dumps({"choices": [{"delta": {"content": half}}]}) for half in halves]
    server.script([ended(*(event(one) for one in escaped))])

    assert (await ask(client)).completed.text == "a😀b\ufffd"


async def test_an_answer_that_was_not_streamed_is_taken_too(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    spoken = {
        "role": "assistant",
        "content": "Hello",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "files_read", "arguments": "{}"}}
        ],
    }
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    choice = {"message": spoken, "finish_reason": "stop"}
    server.script([json_reply({"model": "m", "choices": [choice], "usage": usage})])
    heard = await ask(client)

    assert (heard.text, heard.calls) == ("Hello", [("a", "files.read", {})])
    assert heard.of(TokenUsage) == [TokenUsage(1, 2)]


# --- the stream itself ----------------------------------------------------------------------------


async def test_comments_are_signs_of_life(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    comments = (b": OPENROUTER PROCESSING\n\n", b":\n\n", b": warm\x07ing up\n\n")
    server.script([stream_reply(one, *text_reply("Hi").steps) for one in comments])
    heard = [await ask(client) for _ in comments]

    assert [one.completed.text for one in heard] == ["Hi"] * 3
    assert [one.of(Progress) for one in heard] == [
        [Progress("OpenRouter is working on it.")],
        [Progress("The server is working on it.")],
        [Progress("warming up")],
    ]


async def test_many_signs_of_life_are_told_once_a_second(
    make_client: MakeClient, server: ModelServer
) -> None:
    class Ticking(FixedClock):
        def monotonic(self) -> float:
            self.advance(0.1)  # each look at it takes a tenth of a second
            return super().monotonic()

    server.script([stream_reply(*[b": ping\n\n"] * 40, *text_reply("Hi").steps)])
    heard = await ask(make_client(clock=Ticking()))

    assert heard.completed.text == "Hi"
    # Two looks a piece, one for the comment and one for the wait: 40 comments in 8 seconds.
    assert 4 <= len(heard.of(Progress)) <= 9


@pytest.mark.parametrize(
    "alive",
    [b": ping\n\n", event({"choices": []}), chunk({"content": ""})],
    ids=["comments", "no choice", "no words"],
)
async def test_an_answer_that_only_says_it_is_alive_is_given_up(
    make_client: MakeClient, server: ModelServer, alive: bytes
) -> None:
    server.script([stream_reply(*(alive, Pause(0.02)) * 500)] * 5)
    client = make_client(clock=SystemClock(), stall_timeout=0.3, policy=RetryPolicy(retries=0))
    error = await fails(client, ModelTimeoutError)

    assert error.retryable
    assert "brought no word" in error.message
    await server.until(lambda: server.left_early == 1)


async def test_an_answer_that_stops_in_the_middle_and_says_it_is_alive_is_given_up(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}), *(b": ping\n\n", Pause(0.02)) * 500)])
    heard = await ask(make_client(clock=SystemClock(), stall_timeout=0.3))

    assert heard.text == "Hel"
    assert type(heard.error) is ModelTimeoutError
    assert not heard.retries


async def test_words_that_come_slowly_are_waited_for(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([text_reply("Slow but sure", chunks=8).slowly(0.16)])
    client = make_client(clock=SystemClock(), stall_timeout=1.0)

    assert (await ask(client)).completed.text == "Slow but sure"


async def test_after_the_finish_signs_of_life_do_not_lengthen_the_wait_for_the_usage(
    make_client: MakeClient, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_stream, "_USAGE_WAIT", 0.2)
    pings = (b": ping\n\n", Pause(0.02)) * 500
    server.script([stream_reply(*text_reply("Hi").steps[:-2], *pings)])
    heard = await ask(make_client(clock=SystemClock()))

    assert heard.completed.text == "Hi"
    await server.until(lambda: server.left_early == 1)


async def test_the_body_of_an_error_that_never_ends_is_given_up(
    make_client: MakeClient, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_ERROR_WAIT", 0.2)
    server.script([Reply((b"x", Pause(0.02)) * 500, status=500)])

    await fails(make_client(policy=RetryPolicy(retries=0)), ModelTimeoutError)


async def test_comments_keep_a_slow_answer_alive(
    make_client: MakeClient, server: ModelServer
) -> None:
    alive = (b": still here\n\n", Pause(0.12))
    server.script([stream_reply(*alive * 5, *text_reply("Hi").steps)])

    assert (await ask(make_client(idle_timeout=0.3))).completed.text == "Hi"


TRICKY = json.dumps({"path": "žába 🐸.md", "text": "a\u2028b\u0085c\r\nd"}, ensure_ascii=False)
LONG = Reply(
    (
        b"\xef\xbb\xbf: OPENROUTER PROCESSING\r\n\r\n",
        chunk({"role": "assistant", "content": "Příliš 🐴\u2028"}).replace(b"\n", b"\r\n"),
        chunk({"content": "žluťoučký\u0085"}).replace(b"data: ", b"data:"),
        b'data: {"choices":\ndata: [{"delta": {"content": "!"}}]}\n\n',
        *tools_reply(("files_edit", TRICKY, "a"), ("files_read", "{}", "b")).steps[:-1],
        b"data: [DONE]",
    )
)


async def test_a_long_stream_is_read_right(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """CRLF, `data:` twice, `data:` without a space, a byte order mark, no last blank line."""
    server.script([LONG])
    heard = await ask(client)

    assert heard.text == "Příliš 🐴\u2028žluťoučký\u0085!"
    assert heard.calls == [("a", "files.edit", json.loads(TRICKY)), ("b", "files.read", {})]


async def test_byte_by_byte_it_is_the_same(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([LONG, LONG.bytewise()])
    whole, bytewise = await ask(client), await ask(client)

    assert bytewise.events == whole.events


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.sets(st.integers(1, len(LONG.body) - 1), max_size=12))
async def test_every_split_of_the_bytes_gives_the_same_answer(
    client: OpenAICompatibleClient, server: ModelServer, cuts: set[int]
) -> None:
    server.script([LONG, LONG.split_at(*cuts)])

    assert (await ask(client)).events == (await ask(client)).events


async def test_the_connection_is_kept_for_the_next_request(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([text_reply("one"), text_reply("two")])
    await ask(client)
    await ask(client)

    assert server.open_connections == 1


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
async def test_the_connection_is_kept_also_where_the_end_comes_byte_by_byte(
    client: OpenAICompatibleClient, server: ModelServer, line_end: bytes
) -> None:
    body = text_reply("Hi").body.replace(b"\n", line_end) + b": bye" + line_end
    server.script([Reply((body,)).bytewise()] * 3)
    for _ in range(3):
        await ask(client)

    assert server.open_connections == 1


async def test_a_tail_without_end_is_left(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(*text_reply("Hi").steps, *[b": more\n" * 1000] * 500)])

    assert (await ask(client)).completed.text == "Hi"
    await server.until(lambda: server.open_connections == 0)


async def test_what_follows_the_end_is_not_read(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script(
        [stream_reply(*text_reply("Hi").steps, chunk({"content": "more"}), b"data: {\n\n", Hang())]
    )

    assert (await ask(client)).completed.text == "Hi"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "tool_calls",
                    "error",
                    "usage",
                    "function",
                    "reasoning_details",
                    "finish_reason",
                    "index",
                    "id",
                    "text",
                    "type",
                    "name",
                    "model",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.lists(JUNK, max_size=5))
def test_no_shape_of_a_chunk_is_a_bug_of_ours(chunks: list[object]) -> None:
    from app.integrations.answer import Answer

    def read_error(body: object) -> ModelError:
        return ModelError("reported")

    answer = Answer(label="X", provider="p", asked="m", names={}, taken=(), read_error=read_error)
    heard = []
    try:
        for one in chunks:
            heard += answer.feed(json.dumps(one))
            if answer.failed:
                return
        heard += answer.rest()
        completed = answer.complete()
    except ModelError:
        return
    assert completed.text == "".join(e.text for e in heard if isinstance(e, TextDelta))
