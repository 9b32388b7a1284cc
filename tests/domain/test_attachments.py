"""Attachments as data: their names, their sizes, and what is read from a record of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attachments import (
    MAX_COUNT,
    MAX_FILE,
    Attachment,
    AttachmentKind,
    attachment_form,
    attachment_from,
    check_together,
    clean_name,
    media_type,
    size_in_words,
)
from app.domain.errors import FileTooLargeError

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
ATTACHMENTS = st.builds(
    Attachment,
    name=st.text(min_size=1, max_size=40),
    media_type=st.sampled_from(["text/plain", "image/png", "application/octet-stream"]),
    size=st.integers(0, MAX_FILE),
    hash=st.one_of(st.just(""), DIGESTS),
    readable=st.none() | DIGESTS,
    readable_size=st.integers(0, MAX_FILE),
    characters=st.integers(0, MAX_FILE),
    width=st.integers(0, 5_000),
    height=st.integers(0, 5_000),
    given=st.integers(0, 5_000),
)


@given(st.text(st.characters(), max_size=400))
def test_any_name_becomes_one_short_line_without_a_folder(name: str) -> None:
    clean = clean_name(name)

    assert clean
    assert len(clean) <= 200
    assert clean.splitlines() == [clean]
    assert "/" not in clean
    clean.encode()


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name(f"{'a' * 300}.docx").endswith("a….docx")
    assert clean_name("report.md") == "report.md"


@given(ATTACHMENTS)
def test_a_record_says_all_of_an_attachment(attachment: Attachment) -> None:
    assert attachment_from(json.loads(json.dumps(attachment_form(attachment)))) == attachment


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(["name", "media_type", "size", "hash", "readable", "given", "more"])


@given(st.dictionaries(NAMES, JSON))
def test_what_is_no_record_is_refused_and_nothing_else(form: dict[str, object]) -> None:
    try:
        attachment = attachment_from(form)
    except (ValueError, KeyError, TypeError):
        return
    assert attachment.size >= 0


def test_bytes_say_what_they_are_before_the_name_does() -> None:
    assert media_type("a.txt", b"\x89PNG\r\n\x1a\n") == "image/png"
    assert media_type("a.md", b"# A") == "text/markdown"
    assert media_type("a.txt.gz", b"xx") == "application/octet-stream"
    assert media_type("a", b"%PDF-", "pdf") == "application/pdf"


def test_sizes_are_for_people() -> None:
    assert [size_in_words(n) for n in (0, 1, 999, 1_000, 48_200, 999_600, 20_000_000)] == [
        "0 bytes", "1 byte", "999 bytes", "1.0 KB", "48 KB", "1.0 MB", "20 MB",
    ]  # fmt: skip


def test_a_message_carries_only_so_much() -> None:
    one = Attachment("a.bin", "application/octet-stream", MAX_FILE, "a" * 64)
    check_together([one, one])
    assert one.kind is AttachmentKind.OTHER
    with pytest.raises(FileTooLargeError, match="50 MB together; these have 60 MB"):
        check_together([one] * 3)
    small = Attachment("a", "text/plain", 1, "a" * 64)
    with pytest.raises(FileTooLargeError, match="20 attachments, and these are 21"):
        check_together([small] * (MAX_COUNT + 1))
