"""The mark of a running window: what is a crash, and what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.checks import ATTENTION, OK, check_last_run
from app.last_run import RunMark, is_unnoticed, last_crash, own_process

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)


def leave_mark(home: Path, **facts: object) -> None:
    mark = {**own_process(), "started_at": NOON.isoformat(), **facts}
    (home / "running.json").write_text(json.dumps(mark))


def test_a_run_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    mark = RunMark(tmp_path)
    assert mark.begin() is None
    assert not is_unnoticed(tmp_path)
    mark.end()
    assert list(tmp_path.iterdir()) == []
    assert RunMark(tmp_path).begin() is None


def test_a_run_that_was_killed_is_noticed_once(tmp_path: Path) -> None:
    left = "from app.last_run import RunMark; import os; from pathlib import Path; import sys\n"
    left += "RunMark(Path(sys.argv[1])).begin(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", left, str(tmp_path)])
    assert is_unnoticed(tmp_path)
    mark = RunMark(tmp_path, now=lambda: LATER)
    ended = mark.begin()
    assert ended is not None
    assert ended.noticed_at == LATER
    assert not is_unnoticed(tmp_path)
    mark.end()
    assert RunMark(tmp_path).begin() is None
    assert last_crash(tmp_path) == ended


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="told by /proc")
def test_another_run_that_is_alive_is_no_crash_and_keeps_its_mark(tmp_path: Path) -> None:
    leave_mark(tmp_path)
    mark = RunMark(tmp_path)
    assert mark.begin() is None
    mark.end()
    assert (tmp_path / "running.json").exists()


@pytest.mark.parametrize(
    "other",
    [{"boot_id": "before the restart"}, {"process_started": "1"}, {"pid": 2**22 + 1}],
    ids=["the computer was restarted", "its number went to another program", "it is gone"],
)
def test_a_process_of_the_same_number_is_not_taken_for_it(
    tmp_path: Path, other: dict[str, object]
) -> None:
    leave_mark(tmp_path, **other)
    ended = RunMark(tmp_path, now=lambda: LATER).begin()
    assert ended is not None
    assert (ended.started_at, ended.noticed_at) == (NOON, LATER)


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[1]", b'{"started_at": "soon"}'])
def test_a_damaged_mark_is_still_a_run_that_was_not_closed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "running.json").write_bytes(content)
    ended = RunMark(tmp_path, now=lambda: LATER).begin()
    assert ended is not None
    assert ended.started_at == LATER


def test_where_nothing_can_be_written_the_window_opens_nevertheless(tmp_path: Path) -> None:
    mark = RunMark(tmp_path / "not" / "there")
    assert mark.begin() is None
    mark.end()


def test_doctor_mentions_the_last_crash(tmp_path: Path) -> None:
    assert check_last_run(tmp_path).status == OK
    leave_mark(tmp_path, pid=2**22 + 1)
    assert "ended without being closed." in check_last_run(tmp_path).message
    mark = RunMark(tmp_path)
    mark.begin()
    mark.end()
    check = check_last_run(tmp_path)
    assert check.status == ATTENTION
    assert str(tmp_path / "logs") in check.hint
    old = {"started_at": NOON.isoformat(), "noticed_at": NOON.replace(year=2020).isoformat()}
    (tmp_path / "last-crash.json").write_text(json.dumps(old))
    assert check_last_run(tmp_path).status == OK
    assert [one.name for one in tmp_path.iterdir()] == ["last-crash.json"]
