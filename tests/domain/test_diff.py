"""Unified diffs: right for any two texts, and bounded."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.diff import MAX_LINES, MAX_WIDTH, unified_diff

LINES = st.lists(st.sampled_from(["a", "b", "c", "", " x", "-", "+"]), max_size=25)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


def applied(before: str, diff: str) -> str:
    """A tiny patch: the text that the diff says comes after ``before``."""
    signed: list[tuple[str, str]] = []
    for line in diff.split("\n")[2:-1]:
        if line.startswith("\\"):
            sign, text = signed[-1]
            signed[-1] = (sign, text.removesuffix("\n"))
        else:
            signed.append((line[0], f"{line[1:]}\n"))
    old, new, at = before.splitlines(keepends=True), [], 0
    for sign, text in signed:
        if sign == "@":
            start, _, length = text.split(" ")[1][1:].partition(",")
            hunk = int(start) - (length != "0")
            new += old[at:hunk]
            at = hunk
            continue
        if sign in " -":
            assert old[at] == text
            at += 1
        if sign in " +":
            new.append(text)
    return "".join(new + old[at:])


@settings(deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 4))
def test_the_diff_turns_one_text_into_the_other(before: str, after: str, context: int) -> None:
    diff = unified_diff(before.encode(), after.encode(), "f", context=context)
    assert bool(diff) == (before != after)
    if diff:
        assert applied(before, diff) == after


def test_only_what_changed_and_its_surroundings_are_shown() -> None:
    before = "".join(f"{n}\n" for n in range(1, 100))
    diff = unified_diff(before.encode(), before.replace("50\n", "fifty\n").encode(), "n.txt")
    assert diff.splitlines() == [
        "--- a/n.txt",
        "+++ b/n.txt",
        "@@ -47,7 +47,7 @@",
        *(" 47", " 48", " 49", "-50", "+fifty", " 51", " 52", " 53"),
    ]


def test_a_new_and_a_removed_file_are_marked() -> None:
    assert unified_diff(None, b"x\n", "f").startswith("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n")
    assert unified_diff(b"x\n", None, "f").startswith("--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")


def test_windows_line_ends_are_left_out_where_both_use_them() -> None:
    assert "␍" not in unified_diff(b"a\r\nb\r\n", b"a\r\nc\r\n", "f")


def test_a_change_of_line_ends_alone_can_be_seen() -> None:
    diff = unified_diff(b"a\r\n", b"a\n", "f")
    assert "-a␍\n+a\n" in diff


def test_another_encoding_is_said() -> None:
    diff = unified_diff("é\n".encode(), "é\n".encode("utf-8-sig"), "f")
    assert "\\ Encoding: utf-8 → utf-8 with BOM" in diff


def test_a_binary_file_is_one_line() -> None:
    assert unified_diff(b"\x00a", b"\x00ab", "f.bin") == "Binary file f.bin differs (2 → 3 bytes)\n"


def test_a_name_cannot_look_like_lines_of_the_diff() -> None:
    diff = unified_diff(b"a\n", b"b\n", "f\n+++ b/other")
    assert [line for line in diff.splitlines() if line.startswith("+++")] == [
        "+++ b/f\N{REPLACEMENT CHARACTER}+++ b/other"
    ]


def test_a_huge_change_is_cut_and_counted() -> None:
    after = "".join(f"{n}\n" for n in range(100_000)).encode()
    lines = unified_diff(b"", after, "f").splitlines()
    assert len(lines) == 2 + MAX_LINES + 1
    assert lines[-1] == f"\\ {100_001 - MAX_LINES:,} more lines of this diff are not shown"


def test_a_change_in_a_very_long_line_is_shown_where_it_is() -> None:
    before = "x" * 50_000 + "OLD" + "y" * 50_000
    diff = unified_diff(before.encode(), before.replace("OLD", "NEW").encode(), "f")
    assert "NEW" in diff
    assert max(map(len, diff.splitlines())) < MAX_WIDTH + 100
