"""A unified diff becomes lines, pairs and marked words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.diff import unified_diff
from app.ui.diff.lines import DiffLine, Kind, pairs, parse, summary


def diff(before: str, after: str) -> list[DiffLine]:
    return parse(unified_diff(before.encode(), after.encode(), "x.md"))


def marked(line: DiffLine) -> list[str]:
    return [line.text[start:end] for start, end in line.marks]


def test_the_changed_word_is_marked_on_both_sides() -> None:
    lines = diff("# Title\nstatus: draft\n", "# Title\nstatus: final\n")

    assert [(line.kind, line.text) for line in lines] == [
        (Kind.SAME, "# Title"),
        (Kind.REMOVED, "status: draft"),
        (Kind.ADDED, "status: final"),
    ]
    assert [marked(line) for line in lines] == [[], ["draft"], ["final"]]


def test_lines_with_little_in_common_are_not_marked() -> None:
    lines = diff("apples and pears\n", "x = compute(17)\n")

    assert all(not line.marks for line in lines)


def test_far_apart_changes_have_a_gap_between_them() -> None:
    before = "".join(f"line {i}\n" for i in range(40))
    after = before.replace("line 3\n", "LINE 3\n").replace("line 33\n", "LINE 33\n")

    kinds = [line.kind for line in diff(before, after)]

    assert kinds.count(Kind.GAP) == 1
    assert kinds[0] is Kind.SAME


def test_side_by_side_puts_what_changed_opposite() -> None:
    rows = pairs(diff("a\nb\nc\n", "a\nB1\nB2\nc\n"))

    shown = [(row.left and row.left.text, row.right and row.right.text) for row in rows]
    assert shown == [("a", "a"), ("b", "B1"), (None, "B2"), ("c", "c")]


def test_what_is_no_diff_is_shown_as_it_is() -> None:
    assert parse("Binary file x.png changed") == [DiffLine(Kind.NOTE, "Binary file x.png changed")]
    assert parse("") == []


def test_what_the_diff_says_about_the_files_is_said_in_its_own_words() -> None:
    assert [line.text for line in diff("a", "b") if line.kind is Kind.NOTE] == [
        "no newline at the end of the file", "no newline at the end of the file",
    ]  # fmt: skip
    recoded = parse(unified_diff("ä\n".encode(), "ö\n".encode("utf-16"), "x.md"))
    assert recoded[0] == DiffLine(Kind.NOTE, "Encoding: utf-8 → utf-16-le")
    long = diff("".join(f"{n}\n" for n in range(3_000)), "")
    assert long[-1].kind is Kind.NOTE
    assert long[-1].text.endswith("more lines of this diff are not shown")


def test_the_summary_counts() -> None:
    assert summary(diff("a\nb\n", "a\nc\nd\n")) == "2 lines added, 1 removed"
    assert summary(diff("a\nb\n", "a\n")) == "1 line removed"
    assert summary([]) == ""


def test_lines_that_look_like_headers_are_lines() -> None:
    lines = diff("-- old\nx\n", "++ new\nx\n")

    assert [(line.kind, line.text) for line in lines] == [
        (Kind.REMOVED, "-- old"), (Kind.ADDED, "++ new"), (Kind.SAME, "x"),
    ]  # fmt: skip


texts = st.lists(st.sampled_from(["a", "b b", "-x", "+y", "@@", "", "\\ z"]), max_size=12)


@given(texts, texts)
def test_the_lines_of_a_diff_give_both_texts_back(before: list[str], after: list[str]) -> None:
    old = "".join(f"{line}\n" for line in before)
    new = "".join(f"{line}\n" for line in after)
    lines = parse(unified_diff(old.encode(), new.encode(), "x", context=100))

    if before != after:
        assert [x.text for x in lines if x.kind in (Kind.SAME, Kind.REMOVED)] == before
        assert [x.text for x in lines if x.kind in (Kind.SAME, Kind.ADDED)] == after
    for line in lines:
        assert all(0 <= start < end <= len(line.text) for start, end in line.marks)
