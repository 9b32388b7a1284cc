"""Clear sentences are understood exactly; everything else abstains and changes nothing."""

# ruff: noqa: RUF001 - typographic quotes are what is tested here
from __future__ import annotations

import pytest

from app.integrations.guided.intents import (
    WRITES,
    Ambiguous,
    AppendText,
    CompareVersions,
    CreateFile,
    Doubt,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    Occasion,
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

DRAFT = ReplaceText("report.md", "draft", "final")
DRAFTS = ReplaceText("report.md", "draft", "final", everywhere=True)
MY_FILE = "my report.md"

UNDERSTOOD: list[tuple[str, Intent]] = [
    # Replacing, in every kind of quotes
    ("replace 'draft' with 'final' in report.md", DRAFT),
    ('replace "draft" with "final" in report.md', DRAFT),
    ("replace `draft` with `final` in report.md", DRAFT),
    ("replace “draft” with “final” in report.md", DRAFT),
    ("replace ‘draft’ with ‘final’ in report.md", DRAFT),
    ("replace „draft“ with „final“ in report.md", DRAFT),
    ("replace «draft» with ‹final› in report.md", DRAFT),
    ("replace 'draft' by \"final\" in `report.md`", DRAFT),
    ("Replace 'draft' with 'final' in report.md.", DRAFT),
    ("REPLACE 'draft' WITH 'final' IN report.md", DRAFT),
    ("replace draft with final in report.md", DRAFT),
    ("replace the word 'draft' with 'final' in report.md", DRAFT),
    ("replace the text 'draft' with 'final' in the file report.md", DRAFT),
    ("in report.md replace 'draft' with 'final'", DRAFT),
    ("In report.md, replace 'draft' with 'final'!", DRAFT),
    ("change 'draft' to 'final' in report.md", DRAFT),
    ("in report.md, change 'draft' to 'final'", DRAFT),
    ("please replace 'draft' with 'final' in report.md", DRAFT),
    ("can you replace 'draft' with 'final' in report.md?", DRAFT),
    ("Could you please replace 'draft' with 'final' in report.md?", DRAFT),
    ("would you please replace 'draft' with 'final' in report.md?", DRAFT),
    ("I'd like you to replace 'draft' with 'final' in report.md", DRAFT),
    ("Hi Steward, please replace 'draft' with 'final' in report.md, thanks", DRAFT),
    ("replace 'draft' with 'final' everywhere in report.md", DRAFTS),
    ("replace 'draft' with 'final' in report.md everywhere", DRAFTS),
    ("replace all 'draft' with 'final' in report.md", DRAFTS),
    ("replace every occurrence of 'draft' with 'final' in report.md", DRAFTS),
    ("change all mentions of 'draft' to 'final' in report.md", DRAFTS),
    ("replace 'a' with '' in x.md", ReplaceText("x.md", "a", "")),
    ("replace 'don't' with 'do' in x.md", ReplaceText("x.md", "don't", "do")),
    ("replace ‘don’t’ with ‘do’ in x.md", ReplaceText("x.md", "don’t", "do")),
    ("replace 'a, b' with 'c.' in x.md", ReplaceText("x.md", "a, b", "c.")),
    ('replace "say \\"hi\\"" with "hi" in x.md', ReplaceText("x.md", 'say "hi"', "hi")),
    ("replace '  two  ' with ' ' in x.md", ReplaceText("x.md", "  two  ", " ")),
    ("replace 'a' with 'b' in 'my notes/x y.md'", ReplaceText("my notes/x y.md", "a", "b")),
    ("replace v1.0 with v1.1 in notes/x.md", ReplaceText("notes/x.md", "v1.0", "v1.1")),
    (
        "replace 'x with y in z.md' with 'delete a.md' in b.md",
        ReplaceText("b.md", "x with y in z.md", "delete a.md"),
    ),
    # Versions
    ("show versions of report.md", ShowVersions("report.md")),
    ("Show me the versions of report.md", ShowVersions("report.md")),
    ("list all versions of report.md", ShowVersions("report.md")),
    ("history of report.md", ShowVersions("report.md")),
    ("show the version history for report.md", ShowVersions("report.md")),
    ("what versions of report.md are there?", ShowVersions("report.md")),
    ("which versions does report.md have?", ShowVersions("report.md")),
    ("can you show the versions of 'my report.md'?", ShowVersions(MY_FILE)),
    ("restore version 1 of report.md", RestoreVersion("report.md", 1)),
    ("Please restore version 12 of the file report.md", RestoreVersion("report.md", 12)),
    ("restore report.md to version 1", RestoreVersion("report.md", 1)),
    ("go back to version 3 of report.md", RestoreVersion("report.md", 3)),
    ("bring back version v2 of 'my report.md'", RestoreVersion(MY_FILE, 2)),
    ("restore the first version of report.md", RestoreVersion("report.md", 1)),
    ("compare version 1 and 2 of report.md", CompareVersions("report.md", 1, 2)),
    ("compare versions 1 and 2 of report.md", CompareVersions("report.md", 1, 2)),
    ("compare version 1 with version 2 of report.md", CompareVersions("report.md", 1, 2)),
    ("compare version 1 of report.md with version 2", CompareVersions("report.md", 1, 2)),
    ("compare report.md version 1 and 2", CompareVersions("report.md", 1, 2)),
    (
        "show the difference between version 1 and 2 of report.md",
        CompareVersions("report.md", 1, 2),
    ),
    (
        "what changed between version 2 and 1 of report.md?",
        CompareVersions("report.md", 2, 1),
    ),
    ("what changed in report.md?", CompareVersions("report.md")),
    ("diff report.md", CompareVersions("report.md")),
    ("undo", UndoLast()),
    ("Undo!", UndoLast()),
    ("undo that", UndoLast()),
    ("undo version 2 of report.md", UndoVersion("report.md", 2)),
    ("please take back version 2 of report.md", UndoVersion("report.md", 2)),
    ("please undo it", UndoLast()),
    ("take that back", UndoLast()),
    ("can you undo that?", UndoLast()),
    ("undo the last change", UndoLast()),
    ("undo your last changes", UndoLast()),
    # Removing, making, adding, renaming
    ("remove report.md", RemoveFile("report.md")),
    ("delete report.md", RemoveFile("report.md")),
    ("Please delete the file report.md.", RemoveFile("report.md")),
    ("remove 'my report.md'", RemoveFile(MY_FILE)),
    ("remove notes/old/report.md", RemoveFile("notes/old/report.md")),
    ("delete .gitignore", RemoveFile(".gitignore")),
    ("remove Makefile", RemoveFile("Makefile")),
    ("remove no.md", RemoveFile("no.md")),
    ("remove 'don't remove.md'", RemoveFile("don't remove.md")),
    ("remove 'a.md and then b.md'", RemoveFile("a.md and then b.md")),
    ("create a file x.md with 'text'", CreateFile("x.md", "text")),
    ("create a file called x.md containing 'text'", CreateFile("x.md", "text")),
    ("make a new file named 'a b.md' with the text “Hi”", CreateFile("a b.md", "Hi")),
    ("create x.md", CreateFile("x.md")),
    ("create an empty file x.md", CreateFile("x.md")),
    ("create a file x.md with 'line 1\nline 2'", CreateFile("x.md", "line 1\nline 2")),
    ("write 'text' to a new file x.md", CreateFile("x.md", "text")),
    ("append 'text' to x.md", AppendText("x.md", "text")),
    ("append the line '- milk' to notes/x.md", AppendText("notes/x.md", "- milk")),
    ("add 'text' to the end of x.md", AppendText("x.md", "text")),
    ("rename a.md to b.md", RenameFile("a.md", "b.md")),
    ("rename 'a b.md' to 'c d.md'", RenameFile("a b.md", "c d.md")),
    ("rename a.md to archive/b.md", RenameFile("a.md", "archive/b.md")),
    ("move a.md to archive/", RenameFile("a.md", "archive/a.md")),
    ("rename Makefile to 'Makefile old'", RenameFile("Makefile", "Makefile old")),
    # Reading and finding
    ("what is in notes.md", ReadFile("notes.md")),
    ("What's in notes.md?", ReadFile("notes.md")),
    ("what’s in the file notes.md ?", ReadFile("notes.md")),
    ("read notes.md", ReadFile("notes.md")),
    ("show me notes.md", ReadFile("notes.md")),
    ("could you show me the contents of notes.md?", ReadFile("notes.md")),
    ("what does notes.md say?", ReadFile("notes.md")),
    ("what is in notes", ReadFile("notes")),
    ("show me notes.md from line 201", ReadFile("notes.md", 201)),
    ("read 'remove report.md'", ReadFile("remove report.md")),
    ("show me '/remove report.md'", ReadFile("/remove report.md")),
    ("list files", ListFiles()),
    ("list the files", ListFiles()),
    ("show me all my files", ListFiles()),
    ("what files are there?", ListFiles()),
    ("which files do you have", ListFiles()),
    ("list the files in notes", ListFiles("notes")),
    ("what is in the folder notes?", ListFiles("notes")),
    ("what's in the notes folder?", ListFiles("notes")),
    ("find 'x' in notes", FindText("x", "notes")),
    ("find 'cat in hat' in notes/a.md", FindText("cat in hat", "notes/a.md")),
    ("find 'in notes'", FindText("in notes")),
    ("search for budget", FindText("budget")),
    ("look for 'x' in the folder 'my notes'", FindText("x", "my notes")),
    ("search notes for 'x'", FindText("x", "notes")),
    ("which files contain 'x'?", FindText("x")),
    ("find 'x' in my files", FindText("x")),
    # Help
    ("help", ShowHelp()),
    ("Help me, please", ShowHelp()),
    ("what can you do?", ShowHelp()),
    ("", ShowHelp()),
    ("?", ShowHelp()),
    ("hi", ShowHelp(occasion=Occasion.GREETING)),
    ("Hello Steward!", ShowHelp(occasion=Occasion.GREETING)),
    ("Good morning", ShowHelp(occasion=Occasion.GREETING)),
    ("thanks", ShowHelp(occasion=Occasion.THANKS)),
    ("Thank you very much!", ShowHelp(occasion=Occasion.THANKS)),
]


@pytest.mark.parametrize(("text", "intent"), UNDERSTOOD, ids=[text for text, _ in UNDERSTOOD])
def test_a_clear_sentence_is_understood_exactly(text: str, intent: Intent) -> None:
    assert parse(text) == intent


NOT_UNDERSTOOD: list[tuple[str, Reason]] = [
    # Told not to
    ("don't remove report.md", Reason.NEGATED),
    ("don’t remove report.md", Reason.NEGATED),
    ("do not undo that", Reason.NEGATED),
    ("never delete report.md", Reason.NEGATED),
    ("please don't replace 'a' with 'b' in x.md", Reason.NEGATED),
    ("could you please not remove report.md", Reason.NEGATED),
    ("remove x.md, not y.md", Reason.NEGATED),
    ("replace 'a' with 'b' in x.md but not in the title", Reason.NEGATED),
    # Asked about
    ("should I remove report.md?", Reason.QUESTION),
    ("what happens if I remove report.md", Reason.QUESTION),
    ("what happens if I remove report.md?", Reason.QUESTION),
    ("remove report.md?", Reason.QUESTION),
    ("undo?", Reason.QUESTION),
    ("would you remove report.md?", Reason.QUESTION),
    ("did you remove report.md", Reason.QUESTION),
    ("can I delete report.md?", Reason.QUESTION),
    ("how do I restore version 1 of report.md", Reason.QUESTION),
    ("why did you rename a.md to b.md", Reason.QUESTION),
    # Two requests
    ("replace a with b in x.md and then delete y.md", Reason.SEVERAL),
    ("replace 'a' with 'b' in x.md and remove y.md", Reason.SEVERAL),
    ("remove a.md and b.md", Reason.SEVERAL),
    ("remove a.md; remove b.md", Reason.SEVERAL),
    ("undo and restore version 1 of report.md", Reason.SEVERAL),
    ("list files then remove x.md", Reason.SEVERAL),
    ("remove a.md. Remove b.md.", Reason.UNKNOWN),
    ("remove a.md\nremove b.md", Reason.UNKNOWN),
    ("help me remove report.md", Reason.UNKNOWN),
    # Too little, too much, too vague
    ("remove everything", Reason.UNKNOWN),
    ("remove *.md", Reason.UNKNOWN),
    ("remove all files", Reason.UNKNOWN),
    ("remove report", Reason.UNKNOWN),
    ("remove my report.md", Reason.UNKNOWN),
    ("remove 'draft'", Reason.UNKNOWN),
    ("remove a.md b.md", Reason.UNKNOWN),
    ("remove a.md, b.md", Reason.UNKNOWN),
    ("remove report.md permanently", Reason.UNKNOWN),
    ("remove report.md from the folder", Reason.UNKNOWN),
    ("delete 1.5", Reason.UNKNOWN),
    ("remove https://example.com/a.md", Reason.UNKNOWN),
    ("remove report.md\u202e", Reason.UNKNOWN),
    ("rename a.md", Reason.UNKNOWN),
    ("rename it to b.md", Reason.UNKNOWN),
    ("rename a.md to something better", Reason.UNKNOWN),
    ("create a file", Reason.UNKNOWN),
    ("create a file now", Reason.UNKNOWN),
    ("create a folder notes", Reason.UNKNOWN),
    ("create report", Reason.UNKNOWN),
    ("make report.md shorter", Reason.UNKNOWN),
    ("replace 'a' with 'b' in all files", Reason.UNKNOWN),
    ("replace 'a' with 'b' in x.md or y.md", Reason.UNKNOWN),
    ("replace 'a' with 'b' in line 3 of x.md", Reason.UNKNOWN),
    ("restore version one of report.md", Reason.UNKNOWN),
    ("restore version 0 of report.md", Reason.UNKNOWN),
    ("restore version -1 of report.md", Reason.UNKNOWN),
    ("restore version 1.5 of report.md", Reason.UNKNOWN),
    ("restore everything", Reason.UNKNOWN),
    ("undo everything", Reason.UNKNOWN),
    ("undo the last two changes", Reason.UNKNOWN),
    ("undo the change to report.md", Reason.UNKNOWN),
    ("report.md remove", Reason.UNKNOWN),
    ("with 'final' replace 'draft' in report.md", Reason.UNKNOWN),
    ("compare a.md with b.md", Reason.UNKNOWN),
    ("summarise notes.md", Reason.UNKNOWN),
    ("what is in it?", Reason.QUESTION),
    ("what is the capital of France", Reason.UNKNOWN),
    ("find everything", Reason.UNKNOWN),
    ("report.md", Reason.UNKNOWN),
    ("'/remove report.md'", Reason.UNKNOWN),
    ("please /remove report.md", Reason.UNKNOWN),
    ("he said: remove report.md", Reason.UNKNOWN),
    ("> remove report.md", Reason.UNKNOWN),
    ("please", Reason.UNKNOWN),
    # Quotes that do not work out
    ("replace 'draft with 'final' in report.md", Reason.QUOTES),
    ("replace “draft\" with 'final' in report.md", Reason.QUOTES),
    ("replace 'a'b with 'c' in x.md", Reason.QUOTES),
    ("remove 'report.md", Reason.QUOTES),
    ("remove report.md'", Reason.QUOTES),
    ('remove my"report.md', Reason.QUOTES),
    ("find files' owner", Reason.QUOTES),
    # Characters that we frame quoted text with
    ("remove \ue0000\ue001", Reason.UNKNOWN),
    ("remove \ue0000\ue001 'a.md'", Reason.QUOTES),
]


@pytest.mark.parametrize(
    ("text", "reason"), NOT_UNDERSTOOD, ids=[text for text, _ in NOT_UNDERSTOOD]
)
def test_anything_else_is_not_understood(text: str, reason: Reason) -> None:
    parsed = parse(text)

    assert isinstance(parsed, Unknown)
    assert parsed.reason is reason


@pytest.mark.parametrize("text", [text for text, _ in NOT_UNDERSTOOD])
def test_what_is_not_understood_offers_no_change(text: str) -> None:
    parsed = parse(text)

    assert isinstance(parsed, Unknown)
    assert not any(isinstance(reading, WRITES) for reading in parsed.readings)


NEARLY: list[tuple[str, Doubt, tuple[Intent, ...]]] = [
    ("change draft to final in report.md", Doubt.EXACT_TEXT, (DRAFT,)),
    (
        "replace first draft with final version in report.md",
        Doubt.EXACT_TEXT,
        (ReplaceText("report.md", "first draft", "final version"),),
    ),
    ("change 'draft' to uppercase in report.md", Doubt.EXACT_TEXT, (
        ReplaceText("report.md", "draft", "uppercase"),
    )),
    ("replace tabs with spaces in x.md", Doubt.EXACT_TEXT, (
        ReplaceText("x.md", "tabs", "spaces"),
    )),
    ("replace yes. with ok in x.md", Doubt.EXACT_TEXT, (ReplaceText("x.md", "yes.", "ok"),)),
    ("replace everything with 'x' in report.md", Doubt.EXACT_TEXT, ()),
    ("replace a with b and c with d in x.md", Doubt.EXACT_TEXT, ()),
    ("append hello world to x.md", Doubt.EXACT_TEXT, (AppendText("x.md", "hello world"),)),
    ("append it to x.md", Doubt.EXACT_TEXT, ()),
    ("create a file x.md with hello", Doubt.EXACT_TEXT, (CreateFile("x.md", "hello"),)),
    ("replace 'a' with 'b'", Doubt.WHICH_FILE, ()),
    ("restore version 1", Doubt.WHICH_FILE, ()),
    ("show versions", Doubt.WHICH_FILE, ()),
    ("delete it", Doubt.WHICH_FILE, ()),
    ("restore report.md", Doubt.WHICH_VERSION, (ShowVersions("report.md"),)),
    ("restore the previous version of report.md", Doubt.WHICH_VERSION, (
        ShowVersions("report.md"),
    )),
    ("revert report.md to the last version", Doubt.WHICH_VERSION, (ShowVersions("report.md"),)),
    ("show version 1 of report.md", Doubt.ONE_VERSION, (
        ShowVersions("report.md"), CompareVersions("report.md"),
    )),
    ("add 'x' to x.md", Doubt.WHERE_TO_PUT, (AppendText("x.md", "x"),)),
    ("write 'x' to x.md", Doubt.WHERE_TO_PUT, (
        AppendText("x.md", "x"), EditFile("x.md", "x"), CreateFile("x.md", "x"),
    )),
    ("remove 'a' from x.md", Doubt.TEXT_TO_REMOVE, (ReplaceText("x.md", "a", ""),)),
    ("rename a.md to b", Doubt.NEW_NAME, (RenameFile("a.md", "b.md"), RenameFile("a.md", "b"))),
    ("move a.md to archive", Doubt.NEW_NAME, (
        RenameFile("a.md", "archive/a.md"), RenameFile("a.md", "archive"),
    )),
    ("move notes/a.md to b.md", Doubt.NEW_NAME, (
        RenameFile("notes/a.md", "b.md"), RenameFile("notes/a.md", "./b.md"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "doubt", "readings"), NEARLY, ids=[row[0] for row in NEARLY])
def test_what_is_nearly_understood_is_offered_and_not_done(
    text: str, doubt: Doubt, readings: tuple[Intent, ...]
) -> None:
    assert parse(text) == Ambiguous(doubt, readings)


def test_a_sentence_that_names_one_file_is_offered_harmless_things_with_it() -> None:
    parsed = parse("tidy up 'my notes.md' a little")

    assert isinstance(parsed, Unknown)
    assert parsed.readings == (ReadFile("my notes.md"), ShowVersions("my notes.md"))


def test_a_long_text_is_not_read_as_a_request() -> None:
    assert parse("please remove report.md " + "because " * 60) == Unknown()
