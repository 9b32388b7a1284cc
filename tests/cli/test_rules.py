"""``steward rules`` and ``approvals``: what needs no asking, and what was decided."""

from __future__ import annotations

import json

from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward
from tests.cli.test_chat import Peer, connected
from tests.standins.model_server import ModelServer, text_reply, tools_reply


def allow_in_folder(steward: Steward) -> None:
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send(FINALISE)
        asked = peer.until("approval", decision=None)
        assert asked["folder"] == str(steward.folder)
        peer.send({"approve": asked["id"], "for": "folder"})
        peer.until("turn_finished", status="ok")
        assert peer.end() == 0


def test_a_rule_for_a_folder_is_listed_holds_and_is_taken_back(steward: Steward) -> None:
    assert "asks before every change" in steward("rules", "list").err
    allow_in_folder(steward)
    (rule,) = steward("rules", "list", "--json").objects
    assert (rule["skill"], rule["folder"]) == ("files.edit", str(steward.folder))
    assert f"in the folder {steward.folder}" in steward("rules", "list").out
    steward("ask", "replace 'final' with 'draft' in report.md")
    assert (steward.folder / "report.md").read_text() == BEFORE

    steward("rules", "revoke", str(rule["id"]))
    assert steward("rules", "list", "--json").objects == []
    refused = steward("rules", "revoke", str(rule["id"]), code=1)
    assert "steward rules list" in refused.err
    steward("ask", FINALISE)
    assert (steward.folder / "report.md").read_text() == BEFORE


def test_each_decision_is_listed_with_who_made_it(steward: Steward) -> None:
    steward("ask", FINALISE, "--approve", "never")
    steward("ask", FINALISE, "--approve", "reversible")
    newest, oldest = steward("approvals", "list", "--json").objects
    assert (oldest["decision"], oldest["by"]) == ("denied", "--approve never")
    assert (newest["decision"], newest["by"]) == ("allowed", "your rule (reversible changes)")
    assert newest["skill"] == "files.edit"
    assert newest["arguments"]["new"] == "final"
    assert "+status: final" in newest["diff"]
    assert list(newest["targets"]) == [str(steward.folder / "report.md")]
    assert len(newest["arguments_hash"]) == 64
    shown = steward("approvals", "list").out.splitlines()
    assert "denied (--approve never): Change report.md" in shown[1]
    only = steward("approvals", "list", "--json", "--turn", newest["turn_id"]).objects
    assert [one["id"] for one in only] == [newest["id"]]


def test_what_can_be_taken_back_needs_no_asking_where_the_setting_says_so(
    steward: Steward,
) -> None:
    steward("ask", FINALISE)
    assert (steward.folder / "report.md").read_text() == BEFORE
    steward("config", "set", "approval_mode", "reversible")
    steward("ask", FINALISE, "--approve", "ask")
    assert (steward.folder / "report.md").read_text() == BEFORE
    steward("ask", FINALISE)
    assert (steward.folder / "report.md").read_text() == AFTER


def test_a_program_changes_the_arguments_and_is_asked_about_them(steward: Steward) -> None:
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send(FINALISE)
        first = peer.until("approval", decision=None)
        peer.send({"approve": first["id"], "arguments": {"path": 7}})
        assert "path" in peer.until("error", kind="invalid_arguments")["message"]
        peer.send({"approve": first["id"], "arguments": {**first["arguments"], "new": "done"}})
        peer.until("approval", id=first["id"], decision="edited")
        second = peer.until("approval", decision=None)
        assert "+status: done" in second["diff"]
        assert (steward.folder / "report.md").read_text() == BEFORE
        peer.send({"approve": second["id"]})
        result = peer.until("tool_result")
        assert "The person changed the arguments" in result["content"]
        assert json.dumps("done") in result["content"]
        peer.until("turn_finished", status="ok")
        assert (steward.folder / "report.md").read_text() == BEFORE.replace("draft", "done")
        assert peer.end() == 0


def test_a_person_at_a_terminal_changes_an_argument(steward: Steward) -> None:
    with steward.on_terminal("ask", FINALISE) as terminal:
        terminal.expect("[e]dit")
        terminal.expect("[d]eny? ")
        terminal.type("e\n")
        terminal.expect('new = "final"')
        terminal.expect("(empty: back): ")
        terminal.type("page=1\n")
        terminal.expect("there is no argument page")
        terminal.expect("(empty: back): ")
        terminal.type("new=ready\n")
        terminal.expect("edited (terminal)")
        terminal.expect("+status: ready")
        terminal.expect("[d]eny? ")
        terminal.type("a\n")
        terminal.expect("allowed (terminal)")
        assert terminal.exit_code() == 0
    assert (steward.folder / "report.md").read_text() == BEFORE.replace("draft", "ready")


def test_a_person_at_a_terminal_goes_back_from_changing_and_allows_the_folder(
    steward: Steward,
) -> None:
    with steward.on_terminal("ask", FINALISE) as terminal:
        terminal.expect("[d]eny? ")
        terminal.type("e\n")
        terminal.expect("(empty: back): ")
        terminal.type("\n")
        terminal.expect("this [f]older")
        terminal.expect("[d]eny? ")
        terminal.type("f\n")
        assert terminal.exit_code() == 0
    assert (steward.folder / "report.md").read_text() == AFTER
    (rule,) = steward("rules", "list", "--json").objects
    assert rule["folder"] == str(steward.folder)


def test_what_was_done_before_a_kill_is_told_as_done_to_the_next_request(
    steward: Steward,
) -> None:
    edit = ("files_edit", {"path": "report.md", "old": "draft", "new": "final"}, "a")
    create = ("files_create", {"path": "new.md", "content": "x"}, "b")
    with ModelServer() as server:
        server.script([tools_reply(edit, create), text_reply("I see.")])
        with Peer(steward.start("chat", "--json", **connected(server))) as peer:
            peer.send("Change both.")
            first = peer.until("approval", decision=None, name="files.edit")
            peer.send({"approve": first["id"]})
            told = peer.until("tool_result", name="files.edit", status="ok")
            peer.process.kill()
        assert (steward.folder / "report.md").read_text() == AFTER
        steward("ask", "And?", "--conversation", told["conversation_id"], **connected(server))
        sent = server.requests[-1].json["messages"]
    results = {one["tool_call_id"]: one["content"] for one in sent if one["role"] == "tool"}
    assert "Changed report.md" in results["a"]
    assert "interrupted" in results["b"]
    assert not (steward.folder / "new.md").exists()
