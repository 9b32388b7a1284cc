"""files.edit and files.append: exactly what was asked, and not a byte beside it."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.domain.errors import (
    InvalidArgumentsError,
    MatchCountError,
    NotEncodableError,
    NotTextError,
)
from app.domain.tool_calls import ToolStatus
from skills.files._edits import append_text, replace_exact, replace_whole
from tests.skills.files.conftest import Desk

# Finding an encoding imports a library the first time.
UNHURRIED = settings(deadline=None)

REPORT = "# Report\n\nstatus: draft\n"


# -- through the executor, on real files ---------------------------------------------------


async def test_exact_text_is_replaced_and_the_result_says_which_version_that_is(
    desk: Desk,
) -> None:
    path = desk.write("report.md", REPORT)
    result = await desk.ok("files.edit", path="report.md", old="draft", new="final")
    assert desk.read("report.md") == REPORT.replace("draft", "final").encode()
    assert result.content == "Changed report.md: version 2."
    facts = dict(result.metadata)
    assert facts.pop("hash_after")
    assert facts == {
        "path": "report.md",
        "version": 2,
        "operation": "skill_edit",
        "count": 1,
        "files_produced": [str(path)],
        "side_effects": [
            {
                "kind": "file_version",
                "target": str(path),
                "details": {"version": 2, "operation": "skill_edit"},
            }
        ],
    }


async def test_the_preview_shows_the_difference_and_changes_nothing(desk: Desk) -> None:
    path = desk.write("report.md", REPORT)
    preview = await desk.preview("files.edit", path="report.md", old="draft", new="final")
    assert preview.summary == "Change report.md"
    assert "-status: draft\n+status: final\n" in preview.diff
    assert list(preview.targets) == [str(path)]
    assert desk.read("report.md") == REPORT.encode()


async def test_an_approval_holds_only_for_the_bytes_it_was_given_for(desk: Desk) -> None:
    desk.write("report.md", REPORT)
    edit = {"path": "report.md", "old": "draft", "new": "final"}
    preview = await desk.preview("files.edit", **edit)
    desk.write("report.md", REPORT + "more\n")
    result = await desk.approved(preview, "files.edit", **edit)
    assert (result.status, result.metadata["type"]) == (ToolStatus.ERROR, "file_changed")
    assert desk.read("report.md") == (REPORT + "more\n").encode()


async def test_too_many_places_change_nothing_and_are_counted(desk: Desk) -> None:
    desk.write("a.txt", "x\ny\nx\nz x\n")
    result = await desk.error("files.edit", path="a.txt", old="x", new="w")
    assert result.metadata == {
        "type": "match_count",
        "count": 3,
        "expected": 1,
        "path": "a.txt",
        "lines": [1, 3, 4],
    }
    assert "expected_count 3" in result.content
    assert desk.read("a.txt") == b"x\ny\nx\nz x\n"


async def test_the_given_count_replaces_all_of_them(desk: Desk) -> None:
    desk.write("a.txt", "x\ny\nx\n")
    result = await desk.ok("files.edit", path="a.txt", old="x", new="", expected_count=2)
    assert desk.read("a.txt") == b"\ny\n\n"
    assert result.content == "Changed a.txt in 2 places: version 2."
    assert result.metadata["count"] == 2


async def test_text_that_does_not_stand_there_says_where_it_nearly_does(desk: Desk) -> None:
    desk.write("a.txt", "one\nThe  Quick fox\n")
    result = await desk.error("files.edit", path="a.txt", old="the quick fox", new="")
    assert result.metadata["count"] == 0
    assert result.metadata["near_lines"] == [2]
    assert "line 2" in result.content


async def test_the_whole_content_can_be_replaced(desk: Desk) -> None:
    desk.write("a.txt", "old\r\nlines\r\n")
    await desk.ok("files.edit", path="a.txt", content="new\nlines\nhere\n")
    assert desk.read("a.txt") == b"new\r\nlines\r\nhere\r\n"


async def test_a_change_that_changes_nothing_is_refused(desk: Desk) -> None:
    desk.write("a.txt", "same\n")
    await desk.error("files.edit", path="a.txt", content="same\n")
    assert (await desk.ok("files.versions", path="a.txt")).metadata["versions"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "old is missing"),
        ({"old": "a"}, "new is missing"),
        ({"new": "a"}, "old is missing"),
        ({"old": "a", "new": "a"}, "the same"),
        ({"old": "a", "new": "b", "content": "c"}, "content stands alone"),
    ],
)
async def test_arguments_that_do_not_go_together_are_refused_before_anyone_is_asked(
    desk: Desk, arguments: dict[str, str], says: str
) -> None:
    desk.write("a.txt", "a\n")
    with pytest.raises(InvalidArgumentsError, match=says):
        await desk.preview("files.edit", path="a.txt", **arguments)


async def test_only_text_can_be_changed(desk: Desk) -> None:
    desk.write("photo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    result = await desk.error("files.edit", path="photo.png", old="PNG", new="GIF")
    assert result.metadata["type"] == "not_text"
    assert result.metadata["is"] == "a PNG image"


async def test_a_character_the_file_cannot_hold_is_refused(desk: Desk) -> None:
    before = "Grüße aus München, schöne Grüße\n".encode("cp1252")
    desk.write("a.txt", before)
    result = await desk.error("files.edit", path="a.txt", old="aus", new="→")
    assert result.metadata["type"] == "not_encodable"
    assert result.metadata["encoding"] == "cp1252"
    assert desk.read("a.txt") == before


async def test_a_file_whose_bytes_cannot_be_written_again_is_left_alone(desk: Desk) -> None:
    # Windows' Japanese encoding has two spellings of this sign, and writes only the other.
    before = "これは日本語のテキストです。\n".encode("cp932") * 3 + b"\x87\x90\n"
    desk.write("a.txt", before)
    assert "≒" in (await desk.ok("files.read", path="a.txt")).content
    result = await desk.error("files.edit", path="a.txt", content="これは\n")
    assert result.metadata["type"] == "not_text"
    assert desk.read("a.txt") == before


async def test_a_missing_file_and_a_path_outside_are_typed(desk: Desk) -> None:
    missing = await desk.error("files.edit", path="none.md", old="a", new="b")
    assert missing.metadata["type"] == "file_missing"
    outside = await desk.error("files.edit", path="../steward.db", old="a", new="b")
    assert outside.metadata["type"] == "path_outside"


# -- append --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("a\n", "b", "a\nb\n"),
        ("a\n", "b\n", "a\nb\n"),
        ("a", "b", "a\nb"),
        ("a", "b\n", "a\nb\n"),
        ("", "b", "b\n"),
        ("a\r\n", "b\nc", "a\r\nb\r\nc\r\n"),
        ("a\r\nb", "c", "a\r\nb\r\nc"),
        ("a\n", "\nb", "a\n\nb\n"),
    ],
)
async def test_text_is_added_on_a_line_of_its_own(
    desk: Desk, before: str, text: str, after: str
) -> None:
    desk.write("a.txt", before)
    await desk.ok("files.append", path="a.txt", text=text)
    assert desk.read("a.txt") == after.encode()


async def test_nothing_is_added_to_a_file_that_is_not_there(desk: Desk) -> None:
    result = await desk.error("files.append", path="a.txt", text="b")
    assert result.metadata["type"] == "file_missing"
    assert not (desk.folder / "a.txt").exists()


# -- bytes outside the replaced part never change ------------------------------------------

ENCODINGS = {
    "utf-8": "añb漢🙂 -\t",
    "utf-8-sig": "añb漢🙂 -\t",
    "utf-16-le": "añb漢🙂 -\t",
    "utf-16-be": "añb漢🙂 -\t",
    "cp1252": "aéüñß€ -\t",
    "cp1251": "абвгд еж-",
    "cp932": "日本語のテキスト ",
    "gb18030": "这是中文文本 ",
}
BOMS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@st.composite
def spots(draw: st.DrawFn) -> tuple[str, str, str, str, str, str]:
    """An encoding, a line ending, and a text of three parts whose middle is to be replaced."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    letters = st.text(st.sampled_from(ENCODINGS[encoding] + "\n"), max_size=40)
    head, new, tail = draw(letters), draw(letters), draw(letters)
    middle = draw(st.text(st.sampled_from(ENCODINGS[encoding] + "\n"), min_size=1, max_size=20))
    return encoding, newline, head, f"<{middle}>", new, tail


@UNHURRIED
@given(spots())
def test_only_the_bytes_of_the_replaced_part_change(
    spot: tuple[str, str, str, str, str, str],
) -> None:
    encoding, newline, *parts = spot
    if not any("\n" in part for part in (parts[0], parts[1], parts[3])):
        newline = "\n"  # nothing says which one the file uses
    head, old, new, tail = (
        BOMS.get(encoding, b"") * (number == 0) + part.replace("\n", newline).encode(encoding)
        if encoding != "utf-8-sig" or number == 0
        else part.replace("\n", newline).encode()
        for number, part in enumerate(parts)
    )
    try:
        changed = replace_exact(head + old + tail, "f", parts[1], parts[2], 1)
    except (NotTextError, MatchCountError, NotEncodableError):
        # Too short for its encoding to be told: refused, and nothing changed.
        assume(encoding.startswith("utf"))
        raise
    if not encoding.startswith("utf"):
        assert changed.startswith(head)
        assert changed.endswith(tail)
    else:
        assert changed == head + new + tail


@UNHURRIED
@given(st.binary(max_size=200), st.binary(min_size=1, max_size=8), st.binary(max_size=8))
def test_arbitrary_bytes_are_changed_exactly_or_not_at_all(
    data: bytes, old: bytes, new: bytes
) -> None:
    needle, instead = old.decode("latin-1"), new.decode("latin-1")
    # Else the needle's line feed and what stands beside it are one line ending, which goes whole.
    assume(not (data.endswith(b"\r") and needle.startswith("\n")))
    assume(not (data.startswith(b"\n") and needle.endswith("\r")))
    try:
        changed = replace_exact(data + needle.encode() + data, "f", needle, instead, 1)
    except (NotTextError, MatchCountError, NotEncodableError):
        return
    assert changed.startswith(data)
    assert changed.endswith(data)


@UNHURRIED
@example("\r\na\r", "\n\n")
@example("a\r\r\nb\n", "\n\n")
@given(
    st.text(st.sampled_from("ab\r\n"), max_size=30), st.text(st.sampled_from("ab\n"), min_size=1)
)
def test_mixed_line_endings_outside_the_replaced_part_stay(text: str, old: str) -> None:
    try:
        changed = replace_exact(text.encode(), "f", old, "X", 1)
    except MatchCountError:
        return
    head, _, tail = changed.decode().partition("X")
    assert text.startswith(head)
    assert text.endswith(tail)
    gone = text[len(head) : len(text) - len(tail)]
    assert gone.replace("\r\n", "\n").replace("\r", "\n") == old
    assert not (head.endswith("\r") and gone.startswith("\n")), "a CR LF was cut in two"


def test_in_a_file_of_mixed_line_endings_lines_are_found_with_either() -> None:
    data = b"one\r\ntwo\r\nthree\nfour\n"
    assert replace_exact(data, "f", "one\ntwo", "1\n2", 1) == b"1\r\n2\r\nthree\nfour\n"
    assert replace_exact(data, "f", "three\nfour", "3\n4", 1) == b"one\r\ntwo\r\n3\n4\n"
    # The CR goes with its LF.
    assert replace_exact(data, "f", "\ntwo", "!", 1) == b"one!\r\nthree\nfour\n"


@UNHURRIED
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff\r"), max_size=60))
def test_a_whole_update_keeps_the_byte_order_mark_and_line_ending(content: str) -> None:
    changed = replace_whole(b"\xef\xbb\xbfa\r\n", "f", content)
    assert changed == b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()


@UNHURRIED
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=60))
def test_appending_leaves_every_byte_that_was_there(addition: str) -> None:
    data = "naïve café\r\n".encode("utf-16")
    assert append_text(data, "f", addition).startswith(data)
