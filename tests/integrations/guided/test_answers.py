"""Names and contents in answers are data: shown as they are, never acting as Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.tool_calls import ToolStatus
from app.integrations.guided.intents import (
    FindText,
    Intent,
    ListFiles,
    ReadFile,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowVersions,
    UndoLast,
)
from app.integrations.guided.markdown import code, fence, plain, quote, said
from app.integrations.guided.planner import next_step
from app.integrations.guided.steps import Ask, Outcome, Reply

NASTY = [
    "a`b.md",
    "``` \n# heading",
    "[click](http://example.com)",
    "<img src=x onerror=alert(1)>.md",
    "**bold** _it_ ~~s~~",
    "![x](y.png)",
    "\n\n# heading\n\n- item",
    "a\u202egnp.exe",
    "\x1b[31mred",
    " leading and trailing ",
    "`",
    "&lt;",
    "|a|b|",
    "1. x",
]


def tokens(text: str) -> list[Token]:
    """All tokens of a Markdown text, nested ones included."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return [inner for token in markdown.parse(text) for inner in [token, *(token.children or [])]]


def kinds(text: str) -> set[str]:
    """What kinds of things stand in a Markdown text."""
    return {token.type for token in tokens(text)}


HARMLESS = {
    "paragraph_open", "paragraph_close", "inline", "text", "code_inline", "softbreak",
    "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "fence",
    "strong_open", "strong_close", "text_special",
}  # fmt: skip


def replied(
    intent: Intent, status: ToolStatus = ToolStatus.OK, text: str = "", **facts: object
) -> Reply:
    """The guide's reply when the first call ended like this."""
    ask = next_step(intent, [])
    assert isinstance(ask, Ask)
    reply = next_step(intent, [Outcome(ask.name, ask.arguments, status, text, facts)])
    assert isinstance(reply, Reply)
    return reply


def answer(
    intent: Intent, status: ToolStatus = ToolStatus.OK, text: str = "", **facts: object
) -> str:
    """The words of that reply."""
    return replied(intent, status, text, **facts).text


@pytest.mark.parametrize("name", NASTY)
def test_a_name_cannot_act_as_markdown_in_any_answer(name: str) -> None:
    error = ToolStatus.ERROR
    answers = [
        answer(ListFiles(name), entries=[{"path": name, "is_dir": True}, {"path": name}]),
        answer(ReadFile(name), text="x", path=name),
        answer(FindText(name, name), matches=[{"path": name, "line": 1, "text": name}]),
        answer(FindText(name, name), matches=[]),
        answer(ReplaceText(name, name, "x"), path=name, version=2),
        answer(ReplaceText(name, name, "x"), error, name, type="match_count", count=2),
        answer(RenameFile(name, name), path=name),
        answer(RemoveFile(name), version=2, path=name),
        answer(RestoreVersion(name, 1), version=3, path=name),
        answer(ShowVersions(name), path=name, versions=[{"version": 1, "by": name, "at": name}]),
        answer(UndoLast(), files=[name, {"path": name}]),
        answer(RemoveFile(name), error, name, type="file_missing", path=name),
        answer(RemoveFile(name), error, name, type="something"),
        answer(RemoveFile(name), error, f"Not {name}: `run {name}`.", type="file_error"),
        answer(RemoveFile(name), ToolStatus.UNAVAILABLE, name, retry_at=name),
        answer(RemoveFile(name), ToolStatus.TIMEOUT, name),
    ]  # fmt: skip

    for text in answers:
        assert kinds(text) <= HARMLESS, text
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("content", [*NASTY, "```\ncode\n```\n", "````` x", "~~~"])
def test_a_files_content_cannot_leave_its_block(content: str) -> None:
    shown = answer(ReadFile("x.md"), text=content + "\n\n# not a heading", path="x.md")

    assert kinds(shown) <= HARMLESS
    (block,) = (token for token in tokens(shown) if token.type == "fence")
    assert "# not a heading" in block.content


@given(st.text(min_size=1, max_size=80))
def test_inline_code_is_one_piece_of_code(text: str) -> None:
    assert kinds(f"before {code(text)} after") == {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "code_inline",
    }


@given(st.text(max_size=200))
def test_a_block_is_one_block_with_the_whole_text(text: str) -> None:
    block, *rest = tokens(fence(text))

    assert block.type == "fence"
    assert rest == []


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_plain_words_read_as_they_were(text: str) -> None:
    found = tokens(f"x {plain(text)} x")

    assert {token.type for token in found} <= {
        "paragraph_open", "paragraph_close", "inline", "text", "text_special",
    }  # fmt: skip
    assert "".join(t.content for t in found if t.type in {"text", "text_special"}) == f"x {text} x"


@pytest.mark.parametrize("text", ["1. x", "2) x", "- x", "+ x", "=== x", "--- x", "# x", "> x"])
def test_plain_words_begin_no_list_and_no_heading(text: str) -> None:
    assert kinds(plain(text)) <= {
        "paragraph_open", "paragraph_close", "inline", "text", "text_special",
    }  # fmt: skip


@given(st.text(max_size=80), st.text(max_size=20))
def test_nothing_in_a_sentence_acts_as_markdown_but_its_code(text: str, name: str) -> None:
    assert kinds(f"x {said(f'{text} {name} {text}', [name])}") <= HARMLESS - {"softbreak"}


def test_what_a_skill_says_can_be_typed_as_it_stands() -> None:
    error = ToolStatus.ERROR
    said = "Its bytes were pruned. They are in old.zip: `steward files import` brings them back."
    assert answer(RestoreVersion("a.md", 1), error, said, type="pruned") == (
        f"{said} Nothing was changed."
    )
    said = "my_notes is a folder, and a folder is never removed as a whole."
    assert answer(RemoveFile("my_notes"), error, said, type="not_a_file").startswith(said)
    said = "*_old* is not a folder. Name a folder."
    assert answer(ListFiles("*_old*"), error, said, type="not_a_file") == (
        "`*_old*` is not a folder. Name a folder."
    )


def test_plain_words_are_quoted_and_others_shown_as_code() -> None:
    assert quote("draft") == "“draft”"
    assert quote("two words") == "“two words”"
    assert quote("a*b") == "`a*b`"
    assert quote("a\nb") == "`a␊b`"
    assert quote("x" * 100) == f"`{'x' * 59}…`"


def test_a_name_with_spaces_is_quoted_in_what_can_be_said() -> None:
    text = answer(ReplaceText("my report.md", "a", "b"), path="my report.md", version=2)

    assert '`/restore "my report.md" 1`' in text


def test_a_long_content_is_cut_and_the_rest_is_one_button_away() -> None:
    content = "".join(f"line {number}\n" for number in range(1, 501))

    reply = replied(ReadFile("x.txt"), text=content, path="x.txt", total_lines=500)

    assert "line 200\n" in reply.text
    assert "line 201" not in reply.text
    assert reply.text.endswith(
        "That is up to line 200 of 500. The rest is not shown. `/read x.txt 201` goes on."
    )
    assert reply.suggestions[0] == "/read x.txt 201"


def test_a_page_from_a_line_counts_on_from_there() -> None:
    content = "".join(f"line {number}\n" for number in range(201, 501))

    reply = replied(ReadFile("x.txt", 201), text=content, path="x.txt", total_lines=500)

    assert reply.text.startswith("`x.txt` from line 201:")
    assert "That is up to line 400 of 500." in reply.text
    assert reply.suggestions[0] == "/read x.txt 401"


def test_the_last_page_is_not_said_to_be_cut() -> None:
    assert replied(ReadFile("x.txt", 401), text="a\nb\n", total_lines=402).text == (
        "`x.txt` from line 401:\n\n```txt\na\nb\n```"
    )


def test_a_content_the_skill_cut_is_said_to_be_cut_and_its_note_is_not_shown_as_content() -> None:
    note = "[Characters 0 to 4 of 20. For more: offset 4.]"

    shown = answer(ReadFile("x.txt"), text=f"a\nb\n{note}", truncated=True, total_lines=9)

    assert "That is up to line 2 of 9." in shown
    assert "Characters" not in shown


def test_a_note_like_that_in_a_whole_file_is_content() -> None:
    note = "[Characters 0 to 4 of 20. For more: offset 4.]"

    assert note in answer(ReadFile("x.txt"), text=f"a\n{note}", truncated=False)


def test_one_endless_line_is_cut_too() -> None:
    reply = replied(ReadFile("x.txt"), text="x" * 50_000)

    assert len(reply.text) < 11_000
    assert reply.text.endswith("That is up to line 1. The rest is not shown.")
    assert reply.suggestions == ("/versions x.txt",)


def test_long_lists_say_how_much_more_there_is() -> None:
    entries = [{"path": f"{number}.md", "is_dir": False, "size": number} for number in range(130)]
    rows = [{"path": "x.md", "line": number, "text": "x"} for number in range(1, 131)]

    assert "and 30 more." in answer(ListFiles(), entries=entries)
    assert "There are more" in answer(FindText("x"), matches=rows)
    assert "There are more" in answer(FindText("x"), matches=rows[:2], truncated=True)


def test_a_page_of_a_list_says_how_much_there_is_in_all() -> None:
    entries = [{"path": f"{number}.md", "is_dir": False} for number in range(3)]

    assert "and 497 more." in answer(ListFiles(), entries=entries, total=500, truncated=True)


def test_a_removal_is_not_offered_to_be_restored() -> None:
    rows: list[dict[str, object]] = [
        {"version": 1, "hash": "a"}, {"version": 2, "hash": None}, {"version": 3, "hash": "b"},
    ]  # fmt: skip

    assert replied(ShowVersions("x.md"), versions=rows).suggestions[0] == "/restore x.md 1"


def test_versions_are_listed_newest_first_with_what_and_who() -> None:
    text = answer(
        ShowVersions("x.md"),
        versions=[
            {"version": 1, "action": "seen", "at": "2026-11-23T12:00:00+00:00", "by": "you"},
            {"version": 2, "action": "edit", "at": "not a time", "by": "files.edit"},
            {"version": 3, "operation": "external", "action": "edit", "by": "you"},
        ],
    )

    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines[0] == "- **Version 3** changed outside Steward by you"
    assert lines[1] == "- **Version 2** changed by `files.edit`"
    assert lines[2].startswith("- **Version 1** 2026-11-2")
    assert lines[2].endswith("as first seen")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 KB"), (1_500_000, "1.5 MB"),
     (2 * 10**9, "2.0 GB"), (3 * 10**15, "3000.0 TB")],
)  # fmt: skip
def test_sizes_are_readable(size: int, words: str) -> None:
    assert f"`x` ({words})" in answer(ListFiles(), entries=[{"path": "x", "size": size}])
