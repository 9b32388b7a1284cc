"""Days as people name them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.date_words import Span, span_of

TODAY = date(2026, 3, 12)  # a Thursday


def days(first: str, last: str) -> Span:
    """Both included."""
    end = date.fromordinal(date.fromisoformat(last).toordinal() + 1)
    return Span(date.fromisoformat(first), end)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("today", days("2026-03-12", "2026-03-12")),
        ("Yesterday", days("2026-03-11", "2026-03-11")),
        ("this week", days("2026-03-09", "2026-03-15")),
        ("last  week", days("2026-03-02", "2026-03-08")),
        ("this month", days("2026-03-01", "2026-03-31")),
        ("last month", days("2026-02-01", "2026-02-28")),
        ("last year", days("2025-01-01", "2025-12-31")),
        ("monday", days("2026-03-09", "2026-03-09")),
        ("last thursday", days("2026-03-05", "2026-03-05")),
        ("fri", days("2026-03-06", "2026-03-06")),
        ("3 days ago", days("2026-03-09", "2026-03-09")),
        ("2 weeks ago", days("2026-02-23", "2026-03-01")),
        ("last 7 days", days("2026-03-06", "2026-03-12")),
        ("2026", days("2026-01-01", "2026-12-31")),
        ("2025-11", days("2025-11-01", "2025-11-30")),
        ("2025/11/28", days("2025-11-28", "2025-11-28")),
        ("28.11.2025", days("2025-11-28", "2025-11-28")),
        ("november", days("2025-11-01", "2025-11-30")),
        ("Mar", days("2026-03-01", "2026-03-31")),
        ("28 Nov", days("2025-11-28", "2025-11-28")),
        ("Nov 28, 2024", days("2024-11-28", "2024-11-28")),
        ("1 March to 5 March", days("2026-03-01", "2026-03-05")),
        ("2025-11..2025-12", days("2025-11-01", "2025-12-31")),
        ("gestern", days("2026-03-11", "2026-03-11")),
        ("letzte Woche", days("2026-03-02", "2026-03-08")),
        ("letzte 7 Tage", days("2026-03-06", "2026-03-12")),
        ("vor 3 Tagen", days("2026-03-09", "2026-03-09")),
        ("1. März bis 5. März", days("2026-03-01", "2026-03-05")),
        ("28. Okt", days("2025-10-28", "2025-10-28")),
        ("seit letzte Woche", Span(date(2026, 3, 2), None)),
        ("vor 2026", Span(None, date(2026, 1, 1))),
        ("since last week", Span(date(2026, 3, 2), None)),
        ("before 2026", Span(None, date(2026, 1, 1))),
    ],
)
def test_words_name_days(words: str, span: Span) -> None:
    assert span_of(words, TODAY) == span


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "2026-13",
        "31 Feb",
        "to",
        "5 March to 1 March",
        "since",
        "9999 years ago",
        "29/0",
    ],
)
def test_what_is_no_day_is_none(words: str) -> None:
    assert span_of(words, TODAY) is None


@given(words=st.text(), today=st.dates())
def test_anything_may_be_typed(words: str, today: date) -> None:
    span = span_of(words, today)
    assert span is None or span.start is None or span.end is None or span.start < span.end


def test_days_begin_at_midnight() -> None:
    span = days("2026-03-12", "2026-03-12")
    assert span.moments(UTC) == (
        datetime(2026, 3, 12, tzinfo=UTC), datetime(2026, 3, 13, tzinfo=UTC),
    )  # fmt: skip
