"""Long text cut into messages: preferably between blocks, else lines, else words.

Each cut depends on what is before it and on what fits after it, never on what comes later: when a
text grows, the messages that were full stay as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from app.channels.rich_text import Mark, Run, cut, plain

_BORDERS: Final = (("\n\n", 3), ("\n", 2), (" ", 2))
"""Where to cut, the best first: and after what part of a full message it is too early for that."""
_LONGEST_CLUSTER: Final = 40
_JOINER: Final = "\u200d"


@dataclass(frozen=True, slots=True)
class Room:
    """What one message holds.

    Attributes:
        size: in UTF-16 units of the text that is seen.
        raw: in units of ``cost`` and ``mark_cost``, for a text with all its marks.
        cost: what a character takes.
        mark_cost: what a mark takes, both ends together.
    """

    size: int
    raw: int
    cost: Callable[[str], int]
    mark_cost: Callable[[Mark], int]


def split(runs: Sequence[Run], room: Room, most: int | None = None) -> tuple[list[list[Run]], bool]:
    """The messages, ``most`` at most, and whether they are all. None is blank."""
    text = plain(runs)
    ends = _run_ends(runs)
    parts: list[list[Run]] = []
    at = run = 0
    while True:
        at, run = _skip(text, at, runs, ends, run)
        if at >= len(text):
            return parts, True
        if len(parts) == most:
            return parts, False
        end = _end(text, at, runs, ends, run, room)
        piece = text[at:end].rstrip()
        if piece:
            parts.append(
                cut(runs[run:], at - _begin(ends, run), at + len(piece) - _begin(ends, run))
            )
        at = end


def _run_ends(runs: Sequence[Run]) -> list[int]:
    ends, at = [], 0
    for run in runs:
        at += len(run.text)
        ends.append(at)
    return ends


def _begin(ends: Sequence[int], run: int) -> int:
    return ends[run - 1] if run else 0


def _skip(
    text: str, at: int, runs: Sequence[Run], ends: Sequence[int], run: int
) -> tuple[int, int]:
    """Past what is blank at the start of a message, but not past the margin of code; its run."""
    start = at
    while at < len(text) and text[at].isspace():
        at += 1
    while run < len(ends) and ends[run] <= at:
        run += 1
    if at < len(text) and runs[run].is_block:
        at = max(text.rfind("\n", start, at) + 1, start, _begin(ends, run))
    return at, run


def _end(
    text: str, start: int, runs: Sequence[Run], ends: Sequence[int], run: int, room: Room
) -> int:
    """Where a message that begins at ``start`` ends."""
    full = _full(text, start, runs, ends, run, room)
    if full == len(text):
        return full
    for border, share in _BORDERS:
        least = start + max((full - start) // share, 1)
        # A border that begins where the message is full is as good as one before.
        found = text.rfind(border, least, min(full + len(border), len(text)))
        if found > start:
            return found
    return _whole_cluster(text, start, full)


def _full(
    text: str, start: int, runs: Sequence[Run], ends: Sequence[int], run: int, room: Room
) -> int:
    """How far the text goes that fits."""
    size = 0
    raw = sum(room.mark_cost(mark) for mark in runs[run].marks)
    at = start
    while at < len(text):
        while ends[run] <= at:
            run += 1
            raw += sum(room.mark_cost(mark) for mark in runs[run].marks)
        letter = text[at]
        size += 1 if letter < "\U00010000" else 2
        raw += room.cost(letter)
        if size > room.size or raw > room.raw:
            return max(at, start + 1)
        at += 1
    return at


def _whole_cluster(text: str, start: int, end: int) -> int:
    """``end``, or a little before, so that no letter loses its accent, and no family a member."""
    for at in range(end, max(start + 1, end - _LONGEST_CLUSTER), -1):
        if not _joined(text[at - 1], text[at]) and not _halves_flag(text, start, at):
            return at
    return end


def _joined(before: str, after: str) -> bool:
    """Whether two characters look like one; the usual cases of UAX #29."""
    return (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # the colour of a skin
        or "\U000e0020" <= after <= "\U000e007f"  # tags of a flag
    )


def _halves_flag(text: str, start: int, at: int) -> bool:
    """Whether ``at`` is between the two letters of a flag."""
    before = at
    while before > start and "\U0001f1e6" <= text[before - 1] <= "\U0001f1ff":
        before -= 1
    return bool((at - before) % 2)
