"""A clock that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Stands still until ``advance`` is called."""

    def __init__(self) -> None:
        self._start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float) -> None:
        self._seconds += seconds

    def set_back(self, seconds: float) -> None:
        """Someone sets the wall clock back; monotonic time does not care."""
        self._start -= timedelta(seconds=seconds)
