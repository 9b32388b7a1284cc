"""Streams that no server should send: thousands here, a million in ``make torture``."""

from __future__ import annotations

import pytest

from app.domain.errors import ModelStreamError
from tests.integrations import stream_fuzz
from tests.standins.model_server import chunk

SEED = 20_26
ROUNDS = 12_000


@pytest.mark.parametrize("part", range(4))
def test_no_mutation_of_a_stream_breaks_more_than_the_stream(part: int) -> None:
    """Never an error of another kind, a hang, a call half read, or what cannot be stored."""
    found: list[str] = []
    for number in range(part, ROUNDS, 4):
        found += stream_fuzz.violations(SEED, number)

    assert not found[:3]


def test_what_is_recorded_is_read_without_a_fault_where_it_is_whole() -> None:
    ends = [stream_fuzz.read([body]) for body in stream_fuzz.RECORDED]

    assert [bool(one.completed) for one in ends] == [True] * 6 + [False, False, True]
    assert [len(one.completed.tool_calls) for one in ends if one.completed] == [0, 0, 0, 2, 3, 0, 0]


def test_the_mutations_reach_good_ends_and_bad_ones() -> None:
    """Else the fuzz would look at one kind of stream only."""
    ends = [stream_fuzz.read([stream_fuzz.mutated(SEED, n)]) for n in range(600)]
    whole = [one.completed for one in ends if one.completed]

    assert len(whole) > 60
    assert sum(bool(one.tool_calls) for one in whole) > 20
    assert sum(bool(c.parse_error) for one in whole for c in one.tool_calls) > 3
    assert len({one.error.kind for one in ends if one.error}) > 2


def test_an_answer_of_endless_calls_is_given_up() -> None:
    pieces = [
        chunk({"tool_calls": [{"index": n, "id": f"c{n}", "function": {"name": "files_read"}}]})
        for n in range(1100)
    ]
    found = stream_fuzz.read(pieces)

    assert type(found.error) is ModelStreamError
    assert "1000 calls" in found.error.message
