"""The main job from the terminal, as a person does it: ask, act, get the old version back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins.model_server import ModelServer, text_reply, tool_reply

BEFORE = "# Report\n\nstatus: draft\n"
AFTER = "# Report\n\nstatus: final\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text(BEFORE)
    return folder


def steward(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def history(folder: Path) -> list[dict[str, object]]:
    done = steward("files", "versions", "report.md", "--json", STEWARD_FOLDERS=str(folder))
    assert done.returncode == 0, done.stderr
    return events(done)


def test_ask_change_look_restore_and_undo_with_no_account_key_or_network(folder: Path) -> None:
    where = {"STEWARD_FOLDERS": str(folder)}
    sentence = "replace 'draft' with 'final' in report.md"
    asked = steward("ask", sentence, "--approve", "always", "--json", **where)
    assert asked.returncode == 0, asked.stderr
    assert (folder / "report.md").read_text() == AFTER
    types = [event["type"] for event in events(asked)]
    assert types[0] == "turn_started"
    assert types[-2:] == ["answer", "turn_finished"]
    assert {"delta", "tool_call", "approval", "file_version", "tool_result"} <= set(types)

    assert [v["version"] for v in history(folder)] == [1, 2]
    assert steward("files", "show", "report.md@1", **where).stdout == BEFORE
    compared = steward("files", "diff", "report.md", "1", "2", **where).stdout
    assert "-status: draft" in compared
    assert "+status: final" in compared

    assert steward("files", "restore", "report.md", "1", **where).returncode == 0
    assert (folder / "report.md").read_text() == BEFORE
    assert [(v["version"], v["operation"]) for v in history(folder)] == [
        (1, "user_upload"),
        (2, "skill_edit"),
        (3, "restore"),
    ]
    assert steward("files", "restore", "report.md", "2", **where).returncode == 0
    assert (folder / "report.md").read_text() == AFTER
    verified = steward("files", "verify", **where)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert [p.name for p in folder.iterdir()] == ["report.md"]


def test_without_anybody_to_ask_nothing_is_changed(folder: Path) -> None:
    done = steward("ask", "replace 'draft' with 'final' in report.md", STEWARD_FOLDERS=str(folder))
    assert (folder / "report.md").read_text() == BEFORE
    assert "nothing was changed" in done.stdout.lower()
    assert "Traceback" not in done.stderr


def test_a_model_server_drives_the_same_loop(folder: Path) -> None:
    edit = {"path": "report.md", "old": "draft", "new": "final"}
    with ModelServer() as server:
        server.script([tool_reply("files_edit", edit, id="call_a"), text_reply("Changed it.")])
        done = steward(
            *("ask", "finalise the report", "--approve", "always", "--json"),
            STEWARD_FOLDERS=str(folder),
            STEWARD_LLM_BASE_URL=server.base_url,
            STEWARD_MODEL="test-model",
        )
        requests = server.requests
    assert done.returncode == 0, done.stderr
    assert (folder / "report.md").read_text() == AFTER
    answers = [e["text"] for e in events(done) if e["type"] == "answer"]
    assert answers == ["Changed it."]
    assert len(requests) == 2
    results = [e for e in events(done) if e["type"] == "tool_result"]
    assert [(r["id"], r["name"], r["status"]) for r in results] == [("call_a", "files.edit", "ok")]
