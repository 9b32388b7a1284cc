"""Heights of many rows and where each begins, cheap to change near the end; no Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """Row heights in pixels. Tops are summed up lazily, and only as far as they are asked for."""

    def __init__(self) -> None:
        self._heights: list[float] = []
        self._tops: list[float] = [0.0]
        self.total = 0.0

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> float:
        return self._heights[index]

    def reset(self, heights: Iterable[float]) -> None:
        """Begin again with these."""
        self._heights = list(heights)
        self._tops = [0.0]
        self.total = sum(self._heights)

    def set(self, index: int, height: float) -> float:
        """Change one; returns by how much it grew."""
        grown = height - self._heights[index]
        if grown:
            self._heights[index] = height
            self.total += grown
            self._forget_after(index)
        return grown

    def insert(self, index: int, height: float) -> None:
        """Add one before ``index``."""
        self._heights.insert(index, height)
        self.total += height
        self._forget_after(index)

    def insert_all(self, index: int, heights: Iterable[float]) -> None:
        """Add several before ``index``."""
        added = list(heights)
        self._heights[index:index] = added
        self.total += sum(added)
        self._forget_after(index)

    def remove(self, index: int) -> None:
        """Take one out."""
        self.total -= self._heights.pop(index)
        self._forget_after(index)
        if not self._heights:
            self.total = 0.0

    def top(self, index: int) -> float:
        """Where row ``index`` begins (the end of all rows for ``len(self)``)."""
        self._sum_up_to(index)
        return self._tops[index]

    def at(self, y: float) -> int:
        """The row that covers ``y``; the first or the last one beyond the ends. -1 if none."""
        if not self._heights:
            return -1
        step = 256
        while self._tops[-1] <= y and len(self._tops) <= len(self._heights):
            self._sum_up_to(min(len(self._heights), len(self._tops) - 1 + step))
            step *= 4
        return min(max(bisect_right(self._tops, y) - 1, 0), len(self._heights) - 1)

    def _forget_after(self, index: int) -> None:
        del self._tops[index + 1 :]

    def _sum_up_to(self, index: int) -> None:
        known = len(self._tops) - 1
        if index > known:
            sums = accumulate(self._heights[known:index], initial=self._tops[-1])
            self._tops[known:] = list(sums)
