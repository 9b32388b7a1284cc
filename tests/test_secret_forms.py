"""A known secret is recognised in the encodings that programs commonly write."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redaction import Redactor, Secret, StreamRedactor

KEY: Final = 'sk/0123+45&67"89=äbcdef'
HIDDEN: Final = "[secret:K]"
ENCODINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "HEXADECIMAL": lambda text: text.encode().hex().upper(),
    "spaced hexadecimal": lambda text: text.encode().hex(" "),
    "in a URL": urllib.parse.quote,
    "in a query": urllib.parse.quote_plus,
    "in a URL, nothing plain": lambda text: urllib.parse.quote(text, safe=""),
    "every byte in percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in plain JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in HTML": html.escape,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@given(before=st.text(max_size=5), after=st.text(max_size=5))
def test_an_encoded_secret_is_hidden_wherever_it_begins(
    encode: Callable[[str], str], before: str, after: str
) -> None:
    text = (
        before.encode("utf-8", "replace").decode() + KEY + after.encode("utf-8", "replace").decode()
    )
    assert HIDDEN in Redactor({"K": Secret(KEY)}).text(encode(text))


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@given(sizes=st.lists(st.integers(1, 9), max_size=30))
def test_an_encoded_secret_that_streams_in_pieces_is_hidden(
    encode: Callable[[str], str], sizes: list[int]
) -> None:
    redactor = Redactor({"K": Secret(KEY), "OTHER": Secret("0123456789abcdef")})
    text = encode(f"so: {KEY}. That is it.")
    stream, out, at = StreamRedactor(redactor), "", 0
    for size in [*sizes, len(text)]:
        out += stream.feed(text[at : at + size])
        at += size
    assert out + stream.flush() == redactor.text(text)
    assert HIDDEN in redactor.text(text)


def test_words_without_a_secret_come_through_at_once() -> None:
    stream = StreamRedactor(Redactor({"K": Secret(KEY)}))
    words = ["The ", "answer ", "is ", "42."]
    assert [stream.feed(word) for word in words] == words


def test_a_value_without_a_secret_is_given_back_itself() -> None:
    redactor = Redactor({"K": Secret(KEY)})
    value = {"a": ["b", ("c", b"d", {"e"})], "f": None}
    assert redactor.value(value) is value
    hidden = redactor.value({"a": (KEY.encode(), [KEY]), "n": 1})
    assert hidden == {"a": (HIDDEN.encode(), [HIDDEN]), "n": 1}
