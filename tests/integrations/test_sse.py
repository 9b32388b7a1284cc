"""Server-sent events: the standard's rules, however the bytes are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrations.sse import SseComment, SseData, SseItem, SseParser


def parsed(*pieces: bytes) -> list[SseItem]:
    parser = SseParser()
    found = [item for piece in pieces for item in parser.feed(piece)]
    return [*found, *parser.finish()]


@pytest.mark.parametrize(
    ("stream", "items"),
    [
        (b"data: a\n\n", [SseData("a")]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [SseData("a"), SseData("b")]),
        (b"data: a\r\rdata: b\r\r", [SseData("a"), SseData("b")]),
        (b"data:a\n\n", [SseData("a")]),
        (b"data:  a\n\n", [SseData(" a")]),
        (b"data: a\ndata: b\n\n", [SseData("a\nb")]),
        (b"\xef\xbb\xbfdata: a\n\n", [SseData("a")]),
        (b"data: a", [SseData("a")]),
        (b"data: a\n", [SseData("a")]),
        (b": OPENROUTER PROCESSING\n\ndata: a\n\n", [SseComment("OPENROUTER PROCESSING"),
                                                     SseData("a")]),
        (b":\n\n", [SseComment("")]),
        (b"event: x\nid: 7\nretry: 10\ndata: a\n\n", [SseData("a")]),
        (b"event: ping\n\nid: 7\n\n\n\n", []),
        (b"data\n\n", []),
        (b"", []),
        (b"\xef\xbb\xbf", []),
    ],
)  # fmt: skip
def test_lines_become_events(stream: bytes, items: list[SseItem]) -> None:
    assert parsed(stream) == items


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_cr_and_lf_end_a_line(separator: str) -> None:
    assert parsed(f"data: a{separator}b\n\n".encode()) == [SseData(f"a{separator}b")]


def test_an_event_is_there_as_soon_as_its_blank_line_is() -> None:
    parser = SseParser()

    assert parser.feed(b"data: a\n") == []
    assert parser.feed(b"\n") == [SseData("a")]


def test_bytes_that_are_not_utf8_do_not_stop_the_stream() -> None:
    assert parsed(b"data: a\xff\n\ndata: b\n\n") == [SseData("a\ufffd"), SseData("b")]


STREAM = "".join(
    (
        "\ufeff: waiting …\r\n\r\n",
        'data: {"a":"žluťoučký 🐴"}\n\n',
        "data: eins\r\ndata:zwei\u2028drei\r\n\r\n",
        ":\r\rdata: end",
    )
).encode()


def test_every_single_cut_gives_the_same_items() -> None:
    whole = parsed(STREAM)

    assert len(whole) == 5
    for position in range(len(STREAM) + 1):
        assert parsed(STREAM[:position], STREAM[position:]) == whole


@given(st.sets(st.integers(0, len(STREAM))))
def test_every_split_gives_the_same_items(cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]

    assert parsed(*(STREAM[a:b] for a, b in itertools.pairwise(edges))) == parsed(STREAM)


@given(st.lists(st.binary(max_size=30)))
def test_any_bytes_are_taken(pieces: list[bytes]) -> None:
    assert parsed(*pieces) == parsed(b"".join(pieces))
