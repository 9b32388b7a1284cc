"""Which lines two texts have in common, in order: bounded in time however long they are. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

from app.domain.diff import common_start

Line = TypeVar("Line", bound=Hashable)

Block = tuple[int, int, int]
"""Start in the old lines, start in the new ones, how many are the same."""

_FEW: Final = 60
"""Lines taken away and added up to which the shortest way between two texts is looked for."""
_COMPARED: Final = 250_000
"""Pairs of lines that are compared one by one; larger parts are cut at lines that occur once."""


def matching_blocks(old: Sequence[Line], new: Sequence[Line]) -> list[Block]:
    """Blocks of equal lines, in order and apart; the last is empty and marks both ends."""
    found: list[Block] = []
    parts = [(0, len(old), 0, len(new))]
    while parts:
        i1, i2, j1, j2 = parts.pop()
        start = common_start(old[i1:i2], new[j1:j2])
        if start:
            found.append((i1, j1, start))
            i1, j1 = i1 + start, j1 + start
        end = common_start(old[i1:i2][::-1], new[j1:j2][::-1])
        if end:
            i2, j2 = i2 - end, j2 - end
            found.append((i2, j2, end))
        if i1 == i2 or j1 == j2:
            continue
        few = _few_changes(old[i1:i2], new[j1:j2])
        if few is not None:
            found += [(i1 + i, j1 + j, n) for i, j, n in few]
        elif (i2 - i1) * (j2 - j1) <= _COMPARED:
            found += _compared(old, new, (i1, i2, j1, j2))
        elif anchors := _anchors(old[i1:i2], new[j1:j2]):
            for i, j in anchors:
                if i and j:
                    parts.append((i1, i1 + i, j1, j1 + j))
                found.append((i1 + i, j1 + j, 1))
                i1, j1 = i1 + i + 1, j1 + j + 1
            parts.append((i1, i2, j1, j2))
    return [*_joined(sorted(found)), (len(old), len(new), 0)]


def _few_changes(old: Sequence[Line], new: Sequence[Line]) -> list[Block] | None:
    """Blocks of the shortest way from ``old`` to ``new``; ``None`` where it is not short.

    The greedy method of E. W. Myers, "An O(ND) difference algorithm and its variations" (1986).
    """
    if abs(len(old) - len(new)) > _FEW:
        return None
    far = {1: 0}  # diagonal (i - j) → how many old lines are behind us there
    trail: list[dict[int, int]] = []
    for changes in range(_FEW + 1):
        trail.append(dict(far))
        for diagonal in range(-changes, changes + 1, 2):
            i = _start(far, diagonal, changes)
            j = i - diagonal
            if i > len(old) or j > len(new):
                far[diagonal] = i
                continue
            i += _run(old, new, i, j)
            far[diagonal] = i
            if i == len(old) and i - diagonal == len(new):
                return _way_back(trail, i, diagonal)
    return None


def _start(far: dict[int, int], diagonal: int, changes: int) -> int:
    """How many old lines are behind us after one more line was added or taken away."""
    added = diagonal == -changes or (diagonal != changes and far[diagonal - 1] < far[diagonal + 1])
    return far[diagonal + 1] if added else far[diagonal - 1] + 1


def _way_back(trail: list[dict[int, int]], i: int, diagonal: int) -> list[Block]:
    blocks: list[Block] = []
    for changes in range(len(trail) - 1, -1, -1):
        far = trail[changes]
        start = _start(far, diagonal, changes) if changes else 0
        if i > start:
            blocks.append((start, start - diagonal, i - start))
        if changes:
            added = start == far.get(diagonal + 1)
            diagonal += 1 if added else -1
            i = far[diagonal]
    return blocks[::-1]


def _run(old: Sequence[Line], new: Sequence[Line], i: int, j: int) -> int:
    """How many lines are the same from here on."""
    length, step = 0, 8
    while old[i : i + step] == new[j : j + step] and i < len(old) and j < len(new):
        count = min(step, len(old) - i, len(new) - j)
        length, i, j, step = length + count, i + count, j + count, step * 2
    return length + common_start(old[i : i + step], new[j : j + step])


def _compared(
    old: Sequence[Line], new: Sequence[Line], part: tuple[int, int, int, int]
) -> list[Block]:
    import difflib

    i1, i2, j1, j2 = part
    matcher = difflib.SequenceMatcher(None, old[i1:i2], new[j1:j2], autojunk=False)
    return [(i1 + i, j1 + j, n) for i, j, n in matcher.get_matching_blocks() if n]


def _anchors(old: Sequence[Line], new: Sequence[Line]) -> list[tuple[int, int]]:
    """Lines that occur once on each side, in the longest order both sides share.

    Each is given relative to the one before it.
    """
    once = [{line for line, n in Counter(side).items() if n == 1} for side in (old, new)]
    shared = once[0] & once[1]
    places = {line: j for j, line in enumerate(new) if line in shared}
    pairs = [(i, places[line]) for i, line in enumerate(old) if line in shared]
    # The longest rising row of places: for each length the row that ends lowest.
    ends: list[int] = []
    rows: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(rows[length - 1] if length else -1)
        if length == len(ends):
            ends.append(j)
            rows.append(number)
        else:
            ends[length], rows[length] = j, number
    chosen: list[tuple[int, int]] = []
    number = rows[-1] if rows else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    chosen.reverse()
    last = (-1, -1)
    relative = []
    for i, j in chosen:
        relative.append((i - last[0] - 1, j - last[1] - 1))
        last = (i, j)
    return relative


def _joined(blocks: list[Block]) -> list[Block]:
    joined: list[Block] = []
    for i, j, n in blocks:
        if joined and (joined[-1][0] + joined[-1][2], joined[-1][1] + joined[-1][2]) == (i, j):
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + n)
        else:
            joined.append((i, j, n))
    return joined
