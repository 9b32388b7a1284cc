"""Runs of marked text as the HTML that Telegram takes, and cut to messages that it takes.

Source: "HTML style" and "Formatting options", core.telegram.org/bots/api.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from app.channels.bot_api import TEXT_UNITS
from app.channels.rich_text import Mark, MarkKind, Run
from app.channels.splitting import Room, split

NOTE_UNITS: Final = 96
"""Left free in a message for a line of ours at its end."""
RAW_BYTES: Final = 12_000
"""A message's HTML at most, in UTF-8; the API does not say where it ends."""

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#_.-]{1,32}")
_TAGS: Final = {
    MarkKind.BOLD: "b",
    MarkKind.ITALIC: "i",
    MarkKind.STRIKE: "s",
    MarkKind.CODE: "code",
    MarkKind.QUOTE: "blockquote",
}
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL: Final = re.compile('[&<>"]')


def as_html(runs: Iterable[Run]) -> str:
    """HTML with the tags that Telegram knows, closed in order; everything else is escaped."""
    out: list[str] = []
    opened: tuple[Mark, ...] = ()
    for run in runs:
        same = 0
        while same < min(len(opened), len(run.marks)) and opened[same] == run.marks[same]:
            same += 1
        out.extend(_closing(mark) for mark in reversed(opened[same:]))
        out.extend(_opening(mark) for mark in run.marks[same:])
        out.append(escaped(run.text))
        opened = run.marks
    out.extend(_closing(mark) for mark in reversed(opened))
    return "".join(out)


def escaped(text: str) -> str:
    """``text`` without a meaning in HTML; with the four named entities that the API knows."""
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text)


def split_for_telegram(runs: Sequence[Run], most: int) -> tuple[list[list[Run]], bool]:
    """The messages, ``most`` at most, and whether they are all; a note fits below each."""
    return split(runs, _ROOM, most)


def _opening(mark: Mark) -> str:
    if mark.kind is MarkKind.LINK:
        return f'<a href="{escaped(mark.value)}">'
    if mark.kind is MarkKind.PRE:
        language = _LANGUAGE.fullmatch(mark.value)
        return f'<pre><code class="language-{mark.value}">' if language else "<pre>"
    return f"<{_TAGS[mark.kind]}>"


def _closing(mark: Mark) -> str:
    if mark.kind is MarkKind.LINK:
        return "</a>"
    if mark.kind is MarkKind.PRE:
        return "</code></pre>" if _LANGUAGE.fullmatch(mark.value) else "</pre>"
    return f"</{_TAGS[mark.kind]}>"


def _cost(letter: str) -> int:
    if letter in _ENTITIES:
        return len(_ENTITIES[letter])
    return 1 if letter < "\x80" else 2 if letter < "\u0800" else 3 if letter < "\U00010000" else 4


def _mark_cost(mark: Mark) -> int:
    return len((_opening(mark) + _closing(mark)).encode())


_ROOM: Final = Room(TEXT_UNITS - NOTE_UNITS, RAW_BYTES - 4 * NOTE_UNITS, _cost, _mark_cost)
