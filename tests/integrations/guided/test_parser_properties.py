"""What holds for the parser whatever is typed."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.integrations.guided.commands import COMMANDS
from app.integrations.guided.intents import (
    WRITES,
    Ambiguous,
    AppendText,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    ReadFile,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
)
from app.integrations.guided.parser import parse
from app.integrations.guided.quoting import as_quoted, as_word, split_words
from app.integrations.guided.slash import is_path
from app.integrations.guided.spelling import as_command

WRITE_VERBS = (
    "replace", "change", "create", "make", "write", "append", "add", "rename", "move", "remove",
    "delete", "restore", "undo", "bring back", "take", "go back", "return to", "recover",
    "get back", "reset", "revert", "roll back", "bring", "/edit",
)  # fmt: skip

# Pieces of requests, thrown together: far more often nearly a request than random characters.
FRAGMENTS = (
    "replace", "with", "in", "remove", "delete", "restore", "version", "1", "2", "of", "to",
    "rename", "create", "a", "file", "append", "undo", "that", "show", "versions", "what", "is",
    "read", "find", "list", "files", "and", "then", "don't", "not", "please", "can", "you",
    "should", "I", "report.md", "notes.md", "'draft'", '"final"', "“x y”", "`z`", "'", '"', ",",
    ";", ".", "?", "!", "everything", "it", "all", "everywhere", "/replace", "/remove", "/undo",
    "change", "the", "move", "archive/", "*.md", "compare", "draft", "help", "hi", "thanks", "\n",
)  # fmt: skip

sentences = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=10).map(" ".join)
paths = st.text(min_size=1, max_size=30).filter(is_path)
texts = st.text(min_size=1, max_size=60)
versions = st.integers(min_value=1, max_value=999_999_999)

intents = st.one_of(
    st.builds(ListFiles, st.none() | paths),
    st.builds(ReadFile, paths, st.none() | versions),
    st.builds(FindText, texts.filter(str.strip), st.none() | paths),
    st.builds(CreateFile, paths, st.just("") | texts),
    st.builds(EditFile, paths, st.just("") | texts),
    st.builds(AppendText, paths, texts),
    st.builds(ReplaceText, paths, texts, st.just("") | texts, st.booleans()),
    st.builds(RenameFile, paths, paths),
    st.builds(RemoveFile, paths),
    st.builds(ShowVersions, paths),
    st.builds(CompareVersions, paths) | st.builds(CompareVersions, paths, versions, versions),
    st.just(UndoLast()),
    st.builds(UndoVersion, paths, versions),
    st.builds(RestoreVersion, paths, versions),
    st.just(ShowHelp()) | st.sampled_from([ShowHelp(command.name) for command in COMMANDS]),
)


@given(st.text(max_size=300) | sentences)
def test_parsing_never_fails(text: str) -> None:
    assert parse(text) is not None


@given(st.text(max_size=300) | sentences)
def test_a_text_without_a_word_for_a_change_asks_for_no_change(text: str) -> None:
    if not any(verb in text.lower() for verb in (*WRITE_VERBS, "/")):
        assert not isinstance(parse(text), WRITES)


@given(sentences)
def test_a_sentence_with_a_negation_asks_for_no_change(sentence: str) -> None:
    words = (word.strip(",.;:!?") for word in sentence.split())
    if not sentence.lstrip().startswith("/") and {"don't", "not"}.intersection(words):
        assert not isinstance(parse(sentence), WRITES)


CHANGES = (
    "replace 'a' with 'b' in x.md", "replace a with b in x.md", "change 'a' to 'b' in x.md",
    "in x.md replace 'a' with 'b'", "remove x.md", "delete the file x.md", "undo", "undo that",
    "take that back", "restore version 1 of x.md", "restore x.md to version 1", "create x.md",
    "create a file x.md with 'a'", "append 'a' to x.md", "rename x.md to y.md",
    "move x.md to old/", "replace all 'a' with 'b' in x.md",
)  # fmt: skip
JOINTS = (
    " and ",
    " then ",
    " or ",
    ", ",
    "; ",
    ". ",
    " ",
    "\n",
    " and then ",
    " but ",
    ": ",
    " + ",
)


@given(st.sampled_from(CHANGES), st.sampled_from(JOINTS), sentences | st.sampled_from(CHANGES))
def test_a_change_with_more_joined_to_it_is_never_another_change(
    change: str, joint: str, more: str
) -> None:
    joined = parse(change + joint + more)

    # Politeness and “everywhere” may follow; then it is the same change still.
    assert not isinstance(joined, WRITES) or joined in (parse(change), _everywhere(parse(change)))


def _everywhere(parsed: object) -> object:
    if isinstance(parsed, ReplaceText):
        return dataclasses.replace(parsed, everywhere=True)
    return parsed


@given(st.sampled_from(CHANGES), st.sampled_from(["don't ", "do not ", "never ", "not ", "no, "]))
def test_a_change_that_is_negated_is_not_made(change: str, negation: str) -> None:
    assert not isinstance(parse(negation + change), WRITES)


@given(intents)
def test_a_request_written_as_a_command_is_read_back_exactly(intent: Intent) -> None:
    command = as_command(intent)
    if command is not None:
        assert parse(command) == intent


@pytest.mark.parametrize(
    "name", ["report.md", "my report.md", "it's.md", 'a"b.md', "in", "all", "ü ü", "`x`", "'\""]
)
def test_ordinary_names_can_always_be_written_as_a_command(name: str) -> None:
    assert as_command(RemoveFile(name)) is not None


@given(texts)
def test_a_quoted_text_is_one_word_again(text: str) -> None:
    quoted = as_quoted(text)
    if quoted is not None:
        words = split_words(f"before {quoted} after")
        assert words is not None
        assert [word.text for word in words] == ["before", text, "after"]


@given(st.lists(paths, max_size=4))
def test_words_come_back_as_they_were_written(parts: list[str]) -> None:
    written = [as_word(part) for part in parts]
    if None not in written:
        words = split_words(" ".join(word for word in written if word is not None))
        assert words is not None
        assert [word.text for word in words] == parts


@given(sentences)
def test_an_unclear_sentence_offers_commands_that_can_be_sent(sentence: str) -> None:
    parsed = parse(sentence)
    if isinstance(parsed, Ambiguous):
        for reading in parsed.readings:
            command = as_command(reading)
            assert command is None or parse(command) == reading
