"""What the composer offers to complete at the cursor; no Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_OFFERS: Final = 8
_WORD_BEFORE: Final = re.compile(r"(?:^|(?<=\s))\S*$")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: how it is written (``/read FILE``) and what it does."""

    usage: str
    summary: str

    @property
    def name(self) -> str:
        """``/read``."""
        return self.usage.split(maxsplit=1)[0]

    @property
    def typed(self) -> str:
        """What stands in the composer when it is chosen."""
        return self.name + " " if " " in self.usage else self.name


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that is found by its name, and named in another way. ``place``: where it is."""

    name: str
    written: str
    place: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the list: what is shown, and what it puts in place of the word."""

    label: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What can stand in place of ``text[start:end]``.

    ``eager``: Enter takes the first one; else only a line that was chosen with the arrows.
    """

    start: int
    end: int
    offers: tuple[Offer, ...]
    eager: bool


def offers_at(
    text: str,
    cursor: int,
    commands: Sequence[Command],
    files: Sequence[str],
    named: Sequence[NamedFile] = (),
) -> Offers | None:
    """What to offer for the word before ``cursor``; ``None`` for nothing.

    ``files`` as they are written, ``named`` those that are written otherwise than they are called.
    """
    before = text[:cursor]
    word = _WORD_BEFORE.search(before)
    if word is None:
        return None
    start, typed = word.start(), word.group()
    if typed.startswith("/") and start == 0:
        found = [c for c in commands if c.name.startswith(typed)]
        found += [c for c in commands if c not in found and typed[1:] in c.name]
        offers = tuple(Offer(c.usage, c.summary, c.typed) for c in found[:MOST_OFFERS])
        if len(offers) == 1 and offers[0].text.strip() == typed:
            return None
        return Offers(start, cursor, offers, eager=True) if offers else None
    if typed.startswith("@"):
        return _files(start, cursor, typed[1:], files, named, eager=True)
    is_first = len(before.split()) == 1
    if before.startswith("/") and start and (is_first or typed) and typed[:1] not in ("'", '"'):
        return _files(start, cursor, typed, files, named, eager=False)
    return None


def _files(
    start: int,
    end: int,
    typed: str,
    files: Sequence[str],
    named: Sequence[NamedFile],
    *,
    eager: bool,
) -> Offers | None:
    wanted = typed.casefold()
    all_files = [NamedFile(name, name, "") for name in files] + list(named)
    names = [(one, one.name.casefold()) for one in all_files]
    found = [one for one, low in names if low.startswith(wanted)]
    found += [one for one, low in names if wanted in low and not low.startswith(wanted)]
    offers = tuple(
        Offer(one.name, one.place, quoted(one.written) + " ") for one in found[:MOST_OFFERS]
    )
    if not offers or (len(offers) == 1 and offers[0].text.strip() == typed):
        return None
    return Offers(start, end, offers, eager)


def quoted(name: str) -> str:
    """A path as one word of a message."""
    return f'"{name}"' if re.search(r"\s", name) else name
