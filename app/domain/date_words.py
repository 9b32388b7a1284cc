"""Days as people name them: ``today``, ``last week``, ``2026-11``, ``gestern``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_EUROPEAN: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_AGO: Final = re.compile(r"(\d{1,4}) (day|week|month|year)s? ago")
_LAST: Final = re.compile(r"(?:last|past) (\d{1,4}) (day|week|month|year)s?")
_NAMED: Final = re.compile(r"(?:(\d{1,2})\.? )?([a-z]{3,9})\.?(?: (\d{1,2}),?)?(?: (\d{4}))?")
_GERMAN: Final = (
    (r"\bheute\b", "today"), (r"\bgestern\b", "yesterday"), (r"\bseit\b", "since"),
    (r"\bbis\b", "to"), (r"^vor (\d+) ?tag(?:en?)?$", r"\1 days ago"),
    (r"^vor (\d+) ?wochen?$", r"\1 weeks ago"), (r"^vor (\d+) ?monat(?:en?)?$", r"\1 months ago"),
    (r"^vor (\d+) ?jahr(?:en?)?$", r"\1 years ago"), (r"^vor\b", "before"),
    (r"\bdiese[nrs]?\b", "this"), (r"\bletzte[nrs]?\b", "last"), (r"\btage?n?\b", "days"),
    (r"\bwochen\b", "weeks"), (r"\bwoche\b", "week"), (r"\bmonate\b", "months"),
    (r"\bmonat\b", "month"), (r"\bjahre\b", "years"), (r"\bjahr\b", "year"),
    (r"\bjan(?:uar)?\b", "january"), (r"\bfebruar\b", "february"), (r"\bm(?:ä|ae)rz\b", "march"),
    (r"\bmai\b", "may"), (r"\bjuni\b", "june"), (r"\bjuli\b", "july"),
    (r"\bokt(?:ober)?\b", "october"), (r"\bdez(?:ember)?\b", "december"),
    (r"\bmontag\b", "monday"), (r"\bdienstag\b", "tuesday"), (r"\bmittwoch\b", "wednesday"),
    (r"\bdonnerstag\b", "thursday"), (r"\bfreitag\b", "friday"), (r"\bsamstag\b", "saturday"),
    (r"\bsonntag\b", "sunday"),
)  # fmt: skip
"""Words of the German window, and what they are in the English that is understood."""
_FEWEST: Final = 3
"""Letters that name a month or a day of the week."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, ``end`` left out; ``None``: without a beginning, or an end."""

    start: date | None
    end: date | None

    def moments(self, zone: tzinfo | None = None) -> tuple[datetime | None, datetime | None]:
        """When it begins and ends in a time zone (default: here)."""
        return _midnight(self.start, zone), _midnight(self.end, zone)


def span_of(words: str, today: date) -> Span | None:
    """What days ``words`` name; ``None`` where they name none.

    Two joined by ``to`` or ``..`` are all days between; ``since`` and ``before`` stand before one.
    """
    text = " ".join(words.lower().replace("…", "..").split())
    for german, english in _GERMAN:
        text = re.sub(german, english, text)
    for separator in ("..", " to ", " until "):
        first, found, last = text.partition(separator)
        if found and first:
            return _between(_one(first.strip(), today), _one(last.strip(), today))
    for lead, after in (("since ", True), ("after ", True), ("before ", False), ("until ", False)):
        if text.startswith(lead):
            one = _one(text.removeprefix(lead), today)
            if one is None:
                return None
            return Span(one.start, None) if after else Span(None, one.start)
    return _one(text, today)


def _between(first: Span | None, last: Span | None) -> Span | None:
    if first is None or last is None or first.start is None or last.end is None:
        return None
    return Span(first.start, last.end) if first.start < last.end else None


def _one(text: str, today: date) -> Span | None:
    try:
        return _relative(text, today) or _counted(text, today) or _dated(text, today)
    except (ValueError, OverflowError):  # the 31st of February, or the year 40000
        return None


def _relative(text: str, today: date) -> Span | None:
    monday = today - timedelta(days=today.weekday())
    week = timedelta(days=7)
    match text:
        case "today":
            return _days(today, 1)
        case "yesterday":
            return _days(today - timedelta(days=1), 1)
        case "this week":
            return Span(monday, monday + week)
        case "last week":
            return Span(monday - week, monday)
        case "this month":
            return _month(today.year, today.month)
        case "last month":
            return _month(*_months_before(today, 1))
        case "this year":
            return _year(today.year)
        case "last year":
            return _year(today.year - 1)
    name = text.removeprefix("last ").removeprefix("on ")
    if len(name) >= _FEWEST:
        for number, day in enumerate(_DAYS):
            if day.startswith(name):
                ago = (today.weekday() - number) % 7
                return _days(today - timedelta(days=ago or (7 if text != name else 0)), 1)
    return None


def _counted(text: str, today: date) -> Span | None:
    if found := _LAST.fullmatch(text):
        start = _before(today, int(found[1]), found[2])
        return Span(start + timedelta(days=1), today + timedelta(days=1))
    if found := _AGO.fullmatch(text):
        day = _before(today, int(found[1]), found[2])
        if found[2] == "week":
            return _days(day - timedelta(days=day.weekday()), 7)
        if found[2] == "month":
            return _month(day.year, day.month)
        return _year(day.year) if found[2] == "year" else _days(day, 1)
    return None


def _dated(text: str, today: date) -> Span | None:
    if found := _ISO.fullmatch(text):
        year, month, day = int(found[1]), found[2], found[3]
        if day:
            return _days(date(year, int(month), int(day)), 1)
        return _month(year, int(month)) if month else _year(year)
    if found := _EUROPEAN.fullmatch(text):
        return _days(date(int(found[3]), int(found[2]), int(found[1])), 1)
    if (found := _NAMED.fullmatch(text)) and (month_number := _month_number(found[2])):
        return _named(found[1] or found[3], month_number, found[4], today)
    return None


def _named(day: str | None, month: int, year: str | None, today: date) -> Span:
    """Without a year the last one that has begun."""
    number = int(day) if day else 1
    if year is not None:
        which = int(year)
    else:
        which = today.year if (month, number) <= (today.month, today.day) else today.year - 1
    return _days(date(which, month, number), 1) if day else _month(which, month)


def _month_number(name: str) -> int:
    return next((at for at, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _before(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    year, month = _months_before(today, count * (12 if unit == "year" else 1))
    end = _month(year, month).end
    assert end is not None
    return date(year, month, min(today.day, (end - timedelta(days=1)).day))


def _months_before(day: date, count: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return year, month + 1


def _days(first: date, count: int) -> Span:
    return Span(first, first + timedelta(days=count))


def _month(year: int, month: int) -> Span:
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return Span(date(year, month, 1), date(*after, 1))


def _year(year: int) -> Span:
    return Span(date(year, 1, 1), date(year + 1, 1, 1))


def _midnight(day: date | None, zone: tzinfo | None) -> datetime | None:
    if day is None:
        return None
    if zone is None:
        return datetime.combine(day, time()).astimezone()
    return datetime.combine(day, time(), zone)
