"""Pictures on the wire: who is sent them, who is not, and what is said of it."""

from __future__ import annotations

import base64

from app.domain.attachments import Attachment
from app.domain.messages import Role
from app.orchestrator.llm_client import ModelRequest, Remark
from tests.integrations.asking import ask, message, request
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import ModelServer, error_reply, json_reply, text_reply

PICTURE = b"\x89PNG\r\n\x1a\n of a cat"
CAT = Attachment(
    "cat.png", "image/png", 9, "a" * 64, "b" * 64, len(PICTURE), width=4, height=3, given=1
)


def with_a_cat(words: str = "What is it?", **more: object) -> ModelRequest:
    said = message(Role.USER, words, attachments=(CAT,))
    return request(said, attached={CAT.readable: PICTURE}, **more)


def listed(server: ModelServer, *kinds: str) -> None:
    server.pages["/key"] = json_reply({"data": {}})
    server.models = json_reply(
        {"data": [{"id": "test-model", "architecture": {"input_modalities": list(kinds)}}]}
    )


def content(server: ModelServer, number: int = -1) -> object:
    return server.requests[number].json["messages"][-1]["content"]


AS_SENT = {
    "type": "image_url",
    "image_url": {"url": f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"},
}


async def test_a_model_that_openrouter_lists_as_blind_is_sent_no_picture(
    make_client: MakeClient, server: ModelServer
) -> None:
    listed(server, "text")
    server.script([text_reply("I cannot see."), text_reply("Still not.")])
    client = make_client(provider="openrouter")
    heard = await ask(client, with_a_cat())

    (remark,) = heard.of(Remark)
    assert remark.text.startswith("test-model cannot see pictures: it was only told their names.")
    assert isinstance(content(server), str)
    assert "cannot see the pictures named here" in str(content(server))
    await ask(client, with_a_cat())
    assert len([one for one in server.lookups if one.path == "/v1/models"]) == 1


async def test_a_model_that_openrouter_lists_as_seeing_is_sent_the_picture(
    make_client: MakeClient, server: ModelServer
) -> None:
    listed(server, "text", "image")
    server.script([text_reply("A cat.")])
    heard = await ask(make_client(provider="openrouter"), with_a_cat())

    assert heard.of(Remark) == []
    assert content(server) == [{"type": "text", "text": "What is it?"}, AS_SENT]


async def test_a_list_that_cannot_be_read_keeps_nothing_from_being_asked(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.models = error_reply(500)
    server.script([text_reply("A cat.")])
    await ask(make_client(provider="openrouter"), with_a_cat())

    assert content(server) == [{"type": "text", "text": "What is it?"}, AS_SENT]


async def test_a_refusal_is_remembered_and_told_once_a_message(
    make_client: MakeClient, server: ModelServer
) -> None:
    refusal = error_reply(400, {"error": {"message": "image_url is not supported"}})
    server.script([refusal, text_reply("Blind."), text_reply("Go on."), text_reply("Blind.")])
    client = make_client()
    assert len((await ask(client, with_a_cat())).of(Remark)) == 1
    seen = message(Role.USER, "What is it?", attachments=(CAT,))
    later = [seen, message(Role.ASSISTANT, "Blind."), message(Role.USER, "Go on")]
    heard = await ask(client, request(*later, attached={CAT.readable: PICTURE}))
    assert heard.of(Remark) == []
    assert len((await ask(client, with_a_cat())).of(Remark)) == 1
    assert len(server.requests) == 4


async def test_a_picture_without_words_is_sent_without_an_empty_part(
    make_client: MakeClient, server: ModelServer
) -> None:
    server.script([text_reply("A cat.")])
    await ask(make_client(), with_a_cat(""))

    assert content(server) == [AS_SENT]


async def test_the_mark_for_caching_stands_on_the_last_part(
    make_client: MakeClient, server: ModelServer
) -> None:
    listed(server, "text", "image")
    server.script([text_reply("A cat.")])
    client = make_client(provider="openrouter", default_model="anthropic/claude")
    await ask(client, with_a_cat())

    mark = {"cache_control": {"type": "ephemeral"}}
    assert content(server) == [{"type": "text", "text": "What is it?"}, {**AS_SENT, **mark}]
