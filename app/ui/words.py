"""Times, sizes and states in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.events import CircuitState, Phase, Waiting
from app.domain.tool_calls import ToolStatus
from app.ui.translation import translate

_CALM_SECONDS: Final = 3
"""A shorter wait need not say when it would be given up."""
_IN_SECONDS: Final = 120
"""What is left is said in seconds below that, else in whole minutes."""

CALL_STATES: Final[Mapping[ToolStatus | None, tuple[str, str]]] = {
    None: ("idle", "running"),
    ToolStatus.OK: ("ok", "done"),
    ToolStatus.ERROR: ("trouble", "failed"),
    ToolStatus.DENIED: ("attention", "denied"),
    ToolStatus.TIMEOUT: ("trouble", "timed out"),
    ToolStatus.UNAVAILABLE: ("trouble", "paused"),
    ToolStatus.INTERRUPTED: ("attention", "interrupted"),
}
"""A call's status as a state (see ``controls.Dot``) and a word."""

CIRCUIT_STATES: Final[Mapping[CircuitState, tuple[str, str]]] = {
    CircuitState.CLOSED: ("ok", "closed"),
    CircuitState.OPEN: ("trouble", "open"),
    CircuitState.HALF_OPEN: ("attention", "trying once"),
}


def clock_time(at: datetime) -> str:
    """``14:05`` in local time."""
    return f"{at.astimezone():%H:%M}"


def short_time(at: datetime, now: datetime) -> str:
    """``14:05`` today, ``Mon`` within a week, else ``12 Mar`` or ``12 Mar 2025``."""
    here, today = at.astimezone(), now.astimezone()
    if here.date() == today.date():
        return f"{here:%H:%M}"
    if timedelta(0) < today - here < timedelta(days=6):
        return f"{here:%a}"
    return f"{here.day} {here:%b}" if here.year == today.year else f"{here.day} {here:%b %Y}"


def exact_time(at: datetime) -> str:
    """``12 March 2026, 14:05:09`` in local time."""
    here = at.astimezone()
    return f"{here.day} {here:%B %Y, %H:%M:%S}"


def day_name(at: datetime, now: datetime) -> str:
    """``Today``, ``Yesterday``, a weekday, or a date: the heading of a day."""
    day, today = at.astimezone().date(), now.astimezone().date()
    ago = (today - day).days
    if ago <= 0:
        return "Today"
    if ago == 1:
        return "Yesterday"
    if ago < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def whole_day(at: datetime, now: datetime) -> str:
    """``Saturday, 28 November``, with the year if it is another: true also tomorrow."""
    day = at.astimezone().date()
    year = "" if day.year == now.astimezone().year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def duration(milliseconds: float) -> str:
    """``12 ms``, ``1.4 s``, ``2 min 5 s``."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def countdown(seconds: float) -> str:
    """``4:41``; never below ``0:00``."""
    minutes, rest = divmod(max(0, int(seconds + 0.5)), 60)
    return f"{minutes}:{rest:02d}"


def size(octets: int) -> str:
    """``812 bytes``, ``14 KB``, ``2.3 MB``."""
    if octets < 1000:
        return f"{octets} bytes" if octets != 1 else "1 byte"
    value, unit = octets / 1000, "KB"
    for bigger in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, bigger
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def attachment(one: Attachment) -> str:
    """``Picture · 48 KB``."""
    kinds = {AttachmentKind.PICTURE: "Picture", AttachmentKind.TEXT: "Text"}
    return f"{kinds.get(one.kind, 'File')} · {size(one.size)}"


def count(number: int, one: str, many: str = "") -> str:
    """``1 file``, ``1,284 files``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def wait(event: Waiting, now: datetime, changed: int) -> str:
    """``Waiting for you · 19 s · nothing has changed yet``."""
    seconds = max(0, int((now - event.since).total_seconds()))
    heard = _last_heard(event, now)
    ends = _ending(event, now) if seconds >= _CALM_SECONDS or event.phase is Phase.RETRY else ""
    elapsed = "" if event.heard_at == event.since else f"{seconds} s" if seconds else ""
    match event.phase:
        case Phase.APPROVAL:
            what = "Waiting for you"
        case Phase.SKILL:
            what = f"Running {event.detail}"
        case Phase.RETRY:
            what = f"Trying again: {event.detail}"
        case Phase.COMPACTION:
            what = "Summarising earlier messages"
        case _:
            what = f"Waiting for {event.detail}" if event.detail else "Waiting for the model"
    so_far = f"{count(changed, 'change')} made so far" if changed else "nothing has changed yet"
    return " · ".join(part for part in (what, elapsed, heard, ends, so_far) if part)


def _last_heard(event: Waiting, now: datetime) -> str:
    """``last word 12 s ago``; empty where nothing came yet."""
    if event.heard_at is None:
        return ""
    seconds = max(0, int((now - event.heard_at).total_seconds()))
    if event.heard_at == event.since:
        return translate("Waiting", "last word {seconds} s ago").format(seconds=seconds)
    return translate("Waiting", "last sign of life {seconds} s ago").format(seconds=seconds)


def _ending(event: Waiting, now: datetime) -> str:
    """``gives up in 48 s``; empty where nothing ends it."""
    if event.deadline is None:
        return ""
    seconds = max(0, round((event.deadline - now).total_seconds()))
    left = f"{seconds} s" if seconds < _IN_SECONDS else duration(seconds // 60 * 60_000)
    match event.phase:
        case Phase.APPROVAL:
            return translate("Waiting", "the question expires in {time}").format(time=left)
        case Phase.RETRY:
            return translate("Waiting", "next try in {time}").format(time=left)
    return translate("Waiting", "gives up in {time}").format(time=left)


_GIST_KEYS: Final = ("path", "file", "query", "pattern", "name", "text")


def gist(arguments: Mapping[str, object], limit: int = 80) -> str:
    """The arguments of a call in a few words: the file first, then what is short."""
    keys = [k for k in _GIST_KEYS if k in arguments]
    keys += [k for k in arguments if k not in keys]
    parts: list[str] = []
    for key in keys:
        value = arguments[key]
        if isinstance(value, str) and value.strip():
            line = " ".join(value.split())
            parts.append(line if key in ("path", "file", "target") else f"“{line}”")
        elif key == "version":
            parts.append(f"version {value}")
    text = " · ".join(parts)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
