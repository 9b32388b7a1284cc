"""A unified diff as lines with the changed words marked; no Qt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.ui import words
from app.ui.translation import translate

_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
# Below this the two lines have little in common and marks would only be noise.
_ALIKE: Final = 0.4
# Comparing words is quadratic at worst: very long lines are shown without marks.
_LONGEST_MARKED: Final = 2_000
_NO_NEWLINE: Final = "No newline at end of file"
"""As ``diff`` says it."""


class Kind(StrEnum):
    """What a line of a diff is."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line.

    Attributes:
        text: without the sign and the line's end.
        marks: ``(start, end)`` of the words that differ from the line's counterpart.
        old, new: line numbers in the two texts, where it stands in them.
    """

    kind: Kind
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a side-by-side diff; a side is ``None`` where nothing stands opposite."""

    left: DiffLine | None
    right: DiffLine | None


def parse(diff: str) -> list[DiffLine]:
    """The lines of a unified diff, words marked; headers are left out, gaps are ``GAP``.

    What is no line of the files (``Binary file …``, ``Encoding: …``) comes back as ``NOTE``.
    """
    lines: list[DiffLine] = []
    old = new = 0
    in_hunk = False
    for raw in diff.split("\n"):
        if hunk := _HUNK.match(raw):
            old, new = int(hunk[1]), int(hunk[2])
            if in_hunk or min(old, new) > 1:
                lines.append(DiffLine(Kind.GAP, "…"))
            in_hunk = True
        elif not in_hunk:
            if raw and not raw.startswith(("--- ", "+++ ")):
                lines.append(note(raw.removeprefix("\\ ")))
        elif raw.startswith("+"):
            lines.append(DiffLine(Kind.ADDED, raw[1:], new=new))
            new += 1
        elif raw.startswith("-"):
            lines.append(DiffLine(Kind.REMOVED, raw[1:], old=old))
            old += 1
        elif raw.startswith(" "):
            lines.append(DiffLine(Kind.SAME, raw[1:], old=old, new=new))
            old, new = old + 1, new + 1
        elif raw.startswith("\\"):
            said = raw.removeprefix("\\ ")
            if said == _NO_NEWLINE:
                said = translate("Difference", "no newline at the end of the file")
            lines.append(note(said))
    return _marked(lines)


def note(text: str) -> DiffLine:
    """A line that says something about the files, and is none of theirs."""
    return DiffLine(Kind.NOTE, text)


def pairs(lines: Sequence[DiffLine]) -> list[Pair]:
    """The same lines side by side."""
    rows: list[Pair] = []
    for run in _runs(lines):
        if run[0].kind not in (Kind.ADDED, Kind.REMOVED):
            rows.extend(Pair(line, line) for line in run)
            continue
        removed = [line for line in run if line.kind is Kind.REMOVED]
        added = [line for line in run if line.kind is Kind.ADDED]
        for i in range(max(len(removed), len(added))):
            rows.append(
                Pair(
                    removed[i] if i < len(removed) else None,
                    added[i] if i < len(added) else None,
                )
            )
    return rows


def summary(lines: Sequence[DiffLine]) -> str:
    """``1 line added, 2 removed``; empty where no line differs."""
    added = sum(line.kind is Kind.ADDED for line in lines)
    removed = sum(line.kind is Kind.REMOVED for line in lines)
    more, less = words.count(added, "line"), words.count(removed, "line")
    if added and removed:
        both = translate("Difference", "{added} added, {removed} removed")
        return both.format(added=more, removed=words.number(removed))
    if added:
        return translate("Difference", "{lines} added").format(lines=more)
    return translate("Difference", "{lines} removed").format(lines=less) if removed else ""


def _runs(lines: Sequence[DiffLine]) -> Iterator[list[DiffLine]]:
    """Changed lines that stand together (with the notes among them) and all others."""
    run: list[DiffLine] = []
    changing = False
    for line in lines:
        changes = line.kind in (Kind.ADDED, Kind.REMOVED)
        if run and changes is not changing:
            yield run
            run = []
        changing = changes
        run.append(line)
    if run:
        yield run


def _marked(lines: list[DiffLine]) -> list[DiffLine]:
    out: list[DiffLine] = []
    for run in _runs(lines):
        removed = [i for i, line in enumerate(run) if line.kind is Kind.REMOVED]
        added = [i for i, line in enumerate(run) if line.kind is Kind.ADDED]
        for i, j in zip(removed, added, strict=False):
            run[i], run[j] = _mark(run[i], run[j])
        out.extend(run)
    return out


def _mark(before: DiffLine, after: DiffLine) -> tuple[DiffLine, DiffLine]:
    if len(before.text) > _LONGEST_MARKED or len(after.text) > _LONGEST_MARKED:
        return before, after
    import difflib

    old, new = _WORD.findall(before.text), _WORD.findall(after.text)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    kept = sum(len("".join(old[m.a : m.a + m.size])) for m in matcher.get_matching_blocks())
    if kept < _ALIKE * min(len(before.text), len(after.text)):
        return before, after
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _with_marks(before, old, [(a, b) for _, a, b, _, _ in codes]),
        _with_marks(after, new, [(a, b) for _, _, _, a, b in codes]),
    )


def _with_marks(line: DiffLine, words: Sequence[str], spans: Sequence[tuple[int, int]]) -> DiffLine:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    marks = tuple((starts[a], starts[b]) for a, b in spans if b > a)
    return DiffLine(line.kind, line.text, marks, line.old, line.new)
