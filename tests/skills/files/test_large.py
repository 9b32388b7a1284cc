"""The file skills on files too large to be held in memory."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import MatchCountError, NotEncodableError, NotTextError
from app.domain.tool_calls import ToolStatus
from skills.files import _edits, _large
from tests.skills.files.conftest import Desk

LINES = "".join(f"line {number}: grün\n" for number in range(1, 101))


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("manipulate", "plans"):
        monkeypatch.setattr(f"app.files.{module}.MAX_BYTES", 200)
    monkeypatch.setattr("app.files.plans._IN_MEMORY", 200)


async def test_a_large_file_is_appended_to_edited_moved_removed_and_restored(desk: Desk) -> None:
    desk.write("big.txt", LINES)

    await desk.ok("files.append", path="big.txt", text="the end")
    edited = await desk.ok("files.edit", path="big.txt", old="line 77: grün", new="line 77: blau")
    assert edited.metadata["count"] == 1
    now = LINES.replace("77: grün", "77: blau") + "the end\n"
    assert desk.read("big.txt") == now.encode()
    preview = await desk.preview("files.remove", path="big.txt")
    size = len(now.encode())
    assert preview.diff == f"File big.txt removed ({size:,} bytes, too large to show)\n"
    await desk.ok("files.move", path="big.txt", target="sub/")
    await desk.ok("files.remove", path="sub/big.txt")
    await desk.ok("files.restore", path="sub/big.txt", version=1)
    assert desk.read("sub/big.txt") == LINES.encode()
    await desk.ok("files.edit", path="sub/big.txt", content="short")
    assert desk.read("sub/big.txt") == b"short"


async def test_previews_say_what_happens_to_a_large_file(desk: Desk) -> None:
    desk.write("big.txt", LINES)
    size = len(LINES.encode())

    preview = await desk.preview("files.append", path="big.txt", text="end")
    moved = await desk.preview("files.move", path="big.txt", target="b.txt")

    assert preview.diff == (
        f"File big.txt changes ({size:,} → {size + 4:,} bytes, too large to show)\n"
    )
    assert moved.diff == ""


async def test_a_wrong_count_changes_nothing_in_a_large_file(desk: Desk) -> None:
    desk.write("big.txt", LINES)

    many = await desk.call("files.edit", path="big.txt", old="grün", new="x", expected_count=3)
    none = await desk.call("files.edit", path="big.txt", old="rot", new="x")

    assert (many.status, none.status) == (ToolStatus.ERROR, ToolStatus.ERROR)
    assert many.metadata["count"] == 100
    assert many.metadata["lines"] == list(range(1, 21))
    assert none.metadata["count"] == 0
    assert desk.read("big.txt") == LINES.encode()


async def test_a_diff_of_large_versions_says_that_it_is_too_large(desk: Desk) -> None:
    desk.write("big.txt", LINES)
    await desk.ok("files.append", path="big.txt", text="end")

    diff = await desk.call("files.diff", path="big.txt")

    assert diff.status is ToolStatus.ERROR
    assert diff.metadata["type"] == "file_too_large"


async def test_a_large_file_is_read_page_by_page(desk: Desk) -> None:
    desk.write("big.txt", LINES.replace("\n", "\r\n"))
    text, offset = "", 0

    while True:
        page = await desk.ok("files.read", path="big.txt", offset=offset, limit=300)
        text += page.content.split("[Characters")[0]
        assert page.metadata["total_lines"] == 100
        assert page.metadata["total_characters"] == len(LINES)
        if page.metadata["next_offset"] is None:
            break
        offset = int(str(page.metadata["next_offset"]))
    line = await desk.ok("files.read", path="big.txt", line=77, limit=20)
    past = await desk.call("files.read", path="big.txt", line=101)

    assert text == LINES
    assert line.content.startswith("line 77: grün\n")
    assert past.status is ToolStatus.ERROR
    assert "100 lines" in past.content


@given(
    text=st.text("ab\nü", max_size=40),
    line=st.none() | st.integers(1, 8),
    offset=st.integers(0, 45),
    limit=st.integers(1, 9),
    piece=st.integers(5, 9),
)
@settings(deadline=None, max_examples=200)
def test_a_page_in_pieces_is_a_page_of_the_whole(
    text: str, line: int | None, offset: int, limit: int, piece: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_large, "_PIECE", piece)
        look = _large.page("f", line, offset if line is None else None, limit)
        page = look(io.BytesIO(text.encode()))

    lines = text.splitlines(keepends=True)
    start = offset if line is None else sum(map(len, lines[: line - 1]))
    is_there = start == 0 if line in (None, 1) and start == 0 else start < len(text)
    if line is not None and line > 1 and text.count("\n") < line - 1:
        is_there = False
    assert (page.total_characters, page.total_lines) == (len(text), len(lines))
    assert page.start == (start if is_there else None)
    assert page.text == (text[start : start + limit] if is_there else "")


@settings(deadline=None, max_examples=300)
@given(
    data=st.text("ab\r\nü", max_size=60),
    old=st.text("ab\r\nü", min_size=1, max_size=4),
    piece=st.integers(1, 7),
    expected=st.integers(1, 3),
)
def test_replacing_in_pieces_is_replacing_at_once(
    data: str, old: str, piece: int, expected: int
) -> None:
    content, sought = data.encode(), old.encode()
    guarded = (b"(?<!\r)" if old[0] == "\n" else b"") + re.escape(sought)
    guarded += b"(?!\n)" if old[-1] == "\r" else b""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_large, "_PIECE", piece)
        made = io.BytesIO()
        count, lines = _large._replace(io.BytesIO(content), made, sought, b"XY")

    assert made.getvalue() == re.sub(guarded, b"XY", content)
    starts = [match.start() for match in re.finditer(guarded, content)]
    assert count == len(starts)
    assert lines == list(dict.fromkeys(content.count(b"\n", 0, at) + 1 for at in starts))[:20]


@settings(deadline=None)
@given(
    content=st.sampled_from(["", "a", "a\n", "a\r\nb\r\n", "a\r\nb", "\ufeffa\n", "ü\n", "a\rb\n"]),
    text=st.sampled_from(["x", "x\n", "x\r\ny", "ü"]),
)
def test_appending_in_pieces_is_appending_at_once(content: str, text: str) -> None:
    data = content.encode()
    made = io.BytesIO()

    _large.append_text("f", text)(io.BytesIO(data), made)

    assert made.getvalue() == _edits.append_text(data, "f", text)


@pytest.mark.parametrize("data", [b"\x00\x01\x02" * 50, "wide".encode("utf-16")])
def test_large_files_that_are_no_text_of_single_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotTextError):
        _large.append_text("f", "x")(io.BytesIO(data), io.BytesIO())


def test_what_a_large_files_encoding_lacks_is_refused() -> None:
    data = "Ein Café für Zoë, très déjà vu, señor, à la carte.".encode("cp1252")
    with pytest.raises(NotEncodableError):
        _large.append_text("f", "日本")(io.BytesIO(data), io.BytesIO())
    with pytest.raises(MatchCountError):
        _large.replace_exact("f", "日本", "x", 1)(io.BytesIO(data), io.BytesIO())


def test_a_character_cut_in_two_at_the_end_of_the_beginning_is_still_text() -> None:
    for cut in range(1, 5):
        data = b"a" * (_large._PIECE - cut) + "🦊".encode() * 2
        assert _large.beginning(io.BytesIO(data), "f").encoding == "utf-8"
