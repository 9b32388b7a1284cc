"""Secrets become placeholders, however they are cut up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.redaction import Redactor, Secret, StreamRedactor

KEY = "sk-or-v1-0123456789abcdef"


KNOWN = Redactor({"OPENROUTER_API_KEY": Secret(KEY)})


def redactor() -> Redactor:
    return Redactor({"OPENROUTER_API_KEY": Secret(KEY)})


def test_a_secret_never_shows_itself() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r}"
    assert KEY not in str([secret])


def test_text_and_nested_values_lose_the_secret() -> None:
    value = {"a": [f"x {KEY} y", 1, None], KEY: ("t", KEY)}
    assert KEY not in str(redactor().value(value))
    assert redactor().text(f"<{KEY}>") == "<[secret:OPENROUTER_API_KEY]>"


def test_short_values_are_left_alone() -> None:
    assert Redactor({"K": Secret("none")}).text("none of it") == "none of it"


def test_the_placeholder_is_recognised_wherever_it_stands() -> None:
    assert redactor().has_placeholder({"content": ["a [secret:OPENROUTER_API_KEY] b"]})
    assert not redactor().has_placeholder({"content": "[secret:OTHER]"})


def test_a_placeholder_written_for_a_reader_is_recognised() -> None:
    for written in (r"\[secret:OPENROUTER\_API\_KEY\]", "&#91;secret:OPENROUTER_API_KEY&#93;"):
        assert redactor().has_placeholder({"content": f"a {written} b"})


def test_a_placeholder_of_a_secret_that_is_not_set_now_is_one_all_the_same() -> None:
    later = Redactor(names=["OPENROUTER_API_KEY"])
    assert later.has_placeholder("KEY=[secret:OPENROUTER_API_KEY]")
    assert later.text("KEY=[secret:OPENROUTER_API_KEY]") == "KEY=[secret:OPENROUTER_API_KEY]"


def test_of_two_overlapping_secrets_neither_is_left() -> None:
    both = Redactor({"A": Secret(KEY), "B": Secret(KEY + "-longer")})
    assert KEY not in both.text(f"{KEY}-longer {KEY}")


@given(st.text(max_size=30), st.text(max_size=30), st.lists(st.integers(1, 7), max_size=60))
def test_a_secret_cut_into_pieces_is_still_found(before: str, after: str, sizes: list[int]) -> None:
    text = before + KEY + after
    stream, out, at = StreamRedactor(KNOWN), "", 0
    for size in [*sizes, len(text)]:
        out += stream.feed(text[at : at + size])
        at += size
    out += stream.flush()
    assert KEY not in out
    assert out == KNOWN.text(text)


def test_a_longer_secret_that_begins_like_a_shorter_one_leaves_no_tail() -> None:
    both = Redactor({"A": Secret("abcdefghijkl"), "B": Secret("abcdefghijklMNOPQRST")})
    stream = StreamRedactor(both)
    out = stream.feed("x abcdefghijkl") + stream.feed("MNOPQRST y") + stream.flush()
    assert out == "x [secret:B] y"


def test_a_secret_that_ends_like_another_begins_is_not_torn() -> None:
    both = Redactor({"A": Secret("0123456789abcdef"), "B": Secret("abcdefghijklmnop")})
    stream = StreamRedactor(both)
    assert stream.feed("0123456789abcdef") + stream.flush() == "[secret:A]"
