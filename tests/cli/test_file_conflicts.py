"""``steward files conflicts``, ``resolve`` and ``blame``: what happened, and the person's word."""

from __future__ import annotations

import pytest

from app.files.fs_ops import FsOps
from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward

THEIRS = BEFORE.replace("Report", "Annual report")
BOTH = THEIRS.replace("draft", "final")


@pytest.fixture
def conflict(steward: Steward, monkeypatch: pytest.MonkeyPatch) -> Steward:
    """Someone saved report.md while a turn was changing it."""
    real = FsOps.copy_attributes
    with monkeypatch.context() as patch:

        def meanwhile(self: FsOps, source: int, target: int) -> None:
            (steward.folder / "report.md").write_text(THEIRS)
            real(self, source, target)

        patch.setattr(FsOps, "copy_attributes", meanwhile)
        done = steward("ask", FINALISE, "--approve", "always", "--json", code=None)
    (result,) = done.of("tool_result")
    assert result["status"] == "error"
    assert "steward files resolve" in result["content"]
    assert (steward.folder / "report.md").read_text() == THEIRS
    return steward


def test_conflicts_are_listed_with_what_each_side_has(conflict: Steward) -> None:
    (row,) = conflict("files", "conflicts", "--json").objects
    assert (row["file"], row["their_version"], row["merges"]) == (
        str(conflict.folder / "report.md"), 2, True,
    )  # fmt: skip
    assert row["by"] == "files.edit"
    shown = conflict("files", "conflicts")
    assert "report.md: files.edit wanted to change it; theirs: version 2" in shown.out
    assert "resolve PATH" in shown.err
    everywhere = conflict("files", "conflicts", "--json", STEWARD_FOLDERS="")
    assert everywhere.objects == [row]


def test_a_conflict_of_a_change_made_at_the_terminal_is_told_to_you(
    steward: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward("ask", FINALISE, "--approve", "always")
    real = FsOps.copy_attributes
    with monkeypatch.context() as patch:

        def meanwhile(self: FsOps, source: int, target: int) -> None:
            (steward.folder / "report.md").write_text(THEIRS)
            real(self, source, target)

        patch.setattr(FsOps, "copy_attributes", meanwhile)
        steward("files", "restore", "report.md", "1", code=1)
    assert (
        "report.md: you wanted to change it; theirs: version 3" in steward("files", "conflicts").out
    )
    (row,) = steward("files", "conflicts", "--json").objects
    assert row["by"] == "terminal"


def test_a_preview_changes_nothing(conflict: Steward) -> None:
    diff = conflict("files", "resolve", "report.md", "merge", "--diff").out
    assert diff.splitlines()[-2:] == ["-status: draft", "+status: final"]
    (row,) = conflict("files", "resolve", "report.md", "ours", "--diff", "--json").objects
    assert "+# Report" in row["diff"]
    assert "stay as it is" in conflict("files", "resolve", "report.md", "theirs", "--diff").err
    assert (conflict.folder / "report.md").read_text() == THEIRS
    assert conflict("files", "conflicts", "--json").objects


@pytest.mark.parametrize(
    ("choice", "content"), [("theirs", THEIRS), ("ours", AFTER), ("merge", BOTH)]
)
def test_the_person_decides(conflict: Steward, choice: str, content: str) -> None:
    (made,) = conflict("files", "resolve", "report.md", choice, "--json").objects
    assert made["version"] == (2 if choice == "theirs" else 3)
    assert (conflict.folder / "report.md").read_text() == content
    assert "No conflict is open" in conflict("files", "conflicts").err
    assert "no open conflict" in conflict("files", "resolve", "report.md", "ours", code=1).err
    assert conflict("files", "verify", "--json").of("note") == []


def test_a_decision_needs_its_folder_and_a_known_word(conflict: Steward) -> None:
    path = str(conflict.folder / "report.md")
    refused = conflict("files", "resolve", path, "ours", STEWARD_FOLDERS="", code=1)
    assert "--folder" in refused.err
    conflict("files", "resolve", path, "both", code=2)
    (conflict.folder / "report.md").write_text("saved once more\n")
    again = conflict("files", "resolve", path, "ours", code=1)
    assert "decide again" in again.err
    assert (conflict.folder / "report.md").read_text() == "saved once more\n"
    assert "version 4" in conflict("files", "resolve", path, "ours").out


def test_blame_says_who_asked_for_each_line(steward: Steward) -> None:
    steward("ask", FINALISE, "--approve", "always")
    rows = steward("files", "blame", "report.md", "--json").objects
    assert [(row["line"], row["version"], row["text"]) for row in rows] == [
        (1, 1, "# Report"),
        (2, 1, ""),
        (3, 2, "status: final"),
    ]
    last = rows[-1]
    assert (last["skill"], last["asked"]) == ("files.edit", FINALISE)
    assert last["turn_id"]
    assert last["approved_by"]
    shown = steward("files", "blame", "report.md")
    assert shown.out.splitlines()[2].endswith("3  status: final")
    assert f"version 2 asked: {FINALISE}" in shown.err
    first = steward("files", "blame", "report.md@1", "--json").objects
    assert {row["version"] for row in first} == {1}
    path = str(steward.folder / "report.md")
    assert steward("files", "blame", path, "--json", STEWARD_FOLDERS="").objects == rows


def test_blame_refuses_what_has_no_lines(steward: Steward) -> None:
    assert "no versions yet" in steward("files", "blame", "report.md", code=1).err
    (steward.folder / "x@2").write_bytes(b"\x89PNG\r\n\x1a\n")
    steward("ask", "/remove x@2", "--approve", "always")
    assert "PNG" in steward("files", "blame", "x@2", code=1).err
    assert "no version 7" in steward("files", "blame", "x@2@7", code=1).err
