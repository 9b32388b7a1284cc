"""``steward ask``: one turn, its answer on stdout, its exit code."""

from __future__ import annotations

import fcntl
import json
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import AFTER, BEFORE, FINALISE, Done, Steward
from tests.cli.terminal import CTRL_C
from tests.standins.model_server import (
    Drop,
    Hang,
    ModelServer,
    Pause,
    chunk,
    error_reply,
    stream_reply,
    text_reply,
    tool_reply,
)

EDIT = {"path": "report.md", "old": "draft", "new": "final"}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def connected(server: ModelServer) -> dict[str, Any]:
    return {"STEWARD_LLM_BASE_URL": server.base_url, "STEWARD_MODEL": "test-model"}


def types(done: Done) -> list[str]:
    return [event["type"] for event in done.objects]


# -- for a person --------------------------------------------------------------------------


def test_the_answer_is_on_stdout_and_the_rest_beside_it(
    steward: Steward, server: ModelServer
) -> None:
    server.script(
        [
            tool_reply("files_read", {"path": "report.md"}, text="Let me look."),
            text_reply("It is a **draft**.", chunks=3),
        ]
    )
    done = steward("ask", "how far is the report?", **connected(server))
    assert done.out == "Let me look.\nIt is a **draft**.\n"
    assert (len(server.requests), server.lookups) == (2, []), "the turn's own and no other"
    assert "→ files.read" in done.err
    assert "✓ files.read" in done.err


def test_a_conversation_keeps_the_model_it_was_given(steward: Steward, server: ModelServer) -> None:
    server.script([text_reply("Yes.") for _ in range(4)])
    first = steward("ask", "--model", "large", "hello", **connected(server))
    named = ("--conversation", first.err.strip().splitlines()[-1].removeprefix("conversation "))
    steward("ask", *named, "again", **connected(server))
    steward("ask", *named, "--model", "", "by default", **connected(server))
    steward("ask", "another conversation", **connected(server))

    models = [request.json["model"] for request in server.requests]
    assert models == ["large", "large", "test-model", "test-model"]


def test_the_conversation_named_at_the_end_can_be_gone_on_with(
    steward: Steward, server: ModelServer
) -> None:
    server.script([text_reply("Hello."), text_reply("As I said.")])
    first = steward("ask", "hi", **connected(server))
    conversation = first.err.strip().splitlines()[-1].removeprefix("conversation ")
    steward("ask", "--conversation", conversation[:8], "again", **connected(server))
    said = [m["content"] for m in server.requests[1].json["messages"] if m["role"] == "user"]
    assert [_words(content) for content in said] == ["hi", "again"]
    missing = steward("ask", "--conversation", "0000000000", "hi", code=1)
    assert "conversation" in missing.err


def _words(content: object) -> object:
    return content[0]["text"] if isinstance(content, list) else content


def test_without_anybody_to_ask_a_change_is_refused_and_said_so(steward: Steward) -> None:
    done = steward("ask", FINALISE)
    assert (steward.folder / "report.md").read_text() == BEFORE
    assert "denied" in done.err
    assert "changed" in done.out.lower()


def test_never_refuses_and_always_allows(steward: Steward) -> None:
    steward("ask", FINALISE, "--approve", "never")
    assert (steward.folder / "report.md").read_text() == BEFORE
    steward("ask", FINALISE, "--approve", "always")
    assert (steward.folder / "report.md").read_text() == AFTER


def test_the_text_may_come_from_stdin_or_in_words(steward: Steward) -> None:
    text = steward("ask", "-", "--json", stdin="what is in report.md\n").of("turn_started")
    assert text[0]["text"] == "what is in report.md"
    text = steward("ask", "what", "is", "in", "report.md", "--json").of("turn_started")
    assert text[0]["text"] == "what is in report.md"
    steward("ask", "-", stdin="", code=2)


def test_a_folder_named_for_the_run_replaces_the_others(steward: Steward) -> None:
    other = steward.folder.parent / "other"
    other.mkdir()
    (other / "report.md").write_text(BEFORE)
    steward("ask", FINALISE, "--approve", "always", "--folder", str(other))
    assert (other / "report.md").read_text() == AFTER
    assert (steward.folder / "report.md").read_text() == BEFORE
    steward("ask", "hi", "--folder", str(steward.home), code=2)


def test_what_a_model_sends_is_shown_and_not_obeyed(steward: Steward, server: ModelServer) -> None:
    server.script(
        [
            tool_reply("files_read", {"path": "\x1b]0;owned\x07"}),
            text_reply("\x1b[2Jgone\u202e!"),
        ]
    )
    done = steward("ask", "hi", **connected(server))
    assert done.out == "\\x1b[2Jgone\\u202e!\n"
    assert "\x1b" not in done.err


# -- for a program -------------------------------------------------------------------------


def test_events_are_json_lines_in_the_contract_s_form(
    steward: Steward, server: ModelServer
) -> None:
    server.script([tool_reply("files_edit", EDIT, id="call_7"), text_reply("Done.", chunks=2)])
    done = steward.process("ask", "finalise", "--approve", "always", "--json", **connected(server))
    seen = types(done)
    assert seen[0] == "turn_started"
    assert seen[-2:] == ["answer", "turn_finished"]
    for event in done.objects:
        assert set(event) >= {"type", "at", "conversation_id", "turn_id"}
    (call,), (result,) = done.of("tool_call"), done.of("tool_result")
    assert (call["id"], call["name"], call["arguments"]) == ("call_7", "files.edit", EDIT)
    assert (result["id"], result["status"]) == ("call_7", "ok")
    assert done.of("approval")[-1]["decision"] == "allowed"
    assert [v["version"] for v in done.of("file_version")] == [2]
    assert done.of("answer")[0]["text"] == "Done."
    assert done.of("turn_finished")[0]["status"] == "ok"
    assert "Done." not in done.err


def test_a_program_gets_events_while_they_happen(steward: Steward, server: ModelServer) -> None:
    server.script([stream_reply(chunk({"content": "first words"}), Hang())])
    process = steward.start("ask", "hi", "--json", **connected(server))
    assert process.stdout is not None
    events = (json.loads(line) for line in process.stdout)
    assert next(e["text"] for e in events if e["type"] == "delta") == "first words"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=10)
    assert json.loads(rest.splitlines()[-1])["status"] == "cancelled"
    assert process.returncode == 130


# -- what goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "sk-wrong-0123456789"])
def test_a_refused_key_is_exit_code_3_and_says_where_it_goes(
    steward: Steward, key: str | None
) -> None:
    with ModelServer(api_key="sk-right-0123456789") as server:
        more = {"STEWARD_LLM_API_KEY": key} if key else {}
        done = steward.process("ask", "hi", "--json", code=3, **connected(server), **more)
    assert "STEWARD_LLM_API_KEY" in done.err
    assert "steward config set llm_api_key -" in done.err
    (error,) = done.of("error")
    assert (error["kind"], error["settings"]) == ("model_credentials", ["llm_api_key"])
    assert done.of("turn_finished")[0]["status"] == "failed"
    assert "sk-wrong-0123456789" not in done.out + done.err


def test_a_provider_without_its_key_is_exit_code_3(steward: Steward) -> None:
    done = steward("ask", "hi", "--json", code=3, STEWARD_PROVIDER="openrouter")
    assert "OPENROUTER_API_KEY" in done.err
    assert [event["kind"] for event in done.of("error")] == ["configuration"]
    steward("files", "list", STEWARD_PROVIDER="openrouter")  # needs no model


@pytest.mark.parametrize("reply", [error_reply(404, "no"), stream_reply(Drop())])
def test_a_failed_turn_is_exit_code_1_with_one_message(
    steward: Steward, server: ModelServer, reply: object
) -> None:
    server.script([reply] * 8)  # type: ignore[list-item]
    done = steward("ask", "hi", "--json", code=1, **connected(server))
    assert len(done.of("error")) == 1
    assert done.err.count("steward: ") == 1


def test_no_server_is_a_clear_message(steward: Steward) -> None:
    done = steward(
        "ask", "hi", code=1, STEWARD_LLM_BASE_URL="http://127.0.0.1:9/v1", STEWARD_MODEL="m"
    )
    assert "127.0.0.1:9" in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_hanging_turn_and_keeps_its_history(
    steward: Steward, server: ModelServer, number: signal.Signals
) -> None:
    server.script([stream_reply(chunk({"content": "Once upon"}), Hang())])
    process = steward.start("ask", "tell me", **connected(server))
    assert process.stdout is not None
    assert process.stdout.read(9) == b"Once upon"
    before = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    assert time.monotonic() - before < 5
    assert process.returncode == 130
    assert b"Traceback" not in err
    conversation = err.decode().strip().splitlines()[-1].removeprefix("conversation ")
    shown = steward("conversations", "show", conversation, "--json").objects
    assert [(m["role"], m["text"], m["status"]) for m in shown] == [
        ("user", "tell me", "done"),
        ("assistant", "Once upon", "interrupted"),
    ]


def test_a_signal_ends_it_though_nobody_reads_its_output(
    steward: Steward, server: ModelServer
) -> None:
    words = "x" * 1000
    server.script([stream_reply(*[chunk({"content": words})] * 200, Hang())])
    process = steward.start("ask", "fill the pipe", "--json", **connected(server))
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    size = fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096) if sys.platform == "linux" else 65536
    waited = threading.Event()
    while unread(pipe) < size - 2 * len(words):
        waited.wait(0.01)
    before = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 130
    assert time.monotonic() - before < 5
    first = json.loads(process.stdout.readline())
    process.communicate()
    shown = steward("conversations", "show", first["conversation_id"], "--json").objects
    assert shown[0]["text"] == "fill the pipe"
    assert all(message["status"] in ("done", "interrupted") for message in shown)


def unread(pipe: int) -> int:
    """Bytes that wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_reader_that_leaves_stops_the_turn_quietly(steward: Steward, server: ModelServer) -> None:
    words = [step for _ in range(100) for step in (chunk({"content": "x"}), Pause(0.05))]
    server.script([stream_reply(*words, Hang())])
    process = steward.start("ask", "hi", "--json", **connected(server))
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (130, b"")


# -- on a terminal -------------------------------------------------------------------------


def test_a_person_sees_the_change_and_allows_it(steward: Steward) -> None:
    with steward.on_terminal("ask", FINALISE) as terminal:
        terminal.expect("-status: draft")
        terminal.expect("+status: final")
        terminal.expect("[d]eny? ")
        assert (steward.folder / "report.md").read_text() == BEFORE
        terminal.type("what?\n")
        terminal.expect("[d]eny? ")
        terminal.type("a\n")
        terminal.expect("allowed (terminal)")
        assert terminal.exit_code() == 0
        assert "\x1b[31m-status: draft" in terminal.shown
    assert (steward.folder / "report.md").read_text() == AFTER


def test_denying_changes_nothing_and_colours_can_be_switched_off(steward: Steward) -> None:
    with steward.on_terminal("ask", FINALISE, NO_COLOR="1") as terminal:
        terminal.expect("[d]eny? ")
        terminal.type("d\n")
        terminal.expect("denied (terminal)")
        assert terminal.exit_code() == 0
        assert "\x1b[3" not in terminal.shown
    assert (steward.folder / "report.md").read_text() == BEFORE


def test_an_allowance_for_always_is_remembered(steward: Steward) -> None:
    with steward.on_terminal("ask", FINALISE) as terminal:
        terminal.expect("[d]eny? ")
        terminal.type("w\n")
        assert terminal.exit_code() == 0
    steward("ask", "replace 'final' with 'draft' in report.md")
    assert (steward.folder / "report.md").read_text() == BEFORE


def test_ctrl_c_at_the_question_is_no(steward: Steward) -> None:
    with steward.on_terminal("ask", FINALISE) as terminal:
        terminal.expect("[d]eny? ")
        terminal.type(CTRL_C)
        assert terminal.exit_code() == 130
    assert (steward.folder / "report.md").read_text() == BEFORE


def test_escapes_in_a_file_are_not_obeyed_on_the_approval(steward: Steward) -> None:
    (steward.folder / "report.md").write_text("draft \x1b[8m hidden\n")
    with steward.on_terminal("ask", FINALISE, NO_COLOR="1") as terminal:
        terminal.expect("-draft \\x1b[8m hidden")
        terminal.expect("[d]eny? ")
        terminal.type("d\n")
        terminal.exit_code()
        assert "\x1b[8m" not in terminal.shown
