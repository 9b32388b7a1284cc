"""Times, sizes and states in plain words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.events import Phase, Waiting
from app.ui import words

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [(12, "12 ms"), (999, "999 ms"), (1400, "1.4 s"), (14_000, "14 s"), (60_000, "1 min"),
     (125_000, "2 min 5 s")],
)  # fmt: skip
def test_durations(milliseconds: int, said: str) -> None:
    assert words.duration(milliseconds) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 KB"), (14_200, "14 KB"),
     (2_340_000, "2.3 MB"), (5_000_000_000_000, "5.0 TB")],
)  # fmt: skip
def test_sizes(octets: int, said: str) -> None:
    assert words.size(octets) == said


def test_times_are_relative_under_a_week_and_exact_beyond() -> None:
    assert words.day_name(NOON, NOON) == "Today"
    assert words.day_name(NOON - timedelta(days=1), NOON) == "Yesterday"
    assert words.day_name(NOON - timedelta(days=3), NOON) == "Monday"
    assert words.day_name(NOON - timedelta(days=40), NOON) == "31 January"
    assert words.short_time(NOON - timedelta(days=2), NOON) == "Tue"
    assert words.short_time(NOON - timedelta(days=400), NOON) == "5 Feb 2025"


def test_a_countdown_never_goes_below_nothing() -> None:
    assert words.countdown(281) == "4:41"
    assert words.countdown(-3) == "0:00"


def test_the_gist_of_a_call_begins_with_its_file() -> None:
    assert words.gist({"old": "a  b", "path": "x.md", "count": 1}) == "x.md · “a b”"
    assert words.gist({"path": "x.md", "version": 3}) == "x.md · version 3"
    assert len(words.gist({"text": "long " * 100})) <= 80


def test_every_wait_says_for_what_since_when_and_what_is_done() -> None:
    def wait(phase: Phase, detail: str = "", seconds: int = 19, changed: int = 0) -> str:
        since = NOON - timedelta(seconds=seconds)
        return words.wait(Waiting(at=NOON, phase=phase, detail=detail, since=since), NOON, changed)

    assert wait(Phase.APPROVAL) == "Waiting for you · 19 s · nothing has changed yet"
    assert wait(Phase.SKILL, "files.read", 0) == "Running files.read · nothing has changed yet"
    assert wait(Phase.MODEL, "OpenRouter", 3, 2) == (
        "Waiting for OpenRouter · 3 s · 2 changes made so far"
    )
    assert wait(Phase.RETRY, "too many requests").startswith("Trying again: too many requests")


def test_a_wait_says_when_something_came_last_and_when_it_is_given_up() -> None:
    def wait(phase: Phase, *, since: int, heard: int | None, left: int | None) -> str:
        at = NOON - timedelta(seconds=since)
        heard_at = None if heard is None else NOON - timedelta(seconds=heard)
        deadline = None if left is None else NOON + timedelta(seconds=left)
        event = Waiting(
            at=NOON, phase=phase, detail="it", since=at, heard_at=heard_at, deadline=deadline
        )
        return words.wait(event, NOON, 0).removesuffix(" · nothing has changed yet")

    model = Phase.MODEL
    assert wait(model, since=12, heard=12, left=48) == (
        "Waiting for it · last word 12 s ago · gives up in 48 s"
    )
    assert wait(model, since=70, heard=9, left=530) == (
        "Waiting for it · 70 s · last sign of life 9 s ago · gives up in 8 min"
    )
    assert wait(model, since=1, heard=None, left=59) == "Waiting for it · 1 s"
    assert wait(Phase.SKILL, since=5, heard=None, left=25) == "Running it · 5 s · gives up in 25 s"
    assert wait(Phase.RETRY, since=0, heard=None, left=3) == "Trying again: it · next try in 3 s"
    assert wait(Phase.APPROVAL, since=19, heard=None, left=281) == (
        "Waiting for you · 19 s · the question expires in 4 min"
    )
