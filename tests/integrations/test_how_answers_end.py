"""The ends an answer can come to, other than the good one."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    ModelModeratedError,
    ModelRefusedError,
    ModelStreamError,
    ModelTimeoutError,
)
from app.integrations import answer_stream
from app.integrations.openrouter import OpenAICompatibleClient
from tests.integrations.asking import ask, fails
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import (
    DONE,
    Hang,
    ModelServer,
    Reply,
    chunk,
    event,
    stream_reply,
    text_reply,
    tool_reply,
)


async def test_nothing_at_all_is_no_answer(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    role = chunk({"role": "assistant", "content": ""})
    server.script([stream_reply(DONE), stream_reply(), stream_reply(role, DONE), text_reply("Hi")])
    heard = await ask(client)

    assert heard.completed.text == "Hi"
    assert len(heard.retries) == 3


async def test_an_empty_answer_that_ends_well_is_one(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": ""}, finish="stop"), DONE)])

    assert (await ask(client)).completed.text == ""


async def test_an_answer_at_its_length_limit_says_so(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([text_reply("Hel", finish="length")])

    assert (await ask(client)).completed.finish_reason == "length"


async def test_a_call_cut_at_the_length_limit_is_never_run(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    calls = tool_reply("files_read", None).steps[:-3]
    server.script([stream_reply(*calls, chunk(finish="length"), DONE)])

    assert (await ask(client)).call.parse_error


async def test_an_answer_held_back_by_a_filter_is_a_refusal(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk(finish="content_filter"), DONE)])

    await fails(client, ModelModeratedError)


async def test_what_is_no_json_breaks_the_answer_off(
    client: OpenAICompatibleClient, server: ModelServer
) -> None:
    server.script([stream_reply(chunk({"content": "Hel"}), event("{not json"))])

    assert "cannot be read" in (await fails(client, ModelStreamError)).message


async def test_a_web_page_is_no_answer(client: OpenAICompatibleClient, server: ModelServer) -> None:
    server.script([Reply((b"<html>hello</html>",), headers={"content-type": "text/html"})])
    error = await fails(client, ModelRefusedError)

    assert error.settings == ("llm_base_url",)


@pytest.mark.parametrize("steps", [(), (chunk({"content": "Hel"}),)])
async def test_silence_is_given_up_and_not_tried_again(
    make_client: MakeClient, server: ModelServer, steps: tuple[bytes, ...]
) -> None:
    server.script([stream_reply(*steps, Hang())])
    client = make_client(idle_timeout=0.2)
    error = await fails(client, ModelTimeoutError)

    assert "said nothing for 0.2 seconds" in error.message
    assert len(server.requests) == 1
    await server.until(lambda: server.left_early == 1)


async def test_silence_before_the_status_is_given_up_too(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([Reply(before=(Hang(),))])

    await fails(make_client(idle_timeout=0.2), ModelTimeoutError)


async def test_a_finish_without_done_is_not_waited_on_for_long(
    client: OpenAICompatibleClient, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_stream, "_USAGE_WAIT", 0.05)
    server.script([stream_reply(*tool_reply("files_read", {}).steps[:-2], Hang())])

    assert (await ask(client)).calls == [("call_1", "files.read", {})]


async def test_an_answer_without_an_end_is_cut(
    client: OpenAICompatibleClient, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_stream, "_MAX_ANSWER", 4000)
    server.script([stream_reply(*[chunk({"content": "x" * 100})] * 100)])
    heard = await ask(client)

    assert type(heard.error) is ModelStreamError
    assert len(heard.text) < 4000
    await server.until(lambda: server.open_connections == 0)
