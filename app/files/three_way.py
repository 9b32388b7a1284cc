"""Joins two changes of one text, line by line and byte for byte. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

_WIDE: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MOST_LINES: Final = 10_000
"""Lines between the first and the last difference that are compared one by one; more count as
one change."""


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """``base`` with what ``ours`` and what ``theirs`` changed in it.

    ``None`` where both changed the same lines in different ways, and where one is not text.
    """
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    codec = _codec(base, ours, theirs)
    if codec is None:
        return None
    sides = [_lines(side.decode(codec, "surrogatepass")) for side in (base, ours, theirs)]
    joined = _merged_lines(*sides)
    return None if joined is None else "".join(joined).encode(codec, "surrogatepass")


def _merged_lines(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> list[str] | None:
    from merge3 import Merge3

    found: list[str] = []
    for region in Merge3(base, ours, theirs, sequence_matcher=_Matcher).merge_regions():
        match region[0]:
            case "conflict":
                return None
            case "unchanged":
                found += base[region[1] : region[2]]
            case "b":
                found += theirs[region[1] : region[2]]
            case _:  # "a", or "same" in both
                found += ours[region[1] : region[2]]
    return found


def _codec(*sides: bytes) -> str | None:
    """How to take the sides apart so that every byte comes back; ``None`` for binary data."""
    for mark, codec in _WIDE.items():
        if all(side.startswith(mark) and len(side) % 2 == 0 for side in sides):
            wide = any("\0" in side.decode(codec, "surrogatepass") for side in sides)
            return None if wide else codec
    return None if any(b"\0" in side for side in sides) else "latin-1"


def _lines(text: str) -> list[str]:
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


class _Matcher:
    """Which lines two texts share; quick where long ones differ in a few places close by."""

    def __init__(self, _junk: object, a: Sequence[str], b: Sequence[str]) -> None:
        self._a = a
        self._b = b

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:
        """Start in the one, start in the other, how many lines; in order, the last empty."""
        a, b = self._a, self._b
        start = _common(a, b)
        one, other = a[start:], b[start:]
        end = _common(one[::-1], other[::-1])
        one, other = one[: len(one) - end], other[: len(other) - end]
        blocks = [(0, 0, start)]
        if one and other and max(len(one), len(other)) <= _MOST_LINES:
            from difflib import SequenceMatcher

            found = SequenceMatcher(None, one, other).get_matching_blocks()
            blocks += [(start + i, start + j, size) for i, j, size in found]
        blocks.append((len(a) - end, len(b) - end, end))
        return [*(block for block in blocks if block[2]), (len(a), len(b), 0)]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
