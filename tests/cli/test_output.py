"""Data is shown, never obeyed; JSON lines are lines."""

from __future__ import annotations

import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.output import Output, as_json, shortened, visible, visible_line

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def obeyed(character: str) -> bool:
    code = ord(character)
    return (
        (code < 0x20 and character not in "\t\n")
        or 0x7F <= code <= 0x9F
        or 0x2028 <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xD800 <= code <= 0xDFFF
    )


@given(ANY_TEXT)
def test_nothing_a_terminal_would_obey_is_left(text: str) -> None:
    assert not any(obeyed(character) for character in visible(text))
    line = visible_line(text)
    assert line.splitlines() in ([], [line])


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp"))))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_control_characters_are_shown_as_what_they_are() -> None:
    assert visible("\x1b[31mred\x07\r") == "\\x1b[31mred\\x07\\r"
    assert visible("a\r\nb\tc") == "a\nb\tc"
    assert visible("evil\u202etxt.exe") == "evil\\u202etxt.exe"
    assert visible_line("name\nwith\tmore") == "name\\nwith\\tmore"
    assert visible("caf\udce9") == "caf\\xe9"  # a file name that is not UTF-8


def test_long_text_is_cut_to_one_line() -> None:
    assert shortened("a\nb") == "a\\nb"
    assert shortened("x" * 200, 10) == "x" * 9 + "…"


@given(st.recursive(ANY_TEXT | st.integers() | st.none(), st.lists))
def test_a_json_line_is_one_line_and_comes_back_whole(value: object) -> None:
    line = as_json(value)
    assert line.splitlines() == [line]
    assert not any(obeyed(character) for character in line)
    assert json.loads(line) == value


def test_json_over_several_lines_is_safe_to_show_too() -> None:
    data = {"text": "a\x1b[2J\u009b\nü", "list": [1]}
    text = as_json(data, indent=2)
    assert "\x1b" not in text
    assert "\u009b" not in text
    assert "ü" in text
    assert json.loads(text) == data


def test_what_is_no_json_number_becomes_text() -> None:
    assert json.loads(as_json({"a": [math.nan, math.inf, 1.5]})) == {"a": ["NaN", "Infinity", 1.5]}


def streams(encoding: str = "utf-8") -> tuple[io.TextIOWrapper, io.TextIOWrapper]:
    return tuple(io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))  # type: ignore[return-value]


def written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def test_an_answer_goes_to_stdout_and_notes_beside_it() -> None:
    out, err = streams()
    output = Output(stdout=out, stderr=err)
    output.text("Half a li")
    output.note("a note", "red")
    output.text("ne\n")
    output.line("whole")
    assert written(out) == b"Half a li\nne\nwhole\n"
    assert written(err) == b"a note\n"  # no colours: it is no terminal


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_that_cannot_write_a_letter_shows_its_code(encoding: str) -> None:
    out, err = streams(encoding)
    Output(stdout=out, stderr=err).line("日本 → ok")
    assert written(out) == b"\\u65e5\\u672c \\u2192 ok\n"


def test_json_lines_are_utf8_whatever_the_stream_is() -> None:
    out, err = streams("ascii")
    Output(stdout=out, stderr=err).record({"text": "日本"})
    assert json.loads(written(out).decode("utf-8")) == {"text": "日本"}


def test_content_of_a_file_never_passes_for_a_line_of_its_diff() -> None:
    out, err = streams()
    Output(stdout=out, stderr=err).diff("-old\n+new\x0c-also old\u2028+x\r+y\n")
    assert written(err) == b"-old\n+new\\x0c-also old\\u2028+x\\r+y\n"
