"""Text with marks, of no service in particular: a list of runs that can be cut anywhere.

Marks are on runs, not around them, so that no cut and no nesting can break one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SCHEMES: Final = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 1000


class MarkKind(StrEnum):
    """What a mark does to text."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"
    PRE = "pre"
    LINK = "link"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; ``value`` is a link's address, or the language of a block of code."""

    kind: MarkKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Some text and its marks, the outermost first."""

    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def is_block(self) -> bool:
        """Whether it is, or is in, a block of code."""
        return any(mark.kind is MarkKind.PRE for mark in self.marks)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code as it was written."""

    code: str
    language: str = ""


def units(text: str) -> int:
    """Length in UTF-16 units, in which services of messages count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(runs: Iterable[Run]) -> str:
    """The words without marks."""
    return "".join(run.text for run in runs)


def cut(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """The runs between two positions, in characters."""
    found = []
    at = 0
    for run in runs:
        first, last = max(start - at, 0), min(end - at, len(run.text))
        if first < last:
            found.append(Run(run.text[first:last], run.marks))
        at += len(run.text)
        if at >= end:
            break
    return found


def opens(address: str) -> bool:
    """Whether a message may have a link to ``address``."""
    return bool(_SCHEMES.match(address)) and len(address) <= _LONGEST_ADDRESS


def shown_together(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The marks that a phone can show together, each once.

    Source: "Entities can be nested" (core.telegram.org/bots/api#formatting-options): nothing is in
    code, and neither quotes nor links are in their own kind.
    """
    kept: dict[MarkKind, Mark] = {}
    for mark in marks:
        if mark.kind is not MarkKind.LINK or opens(mark.value):
            kept.setdefault(mark.kind, mark)
    order = [MarkKind.QUOTE, *(kind for kind in kept if kind is not MarkKind.QUOTE)]
    if MarkKind.CODE in kept:
        order = [MarkKind.QUOTE, MarkKind.LINK if MarkKind.LINK in kept else MarkKind.CODE]
    return tuple(kept[kind] for kind in order if kind in kept)
