"""files.search: names and lines, and never a frozen program."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.tool_calls import ToolResult, ToolStatus
from skills.files import _matching
from skills.files._matching import PlainMatcher, pattern_matcher
from skills.files.search import MAX_SEARCHED, MOST_MATCHES
from tests.skills.files.conftest import Desk
from tests.skills.files.documents import docx_file


@pytest.fixture
def files(desk: Desk) -> Desk:
    desk.write("report.md", "# Report\n\nstatus: Draft\n")
    desk.write("notes/draft-ideas.txt", "first\nDRAFT two\n  draft three\n")
    desk.write("photo.png", b"\x89PNG\r\n\x1a\n draft \x00")
    desk.write(".gitignore", "build/\n")
    desk.write("build/out.txt", "draft\n")
    desk.write(".git/config", "draft\n")
    return desk


def rows(result: ToolResult) -> list[tuple[object, object]]:
    matches = result.metadata["matches"]
    assert isinstance(matches, list)
    return [(match["path"], match["line"]) for match in matches]


async def test_names_come_first_then_lines_whatever_their_capitals(files: Desk) -> None:
    result = await files.ok("files.search", query="draft")
    assert result.content.splitlines()[:4] == [
        "notes/draft-ideas.txt",
        "report.md:3: status: Draft",
        "notes/draft-ideas.txt:2: DRAFT two",
        "notes/draft-ideas.txt:3:   draft three",
    ]
    assert rows(result) == [
        ("notes/draft-ideas.txt", None),
        ("report.md", 3),
        ("notes/draft-ideas.txt", 2),
        ("notes/draft-ideas.txt", 3),
    ]


async def test_capitals_can_be_told_apart(files: Desk) -> None:
    result = await files.ok("files.search", query="Draft", match_case=True)
    assert rows(result) == [("report.md", 3)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("draft", ["notes/draft-ideas.txt"]),
        ("*.txt", ["notes/draft-ideas.txt"]),
        ("report.??", ["report.md"]),
        ("notes/d", ["notes/draft-ideas.txt"]),
        ("NOTES/*", ["notes/draft-ideas.txt"]),
        ("notes", []),
    ],
)
async def test_files_are_found_by_name(files: Desk, query: str, found: list[str]) -> None:
    result = await files.ok("files.search", query=query, names_only=True)
    assert [path for path, _ in rows(result)] == found


async def test_binary_ignored_and_git_files_are_passed_over(files: Desk) -> None:
    result = await files.ok("files.search", query="draft")
    assert not {"photo.png", "build/out.txt", ".git/config"} & {path for path, _ in rows(result)}
    assert result.metadata["skipped"] == 1


async def test_what_is_named_is_looked_into(files: Desk) -> None:
    assert rows(await files.ok("files.search", query="draft", path="build")) == [
        ("build/out.txt", 1)
    ]
    assert rows(await files.ok("files.search", query="draft", path=".git/config")) == [
        (".git/config", 1)
    ]
    files.write("letter.docx", docx_file())
    assert rows(await files.ok("files.search", query="cakes", path="letter.docx")) == [
        ("letter.docx", 3)
    ]
    refused = await files.error("files.search", query="draft", path="photo.png")
    assert refused.metadata["type"] == "not_text"


async def test_a_huge_file_is_passed_over_unless_it_is_named(files: Desk) -> None:
    files.write("huge.log", "x" * MAX_SEARCHED + "\nneedle\n")
    assert rows(await files.ok("files.search", query="needle")) == []
    assert rows(await files.ok("files.search", query="needle", path="huge.log")) == [
        ("huge.log", 2)
    ]


async def test_nothing_found_says_so(files: Desk) -> None:
    result = await files.ok("files.search", query="nowhere", path="report.md")
    assert (result.content, rows(result)) == ("Nothing found.", [])


async def test_results_are_capped_and_say_so(files: Desk) -> None:
    files.write("many.txt", "needle\n" * (MOST_MATCHES + 50))
    result = await files.ok("files.search", query="needle")
    assert len(rows(result)) == MOST_MATCHES
    assert result.metadata["truncated"] is True
    assert "Only the first 200 matches" in result.content


async def test_a_found_line_can_be_read_from_there(files: Desk) -> None:
    [match] = rows(await files.ok("files.search", query="two", path="notes"))
    result = await files.ok("files.read", path=match[0], line=match[1])
    assert result.content.startswith("DRAFT two\n")


async def test_text_in_another_encoding_is_found(desk: Desk) -> None:
    desk.write("a.txt", "Grüße aus München, schöne Grüße\n".encode("cp1252"))
    desk.write("b.txt", "GRÜSSE\r\n".encode("utf-16"))
    assert rows(await desk.ok("files.search", query="grüsse")) == [("a.txt", 1), ("b.txt", 1)]


async def test_a_long_line_is_cut_around_the_match(desk: Desk) -> None:
    desk.write("a.json", "x" * 5_000 + "needle" + "y" * 5_000)
    result = await desk.ok("files.search", query="needle")
    matches = result.metadata["matches"]
    assert isinstance(matches, list)
    [match] = matches
    assert "needle" in match["text"]
    assert len(match["text"]) < 320


async def test_several_folders_are_all_searched(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    desk.granted.grant(other)
    desk.write("a.txt", "needle\n")
    (other / "b.txt").write_text("needle\n")
    assert rows(await desk.ok("files.search", query="needle")) == [("a.txt", 1), ("b.txt", 1)]


# -- patterns ------------------------------------------------------------------------------


async def test_a_pattern_is_matched_line_by_line_in_names_too(files: Desk) -> None:
    result = await files.ok("files.search", query=r"^dr[a-f]+t\b|^status", regex=True)
    assert rows(result) == [
        ("notes/draft-ideas.txt", None),
        ("report.md", 3),
        ("notes/draft-ideas.txt", 2),
    ]


async def test_a_wrong_pattern_says_what_is_wrong(files: Desk) -> None:
    result = await files.error("files.search", query="(unclosed", regex=True)
    assert result.metadata["type"] == "invalid_arguments"
    assert "unterminated subpattern" in result.content


async def test_a_pattern_that_would_run_for_years_is_stopped_and_freezes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_matching, "PATTERN_SECONDS", 0.3)
    desk.write("a.txt", "a" * 60 + "!\n")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    result = await desk.error("files.search", query="(a+)+$", regex=True)
    ticking.cancel()
    assert result.metadata["type"] == "skill_error"
    assert "too long" in result.content
    assert ticks > 5


async def test_cancelling_a_search_ends_its_process(desk: Desk) -> None:
    desk.write("a.txt", "a" * 60 + "!\n")
    task = asyncio.create_task(desk.call("files.search", query="(a+)+$", regex=True))
    while not (children := _children()):  # noqa: ASYNC110 - a process sets no event
        await asyncio.sleep(0.01)
    task.cancel()
    assert (await task).status is ToolStatus.INTERRUPTED
    deadline = time.monotonic() + 10
    while children & _children():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _children() -> set[int]:
    """Processes of this one that match patterns."""
    found = set()
    for entry in Path("/proc").iterdir() if Path("/proc").exists() else ():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"_pattern_worker.py" in command and parent == str(os.getpid()):
            found.add(int(entry.name))
    return found


# -- plain words ---------------------------------------------------------------------------

WORDS = st.text(st.sampled_from("aAbß\n é"), max_size=40)


@settings(deadline=None)
@given(WORDS, st.text(st.sampled_from("aAbßs é"), min_size=1, max_size=4), st.booleans())
def test_exactly_the_lines_with_the_words_are_found(
    text: str, query: str, match_case: bool
) -> None:
    def folded(words: str) -> str:
        return words if match_case else words.casefold()

    found = asyncio.run(_lines(PlainMatcher(query, match_case=match_case), text))
    assert [number for number, _ in found] == [
        number
        for number, line in enumerate(text.split("\n"), start=1)
        if folded(query) in folded(line)
    ]


async def _lines(matcher: PlainMatcher, text: str) -> list[tuple[int, str]]:
    return list(await matcher.lines(text))


async def test_words_over_several_lines_are_found_where_they_begin() -> None:
    matcher = PlainMatcher("two\nthree", match_case=False)
    assert await matcher.lines("one\ntwo\nthree\n") == [(2, "two")]


async def test_the_process_of_a_pattern_ends_with_its_block() -> None:
    async with pattern_matcher("b", match_case=True) as matcher:
        assert await matcher.lines("a\nb\n") == [(2, "b")]
