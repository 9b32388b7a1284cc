"""``steward files``: histories are shown, compared, restored and checked; nothing prompts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Any

import pytest

from app.cli.run import Run
from app.files.verifying import Verifier
from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward
from tests.files import vault_bytes


@pytest.fixture
def changed(steward: Steward) -> Steward:
    """A report that was finalised by a turn."""
    steward("ask", FINALISE, "--approve", "always")
    assert (steward.folder / "report.md").read_text() == AFTER
    return steward


def facts(steward: Steward, path: str = "report.md", **env: Any) -> list[tuple[object, ...]]:
    rows = steward("files", "versions", path, "--json", **env).objects
    return [(row["version"], row["operation"], row["by"]) for row in rows]


def test_a_history_is_one_object_a_version(changed: Steward) -> None:
    rows = changed("files", "versions", "report.md", "--json").objects
    for row in rows:
        assert set(row) >= {"version", "operation", "at", "hash", "by"}
        assert row["at"].endswith("Z")
    assert [(row["version"], row["operation"]) for row in rows] == [
        (1, "user_upload"),
        (2, "skill_edit"),
    ]
    assert rows[0]["hash"] != rows[1]["hash"]
    lines = changed("files", "versions", "report.md").out.splitlines()
    assert len(lines) == 2
    assert "files.edit" in lines[1]


def test_versions_are_shown_byte_for_byte_and_compared(changed: Steward) -> None:
    assert changed("files", "show", "report.md@1").out == BEFORE
    assert changed("files", "show", "report.md@2").out == AFTER
    diff = changed("files", "diff", "report.md", "1", "2").out
    assert diff.splitlines()[-2:] == ["-status: draft", "+status: final"]
    assert diff.endswith("\n")
    (row,) = changed("files", "diff", "report.md", "2", "1", "--json").objects
    assert "-status: final" in row["diff"]
    assert row["file"] == str(changed.folder / "report.md")
    missing = changed("files", "show", "report.md@3", code=1)
    assert "no version 3" in missing.err


def test_a_strange_name_is_one_line_and_one_object_and_is_taken_as_shown(steward: Steward) -> None:
    (steward.folder / "report.md").rename(steward.folder / os.fsdecode(b"a\n\x1b[2J\xe9.md"))
    shown = "a\\n\\x1b[2J\\xe9.md"
    assert f"   0  {shown}" in steward("files", "list").out.splitlines()
    (row,) = [r for r in steward("files", "list", "--json").objects if r["path"].startswith("a")]
    assert row["path"] == shown
    steward("ask", f"/append '{shown}' 'more'", "--approve", "always")
    assert [number for number, *_ in facts(steward, shown)] == [1, 2]
    diff = steward("files", "diff", shown, "1", "2").out.splitlines()
    assert diff[0].startswith("--- a/a")
    assert diff[1].startswith("+++ b/a")


def test_control_characters_come_out_exactly_in_a_pipe_and_visible_on_a_terminal(
    steward: Steward,
) -> None:
    (steward.folder / "report.md").write_bytes(b"draft \x1b[2J \xff\r\n")
    steward("ask", "append 'more' to report.md", "--approve", "always")
    done = subprocess.run(
        [*steward.command, "files", "show", "report.md@1"],
        env=steward.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=40,
    )
    assert done.stdout == b"draft \x1b[2J \xff\r\n"
    with steward.on_terminal("files", "show", "report.md@1") as terminal:
        assert terminal.exit_code() == 0
        assert terminal.shown == "draft \\x1b[2J \\xff\r\n"


def test_restore_is_a_version_and_is_itself_restorable(changed: Steward) -> None:
    (made,) = changed("files", "restore", "report.md", "1", "--json").objects
    assert (made["version"], made["operation"], made["by"]) == (3, "restore", "terminal")
    assert (changed.folder / "report.md").read_text() == BEFORE
    assert "version 4" in changed("files", "restore", "report.md", "2").out
    assert (changed.folder / "report.md").read_text() == AFTER


def test_undo_takes_the_newest_turn_back_or_the_one_named(changed: Steward) -> None:
    changed("ask", "replace 'final' with 'printed' in report.md", "--approve", "always")
    changed("files", "undo")
    assert (changed.folder / "report.md").read_text() == AFTER
    first = changed("files", "log", "--json").objects[-2]["turn_id"]
    line = next(x for x in changed("files", "log").out.splitlines() if "turn" in x)
    assert "turn " in line
    changed("files", "undo", first[:12])
    assert (changed.folder / "report.md").read_text() == BEFORE
    assert "othing" in changed("files", "undo", code=1).err
    assert "turn" in changed("files", "undo", "no-such-turn", code=1).err


def test_where_the_newest_turn_is_undone_by_hand_undo_says_how_to_name_another(
    changed: Steward,
) -> None:
    changed("files", "restore", "report.md", "1")
    refused = changed("files", "undo", code=1).err
    assert "undone already" in refused
    assert "`steward files log` shows the turns" in refused
    turn = changed("files", "log", "--json").objects[-2]["turn_id"]
    assert "files log" not in changed("files", "undo", turn, code=1).err


def test_undo_of_one_version_leaves_what_came_after_it(changed: Steward) -> None:
    changed("ask", "replace 'Report' with 'Annual report' in report.md", "--approve", "always")
    (made,) = changed("files", "undo", "report.md@2", "--json").objects
    assert (made["version"], made["operation"]) == (4, "restore")
    assert (changed.folder / "report.md").read_text() == BEFORE.replace("Report", "Annual report")
    assert changed("files", "undo", "report.md@9", code=1).err
    changed("files", "undo", "report.md@x", code=2)


def test_the_log_is_newest_first_and_can_be_cut(changed: Steward) -> None:
    changed("files", "restore", "report.md", "1")
    rows = changed("files", "log", "--json").objects
    assert [row["version"] for row in rows] == [3, 2, 1]
    assert [r["version"] for r in changed("files", "log", "--limit", "1", "--json").objects] == [3]


def test_list_counts_versions_and_keeps_what_was_removed(changed: Steward) -> None:
    (changed.folder / "never-touched.md").write_text("x")
    changed("ask", "remove report.md", "--approve", "always")
    rows = changed("files", "list", "--json").objects
    assert [(row["path"], row["versions"], row["present"]) for row in rows] == [
        ("never-touched.md", 0, True),
        ("report.md", 3, False),
    ]
    assert "(removed)" in changed("files", "list").out
    assert facts(changed)[-1] == (3, "skill_edit", "files.remove")
    assert changed("files", "show", "report.md@1").out == BEFORE
    changed("files", "restore", "report.md", "2")
    assert (changed.folder / "report.md").read_text() == AFTER


def test_a_file_without_a_history_says_so(steward: Steward) -> None:
    done = steward("files", "versions", "report.md")
    assert done.out == ""
    assert "no versions yet" in done.err
    assert "nothing.md" in steward("files", "versions", "nothing.md", code=1).err


def test_a_path_outside_without_a_history_is_not_asked_to_be_granted(steward: Steward) -> None:
    for env in ({}, {"STEWARD_FOLDERS": ""}):
        refused = steward("files", "versions", "/etc/hosts", code=1, **env)
        assert "Steward has no versions of /etc/hosts." in refused.err
        assert "rant" not in refused.err


def test_a_move_says_where_it_came_from(steward: Steward) -> None:
    steward("ask", "/rename report.md notes/final.md", "--approve", "always")
    line = steward("files", "versions", "report.md").out.splitlines()[-1]
    assert line.endswith("files.move  from report.md")
    newest = steward("files", "log").out.splitlines()[0]
    assert "files.move  from report.md  notes/final.md  turn " in newest


def test_a_history_needs_no_granted_folder_but_a_restore_does(changed: Steward) -> None:
    path = str(changed.folder / "report.md")
    assert len(facts(changed, path, STEWARD_FOLDERS="")) == 2
    assert len(facts(changed, "report.md", STEWARD_FOLDERS="")) == 2  # in the folder one is in
    assert changed("files", "show", f"{path}@1", STEWARD_FOLDERS="").out == BEFORE
    assert changed("files", "list", STEWARD_FOLDERS="").out.endswith("report.md\n")
    refused = changed("files", "restore", path, "1", STEWARD_FOLDERS="", code=1)
    assert "--folder" in refused.err
    assert (changed.folder / "report.md").read_text() == AFTER
    other = changed.folder.parent / "other"
    other.mkdir()
    for command in (["restore", path, "1"], ["undo"]):
        refused = changed("files", *command, "--folder", str(other), code=1)
        assert "--folder" in refused.err
    changed("files", "restore", path, "1", "--folder", str(changed.folder), STEWARD_FOLDERS="")
    assert (changed.folder / "report.md").read_text() == BEFORE


def test_verify_is_content_with_outside_edits_and_orphans(changed: Steward) -> None:
    (changed.folder / "report.md").write_text("edited by hand\n")
    done = changed("files", "verify", "--json")
    assert done.objects[-1]["ok"] is True
    assert [row["kind"] for row in done.of("note")] == ["outside"]
    assert "note: " in changed("files", "verify").out


def test_ctrl_c_stops_the_check_and_says_how_far_it_got(
    changed: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Verifier._step

    def interrupted(self: Verifier, done: int, total: int, what: str) -> None:
        real(self, done, total, what)
        if what == "blobs":
            os.kill(os.getpid(), signal.SIGINT)
            while not self._gate.stopped:
                time.sleep(0.01)

    monkeypatch.setattr(Verifier, "_step", interrupted)
    monkeypatch.setattr(Run, "cut_soon", lambda *_: None)  # it would end the tests too
    done = changed("files", "verify", code=130)
    assert done.out == ""
    assert "Stopped. Checking: 1 of 3 blobs." in done.err


def test_verify_finds_damaged_bytes_and_fails(changed: Steward) -> None:
    (digest,) = {
        row["hash"]
        for row in changed("files", "versions", "report.md", "--json").objects
        if row["version"] == 1
    }
    vault_bytes.rot(changed.home / "vault", digest)
    done = changed("files", "verify", "--json", code=1)
    assert [row["kind"] for row in done.of("problem")] == ["blob_damaged"]
    assert "1 problem; what is not named is sound." in changed("files", "verify", code=1).out
    damaged = changed("files", "show", "report.md@1", code=1)
    assert damaged.out == ""


def test_recover_after_a_clean_end_has_nothing_to_do(changed: Steward) -> None:
    assert "Nothing was left open" in changed("files", "recover").out
    assert changed("files", "recover", "--json").out == ""
    assert [p.name for p in changed.folder.iterdir()] == ["report.md"]


def test_a_name_that_is_not_utf8_or_has_an_escape_is_shown_safely(steward: Steward) -> None:
    for name in (b"caf\xe9.txt", b"\x1b[2Jx.txt"):
        (steward.folder / os.fsdecode(name)).write_text("x")
    done = steward("files", "list")
    assert "caf\\xe9.txt" in done.out
    assert "\\x1b[2Jx.txt" in done.out
    assert len(steward("files", "list", "--json").objects) == 3
    steward("files", "versions", os.fsdecode(b"caf\xe9.txt"), code=None)


def test_a_damaged_database_is_refused_by_name(steward: Steward) -> None:
    steward("files", "list")
    database = steward.home / "steward.db"
    database.write_bytes(b"not a database at all" * 400)
    done = steward("files", "list", "--json", code=1)
    assert "steward.db" in done.err
    assert done.of("error")[0]["kind"] == "database_corrupt"
    assert database.read_bytes().startswith(b"not a database")


def test_a_folder_is_called_a_folder(steward: Steward) -> None:
    (steward.folder / "sub").mkdir()
    assert (
        "sub is a folder; only files have versions."
        in steward("files", "versions", "sub", code=1).err
    )


def test_what_stands_there_already_is_not_restored(changed: Steward) -> None:
    done = changed("files", "restore", "report.md", "2", code=1)
    assert "report.md is as in version 2 already. Nothing was changed." in done.err


def test_one_is_one(steward: Steward) -> None:
    steward("ask", "create a file one.md with 'x'", "--approve", "always")
    shown = steward("files", "versions", "one.md").out
    assert "1 byte " in shown
    assert "1 bytes" not in shown
    assert "Checked: 1 file, 1 version; together 1 byte" in steward("files", "verify").out
