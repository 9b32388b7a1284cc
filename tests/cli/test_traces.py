"""``steward traces`` and ``steward replay``: what a turn did, as a list, as spans, as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from tests.cli.conftest import FINALISE, Steward
from tests.orchestrator.otlp_schema import SCHEMA
from tests.standins.model_server import ModelServer, error_reply, text_reply, tool_reply


def test_turns_are_listed_and_shown(steward: Steward) -> None:
    asked = steward("ask", "--approve", "always", "--json", FINALISE)
    turn = asked.of("turn_started")[0]["turn_id"]
    (row,) = steward("traces", "list", "--json").objects
    assert (row["id"], row["status"], row["channel"]) == (turn, "ok", "terminal")
    assert row["finished_at"] >= row["started_at"]
    assert turn in steward("traces", "list").out
    shown = steward("traces", "show", turn[:8]).out
    assert "invoke_agent steward" in shown
    assert "execute_tool files.edit" in shown
    names = [span["name"] for span in steward("traces", "show", "last", "--json").objects]
    assert names[0] == "invoke_agent steward"


def test_a_failed_turn_says_why(steward: Steward) -> None:
    with ModelServer() as server:
        server.script([error_reply(400, {"error": {"code": 400, "message": "No such thing"}})])
        steward("ask", "hi", code=1, STEWARD_LLM_BASE_URL=server.base_url)
    (row,) = steward("traces", "list", "--json").objects
    assert (row["status"], row["reason"]) == ("failed", "model_refused")
    assert "No such thing" in row["message"]
    assert "No such thing" in steward("traces", "show", "last").out


def test_a_turn_is_exported_as_otlp(steward: Steward, tmp_path: Path) -> None:
    steward("ask", "--approve", "always", FINALISE)
    target = tmp_path / "turn.json"
    done = steward("traces", "export", "last", "--out", str(target))
    assert not done.out
    exported = json.loads(target.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(exported)
    assert "draft" not in target.read_text()
    assert json.loads(steward("traces", "export", "last").out) == exported
    assert "draft" in steward("traces", "export", "last", "--content").out
    again = steward("traces", "export", "last", "--out", str(target), code=1)
    assert "there already" in again.err
    steward("traces", "export", "last", "--bundle", "x.json", "--content", code=2)


def test_a_turn_is_replayed_by_its_id_and_by_last(steward: Steward) -> None:
    asked = steward("ask", "--approve", "always", "--json", FINALISE)
    turn = asked.of("turn_started")[0]["turn_id"]
    (steward.folder / "report.md").write_text("changed meanwhile\n")
    (found,) = steward("replay", turn, "--json").objects
    assert (found["turn_id"], found["difference"], found["status"]) == (turn, None, "ok")
    assert "No difference" in steward("replay", "last").out
    assert (steward.folder / "report.md").read_text() == "changed meanwhile\n"
    assert len(steward("traces", "list", "--json").objects) == 1, "a replay is no turn"


def test_a_bug_report_is_a_file_that_replays_elsewhere(steward: Steward, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    secret = "sk-local-0123456789"
    with ModelServer(api_key=secret) as server:
        env: dict[str, Any] = {
            "STEWARD_LLM_BASE_URL": server.base_url,
            "STEWARD_LLM_API_KEY": secret,
        }
        server.script([tool_reply("files_read", {"path": "report.md"}), text_reply("A draft.")])
        steward("ask", f"what is in it? my key is {secret}", **env)
        steward("traces", "export", "last", "--bundle", str(report), **env)
        asked = len(server.requests)
        elsewhere = Steward(tmp_path / "other", tmp_path / "other-home")
        elsewhere.folder.mkdir()
        home = str(elsewhere.home)
        (found,) = elsewhere("replay", str(report), "--json", STEWARD_HOME=home).objects
        assert (found["requests"], found["difference"]) == (2, None)
        assert len(server.requests) == asked
    assert secret not in report.read_text()

    data = json.loads(report.read_text())
    data["results"][0]["content"] += "one more line\n"
    report.write_text(json.dumps(data))
    differs = elsewhere("replay", str(report), code=1, STEWARD_HOME=home)
    assert "message 3 of request 2" in differs.out
    assert "+  one more line" in differs.out.replace("    ", "  ")


def test_what_is_not_there_is_told(steward: Steward, tmp_path: Path) -> None:
    assert "No turn was recorded yet" in steward("replay", "last", code=1).err
    assert "traces list" in steward("traces", "show", "abcdef", code=1).err
    assert "cannot be read" in steward("replay", str(tmp_path / "gone.json"), code=1).err
    (tmp_path / "text.json").write_text("hello")
    assert "not JSON" in steward("replay", str(tmp_path / "text.json"), code=1).err
