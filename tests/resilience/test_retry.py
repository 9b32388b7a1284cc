"""Back-off: bounded, jittered, and the server's word counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.resilience.retry import Backoff, RetryPolicy, retry_after_seconds
from tests.clocks import FixedClock

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def backoff(chance: float = 1.0, clock: FixedClock | None = None, **policy: float) -> Backoff:
    return Backoff(
        RetryPolicy(**policy),  # type: ignore[arg-type]
        clock=clock or FixedClock(),
        chance=lambda: chance,
    )


def test_waits_double_and_end_after_the_last_retry() -> None:
    waits = backoff(retries=6)

    assert [waits.next_wait() for _ in range(7)] == [0.5, 1, 2, 4, 8, 8, None]


@given(chance=st.floats(0, 1), asked=st.lists(st.none() | st.floats(0, 1000), max_size=8))
def test_every_wait_is_within_its_bounds(chance: float, asked: list[float | None]) -> None:
    waits = backoff(chance)
    found = [wait for one in asked if (wait := waits.next_wait(one)) is not None]

    assert len(found) <= 3
    assert all(0 <= wait <= 120 for wait in found)


def test_full_jitter_starts_at_zero() -> None:
    assert backoff(chance=0.0).next_wait() == 0


def test_what_the_server_asks_for_is_kept_exactly() -> None:
    assert backoff(chance=0.3).next_wait(7.5) == 7.5


def test_a_server_that_asks_for_more_than_two_minutes_is_not_tried_again() -> None:
    waits = backoff()

    assert waits.next_wait(120.0) == 120.0
    assert waits.next_wait(120.5) is None


def test_no_wait_ends_after_the_deadline() -> None:
    clock = FixedClock()
    waits = backoff(clock=clock, deadline=30)
    clock.advance(29.8)

    assert waits.next_wait() is None
    assert waits.next_wait(0.1) == 0.1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Sun, 01 Mar 2026 09:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 09:00:30 -0000"}, 30),
        ({"retry-after": "Sun, 01 Mar 2026 08:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Sun, 99 Mar 2026 09:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_read_without_an_error(value: str) -> None:
    assert (retry_after_seconds({"retry-after": value}, NOW) or 0) >= 0
