"""What a notification tells of an approval, and when it may be allowed there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.diff import unified_diff
from app.domain.events import Approval
from app.ui.approval_note import approval_note

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def note(**facts: object) -> tuple[str, list[str]]:
    """The body, and the buttons' words."""
    known: dict[str, object] = {"summary": "Change notes.md.", "diff": "", **facts}
    approval = Approval(at=NOW, id="a", name="files.edit", **known)  # type: ignore[arg-type]
    made = approval_note(approval, ("body", "actions"), "mark")
    assert made.title == f"Steward asks: {str(known['summary']).rstrip('.')}?"
    return made.body, [words for _, words in made.actions]


def diff(before: bytes | None, after: bytes | None) -> str:
    return unified_diff(before, after, "notes.md")


def test_a_short_change_is_told_and_can_be_allowed() -> None:
    body, words = note(diff=diff(b"one\ntwo\n", b"one\n2\n"))
    assert body.splitlines()[1:] == [" one", "-two", "+2"]
    assert words == ["Open", "Allow once", "Deny", "Open"]


def test_lines_that_look_like_a_head_are_told_too() -> None:
    body, _ = note(diff=diff(b"-- a\n", b"++ b\n"))
    assert "--- a" in body
    assert "+++ b" in body


def test_what_has_no_difference_is_told_by_its_arguments() -> None:
    body, words = note(summary="Remove notes.md", arguments={"path": "notes.md"})
    assert body == "path: notes.md"
    assert "Allow once" in words


def test_what_the_person_should_know_comes_first() -> None:
    body, words = note(arguments={"path": "notes.md"}, note="It was changed meanwhile.")
    assert body.splitlines()[0] == "It was changed meanwhile."
    assert "Allow once" in words


@pytest.mark.parametrize(
    "facts",
    [
        {"diff": diff(b"\x00", b"\x00\x01")},
        {"diff": diff(b"", b"line\n" * 7)},
        {"diff": diff(b"", b"x" * 300)},
        {"arguments": {"text": "x" * 300}},
        {"arguments": {"to": "invoice\u202egpj.exe"}},
        {"arguments": {}},
        {"arguments": {"path": "notes.md"}, "note": "A note. " * 40},
    ],
    ids=["no text", "many lines", "a long line", "a long argument", "hidden", "nothing", "a note"],
)
def test_what_is_not_told_in_full_is_not_allowed_there(facts: dict[str, object]) -> None:
    body, words = note(**facts)
    assert words == ["Open", "Deny", "Open"]
    assert len(body) < 300
    assert "\u202e" not in body
    assert not body or body.endswith("Open Steward to see all of it.")
