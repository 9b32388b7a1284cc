"""``steward chat``: a conversation with a person, or with a program line by line."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.chat_lines import Cancel, Message, Verdict, parse_line
from app.domain.errors import UsageError
from app.orchestrator.approvals import Decision
from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward
from tests.cli.terminal import CTRL_C, CTRL_D
from tests.standins.model_server import Hang, ModelServer, chunk, stream_reply, text_reply


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def connected(server: ModelServer) -> dict[str, Any]:
    return {"STEWARD_LLM_BASE_URL": server.base_url, "STEWARD_MODEL": "test-model"}


class Peer:
    """A program at the other end of ``chat --json``."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []

    def send(self, line: str | dict[str, object]) -> None:
        assert self.process.stdin is not None
        text = line if isinstance(line, str) else json.dumps(line)
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def until(self, type_: str, **facts: object) -> dict[str, Any]:
        """Read events up to one like this."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(event)
            if event["type"] == type_ and all(event[k] == v for k, v in facts.items()):
                return dict(event)
        raise AssertionError(f"no {type_} {facts}: {[e['type'] for e in self.events]}")

    def end(self) -> int:
        """Close stdin and wait for the end."""
        out, err = self.process.communicate(timeout=20)
        self.events += [json.loads(line) for line in out.splitlines()]
        assert b"Traceback" not in err, err
        return self.process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


# -- lines ---------------------------------------------------------------------------------


def test_lines_say_what_is_wanted() -> None:
    assert parse_line("hello") == Message("hello")
    assert parse_line('{"text": "hi"}') == Message("hi")
    assert parse_line('{"text": "hi", "conversation": "abcd"}') == Message("hi", "abcd")
    assert parse_line('{"approve": "x"}') == Verdict("x", Decision.ALLOW_ONCE)
    assert parse_line('{"approve": "x", "for": "always"}') == Verdict("x", Decision.ALLOW_ALWAYS)
    assert parse_line('{"approve": "x", "for": "conversation"}') == Verdict(
        "x", Decision.ALLOW_CONVERSATION
    )
    assert parse_line('{"approve": "x", "for": "folder"}') == Verdict("x", Decision.ALLOW_FOLDER)
    assert parse_line('{"approve": "x", "arguments": {"a": 1}}') == Verdict(
        "x", Decision.ALLOW_ONCE, {"a": 1}
    )
    assert parse_line('{"deny": "x"}') == Verdict("x", Decision.DENY)
    assert parse_line('{"cancel": true}') == Cancel()
    assert parse_line("   ") is None


@pytest.mark.parametrize("line", ['"quoted"', "42", "[1]", "null", "{half", "/help"])
def test_what_is_no_json_object_is_the_message_itself(line: str) -> None:
    assert parse_line(line) == Message(line)


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        '{"text": ""}',
        '{"text": 1}',
        '{"text": "a", "conversation": 1}',
        '{"approve": 1}',
        '{"approve": "x", "for": "ever"}',
        '{"approve": "x", "for": ["always"]}',
        '{"approve": "x", "arguments": [1]}',
        '{"cancel": false}',
    ],
)
def test_an_object_that_asks_for_nothing_known_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        parse_line(line)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_line_is_understood_or_refused(line: str) -> None:
    try:
        wanted = parse_line(line)
    except UsageError:
        return
    if isinstance(wanted, Message):
        wanted.text.encode("utf-8")


# -- a program -----------------------------------------------------------------------------


def test_a_program_approves_a_change_while_the_turn_waits(steward: Steward) -> None:
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send(FINALISE)
        asked = peer.until("approval", decision=None)
        assert "+status: final" in asked["diff"]
        assert (steward.folder / "report.md").read_text() == BEFORE
        peer.send({"approve": "not this one"})
        assert "not this one" in peer.until("error")["message"]
        peer.send({"approve": asked["id"]})
        decided = peer.until("approval", id=asked["id"])
        assert (decided["decision"], decided["by"]) == ("allowed", "terminal")
        first = peer.until("turn_finished", status="ok")
        assert (steward.folder / "report.md").read_text() == AFTER

        peer.send({"text": "replace 'final' with 'draft' in report.md"})
        peer.send({"deny": peer.until("approval", decision=None)["id"]})
        second = peer.until("turn_finished", status="ok")
        assert second["conversation_id"] == first["conversation_id"]
        assert (steward.folder / "report.md").read_text() == AFTER
        assert peer.end() == 0


def test_a_model_is_chosen_for_the_conversation(steward: Steward, server: ModelServer) -> None:
    server.script([text_reply("Yes."), text_reply("Yes.")])
    lines = steward.process(
        "chat", "--json", "--model", "large", stdin="one\ntwo\n", **connected(server)
    )

    assert [request.json["model"] for request in server.requests] == ["large", "large"]
    conversation = lines.objects[0]["conversation_id"]
    steward("chat", "--conversation", conversation, "--model", "")
    assert [one["model"] for one in steward("conversations", "list", "--json").objects] == [None]


def test_queued_messages_finish_in_order_after_the_end_of_stdin(steward: Steward) -> None:
    done = steward.process(
        "chat", "--json", stdin="what is in report.md\n\nlist files\n/help", STEWARD_FOLDERS=""
    )
    assert [e["text"] for e in done.of("turn_started")] == [
        "what is in report.md",
        "list files",
        "/help",
    ]
    assert len(done.of("turn_finished")) == 3
    assert len({e["conversation_id"] for e in done.objects}) == 1


def test_once_the_program_is_gone_changes_are_refused(steward: Steward) -> None:
    done = steward.process("chat", "--json", stdin=f"{FINALISE}\n{FINALISE}\n")
    assert [e["decision"] for e in done.of("approval") if e["decision"]] == ["denied", "denied"]
    assert (steward.folder / "report.md").read_text() == BEFORE


def test_an_allowance_for_the_conversation_holds_there_and_not_elsewhere(steward: Steward) -> None:
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send(FINALISE)
        asked = peer.until("approval", decision=None)
        peer.send({"approve": asked["id"], "for": "conversation"})
        here = peer.until("turn_finished")["conversation_id"]
        peer.send("replace 'final' with 'draft' in report.md")
        assert peer.until("approval")["decision"] == "allowed"
        peer.until("turn_finished")
        assert peer.end() == 0
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send(FINALISE)
        assert peer.until("approval")["decision"] is None
        assert peer.end() == 0
    with Peer(steward.start("chat", "--json")) as peer:
        peer.send({"text": FINALISE, "conversation": here})
        assert peer.until("approval")["decision"] == "allowed"
        assert peer.until("turn_finished")["conversation_id"] == here
        peer.send({"text": "hi", "conversation": "no such one"})
        assert peer.until("error")["kind"] == "not_found"
        peer.send({"nothing": "known"})
        assert peer.until("error")["kind"] == "usage"
        assert peer.end() == 1, "the last message went nowhere"


def test_a_program_cancels_a_turn_and_goes_on(steward: Steward, server: ModelServer) -> None:
    server.script([stream_reply(chunk({"content": "Once"}), Hang()), text_reply("Hello.")])
    with Peer(steward.start("chat", "--json", **connected(server))) as peer:
        peer.send("tell me")
        peer.until("delta")
        peer.send({"cancel": True})
        assert peer.until("turn_finished")["status"] == "cancelled"
        peer.send({"cancel": True})  # too late, and no error
        peer.send("hi")
        assert peer.until("answer")["text"] == "Hello."
        assert peer.end() == 0


def test_a_cancel_sent_right_after_a_message_stops_that_message(
    steward: Steward, server: ModelServer
) -> None:
    server.script([stream_reply(Hang())])
    done = steward.process("chat", "--json", stdin='go\n{"cancel": true}\n', **connected(server))
    assert [e["status"] for e in done.of("turn_finished")] == ["cancelled"]


def test_a_turn_that_failed_last_is_the_exit_code(steward: Steward, server: ModelServer) -> None:
    done = steward.process("chat", "--json", stdin="hi\n", code=1, **connected(server))
    assert [e["status"] for e in done.of("turn_finished")] == ["failed"]
    assert len(done.of("error")) == 1
    assert done.err.count("steward: ") == 1


# -- a person ------------------------------------------------------------------------------


def test_a_person_talks_approves_and_leaves(steward: Steward) -> None:
    with steward.on_terminal("chat") as terminal:
        terminal.expect("Offline commands, no AI")
        terminal.expect("> ")
        terminal.type(FINALISE + "\n")
        terminal.expect("[d]eny? ")
        terminal.type("a\n")
        terminal.expect("version 2")
        terminal.expect("\n> ")
        terminal.type("/quit\n")
        terminal.expect("conversation ")
        assert terminal.exit_code() == 0
    assert (steward.folder / "report.md").read_text() == AFTER


def test_ctrl_c_stops_the_answer_and_ctrl_d_leaves(steward: Steward, server: ModelServer) -> None:
    server.script([stream_reply(chunk({"content": "Once upon"}), Hang()), text_reply("Hello.")])
    with steward.on_terminal("chat", **connected(server)) as terminal:
        terminal.expect("> ")
        terminal.type("tell me\n")
        terminal.expect("Once upon")
        terminal.type(CTRL_C)
        terminal.expect("Stopped.")
        terminal.expect("> ")
        terminal.type("hi\n")
        terminal.expect("Hello.")
        terminal.expect("> ")
        terminal.type(CTRL_D)
        assert terminal.exit_code() == 0


def test_ctrl_c_twice_at_the_prompt_leaves(steward: Steward) -> None:
    with steward.on_terminal("chat") as terminal:
        terminal.expect("> ")
        terminal.type("half a thought")
        terminal.interrupt(until="Ctrl+C again leaves")
        terminal.expect("> ")
        terminal.interrupt(until=None)
        assert terminal.exit_code() == 130


def test_sigterm_at_the_prompt_ends_it(steward: Steward) -> None:
    with steward.on_terminal("chat") as terminal:
        terminal.expect("> ")
        terminal.interrupt(signal.SIGTERM, until=None)
        assert terminal.exit_code() == 130


def test_a_piped_conversation_answers_every_line(steward: Steward) -> None:
    done = steward.process("chat", stdin="what is in report.md\n/quit\nnever asked\n")
    assert "status: draft" in done.out
    assert "never asked" not in done.out
