"""History for a model: every call has exactly one result, and no tool pair is torn."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.messages import ConversationMessage, Role
from app.domain.tool_calls import ToolCall
from app.orchestrator.history import (
    fitting,
    page_size,
    paged,
    repaired,
    shortened,
    size,
    turns_of,
    units,
)
from app.orchestrator.tokens import text_tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(
    role: Role, text: str = "x", *, calls: tuple[str, ...] = (), answers: str | None = None
) -> ConversationMessage:
    return ConversationMessage(
        "c",
        "t",
        role,
        text,
        NOW,
        tool_calls=tuple(ToolCall(i, "files.read") for i in calls),
        tool_call_id=answers,
    )


ids = st.sampled_from(["a", "b", "c", "d"])
messages = st.lists(
    st.one_of(
        st.just(message(Role.USER)),
        st.builds(
            lambda c, t: message(Role.ASSISTANT, t, calls=tuple(c)),
            st.lists(ids, max_size=3),
            st.sampled_from(["", "words"]),
        ),
        st.builds(lambda i: message(Role.TOOL, answers=i), ids),
    ),
    max_size=30,
)


@given(messages)
def test_whatever_was_stored_each_call_has_one_result_right_after_it(
    stored: list[ConversationMessage],
) -> None:
    waiting: list[str] = []
    for one in repaired(stored):
        if one.role is Role.TOOL:
            assert waiting
            assert one.tool_call_id == waiting.pop(0)
        else:
            assert not waiting
            waiting = [call.id for call in one.tool_calls]
    assert not waiting


@given(messages)
def test_a_history_that_is_whole_is_left_as_it_is(stored: list[ConversationMessage]) -> None:
    once = repaired(stored)
    assert repaired(once) == once


def test_calls_that_share_an_id_are_told_apart_and_each_has_its_result() -> None:
    made = repaired(
        [
            message(Role.USER),
            message(Role.ASSISTANT, "", calls=("a", "a", "a~2", "a")),
            message(Role.TOOL, "first", answers="a"),
            message(Role.TOOL, "second", answers="a"),
            message(Role.TOOL, "other", answers="a~2"),
        ]
    )
    assert [call.id for call in made[1].tool_calls] == ["a", "a~3", "a~2", "a~4"]
    answered = [(one.tool_call_id, one.text[:6]) for one in made[2:]]
    assert answered == [("a", "first"), ("a~3", "second"), ("a~2", "other"), ("a~4", "The ca")]


@st.composite
def conversations(draw: st.DrawFn) -> list[ConversationMessage]:
    rows = []
    for turn in range(draw(st.integers(0, 6))):
        rows.append(dataclasses.replace(message(Role.USER, f"ask {turn}"), turn_id=str(turn)))
        for one in draw(messages):
            if one.role is not Role.USER:
                rows.append(dataclasses.replace(one, turn_id=str(turn)))
    return rows


@given(conversations(), st.integers(0, 400))
def test_what_is_chosen_of_earlier_turns_fits_and_begins_with_the_person(
    rows: list[ConversationMessage], tokens: int
) -> None:
    chosen = fitting(rows, tokens)
    assert size(chosen) <= tokens
    assert not chosen or chosen[0].role is Role.USER
    kept = [one.turn_id for one in chosen if one.role is Role.USER]
    assert (
        kept == [str(n) for n in range(6)][: len(turns_of(rows))][len(turns_of(rows)) - len(kept) :]
    )
    assert fitting(rows, size(rows)) == rows
    for turn in turns_of(chosen):
        whole = [row for row in rows if row.turn_id == turn[0].turn_id]
        assert turn == whole or not any(row.tool_calls or row.role is Role.TOOL for row in turn)


@given(conversations(), st.integers(0, 400))
def test_a_turn_that_is_too_long_keeps_the_question_and_its_newest_steps(
    rows: list[ConversationMessage], tokens: int
) -> None:
    for turn in turns_of(rows):
        kept = shortened(turn, tokens)
        assert kept[0] == turn[0]
        *_, newest = units(turn)
        least = size(turn[:1]) + (size(newest) if newest != turn[:1] else 0)
        assert size(kept) <= max(tokens, least)
        assert kept[-1] == turn[-1]
        assert kept[1:] == turn[len(turn) - len(kept) + 1 :]


def test_a_result_that_is_too_long_is_given_in_part_with_the_way_to_the_rest() -> None:
    long = message(Role.TOOL, "x" * 10_000, answers="call-1")
    cut = paged(long, 2_000)
    assert cut.text.startswith("x" * 2_000 + "\n[")
    assert 'call_id "call-1", offset 2000 and limit 2000' in cut.text
    assert len(cut.text) < 2_300
    for whole in (message(Role.TOOL, "x" * 2_100, answers="a"), message(Role.USER, "x" * 10_000)):
        assert paged(whole, 2_000) is whole


def test_a_page_grows_with_the_window_within_reason() -> None:
    assert page_size(1_000) == 2_000
    assert page_size(8_000) == 4_000
    assert page_size(1_000_000) == 60_000


def test_tokens_are_estimated_by_letters_and_by_bytes_where_there_are_no_latin_ones() -> None:
    assert text_tokens("") == 0
    assert text_tokens("four") == 1
    assert text_tokens("fives") == 2
    assert 4 <= text_tokens("привет") <= 6
    assert text_tokens("漢字漢字") == 4
