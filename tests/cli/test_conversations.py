"""``steward conversations``: what was said can be found, read, and carried elsewhere."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Steward
from tests.standins.model_server import ModelServer, error_reply, tool_reply


@pytest.fixture
def talked(steward: Steward) -> tuple[Steward, str]:
    """A data directory with one conversation, and its id."""
    done = steward("ask", "what is in report.md", "--json")
    return steward, str(done.objects[0]["conversation_id"])


def test_a_conversation_is_listed_shown_and_found(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    (row,) = steward("conversations", "list", "--json").objects
    assert (row["id"], row["title"]) == (conversation, "what is in report.md")
    assert conversation in steward("conversations", "list").out

    messages = steward("conversations", "show", conversation[:8], "--json").objects
    assert [m["role"] for m in messages] == ["user", "assistant", "tool", "assistant"]
    assert messages[1]["tool_calls"][0]["name"] == "files.read"
    shown = steward("conversations", "show", conversation).out
    assert "what is in report.md" in shown
    assert "files.read ok" in shown

    hits = steward("conversations", "search", "status", "draft", "--json").objects
    assert {hit["conversation_id"] for hit in hits} == {conversation}
    assert conversation in steward("conversations", "search", '"what is in"').out
    assert "Nothing found" in steward("conversations", "search", '"(AND', "zebra").err
    assert steward("conversations", "show", "00000000", code=1).err


def test_what_a_turn_took_and_how_it_ended_is_shown(steward: Steward) -> None:
    with ModelServer() as server:
        server.script(
            [tool_reply("files_list", {}), error_reply(403, {"error": {"message": "No"}})]
        )
        done = steward(
            "ask",
            "what is there",
            STEWARD_MODEL="m",
            STEWARD_MAX_ITERATIONS="1",
            STEWARD_LLM_BASE_URL=server.base_url,
        )
    assert "The limit of 1 model call was reached. Answer `go on` to continue." in done.err
    (row,) = steward("conversations", "list", "--json").objects
    asked, *_ = steward("conversations", "show", row["id"], "--json").objects
    turn = asked["turn"]
    assert (turn["status"], turn["iterations"]) == ("limit", 1)
    assert (turn["usage"]["calls"], turn["usage"]["prompt_tokens"]) == (2, 11)
    shown = steward("conversations", "show", row["id"]).out
    assert "(limit: The limit of 1 model call was reached.)" in shown
    assert "18 tokens in 2 model calls" in shown


def test_an_export_can_be_imported_again(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    exported = steward("conversations", "export", conversation)
    assert len(json.loads(exported.out)["messages"]) == 4
    (added,) = steward("conversations", "import", "-", "--json", stdin=exported.out).objects
    assert added["id"] != conversation
    again = steward("conversations", "show", added["id"], "--json").objects
    assert again[0]["text"] == "what is in report.md"


def test_an_export_never_overwrites_a_file(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    target = steward.folder.parent / "export.json"
    steward("conversations", "export", conversation, "--output", str(target))
    before = target.read_bytes()
    json.loads(before)
    refused = steward("conversations", "export", conversation, "--output", str(target), code=1)
    assert "nothing was written" in refused.err
    assert target.read_bytes() == before
    assert steward("conversations", "import", str(target)).out.strip()


@pytest.mark.parametrize("data", ["not json", "[]", '{"format": "other"}', '{"messages": 1}'])
def test_what_no_export_wrote_is_refused_whole(steward: Steward, data: str) -> None:
    done = steward("conversations", "import", "-", stdin=data, code=1)
    assert "othing was added" in done.err or "nothing was added" in done.err
    assert steward("conversations", "list").out == ""


def test_a_missing_file_is_a_clear_message(steward: Steward) -> None:
    done = steward("conversations", "import", "/nowhere/at/all.json", code=1)
    assert "/nowhere/at/all.json" in done.err


def test_a_conversation_is_renamed_pinned_archived_and_brought_back(
    talked: tuple[Steward, str],
) -> None:
    steward, old = talked
    new = str(steward("ask", "/help", "--json").objects[0]["conversation_id"])

    def listed(*more: str) -> list[object]:
        return [one["id"] for one in steward("conversations", "list", "--json", *more).objects]

    assert listed() == [new, old]
    steward("conversations", "pin", old[:8])
    steward("conversations", "rename", old, "The state of the report")
    assert listed() == [old, new]
    assert "* The state of the report" in steward("conversations", "list").out
    steward("conversations", "rename", old, "  ", code=2)

    steward("conversations", "archive", old)
    assert (listed(), listed("--archived")) == ([new], [old])
    hits = steward("conversations", "search", "what is in", "--json").objects
    assert {hit["archived"] for hit in hits if hit["conversation_id"] == old} == {True}
    assert {hit["archived"] for hit in hits if hit["conversation_id"] == new} <= {False}
    assert "(archived)" in steward("conversations", "search", "what is in").out

    steward("conversations", "archive", "--undo", old)
    assert (listed(), listed("--archived")) == ([old, new], [])


def test_a_new_message_brings_an_archived_conversation_back(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    steward("conversations", "archive", conversation)
    steward("ask", "/help", "--conversation", conversation)
    assert conversation in steward("conversations", "list").out


def test_a_conversation_is_exported_to_be_read(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    text = steward("conversations", "export", conversation, "--format", "md").out
    assert text.startswith("# what is in report.md\n")
    assert "**Called files.read**" in text
    assert "**Result of files.read: ok**" in text

    target = steward.folder.parent / "read.html"
    steward("conversations", "export", conversation, "--format", "html", "--output", str(target))
    page = target.read_text()
    assert page.startswith("<!doctype html>")
    assert "status: draft" in page
    refused = steward(
        "conversations", "export", conversation, "--format", "md", "--attachments", code=2
    )
    assert "JSON only" in refused.err


def test_a_message_is_said_differently_and_the_first_version_comes_back(
    talked: tuple[Steward, str],
) -> None:
    steward, conversation = talked
    first = steward("conversations", "show", conversation, "--json").objects[0]["id"]
    assert "No message was edited" in steward("conversations", "branches", conversation).err

    said = ("ask", "--conversation", conversation, "--instead-of", str(first), "/files")
    steward(*said)

    shown = steward("conversations", "show", conversation, "--json").objects
    assert shown[0]["text"] == "/files"
    one, two = steward("conversations", "branches", conversation, "--json").objects
    assert (one["text"], one["shown"]) == ("what is in report.md", False)
    assert (two["text"], two["shown"]) == ("/files", True)
    assert "* /files" in steward("conversations", "branches", conversation).out
    assert "/files" in steward("conversations", "export", conversation, "--format", "md").out
    steward("conversations", "switch", conversation, str(one["message_id"]))
    back = steward("conversations", "show", conversation, "--json").objects
    assert back[0]["text"] == "what is in report.md"
    read = steward("conversations", "export", conversation, "--format", "md").out
    assert "what is in report.md" in read
    assert "## You" in read
    assert "/files" not in read
    again = steward("conversations", "switch", conversation, str(one["message_id"]))
    assert "shown already" in again.err
    assert (
        "not in this conversation"
        in steward("conversations", "switch", conversation, "9999", code=1).err
    )
    steward("ask", "--instead-of", "1", "hello", code=2)


def test_a_message_is_said_right_behind_an_earlier_one(talked: tuple[Steward, str]) -> None:
    steward, conversation = talked
    first = steward("conversations", "show", conversation, "--json").objects[-1]["id"]
    behind = ("ask", "--conversation", conversation, "--after", str(first))
    steward(*behind, "/files")
    assert "No message was edited" in steward("conversations", "branches", conversation).err

    steward(*behind, "/help")

    shown = steward("conversations", "show", conversation, "--json").objects
    assert [one["text"] for one in shown if one["role"] == "user"] == [
        "what is in report.md",
        "/help",
    ]
    told = steward("conversations", "branches", conversation, "--json").objects
    assert [(one["text"], one["shown"]) for one in told] == [("/files", False), ("/help", True)]
    steward("ask", "--after", str(first), "hello", code=2)
    steward(*behind, "--instead-of", str(first), "hello", code=2)
    assert "not in this conversation" in steward(*behind[:-1], "9999", "hello", code=1).err
