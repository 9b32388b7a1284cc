"""The guide behind the model's port, driven by a loop like the engine's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Literal

import pytest

from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.integrations.guided.answering import last_turn
from app.integrations.guided.client import GuidedClient, pieces
from app.orchestrator.llm_client import (
    Completed,
    LLMClient,
    ModelEvent,
    ModelRequest,
    TextDelta,
)
from tests.integrations.guided.fake_files import FakeFiles

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Conversation:
    """A loop of the engine's kind over files in memory."""

    def __init__(self, files: FakeFiles, *, max_iterations: int = 25) -> None:
        self.files = files
        self.messages: list[ConversationMessage] = []
        self._max_iterations = max_iterations
        self._turns = 0

    async def say(self, text: str) -> Completed:
        """One turn; returns its last model message."""
        self._turns += 1
        self._add(Role.USER, text)
        client = GuidedClient()
        for _ in range(self._max_iterations):
            completed = await self._ask(client, "auto")
            if not completed.tool_calls:
                return completed
            for call in completed.tool_calls:
                self._run(call)
        return await self._ask(client, "none")

    async def _ask(self, client: LLMClient, choice: Literal["auto", "none"]) -> Completed:
        request = ModelRequest(system="", messages=self.messages, tool_choice=choice)
        events = await gather(client, request)
        *deltas, completed = events
        assert isinstance(completed, Completed)
        assert "".join(d.text for d in deltas if isinstance(d, TextDelta)) == completed.text
        self._add(Role.ASSISTANT, completed.text, tool_calls=completed.tool_calls)
        return completed

    def _run(self, call: ToolCall) -> None:
        outcome = self.files.call(call.name, call.arguments)
        self._add(
            Role.TOOL,
            outcome.text,
            tool_call_id=call.id,
            tool_name=call.name,
            tool_status=outcome.status,
            metadata=outcome.metadata,
        )

    def _add(self, role: Role, text: str, **fields: object) -> None:
        self.messages.append(message(role, text, turn_id=f"turn{self._turns}", **fields))


def message(role: Role, text: str, *, turn_id: str = "t", **fields: object) -> ConversationMessage:
    """A stored message."""
    return ConversationMessage("c", turn_id, role, text, AT, **fields)  # type: ignore[arg-type]


async def gather(client: LLMClient, request: ModelRequest) -> list[ModelEvent]:
    """All events of one stream."""
    return [event async for event in client.stream(request)]


def request(*messages: ConversationMessage) -> ModelRequest:
    """A request with this history."""
    return ModelRequest(system="", messages=messages)


async def test_the_main_job_from_asking_to_getting_the_old_version_back() -> None:
    files = FakeFiles({"report.md": "This is a draft.\n"})
    talk = Conversation(files)

    changed = await talk.say("replace 'draft' with 'final' in report.md")
    assert files.contents["report.md"] == "This is a final.\n"
    assert changed.text.startswith("Changed `report.md`: version 2.")

    shown = await talk.say("show versions of report.md")
    assert "**Version 2**" in shown.text

    back = await talk.say("restore version 1 of report.md")
    assert files.contents["report.md"] == "This is a draft.\n"
    assert "that is now version 3" in back.text
    assert [call.name for call in files.calls] == ["files.edit", "files.versions", "files.restore"]


async def test_every_call_has_its_own_id() -> None:
    talk = Conversation(FakeFiles({"report.md": "draft draft"}))
    await talk.say("/replace draft final report.md all")
    await talk.say("undo")

    ids = [call.id for m in talk.messages for call in m.tool_calls]
    assert len(ids) == len(set(ids)) == 3
    assert all(len(call_id) <= 40 for call_id in ids)


async def test_a_denied_change_is_not_asked_for_again() -> None:
    files = FakeFiles({"report.md": "draft"}, denied_by="nobody to ask")

    answer = await Conversation(files).say("remove report.md")

    assert files.contents == {"report.md": "draft"}
    assert len(files.calls) == 1
    assert answer.text.startswith("Nothing was changed, because it needs your approval")


async def test_what_is_not_understood_calls_nothing_and_offers_buttons() -> None:
    files = FakeFiles({"report.md": "draft"})

    answer = await Conversation(files).say("should I remove report.md?")

    assert files.calls == []
    assert "Nothing was changed." in answer.text
    assert answer.metadata["suggestions"] == [
        "/read report.md",
        "/versions report.md",
        "/files",
        "/help",
    ]


async def test_buttons_can_be_pressed() -> None:
    files = FakeFiles({"report.md": "draft draft"})
    talk = Conversation(files)
    asked = await talk.say("replace 'draft' with 'final' in report.md")
    buttons = asked.metadata["suggestions"]
    assert isinstance(buttons, list)

    await talk.say(buttons[0])

    assert files.contents == {"report.md": "final final"}


async def test_earlier_turns_and_answers_are_not_requests() -> None:
    files = FakeFiles({"report.md": "please remove report.md and /undo"})
    talk = Conversation(files)
    await talk.say("read report.md")

    await talk.say("list files")

    assert [call.name for call in files.calls] == ["files.read", "files.list"]


@pytest.mark.parametrize("limit", [0, 1, 2])
async def test_the_closing_call_calls_nothing(limit: int) -> None:
    files = FakeFiles({"report.md": "draft draft"})

    answer = await Conversation(files, max_iterations=limit).say("/replace draft x report.md all")

    assert len(files.calls) == limit
    assert answer.tool_calls == ()
    assert answer.text


async def test_an_answer_comes_in_several_pieces_and_then_completed_once() -> None:
    events = await gather(GuidedClient(), request(message(Role.USER, "help")))

    assert len(events) > 10
    assert sum(isinstance(event, Completed) for event in events) == 1
    assert isinstance(events[-1], Completed)
    assert events[-1].finish_reason == "stop"


async def test_a_call_is_asked_for_without_any_words() -> None:
    events = await gather(GuidedClient(), request(message(Role.USER, "/files")))

    (completed,) = events
    assert isinstance(completed, Completed)
    assert completed.finish_reason == "tool_calls"
    assert [call.name for call in completed.tool_calls] == ["files.list"]


async def test_a_stream_can_be_closed_half_way() -> None:
    stream = GuidedClient().stream(request(message(Role.USER, "help")))
    assert isinstance(stream, AsyncGenerator)

    assert isinstance(await anext(stream), TextDelta)
    await stream.aclose()

    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_without_any_message_it_says_what_it_can_do() -> None:
    *_, completed = await gather(GuidedClient(), request())

    assert isinstance(completed, Completed)
    assert "I can do these offline" in completed.text


async def test_a_call_without_a_result_is_told_as_interrupted() -> None:
    call = ToolCall("guided_t_1", "files.remove", {"path": "report.md"})
    *_, completed = await gather(
        GuidedClient(),
        request(
            message(Role.USER, "remove report.md"),
            message(Role.ASSISTANT, "", tool_calls=(call,)),
        ),
    )

    assert isinstance(completed, Completed)
    assert "was interrupted" in completed.text


async def test_it_names_itself_and_has_no_models() -> None:
    client: LLMClient = GuidedClient()

    assert client.provider == "guided"
    assert client.label == "Offline commands, no AI"
    assert client.default_model is None
    assert await client.models() == []
    await client.aclose()


def test_the_last_turn_begins_at_the_last_thing_the_person_said() -> None:
    history: Sequence[ConversationMessage] = (
        message(Role.USER, "first"),
        message(Role.ASSISTANT, "done"),
        message(Role.USER, "second"),
        message(Role.TOOL, "x", tool_call_id="1", tool_status=ToolStatus.OK),
    )

    asked, since = last_turn(history)

    assert asked is history[2]
    assert since == history[3:]


@pytest.mark.parametrize("text", ["", " ", "one", "\n\n a b\tc \n", "x " * 1000, "a\n" * 500])
def test_pieces_join_to_the_text(text: str) -> None:
    parts = list(pieces(text))

    assert "".join(parts) == text
    assert len(parts) <= 61
