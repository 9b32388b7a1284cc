"""Words of a desk: names, ages and errors, safe to stand in the Markdown that a channel shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.domain.errors import StewardError
from app.domain.messages import Channel
from app.domain.names import shown
from app.setting_fields import field_named

NAMES: Final = {Channel.TELEGRAM: "Telegram", Channel.GOOGLE_CHAT: "Google Chat"}
BY: Final = {Channel.TELEGRAM: "you, on Telegram", Channel.GOOGLE_CHAT: "you, in Google Chat"}
"""Who decided or changed something, as it is kept."""

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|~!&])")
_LINE_START: Final = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)
_TICKS: Final = re.compile(r"`+")


def plain(text: str) -> str:
    """Text as Markdown that shows just these characters."""
    return _LINE_START.sub(_escaped_start, _MARKUP.sub(r"\\\1", text))


def _escaped_start(match: re.Match[str]) -> str:
    # Digits cannot be escaped, the dot behind them can; a zero-width mark would be copied along.
    sign = match.group(2)
    return f"{match.group(1)}{sign}\\" if sign.isdigit() else f"{match.group(1)}\\{sign}"


def code(text: str) -> str:
    """A name on one line as code."""
    line = shown(text)
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def block(text: str, language: str = "") -> str:
    """Lines as a block of code."""
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def quoted(text: str, length: int = 60) -> str:
    """The beginning of what somebody wrote, in quotation marks."""
    return f"“{plain(shortened(text, length))}”"


def shortened(text: str, length: int) -> str:
    """``text`` on one line of at most ``length`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def counted(number: int, one: str) -> str:
    """``3 files``, ``1 file``."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def age(span: timedelta) -> str:
    """How long ago, roughly: ``3 hours``."""
    minutes = max(0, int(span.total_seconds())) // 60
    if minutes < 60:
        return counted(max(1, minutes), "minute")
    if minutes < 48 * 60:
        return counted(minutes // 60, "hour")
    return counted(minutes // (24 * 60), "day")


def explained(error: StewardError) -> str:
    """What went wrong, what to do, and where that is."""
    return explained_turn(str(error), error.settings)


def explained_turn(message: str, settings: Sequence[str] = ()) -> str:
    """The same for what ended a turn."""
    return plain(" ".join(part for part in (message, _where(settings)) if part))


def _where(settings: Sequence[str]) -> str:
    names = [field_named(name).name for name in settings]
    if not names:
        return ""
    return f"It is set on your computer: in Settings, or by steward config set {names[0]}."
