"""A server's faults seen from the far end: what is run, what is stored, what is sent next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.assembly import Assembly
from app.domain.events import ErrorEvent, Event, FileVersionEvent, ToolResultEvent
from app.domain.messages import Channel, Role
from app.domain.tool_calls import ToolStatus
from app.integrations.request_options import RequestOptions
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.engine import TurnOutcome
from tests.integrations.conftest import MakeClient
from tests.standins.model_server import (
    Drop,
    ModelServer,
    Reply,
    chunk,
    stream_reply,
    text_reply,
    tool_reply,
)

BEFORE = "status: draft\n"
EDIT = '{"path": "report.md", "old": "draft", "new": "final"}'


@pytest.fixture
def report(tmp_path: Path) -> Path:
    found = tmp_path / "work" / "report.md"
    found.parent.mkdir()
    found.write_text(BEFORE)
    return found


@pytest.fixture
async def assembly(server: ModelServer, report: Path) -> AsyncIterator[Assembly]:
    opened = await Assembly.open(
        provider="openai-compatible",
        llm_base_url=server.base_url,
        model="first",
        folders=(report.parent,),
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


async def ask(assembly: Assembly, text: str = "go", conversation: str | None = None) -> TurnOutcome:
    engine = await assembly.engines.get(conversation)
    return await engine.run_turn(text, channel=Channel.TERMINAL, mode=ApprovalMode.ALWAYS)


def sent(server: ModelServer, number: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = server.requests[number].json["messages"]
    return messages


@pytest.mark.parametrize(
    "arguments", [EDIT[:-1], EDIT + "}", f"[{EDIT}]", EDIT.replace('"draft"', "1e999"), "[" * 5000]
)
async def test_a_call_whose_arguments_cannot_be_read_is_answered_and_never_run(
    assembly: Assembly, server: ModelServer, report: Path, heard: list[Event], arguments: str
) -> None:
    server.script([tool_reply("files_edit", arguments), text_reply("Sorry.")])
    outcome = await ask(assembly)

    assert report.read_text() == BEFORE
    assert not [e for e in heard if isinstance(e, FileVersionEvent)]
    [result] = [e for e in heard if isinstance(e, ToolResultEvent)]
    assert (result.id, result.status) == ("call_1", ToolStatus.ERROR)
    assert outcome.text == "Sorry."
    *_, asked, answered = sent(server, 1)
    assert asked["tool_calls"][0]["function"]["arguments"] == "{}"
    assert answered["tool_call_id"] == "call_1"


async def test_the_same_call_with_sound_arguments_is_run(
    assembly: Assembly, server: ModelServer, report: Path
) -> None:
    server.script([tool_reply("files_edit", EDIT), text_reply("Done.")])
    await ask(assembly)

    assert report.read_text() == BEFORE.replace("draft", "final")


async def test_an_answer_of_calls_only_goes_back_with_null_content(
    assembly: Assembly, server: ModelServer
) -> None:
    """ai-sdk-provider issue 506: some providers refuse an empty text."""
    server.script([tool_reply("files_read", {"path": "report.md"}), text_reply("Read.")])
    await ask(assembly)

    [spoken] = [one for one in sent(server, 1) if one["role"] == "assistant"]
    assert "content" in spoken
    assert spoken["content"] is None


@pytest.mark.parametrize(
    "end",
    [
        (),
        (Drop(),),
        (chunk(finish="error", error={"code": 502, "message": "gone"}),),
    ],
    ids=["just ends", "is cut", "ends in an error"],
)
async def test_the_calls_of_an_answer_that_broke_off_are_not_run_and_its_words_are_kept(
    assembly: Assembly, server: ModelServer, report: Path, heard: list[Event], end: tuple[Any, ...]
) -> None:
    whole = tool_reply("files_edit", EDIT, text="I change it.")
    server.script([stream_reply(*whole.steps[:-3], *end)])
    outcome = await ask(assembly)

    assert report.read_text() == BEFORE
    assert not [e for e in heard if isinstance(e, ToolResultEvent)]
    [error] = [e for e in heard if isinstance(e, ErrorEvent)]
    assert error.kind == "model_stream"
    assert outcome.error is not None
    [conversation] = await assembly.conversations.list()
    stored = await assembly.conversations.messages(conversation.id)
    assert [m.text for m in stored if m.role is Role.ASSISTANT] == ["I change it."]


async def test_reasoning_goes_back_as_it_was_signed_and_to_its_own_model_only(
    assembly: Assembly, server: ModelServer
) -> None:
    details = [
        {"type": "reasoning.text", "text": "Read", "index": 0},
        {"type": "reasoning.text", "text": " it.", "index": 0, "signature": "one"},
        {"type": "reasoning.text", "text": "Then say.", "index": 0, "signature": "two"},
        {"type": "reasoning.encrypted", "data": "xyz", "id": "call_1", "index": 1},
    ]
    kept = [{**details[0], "text": "Read it.", "signature": "one"}, *details[2:]]
    thoughts = [chunk({"reasoning_details": [one]}) for one in details]
    calls = tool_reply("files_read", {"path": "report.md"})
    server.script([Reply((*thoughts, *calls.steps)), *[text_reply("Read.")] * 3])
    await ask(assembly)
    [conversation] = await assembly.conversations.list()
    for model in ("second", "first"):
        await assembly.conversations.set_model(conversation.id, model)
        await ask(assembly, "again", conversation.id)

    models = [one.json["model"] for one in server.requests]
    found = [
        [one["reasoning_details"] for one in sent(server, n) if "reasoning_details" in one]
        for n in range(4)
    ]
    # The last one is read from disk.
    assert list(zip(models, found, strict=True)) == [
        ("first", []), ("first", [kept]), ("second", []), ("first", [kept]),
    ]  # fmt: skip


async def test_names_and_ids_of_a_million_letters_are_cut_and_the_turn_goes_on(
    assembly: Assembly, server: ModelServer, heard: list[Event]
) -> None:
    long = tool_reply("f" * 1_000_000, {}, id="i" * 1_000_000)
    model = chunk({"content": "Well."}, model="m" * 1_000_000)
    server.script([long, stream_reply(model, *text_reply("").steps[1:])])
    outcome = await ask(assembly)

    assert outcome.text == "Well."
    [result] = [e for e in heard if isinstance(e, ToolResultEvent)]
    assert result.status is ToolStatus.ERROR
    assert len(result.name) <= 200
    assert len(result.id) < 40
    assert len(server.requests[1].body) < len(server.requests[0].body) + 2_000
    stored = await assembly.conversations.messages(heard[0].conversation_id or "")
    assert max(len(str(message)) for message in stored) < 2_000


async def test_a_model_that_answers_in_place_of_another_goes_on_until_the_end_of_the_turn(
    make_client: MakeClient, server: ModelServer, assembly: Assembly
) -> None:
    """Its thoughts are signed: the other one would refuse them, and its own maker wants them."""
    thought = {"type": "reasoning.text", "text": "Read.", "signature": "b", "index": 0}
    told = chunk({"reasoning_details": [thought]}, model="b/two-2026-05-06")
    calls = tool_reply("files_read", {"path": "report.md"})
    server.script([Reply((told, *calls.steps)), text_reply("Read."), text_reply("Again.")])
    assembly.model.llm = make_client(
        provider="openrouter",
        default_model="a/one",
        options=RequestOptions(fallback_models=("a/one", "c/three", "b/two:free")),
    )
    await ask(assembly)
    [conversation] = await assembly.conversations.list()
    await assembly.conversations.set_model(conversation.id, None)
    await ask(assembly, "again", conversation.id)

    asked = [(one.json["model"], one.json["models"]) for one in server.requests]
    found = [
        [one["reasoning_details"] for one in sent(server, n) if "reasoning_details" in one]
        for n in range(3)
    ]
    assert list(zip(asked, found, strict=True)) == [
        (("a/one", ["c/three", "b/two:free"]), []),
        (("b/two:free", ["a/one", "c/three"]), [[thought]]),
        (("a/one", ["c/three", "b/two:free"]), []),
    ]
