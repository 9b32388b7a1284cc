"""Bytes as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import NotEncodableError, NotTextError
from app.domain.text import check_encodable, decode, encode

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1)


@settings(deadline=None)
@given(WORDS, st.sampled_from(ENCODINGS))
def test_what_was_decoded_encodes_to_the_same_bytes(words: str, encoding: str) -> None:
    data = words.encode(encoding)
    try:
        file = decode(data)
    except NotTextError:
        assert encoding == "utf-8"  # it began like another kind of file
        return
    assert file.text == words
    assert encode(file.text, file) == data


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_come_back_unchanged_when_they_are_unicode(data: bytes) -> None:
    try:
        file = decode(data)
    except NotTextError:
        return
    if file.encoding.startswith("utf") or file.encoding in ("cp1252", "latin-1"):
        assert encode(file.text, file) == data


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("café", "cp1252"),
        ("“quoted” — dash €5", "cp1252"),
        ("Größe: 5 m²", "cp1252"),
        ("L'été dernier, j'ai mangé des crêpes à la crème.", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
        ("Привет мир, это текст на русском языке", "cp1251"),
        ("Привет мир, это текст на русском языке", "koi8-r"),
        ("Αυτό είναι ένα ελληνικό κείμενο", "cp1253"),
        ("これは日本語のテキストです。", "cp932"),
        ("これは日本語のテキストです。", "euc_jp"),
        ("这是一个中文文本文件", "gb18030"),
        ("이것은 한국어 텍스트 파일입니다", "cp949"),
        ("plain text, as Windows saves it\r\n", "utf-16-le"),
        ("plain text, as Windows saves it\r\n", "utf-16-be"),
    ],
)
def test_text_in_an_older_encoding_is_read(words: str, encoding: str) -> None:
    assert decode(words.encode(encoding)).text == words


def test_ascii_is_utf8_so_that_any_character_can_be_added() -> None:
    assert decode(b"plain\n").encoding == "utf-8"


def test_an_empty_file_is_text() -> None:
    file = decode(b"")
    assert (file.text, file.encoding, file.newline) == ("", "utf-8", None)


def test_a_few_stray_bytes_do_not_spoil_the_rest_of_a_utf8_file() -> None:
    data = "naïve café, déjà vu".encode() + b" \xff\n"
    file = decode(data)
    assert file.damaged
    assert file.shown == "naïve café, déjà vu \N{REPLACEMENT CHARACTER}\n"
    assert encode(file.text, file) == data


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04rest", "a ZIP archive or an office document"),
        (b"\x00\x01\x02\x03", "binary data"),
        (bytes(range(1, 256)) * 4, "binary data"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "a WebP image"),
    ],
)
def test_what_is_no_text_is_refused_by_what_it_is(data: bytes, what: str) -> None:
    with pytest.raises(NotTextError, match=r"photo\.png is") as caught:
        decode(data, "photo.png")
    assert caught.value.details["is"] == what


@pytest.mark.parametrize(
    ("text", "newline"),
    [("a\nb\n", "\n"), ("a\r\nb", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", None), ("ab", None)],
)
def test_the_line_ending_is_known_where_there_is_one(text: str, newline: str | None) -> None:
    assert decode(text.encode()).newline == newline


def test_windows_line_endings_are_shown_as_plain_ones() -> None:
    assert decode(b"a\r\nb\r\n").shown == "a\nb\n"


def test_mixed_line_endings_are_shown_as_they_are() -> None:
    assert decode(b"a\r\nb\n").shown == "a\r\nb\n"


def test_a_character_that_the_encoding_lacks_is_refused_by_name() -> None:
    file = decode("Grüße aus München, schöne Grüße\n".encode("cp1252"))
    with pytest.raises(NotEncodableError, match="→") as caught:
        check_encodable("a → b", file)
    assert caught.value.details == {"encoding": "cp1252", "characters": ["→"]}


def test_a_lone_surrogate_is_never_written() -> None:
    damaged = decode("é é é é".encode() + b"\xff")
    with pytest.raises(NotEncodableError, match=r"U\+DC80"):
        check_encodable("\udc80", damaged)
