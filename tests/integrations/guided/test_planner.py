"""The guide's steps: which call comes next, and an honest answer for every way it can end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.tool_calls import ToolStatus
from app.integrations.guided.intents import (
    AppendText,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    Parsed,
    ReadFile,
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
from app.integrations.guided.planner import MAX_CALLS, closing, next_step
from app.integrations.guided.steps import Ask, Outcome, Reply
from tests.integrations.guided.fake_files import FakeFiles

REPLACE = ReplaceText("report.md", "draft", "final")
REPLACE_ALL = ReplaceText("report.md", "draft", "final", everywhere=True)

FIRST_CALLS: list[tuple[Intent, Ask]] = [
    (ListFiles(), Ask("files.list", {})),
    (ListFiles("notes"), Ask("files.list", {"path": "notes"})),
    (ReadFile("a.md"), Ask("files.read", {"path": "a.md"})),
    (ReadFile("a.md", 201), Ask("files.read", {"path": "a.md", "line": 201})),
    (FindText("x"), Ask("files.search", {"query": "x"})),
    (FindText("x", "notes"), Ask("files.search", {"query": "x", "path": "notes"})),
    (CreateFile("a.md", "x"), Ask("files.create", {"path": "a.md", "content": "x"})),
    (EditFile("a.md", "x"), Ask("files.edit", {"path": "a.md", "content": "x"})),
    (AppendText("a.md", "x"), Ask("files.append", {"path": "a.md", "text": "x"})),
    (
        REPLACE,
        Ask(
            "files.edit",
            {"path": "report.md", "old": "draft", "new": "final", "expected_count": 1},
        ),
    ),
    (RenameFile("a.md", "b.md"), Ask("files.move", {"path": "a.md", "target": "b.md"})),
    (
        RenameFile("notes/a.md", "b.md"),
        Ask("files.move", {"path": "notes/a.md", "target": "notes/b.md"}),
    ),
    (
        RenameFile("notes/a.md", "./b.md"),
        Ask("files.move", {"path": "notes/a.md", "target": "./b.md"}),
    ),
    (RenameFile("n/a.md", "old/"), Ask("files.move", {"path": "n/a.md", "target": "old/a.md"})),
    (RemoveFile("a.md"), Ask("files.remove", {"path": "a.md"})),
    (ShowVersions("a.md"), Ask("files.versions", {"path": "a.md"})),
    (CompareVersions("a.md", 1, 2), Ask("files.diff", {"path": "a.md", "a": 1, "b": 2})),
    (CompareVersions("a.md"), Ask("files.diff", {"path": "a.md"})),
    (RestoreVersion("a.md", 1), Ask("files.restore", {"path": "a.md", "version": 1})),
    (UndoLast(), Ask("files.undo", {})),
    (UndoVersion("a.md", 2), Ask("files.undo", {"path": "a.md", "version": 2})),
]  # fmt: skip
WRITES = [intent for intent, ask in FIRST_CALLS if ask.name not in {
    "files.list", "files.read", "files.search", "files.versions", "files.diff",
}]  # fmt: skip


@pytest.mark.parametrize(("intent", "ask"), FIRST_CALLS, ids=[str(row[0]) for row in FIRST_CALLS])
def test_a_request_begins_with_its_call(intent: Intent, ask: Ask) -> None:
    assert next_step(intent, []) == ask


def drive(request: Parsed, answer: Callable[[Ask], Outcome]) -> tuple[list[Ask], Reply]:
    """Run a plan to its end, as the loop would."""
    asks: list[Ask] = []
    outcomes: list[Outcome] = []
    while isinstance(step := next_step(request, outcomes), Ask):
        assert len(asks) < MAX_CALLS
        asks.append(step)
        outcomes.append(answer(step))
    return asks, step


def say(text: str, files: FakeFiles) -> Reply:
    """What the guide answers to ``text``."""
    return drive(parse(text), lambda ask: files.call(ask.name, ask.arguments))[1]


def ends(status: ToolStatus, text: str = "", **facts: object) -> Callable[[Ask], Outcome]:
    """Every call ends like this."""
    return lambda ask: Outcome(ask.name, ask.arguments, status, text, facts)


# -- what happened -----------------------------------------------------------------------


def test_a_replacement_in_one_place_says_the_version_and_the_way_back() -> None:
    files = FakeFiles({"report.md": "a draft\n"})

    reply = say("replace 'draft' with 'final' in report.md", files)

    assert files.contents == {"report.md": "a final\n"}
    assert reply.text == (
        "Changed `report.md`: version 2. Version 1 is kept; say “restore version 1 of report.md” "
        "or `/undo` to go back."
    )
    assert reply.suggestions == ("/undo", "/versions report.md", "/diff report.md 1 2")


def test_a_replacement_in_several_places_changes_nothing_and_asks() -> None:
    files = FakeFiles({"report.md": "draft draft draft"})

    reply = say("replace 'draft' with 'final' in report.md", files)

    assert files.contents == {"report.md": "draft draft draft"}
    assert reply.text.startswith(
        "“draft” stands in 3 places in `report.md`; nothing was changed. It stands on line 1."
    )
    assert '/replace "draft" "final" in report.md all' in reply.text
    assert reply.suggestions[0] == '/replace "draft" "final" in report.md all'


def test_the_offered_replacement_of_all_places_does_it() -> None:
    files = FakeFiles({"report.md": "draft draft draft"})
    asked = say("replace 'draft' with 'final' in report.md", files)

    reply = say(asked.suggestions[0], files)

    assert files.contents == {"report.md": "final final final"}
    assert reply.text.startswith("Replaced 3 places in `report.md`: version 2.")


def test_all_places_can_be_one() -> None:
    files = FakeFiles({"report.md": "draft"})

    reply = say("/replace draft final report.md all", files)

    assert files.contents == {"report.md": "final"}
    assert len(files.calls) == 1
    assert reply.text.startswith("Changed `report.md`: version 2.")


def test_a_replacement_without_a_match_changes_nothing_and_says_so() -> None:
    files = FakeFiles({"report.md": "something else"})

    reply = say("/replace draft final report.md all", files)

    assert files.contents == {"report.md": "something else"}
    assert reply.text == "“draft” does not stand in `report.md`. Nothing was changed."


def test_a_match_in_other_letters_is_mentioned_and_not_replaced() -> None:
    files = FakeFiles({"report.md": "one\nA Draft\nDRAFT\n"})

    reply = say("replace 'draft' with 'final' in report.md", files)

    assert files.contents == {"report.md": "one\nA Draft\nDRAFT\n"}
    assert reply.text == (
        "“draft” does not stand in `report.md`. Nothing was changed. With other spaces or capital "
        "letters it stands on lines 2 and 3."
    )
    assert len(files.calls) == 1


def test_a_text_replaced_by_itself_is_not_tried() -> None:
    files = FakeFiles({"report.md": "draft"})

    reply = say("replace 'draft' with 'draft' in report.md", files)

    assert files.calls == []
    assert reply.text == "The old and the new text are the same. Nothing was changed."


@pytest.mark.parametrize(
    ("text", "files", "meant"),
    [
        ("/replace report.md draft final", ["report.md"], '"draft" "final" in report.md'),
        ("/replace draft report.md final", ["report.md"], '"draft" "final" in report.md'),
        ("/replace notes draft final all", ["notes"], '"draft" "final" in notes all'),
        ("replace 'a.md' with 'x' in 'b.md'", ["a.md"], '"x" "b.md" in a.md'),
    ],
)
def test_a_path_in_the_place_of_a_text_is_answered_with_how_it_is_written(
    text: str, files: list[str], meant: str
) -> None:
    there = FakeFiles(dict.fromkeys(files, "a draft"))

    reply = say(text, there)

    assert there.contents == dict.fromkeys(files, "a draft")
    assert f"but there is `{files[0]}`. Nothing was changed." in reply.text
    assert 'It is written `/replace "OLD" "NEW" in PATH [all]`' in reply.text
    assert reply.text.endswith(f"Did you mean `/replace {meant}`?")
    assert reply.suggestions[0] == f"/replace {meant}"


@pytest.mark.parametrize("name", ["report.md", "notes"])
def test_a_replacement_in_a_file_that_is_not_there_says_so(name: str) -> None:
    reply = say(f"replace 'draft' with 'final' in '{name}'", FakeFiles())

    assert reply.text == (
        f"There is no file `{name}` in the folders you granted. Nothing was changed."
    )


def test_texts_that_are_no_names_are_not_looked_for_as_files() -> None:
    files = FakeFiles()

    say("/replace draft final nope.md", files)
    say('/replace "# Report\n\ndraft" final nope', files)

    looked = [call.arguments["path"] for call in files.calls if call.name == "files.read"]
    assert looked == ["final"]


def test_a_count_that_changes_meanwhile_is_asked_about_again() -> None:
    counts = iter([3, 5])

    def answer(ask: Ask) -> Outcome:
        facts = {"type": "match_count", "count": next(counts)}
        return Outcome(ask.name, ask.arguments, ToolStatus.ERROR, "", facts)

    asks, reply = drive(REPLACE_ALL, answer)

    assert [ask.arguments["expected_count"] for ask in asks] == [1, 3]
    assert "5 places" in reply.text


def test_a_count_that_is_not_told_is_not_guessed() -> None:
    asks, reply = drive(REPLACE_ALL, ends(ToolStatus.ERROR, type="match_count"))

    assert len(asks) == 1
    assert "several places" in reply.text
    assert "nothing was changed" in reply.text


def test_the_story_of_a_file_from_making_to_undoing() -> None:
    files = FakeFiles()

    assert say("create a file x.md with 'one'", files).text == (
        "Created `x.md`: version 1. `/undo` takes it away again."
    )
    assert say("append ' two' to x.md", files).text.startswith(
        "Added the text at the end of `x.md`: version 2. Version 1 is kept;"
    )
    assert say('/edit x.md "three"', files).text.startswith("Rewrote `x.md`: version 3.")
    assert say("restore version 1 of x.md", files).text.startswith(
        "Restored version 1 of `x.md`; that is now version 4. What was there before is kept;"
    )
    assert files.contents == {"x.md": "one"}
    assert say("undo", files).text.startswith("Took back the last answer's changes: `x.md`.")
    assert files.contents == {"x.md": "three"}
    assert say("remove x.md", files).text == (
        "Removed `x.md`. Its content is kept as version 5; say “restore version 5 of x.md” or "
        "`/undo` to get it back."
    )
    assert files.contents == {}
    assert say("restore version 5 of x.md", files).text.startswith("Restored version 5 of `x.md`")
    assert files.contents == {"x.md": "three"}


def test_a_rename_says_both_names() -> None:
    files = FakeFiles({"notes/a.md": "x"})

    reply = say("/rename notes/a.md b.md", files)

    assert files.contents == {"notes/b.md": "x"}
    assert reply.text.startswith("Renamed `notes/a.md` to `notes/b.md`.")
    assert "/versions notes/b.md" in reply.suggestions


def test_reading_shows_the_content() -> None:
    reply = say("what is in notes.md?", FakeFiles({"notes.md": "# Hi\n"}))

    assert reply.text == "`notes.md`:\n\n```md\n# Hi\n```"


def test_an_empty_file_is_called_empty() -> None:
    assert say("read notes.md", FakeFiles({"notes.md": ""})).text == "`notes.md` is empty."


def test_what_is_in_a_folder_lists_it() -> None:
    def answer(ask: Ask) -> Outcome:
        if ask.name == "files.read":
            facts = {"type": "not_a_file"}
            return Outcome(ask.name, ask.arguments, ToolStatus.ERROR, "A folder.", facts)
        rows = [{"path": "notes/a.md", "is_dir": False, "size": 12}]
        return Outcome(ask.name, ask.arguments, ToolStatus.OK, "", {"entries": rows})

    asks, reply = drive(parse("what is in notes"), answer)

    assert [ask.name for ask in asks] == ["files.read", "files.list"]
    assert reply.text == "In `notes`:\n\n- `notes/a.md` (12 bytes)"


def test_comparing_without_numbers_takes_the_last_two() -> None:
    files = FakeFiles({"report.md": "draft\n"})
    say("replace 'draft' with 'final' in report.md", files)

    reply = say("what changed in report.md?", files)

    assert files.calls[-1] == Ask("files.diff", {"path": "report.md"})
    assert "versions 1 and 2 of `report.md`" in reply.text
    assert "-draft\n+final" in reply.text


def test_comparing_needs_two_versions() -> None:
    reply = say("what changed in report.md?", FakeFiles({"report.md": "draft\n"}))

    assert reply.text == "report.md has no two versions."


def test_equal_versions_have_no_difference() -> None:
    _, reply = drive(CompareVersions("a.md", 1, 2), ends(ToolStatus.OK, ""))

    assert reply.text == "There is no difference between versions 1 and 2 of `a.md`."


# -- what did not happen -----------------------------------------------------------------


@pytest.mark.parametrize("intent", WRITES, ids=str)
@pytest.mark.parametrize(
    ("by", "kind", "words"),
    [
        ("window", "denied", "you said no"),
        ("an earlier no", "denied", "you said no"),
        ("nobody to ask", "denied", "nobody could be asked"),
        ("--approve never", "denied", "switched off"),
        ("nobody", "expired", "nobody decided in time"),
    ],
)
def test_a_denied_change_says_that_nothing_was_changed_and_why(
    intent: Intent, by: str, kind: str, words: str
) -> None:
    asks, reply = drive(intent, ends(ToolStatus.DENIED, "no", type=kind, by=by))

    assert len(asks) == 1
    assert reply.text.startswith("Nothing was changed, because ")
    assert words in reply.text


@pytest.mark.parametrize("intent", [intent for intent, _ in FIRST_CALLS], ids=str)
@pytest.mark.parametrize("status", [s for s in ToolStatus if s is not ToolStatus.OK])
def test_every_other_end_is_told_without_claiming_success(
    intent: Intent, status: ToolStatus
) -> None:
    asks, reply = drive(intent, ends(status))

    assert len(asks) == 1
    assert reply.text
    for claim in ("Changed", "Created", "Removed", "Renamed", "Restored", "Took back", "Added"):
        assert not reply.text.startswith(claim)


@pytest.mark.parametrize("intent", WRITES, ids=str)
@pytest.mark.parametrize("status", [ToolStatus.TIMEOUT, ToolStatus.INTERRUPTED])
def test_a_change_that_was_cut_off_is_not_said_to_be_undone_or_done(
    intent: Intent, status: ToolStatus
) -> None:
    _, reply = drive(intent, ends(status))

    assert "othing was changed" not in reply.text
    assert "whether" in reply.text


@pytest.mark.parametrize("intent", WRITES, ids=str)
@pytest.mark.parametrize(
    "kind",
    ["file_missing", "path_outside", "no_folder", "file_exists", "not_text", "disk_full",
     "file_changed", "invalid_arguments", "unknown_skill", "placeholder_write", "not_found"],
)  # fmt: skip
def test_a_typed_error_says_what_is_wrong_and_that_nothing_was_changed(
    intent: Intent, kind: str
) -> None:
    _, reply = drive(intent, ends(ToolStatus.ERROR, "It failed.", type=kind))

    assert "othing was changed" in reply.text
    assert len(reply.text) > len("Nothing was changed.") + 5


@pytest.mark.parametrize("kind", ["crash", "storage", "", "something new"])
def test_after_an_error_that_may_have_come_late_it_is_not_said_that_nothing_changed(
    kind: str,
) -> None:
    _, reply = drive(REPLACE, ends(ToolStatus.ERROR, "It failed.", type=kind))

    assert "othing was changed" not in reply.text
    assert reply.suggestions == ("/versions report.md",)


def test_a_path_is_named_as_it_was_written() -> None:
    _, created = drive(
        CreateFile("notes/x.md"), ends(ToolStatus.ERROR, type="file_exists", path="/d/notes/x.md")
    )
    _, moved = drive(
        RenameFile("a.md", "b.md"), ends(ToolStatus.ERROR, type="file_exists", path="/d/b.md")
    )

    assert created.text.startswith("There is already something at `notes/x.md`.")
    assert moved.text.startswith("There is already something at `b.md`.")


def test_a_path_that_was_not_written_is_named_in_its_short_form() -> None:
    facts = {"type": "file_exists", "path": "/d/notes/a.md", "display": "notes/a.md"}
    _, reply = drive(RenameFile("a.md", "notes"), ends(ToolStatus.ERROR, **facts))

    assert reply.text.startswith("There is already something at `notes/a.md`.")


def test_what_is_no_text_is_called_what_it_is() -> None:
    facts = {"type": "not_text", "is": "a PNG image", "path": "x.png"}
    _, reply = drive(ReadFile("x.png"), ends(ToolStatus.ERROR, "", **facts))

    assert reply.text == "`x.png` is not text that I can show or change. It is a PNG image."


def test_a_conflict_says_that_nothing_is_lost_and_what_can_be_done() -> None:
    text = "Someone changed report.md. Read the file again."
    _, reply = drive(REPLACE, ends(ToolStatus.ERROR, text, type="conflict", path="/x/report.md"))

    assert reply.text.startswith("Someone else changed `report.md` at the same moment. Nothing was")
    assert "`steward files resolve` in the terminal" in reply.text


def test_a_paused_skill_says_when_to_try_again() -> None:
    _, reply = drive(REPLACE, ends(ToolStatus.UNAVAILABLE, retry_at="12:30:00"))

    assert "12:30:00" in reply.text
    assert reply.text.endswith("Nothing was changed.")


def test_a_missing_version_is_followed_by_the_list_of_versions() -> None:
    files = FakeFiles({"x.md": "1"})

    reply = say("restore version 7 of x.md", files)

    assert "x.md has no version 7." in reply.text
    assert reply.suggestions == ("/versions x.md",)


def test_nothing_to_undo_is_said() -> None:
    assert say("undo", FakeFiles()).text == (
        "There is nothing to undo in this conversation. Nothing was changed."
    )


# -- missing facts -----------------------------------------------------------------------


@pytest.mark.parametrize("intent", [intent for intent, _ in FIRST_CALLS], ids=str)
@pytest.mark.parametrize("text", ["", "The skill's own words."])
def test_success_without_any_facts_is_still_told(intent: Intent, text: str) -> None:
    _, reply = drive(intent, ends(ToolStatus.OK, text))

    assert reply.text


@pytest.mark.parametrize("intent", [intent for intent, _ in FIRST_CALLS], ids=str)
def test_facts_of_a_wrong_kind_do_no_harm(intent: Intent) -> None:
    keys = ("path", "version", "entries", "matches", "versions", "files", "total_lines", "count")
    values: list[object] = [None, 7, "x", ["x", 7], [{}], [{"path": 7, "version": "x"}], {"a": 1}]
    for value in values:
        _, reply = drive(intent, ends(ToolStatus.OK, "text", **dict.fromkeys(keys, value)))
        assert reply.text


# -- ends of turns -----------------------------------------------------------------------


def test_closing_says_what_was_done() -> None:
    done = Outcome(
        "files.edit",
        {"path": "report.md", "old": "draft", "new": "final", "expected_count": 1},
        ToolStatus.OK,
        "Changed report.md: version 2.",
        {"path": "report.md", "version": 2},
    )

    assert closing(REPLACE, [done]).text.startswith("Changed `report.md`: version 2.")


def test_closing_before_the_end_of_a_plan_says_how_far_it_came() -> None:
    folder = Outcome(
        "files.read", {"path": "notes"}, ToolStatus.ERROR, "A folder.", {"type": "not_a_file"}
    )

    reply = closing(ReadFile("notes"), [folder])

    assert reply.text == (
        "I stopped here. What was done:\n\n- `files.read`: not done (error). A folder."
    )


def test_closing_before_anything_says_that_nothing_was_done() -> None:
    assert closing(REPLACE, []).text == "Nothing was done: no step was left for it."


def test_a_turn_that_another_model_began_is_summed_up_and_not_repeated() -> None:
    other = Outcome("files.remove", {"path": "b.md"}, ToolStatus.OK, "Removed b.md.")

    step = next_step(REPLACE, [other])

    assert isinstance(step, Reply)
    assert "`files.remove`: done. Removed b.md." in step.text


def test_abstaining_says_what_can_be_done_and_how_to_connect_a_model() -> None:
    _, reply = drive(Unknown(), ends(ToolStatus.OK))

    assert reply.text.startswith("I did not understand that. Nothing was changed.")
    assert "I can do these offline: `/files`" in reply.text
    assert "**Settings → Model**" in reply.text
    assert "OPENROUTER_API_KEY" in reply.text
    assert "STEWARD_LLM_BASE_URL" in reply.text
    assert reply.suggestions == ("/files", "/help")


@pytest.mark.parametrize(
    "text",
    ["help", "hi", "thanks", "/help replace", "/help files", "restore report.md", "/read", "/foo",
     "replace a with b and c in x.md", "don't remove x.md", "add 'x' to x.md", "/versoins x.md"],
)  # fmt: skip
def test_words_alone_call_nothing_and_every_button_is_understood(text: str) -> None:
    step = next_step(parse(text), [])

    assert isinstance(step, Reply)
    assert step.text
    assert step.suggestions
    for suggestion in step.suggestions:
        assert not isinstance(parse(suggestion), Unknown)


def test_help_names_every_command() -> None:
    step = next_step(ShowHelp(), [])

    assert isinstance(step, Reply)
    for name in ("files", "read", "find", "create", "edit", "append", "replace", "rename",
                 "remove", "versions", "diff", "undo", "restore", "help"):  # fmt: skip
        assert f"`/{name}" in step.text
