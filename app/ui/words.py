"""Times, sizes and states in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal

from PySide6.QtCore import QDate, QLocale, QTime

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.drive import DriveTransfer
from app.domain.events import CircuitState, Phase, Waiting
from app.domain.tool_calls import ToolStatus
from app.ui.file_names import name_of, without_ids
from app.ui.translation import translate

_CALM_SECONDS: Final = 3
"""A shorter wait need not say when it would be given up."""
_IN_SECONDS: Final = 120
"""What is left is said in seconds below that, else in whole minutes."""

Noun = Literal[
    "byte",
    "call",
    "change",
    "circuit",
    "content",
    "failure",
    "file",
    "folder",
    "line",
    "message",
    "notification",
    "problem",
    "request",
    "retry",
    "step",
    "time",
    "token",
    "version",
]
"""What is counted in the window."""


def provider(name: str, label: str) -> str:
    """Who answers: ``OpenRouter``. ``label`` is what the service calls itself."""
    return translate("Models", "Offline commands, no AI") if name == "guided" else label


def call_state(status: ToolStatus | None) -> tuple[str, str]:
    """A call's status as a state (see ``controls.Dot``) and a word; ``None``: it runs."""
    match status:
        case None:
            return "idle", translate("Calls", "running")
        case ToolStatus.OK:
            return "ok", translate("Calls", "done")
        case ToolStatus.ERROR:
            return "trouble", translate("Calls", "failed")
        case ToolStatus.DENIED:
            return "attention", translate("Calls", "denied")
        case ToolStatus.TIMEOUT:
            return "trouble", translate("Calls", "timed out")
        case ToolStatus.UNAVAILABLE:
            return "trouble", translate("Calls", "paused")
        case ToolStatus.INTERRUPTED:
            return "attention", translate("Calls", "interrupted")


def circuit_state(state: CircuitState) -> tuple[str, str]:
    """A circuit as a state and a word."""
    match state:
        case CircuitState.CLOSED:
            return "ok", translate("Circuits", "closed")
        case CircuitState.OPEN:
            return "trouble", translate("Circuits", "open")
        case CircuitState.HALF_OPEN:
            return "attention", translate("Circuits", "trying once")


# -- times -------------------------------------------------------------------------------------


def clock_time(at: datetime) -> str:
    """``14:05`` in local time."""
    return _time(at.astimezone(), translate("Dates", "HH:mm", "as in QLocale::toString"))


def short_time(at: datetime, now: datetime) -> str:
    """``14:05`` today, ``Mon`` within a week, else ``12 Mar`` or ``12 Mar 2025``."""
    here, today = at.astimezone(), now.astimezone()
    if here.date() == today.date():
        return clock_time(at)
    if timedelta(0) < today - here < timedelta(days=6):
        return _date(here, "ddd")
    if here.year == today.year:
        return _date(here, translate("Dates", "d MMM", "as in QLocale::toString"))
    return _date(here, translate("Dates", "d MMM yyyy", "as in QLocale::toString"))


def exact_time(at: datetime) -> str:
    """``12 March 2026, 14:05:09`` in local time."""
    here = at.astimezone()
    time = _time(here, translate("Dates", "HH:mm:ss", "as in QLocale::toString"))
    day = _date(here, translate("Dates", "d MMMM yyyy", "as in QLocale::toString"))
    return f"{day}, {time}"


def day_name(at: datetime, now: datetime) -> str:
    """``Today``, ``Yesterday``, a weekday, or a date: the heading of a day."""
    day, today = at.astimezone().date(), now.astimezone().date()
    ago = (today - day).days
    if ago <= 0:
        return translate("Dates", "Today")
    if ago == 1:
        return translate("Dates", "Yesterday")
    if ago < 7:
        return _date(day, "dddd")
    if day.year == today.year:
        return _date(day, translate("Dates", "d MMMM", "as in QLocale::toString"))
    return _date(day, translate("Dates", "d MMMM yyyy", "as in QLocale::toString"))


def whole_day(at: datetime, now: datetime) -> str:
    """``Saturday, 28 November``, with the year if it is another: true also tomorrow."""
    day = at.astimezone().date()
    if day.year == now.astimezone().year:
        return _date(day, translate("Dates", "dddd, d MMMM", "as in QLocale::toString"))
    return _date(day, translate("Dates", "dddd, d MMMM yyyy", "as in QLocale::toString"))


def _date(day: date, pattern: str) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)


def _time(at: datetime, pattern: str) -> str:
    return QLocale().toString(QTime(at.hour, at.minute, at.second), pattern)


def duration(milliseconds: float) -> str:
    """``12 ms``, ``1.4 s``, ``2 min 5 s``."""
    if milliseconds < 1000:
        return translate("Units", "{number} ms").format(number=f"{milliseconds:.0f}")
    seconds = milliseconds / 1000
    if seconds < 10:
        return _seconds(number(seconds, 1))
    if seconds < 60:
        return _seconds(f"{seconds:.0f}")
    minutes, rest = divmod(round(seconds), 60)
    whole = translate("Units", "{number} min").format(number=minutes)
    return f"{whole} {_seconds(str(rest))}" if rest else whole


def _seconds(number: str) -> str:
    return translate("Units", "{number} s").format(number=number)


def ago(at: datetime, now: datetime) -> str:
    """``3 s ago``, ``5 min ago``, ``2 h ago``; from a day on ``Mon`` or a date."""
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < 60:
        return translate("Units", "{number} s ago").format(number=seconds)
    if seconds < 3600:
        return translate("Units", "{number} min ago").format(number=seconds // 60)
    if seconds < 86_400:
        return translate("Units", "{number} h ago").format(number=seconds // 3600)
    return short_time(at, now)


def countdown(seconds: float) -> str:
    """``4:41``; never below ``0:00``."""
    minutes, rest = divmod(max(0, int(seconds + 0.5)), 60)
    return f"{minutes}:{rest:02d}"


# -- numbers -----------------------------------------------------------------------------------


def number(value: float, decimals: int = 0) -> str:
    """``1,284`` or ``2.3``, as the language writes it."""
    if decimals == 0:
        return QLocale().toString(round(value))
    return QLocale().toString(float(value), "f", decimals)


def count(many: int, noun: Noun) -> str:
    """``1 file``, ``1,284 files``."""
    one, others = _forms(noun)
    return f"{number(many)} {one if many == 1 else others}"


def _forms(noun: Noun) -> tuple[str, str]:
    """For one, and for any other number: so it is in English and German."""
    match noun:
        case "byte":
            return translate("Units", "byte"), translate("Units", "bytes")
        case "call":
            return translate("Units", "call"), translate("Units", "calls")
        case "change":
            return translate("Units", "change"), translate("Units", "changes")
        case "circuit":
            return translate("Units", "circuit"), translate("Units", "circuits")
        case "content":
            return translate("Units", "content"), translate("Units", "contents")
        case "failure":
            return translate("Units", "failure"), translate("Units", "failures")
        case "file":
            return translate("Units", "file"), translate("Units", "files")
        case "folder":
            return translate("Units", "folder"), translate("Units", "folders")
        case "line":
            return translate("Units", "line"), translate("Units", "lines")
        case "message":
            return translate("Units", "message"), translate("Units", "messages")
        case "notification":
            return translate("Units", "notification"), translate("Units", "notifications")
        case "problem":
            return translate("Units", "problem"), translate("Units", "problems")
        case "request":
            return translate("Units", "request"), translate("Units", "requests")
        case "retry":
            return translate("Units", "retry"), translate("Units", "retries")
        case "step":
            return translate("Units", "step"), translate("Units", "steps")
        case "time":
            return translate("Units", "time"), translate("Units", "times")
        case "token":
            return translate("Units", "token"), translate("Units", "tokens")
        case "version":
            return translate("Units", "version"), translate("Units", "versions")


def size(octets: int) -> str:
    """``812 bytes``, ``14 KB``, ``2.3 MB``."""
    if octets < 1000:
        return count(octets, "byte")
    value, unit = octets / 1000, "KB"
    for bigger in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, bigger
    return f"{number(value, 1 if value < 10 else 0)} {unit}"


def attachment(one: Attachment) -> str:
    """``Picture · 48 KB``."""
    match one.kind:
        case AttachmentKind.PICTURE:
            kind = translate("Attachments", "Picture")
        case AttachmentKind.TEXT:
            kind = translate("Attachments", "Text")
        case _:
            kind = translate("Attachments", "File")
    return f"{kind} · {size(one.size)}"


# -- what goes on ------------------------------------------------------------------------------


def wait(event: Waiting, now: datetime, changed: int, transfer: DriveTransfer | None = None) -> str:
    """``Waiting for you · 19 s · nothing has changed yet``; ``transfer``: what takes the time."""
    seconds = max(0, int((now - event.since).total_seconds()))
    so_far = translate("Waiting", "nothing has changed yet")
    if changed:
        made = count(changed, "change")
        so_far = translate("Waiting", "{changes} made so far").format(changes=made)
    # Since the last word, where there was one: then that is said, and not the same time twice.
    elapsed = _seconds(str(seconds)) if seconds and event.heard_at != event.since else ""
    ends = _ending(event, now) if seconds >= _CALM_SECONDS or event.phase is Phase.RETRY else ""
    on_its_way = "" if transfer is None else bytes_on_their_way(transfer)
    parts = (_what_for(event), on_its_way, elapsed, _last_heard(event, now), ends, so_far)
    return " · ".join(part for part in parts if part)


def _what_for(event: Waiting) -> str:
    match event.phase:
        case Phase.APPROVAL:
            return translate("Waiting", "Waiting for you")
        case Phase.SKILL:
            return translate("Waiting", "Running {skill}").format(skill=event.detail)
        case Phase.RETRY:
            return translate("Waiting", "Trying again: {reason}").format(reason=event.detail)
        case Phase.COMPACTION:
            return translate("Waiting", "Summarising earlier messages")
        case _ if event.detail:
            return translate("Waiting", "Waiting for {service}").format(service=event.detail)
        case _:
            return translate("Waiting", "Waiting for the model")


def bytes_on_their_way(transfer: DriveTransfer) -> str:
    """``sending plan.md to Google Drive: 3.2 MB of 12 MB``."""
    bytes_ = size(transfer.done)
    if transfer.total is not None:
        bytes_ = translate("Waiting", "{done} of {total}").format(
            done=bytes_, total=size(transfer.total)
        )
    text = (
        translate("Waiting", "sending {name} to Google Drive: {bytes}")
        if transfer.upload
        else translate("Waiting", "fetching {name} from Google Drive: {bytes}")
    )
    return text.format(name=name_of(transfer.locator), bytes=bytes_)


def _last_heard(event: Waiting, now: datetime) -> str:
    """``last word 12 s ago``; empty where nothing came yet."""
    if event.heard_at is None:
        return ""
    ago = _seconds(str(max(0, int((now - event.heard_at).total_seconds()))))
    if event.heard_at == event.since:
        return translate("Waiting", "last word {time} ago").format(time=ago)
    return translate("Waiting", "last sign of life {time} ago").format(time=ago)


def _ending(event: Waiting, now: datetime) -> str:
    """``gives up in 48 s``; empty where nothing ends it."""
    if event.deadline is None:
        return ""
    seconds = max(0, round((event.deadline - now).total_seconds()))
    left = duration(seconds // 60 * 60_000)
    if seconds < _IN_SECONDS:
        left = _seconds(str(seconds))
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
            is_path = key in ("path", "file", "target")
            parts.append(without_ids(line) if is_path else f"“{line}”")
        elif key == "version":
            parts.append(translate("Calls", "version {number}").format(number=value))
    text = " · ".join(parts)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
