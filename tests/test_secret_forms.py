"""A known secret is recognised in the encodings that programs commonly write."""

from __future__ import annotations

import base64
import codecs
import html
import json
import textwrap
import time
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.redaction import Redactor, Secret, StreamRedactor
from app.secret_search import fold

KEY: Final = 'sk/0123+45&67"89=äbcdef'
HIDDEN: Final = "[secret:K]"
REDACTOR: Final = Redactor({"K": Secret(KEY)})
TWO: Final = Redactor({"K": Secret(KEY), "OTHER": Secret("0123456789abcdef")})
FEW: Final = settings(max_examples=25)
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
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base64, wrapped": lambda text: base64.encodebytes((text * 3).encode()).decode(),
    "base64, wrapped and indented": lambda text: (
        "data: |\n" + textwrap.indent(base64.encodebytes((text * 3).encode()).decode(), "    ")
    ),
    "UTF-16 in hexadecimal": lambda text: text.encode("utf-16").hex(),
    "UTF-16 in base64": lambda text: base64.b64encode(text.encode("utf-16")).decode(),
    "UTF-16 read as Latin": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "percent of percent": lambda text: "".join(f"%25{byte:02X}" for byte in text.encode()),
    "escapes of C": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "escapes of JavaScript": lambda text: "".join(f"\\u{ord(one):04X}" for one in text),
    "numbered entities": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "hexadecimal entities": lambda text: "".join(f"&#X{ord(one):X};" for one in text),
    "a list of numbers": lambda text: str(list(text.encode())),
    "backwards": lambda text: text[::-1],
    "ROT13": lambda text: codecs.encode(text, "rot13"),
    "IN CAPITALS": lambda text: "".join(one.upper() if one.isascii() else one for one in text),
    "in small letters": str.lower,
    "with zero-width spaces": "\N{ZERO WIDTH SPACE}".join,
    "with soft hyphens": "\N{SOFT HYPHEN}".join,
    "with tags": "\U000e0041\U000e0020".join,
    "wrapped": lambda text: "\r\n".join(textwrap.wrap(text, 7)),
    "wrapped and indented": lambda text: "\n\t  ".join(textwrap.wrap(text, 7)),
    "a letter a line": "\n".join,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@FEW
@given(before=st.text(max_size=5), after=st.text(max_size=5))
def test_an_encoded_secret_is_hidden_wherever_it_begins(
    encode: Callable[[str], str], before: str, after: str
) -> None:
    text = (
        before.encode("utf-8", "replace").decode() + KEY + after.encode("utf-8", "replace").decode()
    )
    safe = REDACTOR.text(encode(text))
    assert HIDDEN in safe
    assert REDACTOR.text(safe) is safe


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@FEW
@given(sizes=st.lists(st.integers(1, 9), max_size=30))
def test_an_encoded_secret_that_streams_in_pieces_is_hidden(
    encode: Callable[[str], str], sizes: list[int]
) -> None:
    text = encode(f"so: {KEY}. That is it.")
    stream, out, at = StreamRedactor(TWO), "", 0
    for size in [*sizes, len(text)]:
        out += stream.feed(text[at : at + size])
        at += size
    assert out + stream.flush() == TWO.text(text)
    assert HIDDEN in TWO.text(text)


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


letters = st.text(alphabet="aK\u0130\u03a3\u03c3\u03c2\xdf\0 \t\r\n\v\f\x85\u2028\xad\u200bz")


@given(letters, letters)
def test_what_stands_around_a_secret_is_left_exactly(before: str, after: str) -> None:
    safe = REDACTOR.text(before + KEY + after)
    assert safe == before + HIDDEN + after


@given(st.text(alphabet="aB\0 \t\r\n\v\f", max_size=30))
def test_plain_text_is_folded_like_any_other(text: str) -> None:
    assert fold(f"{text}\xe4") == fold(text) + "\xe4"


def test_two_secrets_that_overlap_are_hidden_whole() -> None:
    both = Redactor({"A": Secret("0123456789abcdef"), "B": Secret("abcdefghijklmnop")})
    assert both.text("<0123456789abcdefghijklmnop>") == "<[secret:A]>"


def test_a_secret_of_one_letter_is_hidden_and_ends_the_search() -> None:
    redactor = Redactor({"K": Secret("a" * 12)})
    assert "a" * 12 not in redactor.text("a" * 100_000)


def test_a_secret_with_letters_of_a_pattern_is_taken_as_it_is() -> None:
    redactor = Redactor({"K": Secret(r"^(a+)+$[^b]\d{3}")})
    assert redactor.text(r"x ^(a+)+$[^b]\d{3} y") == f"x {HIDDEN} y"
    assert redactor.text("aaaaaaaaaaaaaaaaaaaaaaac123") == "aaaaaaaaaaaaaaaaaaaaaaac123"


def test_many_words_are_searched_quickly() -> None:
    secrets = {f"K{n}": Secret(f"sk-or-v1-{n:064x}") for n in range(6)}
    redactor = Redactor(secrets)
    words = "It was the best of times, it was the worst of times.\n" * 20_000
    began = time.process_time()
    assert redactor.text(words) is words
    assert time.process_time() - began < 2.0, "about a megabyte"
