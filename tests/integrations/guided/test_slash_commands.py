"""Slash commands: exact, quoted like in a shell, and clear about what is wrong with them."""

from __future__ import annotations

import pytest

from app.integrations.guided.commands import COMMANDS, complete, find_command
from app.integrations.guided.intents import (
    WRITES,
    Ambiguous,
    AppendText,
    BadUsage,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    ReadFile,
    Reason,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
    Unknown,
)
from app.integrations.guided.parser import parse

UNDERSTOOD: list[tuple[str, Intent]] = [
    ("/files", ListFiles()),
    ("/FILES", ListFiles()),
    ("  /files  ", ListFiles()),
    ("/files notes", ListFiles("notes")),
    ("/files 'my notes'", ListFiles("my notes")),
    ("/read notes.md", ReadFile("notes.md")),
    ('/read "my notes.md"', ReadFile("my notes.md")),
    ("/read my\\ notes.md", ReadFile("my notes.md")),
    ("/read 'remove x.md'", ReadFile("remove x.md")),
    ("/read notes.md 201", ReadFile("notes.md", 201)),
    ('/read "my notes.md" 1', ReadFile("my notes.md", 1)),
    ('/read "notes 2"', ReadFile("notes 2")),
    ("/find draft", FindText("draft")),
    ("/find two words", FindText("two words")),
    ("/find draft in notes", FindText("draft", "notes")),
    ('/find "cat in hat"', FindText("cat in hat")),
    ('/find "cat in hat" in "my notes"', FindText("cat in hat", "my notes")),
    ("/create x.md", CreateFile("x.md")),
    ('/create x.md ""', CreateFile("x.md")),
    ("/create x.md First idea", CreateFile("x.md", "First idea")),
    ('/create "my x.md" "First idea"', CreateFile("my x.md", "First idea")),
    ("/create x.md\n# Title\n\ntext", CreateFile("x.md", "# Title\n\ntext\n")),
    ("/create x.md\n'quoted'", CreateFile("x.md", "'quoted'\n")),
    ("/create x.md  \r\ntext\n", CreateFile("x.md", "text\n")),
    ('/edit x.md "all new"', EditFile("x.md", "all new")),
    ('/edit x.md ""', EditFile("x.md", "")),
    ("/edit x.md\n  indented\n", EditFile("x.md", "  indented\n")),
    ("/append x.md Don't forget", AppendText("x.md", "Don't forget")),
    ("/append x.md 'don't forget'", AppendText("x.md", "don't forget")),
    ('/append x.md "- milk"', AppendText("x.md", "- milk")),
    ("/append x.md\n- milk\n- eggs", AppendText("x.md", "- milk\n- eggs\n")),
    ('/replace "draft" "final" in report.md', ReplaceText("report.md", "draft", "final")),
    ("/replace draft final report.md", ReplaceText("report.md", "draft", "final")),
    ("/replace draft with final in report.md", ReplaceText("report.md", "draft", "final")),
    (
        '/replace "draft" "final" in report.md all',
        ReplaceText("report.md", "draft", "final", everywhere=True),
    ),
    (
        "/replace 'draft' 'final' report.md all",
        ReplaceText("report.md", "draft", "final", everywhere=True),
    ),
    ('/replace "draft " "" in report.md', ReplaceText("report.md", "draft ", "")),
    ('/replace "in" "all" in "all"', ReplaceText("all", "in", "all")),
    ('/replace "say \\"hi\\"" `"` x.md', ReplaceText("x.md", 'say "hi"', '"')),
    ('/replace "a\\n" "b" in x.md', ReplaceText("x.md", "a\\n", "b")),
    ("/rename a.md b.md", RenameFile("a.md", "b.md")),
    ("/rename a.md to b.md", RenameFile("a.md", "b.md")),
    ("/rename 'a b.md' \"c d.md\"", RenameFile("a b.md", "c d.md")),
    ("/remove report.md", RemoveFile("report.md")),
    ("/remove *.md", RemoveFile("*.md")),
    ("/versions report.md", ShowVersions("report.md")),
    ("/diff report.md", CompareVersions("report.md")),
    ("/diff report.md 1 2", CompareVersions("report.md", 1, 2)),
    ("/diff report.md v1 V2", CompareVersions("report.md", 1, 2)),
    ("/undo", UndoLast()),
    ("/undo report.md 2", UndoVersion("report.md", 2)),
    ("/undo 'my report.md' v3", UndoVersion("my report.md", 3)),
    ("/restore report.md 1", RestoreVersion("report.md", 1)),
    ("/restore 'my report.md' 10", RestoreVersion("my report.md", 10)),
    ("/help", ShowHelp()),
    ("/help replace", ShowHelp("replace")),
    ("/help /Replace", ShowHelp("replace")),
]


@pytest.mark.parametrize(("text", "intent"), UNDERSTOOD, ids=[text for text, _ in UNDERSTOOD])
def test_a_command_is_understood_exactly(text: str, intent: Intent) -> None:
    assert parse(text) == intent


WRONG: list[tuple[str, str, tuple[Intent, ...]]] = [
    ("/read", "read", ()),
    ("/read my notes.md", "read", (ReadFile("my notes.md"),)),
    ("/read 'notes.md", "read", ()),
    ("/read notes.md 0", "read", (ReadFile("notes.md 0"),)),
    ("/read notes.md 1 2", "read", (ReadFile("notes.md 1 2"),)),
    ("/read 'notes'.md", "read", ()),
    ("/read ''", "read", ()),
    ("/read 'a\nb'", "read", ()),
    ("/read a\0b", "read", ()),
    ("/files my folder", "files", (ListFiles("my folder"),)),
    ("/remove a.md b.md", "remove", (RemoveFile("a.md b.md"),)),
    ("/remove a.md 'b.md'", "remove", ()),
    ("/find", "find", ()),
    ("/find ''", "find", ()),
    ("/find a 'b'", "find", ()),
    ("/create", "create", ()),
    ('/create x.md "a" and "b"', "create", (CreateFile("x.md", '"a" and "b"'),)),
    ("/edit x.md", "edit", ()),
    ("/edit x.md\n\n", "edit", ()),
    ("/append x.md", "append", ()),
    ('/append x.md ""', "append", ()),
    ("/append x.md 'tis the season", "append", (AppendText("x.md", "'tis the season"),)),
    ("/replace", "replace", ()),
    ("/replace a b", "replace", ()),
    ("/replace a with b", "replace", ()),
    ("/replace a with b all", "replace", ()),
    ("/replace a b in all", "replace", ()),
    ("/replace a b c d", "replace", ()),
    ("/replace a b in c.md d.md", "replace", ()),
    ("/replace first draft final in x.md", "replace", ()),
    ('/replace "" "b" in x.md', "replace", ()),
    ("/rename a.md", "rename", ()),
    ("/rename a.md to", "rename", ()),
    ("/rename a.md b c.md", "rename", ()),
    ("/versions", "versions", ()),
    ("/diff report.md 1", "diff", ()),
    ("/diff report.md 1 x", "diff", ()),
    ("/diff report.md 0 1", "diff", ()),
    ("/undo report.md", "undo", ()),
    ("/restore report.md", "restore", (ShowVersions("report.md"),)),
    ("/restore report.md 0", "restore", ()),
    ("/restore report.md 1.5", "restore", ()),
    ("/restore report.md ²", "restore", ()),
    ("/restore 1", "restore", (ShowVersions("1"),)),
    ("/help nothing", "help", ()),
]


@pytest.mark.parametrize(("text", "command", "readings"), WRONG, ids=[row[0] for row in WRONG])
def test_a_command_used_wrongly_does_nothing_and_says_why(
    text: str, command: str, readings: tuple[Intent, ...]
) -> None:
    parsed = parse(text)

    assert isinstance(parsed, BadUsage)
    assert (parsed.command, parsed.readings) == (command, readings)
    assert parsed.problem


@pytest.mark.parametrize("text", ["/", "/x", "//files", "/home/me/report.md", "/remove!"])
def test_a_slash_that_begins_no_command_is_not_understood(text: str) -> None:
    parsed = parse(text)

    assert isinstance(parsed, Unknown)
    assert parsed.reason is Reason.NO_SUCH_COMMAND


def test_a_mistyped_command_names_the_near_one_and_does_nothing() -> None:
    assert parse("/versoins report.md") == Unknown(Reason.NO_SUCH_COMMAND, near=("versions",))


# -- the table ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_example_in_the_table_is_understood(command: object) -> None:
    (row,) = (c for c in COMMANDS if c is command)
    example = parse(row.example)

    assert not isinstance(example, Unknown | BadUsage | Ambiguous)
    assert isinstance(example, WRITES) is row.writes


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.sentence], ids=lambda c: c.name)
def test_every_sentence_in_the_table_means_the_kind_of_thing_its_command_does(
    command: object,
) -> None:
    (row,) = (c for c in COMMANDS if c is command)

    assert type(parse(row.sentence)) is type(parse(row.example))


def test_every_command_takes_at_least_what_it_requires() -> None:
    assert all(command.required <= len(command.arguments) for command in COMMANDS)


def test_commands_complete_from_their_first_letters() -> None:
    assert [command.name for command in complete("/re")] == [
        "read",
        "replace",
        "rename",
        "remove",
        "restore",
    ]
    assert complete("/") == COMMANDS
    assert [command.typed for command in complete("/UN")] == ["/undo "]
    assert [command.typed for command in complete("/remo")] == ["/remove "]


@pytest.mark.parametrize("text", ["", "re", "/read ", "/read x", " /re", "/xyz"])
def test_nothing_else_completes(text: str) -> None:
    assert complete(text) == ()


def test_a_command_is_found_with_or_without_its_slash() -> None:
    assert find_command("/Undo") is find_command("undo") is not None
    assert find_command("redo") is None
