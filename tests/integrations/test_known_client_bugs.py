"""Every fault of servers that clients were seen to trip over, each with its report."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    ContextTooLongError,
    ModelRefusedError,
    ModelStreamError,
)
from app.domain.messages import Role
from app.domain.tool_calls import ToolCall
from app.integrations.openrouter import OpenAICompatibleClient
from app.orchestrator.llm_client import TokenUsage
from tests.integrations.asking import ask, ended, fails, message, request
from tests.standins.model_server import (
    DONE,
    Drop,
    ModelServer,
    chunk,
    event,
    json_reply,
    stream_reply,
    text_reply,
    tool_reply,
    tools_reply,
    usage_chunk,
)

NO_CHOICE = event({"id": "gen-1", "model": "test-model", "choices": []})


async def test_empty_choices_first_and_last_are_passed_over(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """pydantic-ai issue 164."""
    server.script([stream_reply(NO_CHOICE, *text_reply("Hi").steps[:-1], NO_CHOICE, DONE)])

    assert (await ask(client)).completed.text == "Hi"


async def test_null_choices_without_an_error_are_a_passing_fault(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """pydantic-ai issues 3994 and 6900."""
    nothing = {"id": None, "choices": None, "model": None, "usage": None}
    server.script([json_reply(nothing), stream_reply(event(nothing)), text_reply("Hi")])
    heard = await ask(client)

    assert heard.completed.text == "Hi"
    assert len(heard.retries) == 2


async def test_null_choices_after_words_break_the_answer_off(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}), event({"choices": None}))])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert heard.text == "Hel"


@pytest.mark.parametrize("index", [{}, {"index": None}, {"index": 0}, {"index": 3}])
async def test_the_choices_index_does_not_matter(
    client: OpenAICompatibleClient, server: ModelServer, index: dict[str, object]
) -> None:
    choice = {"delta": {"content": "Hi"}, **index}
    server.script([ended(event({"choices": [choice]}))])

    assert (await ask(client)).completed.text == "Hi"


async def test_calls_without_a_useful_index_stay_apart(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """ollama issue 7881, sglang issue 6310, agno issue 8880."""

    def call(**more: object) -> bytes:
        return chunk({"tool_calls": [more]})

    pieces = (
        call(index=0, id="a", function={"name": "files_read", "arguments": '{"n": 1}'}),
        call(index=0, id="b", function={"name": "files_read", "arguments": '{"n": 2}'}),
        call(id="c", function={"name": "files_read", "arguments": '{"n": '}),
        call(function={"arguments": "3}"}),
    )
    server.script([ended(*pieces, finish="tool_calls")])

    assert (await ask(client)).calls == [
        ("a", "files.read", {"n": 1}),
        ("b", "files.read", {"n": 2}),
        ("c", "files.read", {"n": 3}),
    ]


async def test_empty_and_repeated_ids_become_unique(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """ai-sdk-provider issue 160; the second "same" is one of an earlier message."""
    call = ToolCall("same", "files.read")
    asked = request(
        message(Role.ASSISTANT, tool_calls=(call,)), message(Role.TOOL, "x", tool_call_id="same")
    )
    wanted: list[tuple[str, object, str]] = [
        ("files_read", {"n": n}, i) for n, i in enumerate(["", "", "same", "new", "new"])
    ]
    server.script([tools_reply(*wanted)])  # type: ignore[arg-type]
    calls = (await ask(client, asked)).calls

    ids = [one[0] for one in calls]
    assert len({*ids, "same"}) == 6
    assert ids[3] == "new"
    assert [one[2]["n"] for one in calls] == [0, 1, 2, 3, 4]


async def test_id_and_name_in_the_first_delta_only(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """litellm issue 11407."""
    first = {"index": 0, "id": "a", "function": {"name": "files_read"}}
    later = {"index": 0, "id": "", "function": {"name": "", "arguments": "{}"}}
    pieces = (chunk({"tool_calls": [piece]}) for piece in (first, later))
    server.script([ended(*pieces, finish="tool_calls")])

    assert (await ask(client)).calls == [("a", "files.read", {})]


async def test_absent_arguments_are_none(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """ai-sdk-provider issue 287."""
    server.script([tool_reply("files_read", None)])

    assert (await ask(client)).calls == [("call_1", "files.read", {})]


async def test_invalid_arguments_are_kept_with_the_reason(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """ai-sdk-provider issue 194."""
    server.script([tool_reply("files_read", '{"path": "a')])
    call = (await ask(client)).call

    assert (call.arguments, call.raw_arguments) == ({}, '{"path": "a')
    assert call.parse_error


async def test_arguments_that_look_whole_early_make_one_call(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """ai-sdk-provider issue 489: `{}` and `1` are whole JSON, and not the end."""
    parts = [
        {"index": 0, "id": "a", "function": {"name": "files_read", "arguments": '{"a":1}'}},
        {"index": 0, "function": {"arguments": " "}},
    ]
    server.script([ended(*(chunk({"tool_calls": [p]}) for p in parts), finish="tool_calls")])

    assert (await ask(client)).calls == [("a", "files.read", {"a": 1})]


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "function_call", "end_turn"])
async def test_calls_count_whatever_the_finish_is_called(
    client: OpenAICompatibleClient, server: ModelServer, finish: str
) -> None:
    """ai-sdk-provider issues 166 and 420."""
    calls = tool_reply("files_read", {}).steps[:-3]
    server.script([ended(*calls, finish=finish)])
    heard = await ask(client)

    assert len(heard.calls) == 1
    assert heard.completed.finish_reason == "tool_calls"


async def test_the_first_finish_holds(client: OpenAICompatibleClient, server: ModelServer) -> None:
    later = [chunk(finish=finish) for finish in ("length", "stop", "")]
    server.script([stream_reply(chunk({"content": "Hel"}), *later, DONE)])

    assert (await ask(client)).completed.finish_reason == "length"


async def test_calls_without_a_finish_count_where_the_stream_says_it_is_done(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    calls = tool_reply("files_read", {}).steps[:-3]
    server.script([stream_reply(*calls, DONE)])

    assert (await ask(client)).completed.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    "steps", [tool_reply("files_read", {"a": 1}).steps[:-3], text_reply("Hel").steps[:-3]]
)
async def test_a_stream_that_just_ends_is_an_error_and_its_calls_are_dropped(
    client: OpenAICompatibleClient, server: ModelServer, steps: tuple[bytes, ...]
) -> None:
    """opencode issue 26170, oh-my-pi issue 8563."""
    server.script([stream_reply(*steps)])
    error = await fails(client, ModelStreamError)

    assert "broke off" in error.message
    assert len(server.requests) == 1


async def test_a_cut_connection_is_an_error_and_the_words_so_far_are_kept(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}), Drop())])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert heard.error.details["cause"]
    assert heard.text == "Hel"


async def test_a_connection_cut_after_the_finish_does_no_harm(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(*tool_reply("files_read", {}).steps[:-2], Drop())])

    assert (await ask(client)).calls == [("call_1", "files.read", {})]


@pytest.mark.parametrize("code", [502, "server_error", None])
async def test_an_error_inside_the_stream_ends_it_and_keeps_the_words_and_the_usage(
    client: OpenAICompatibleClient, server: ModelServer, code: object
) -> None:
    """local-operator issue 223; the code is a number in one page of the docs, a word in another."""
    error = {
        "code": code,
        "message": "Provider disconnected",
        "metadata": {"error_type": "provider_unavailable"},
    }
    last = chunk({"content": ""}, finish="error", error=error)
    server.script([stream_reply(chunk({"content": "Hel"}), usage_chunk(), last)])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert "Provider disconnected" in heard.error.message
    assert heard.text == "Hel"
    assert heard.of(TokenUsage)
    assert len(server.requests) == 1


async def test_an_error_before_anything_else_is_typed(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    error = {"code": 400, "message": "x", "metadata": {"error_type": "context_length_exceeded"}}
    server.script(
        [
            stream_reply(chunk(finish="error", error=error)),
            json_reply({"error": error}),
            json_reply({"choices": [{"error": error}]}),
        ]
    )

    for _ in range(3):
        await fails(client, ContextTooLongError)


async def test_a_finish_called_error_is_one(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}, finish="error"), DONE)])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert heard.text == "Hel"


async def test_an_error_object_of_vllm_is_one(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(event({"object": "error", "message": "bad", "code": 400}))])

    assert "bad" in (await fails(client, ModelRefusedError)).message


async def test_a_server_that_repeats_id_and_name_and_then_drops_the_stream(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    """llama_cpp.server: whole where it came to its finish, nothing to run where it did not."""
    parts = ['{"path"', ": ", '"a.md"}']
    call = {"index": 0, "id": "call__0_files_read_cmpl-1", "type": "function"}
    deltas = [
        chunk({"tool_calls": [{**call, "function": {"name": "files_read", "arguments": part}}]})
        for part in parts
    ]
    finish = chunk(finish="tool_calls")
    server.script([stream_reply(*deltas, finish, Drop()), stream_reply(*deltas, Drop())])

    assert (await ask(client)).calls == [(call["id"], "files.read", {"path": "a.md"})]
    await fails(client, ModelStreamError)
