"""Packed requests come back whole, whatever a turn asked, and say nothing twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import StorageError
from app.domain.message_forms import Form, message_form
from app.domain.messages import ConversationMessage, Role
from app.domain.skills import ToolDefinition
from app.domain.tool_calls import ToolCall, ToolStatus
from app.orchestrator.llm_client import ModelRequest
from app.orchestrator.request_packing import (
    RequestPacker,
    request_form,
    stored_ids,
    unpacked,
)

AT = datetime(2030, 1, 1, tzinfo=UTC)
TOOL = ToolDefinition("files.read", "Reads.", {"type": "object"})


def message(text: str, role: Role = Role.USER, message_id: int = 0) -> ConversationMessage:
    calls = (ToolCall("c1", "files.read", {"path": text}),) if role is Role.ASSISTANT else ()
    answers = {"tool_call_id": "c1", "tool_name": "files.read", "tool_status": ToolStatus.OK}
    return ConversationMessage(
        conversation_id="c",
        turn_id="t",
        role=role,
        text=text,
        created_at=AT,
        id=message_id,
        tool_calls=calls,
        **(answers if role is Role.TOOL else {}),  # type: ignore[arg-type]
    )


MESSAGES = st.lists(
    st.builds(message, st.sampled_from("abcd"), st.sampled_from(list(Role)), st.integers(0, 3)),
    max_size=8,
)
REQUESTS = st.lists(
    st.builds(
        ModelRequest,
        system=st.sampled_from(["Be good.", "Be better."]),
        messages=MESSAGES,
        tools=st.sampled_from([(), (TOOL,)]),
        tool_choice=st.sampled_from(["auto", "none"]),
    ),
    min_size=1,
    max_size=6,
)


@given(REQUESTS, st.dictionaries(st.integers(1, 3), st.builds(message, st.sampled_from("abcd"))))
def test_a_turn_s_requests_come_back_whole(
    requests: list[ModelRequest], rows: dict[int, ConversationMessage]
) -> None:
    stored = {number: message_form(row) for number, row in rows.items()}
    packer = RequestPacker()
    packed = [json.loads(json.dumps(packer.pack(one, stored.get))) for one in requests]
    again = unpacked(packed, {number: stored[number] for number in stored_ids(packed)})
    assert [json.dumps(vars_of(one)) for one in again] == [
        json.dumps(vars_of(request_form(one))) for one in requests
    ]


def vars_of(form: object) -> Form:
    return {name: getattr(form, name) for name in ("system", "tools", "messages", "options")}


def test_what_was_said_before_or_is_stored_is_not_said_again() -> None:
    long, new = message("x" * 5000, message_id=7), message("y" * 5000, Role.TOOL)
    packer = RequestPacker()
    stored = {7: message_form(long)}
    first = packer.pack(ModelRequest("S" * 5000, [long], (TOOL,)), stored.get)
    second = packer.pack(ModelRequest("S" * 5000, [long, new], (TOOL,)), stored.get)
    third = packer.pack(ModelRequest("S" * 5000, [long, new], (TOOL,)), stored.get)
    assert 5000 < len(json.dumps(first)) < 6000
    assert 5000 < len(json.dumps(second)) < 6000
    assert len(json.dumps(third)) < 400


def test_a_stored_message_that_was_changed_since_is_not_passed_off_as_what_was_sent() -> None:
    sent = message("as sent", message_id=7)
    packed = RequestPacker().pack(ModelRequest("S", [sent]), {7: message_form(sent)}.get)
    with pytest.raises(StorageError):
        unpacked([packed], {7: message_form(message("changed"))})
    with pytest.raises(StorageError):
        unpacked([packed], {})


def test_a_message_that_is_stored_in_another_form_is_kept_as_it_was_sent() -> None:
    cut = message("the first page", message_id=7)
    packed = RequestPacker().pack(
        ModelRequest("S", [cut]), {7: message_form(message("the first page and more"))}.get
    )
    assert stored_ids([packed]) == []
    assert unpacked([packed], {})[0].messages[0]["text"] == "the first page"
