"""Which calls of one answer may run beside each other. Pure.

Reads run beside reads. Writes run beside writes where each says what it touches and nothing is
touched twice. All else runs alone. Groups run one after the other, in the model's order, so that
what comes after a write sees it.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache


class Access(Enum):
    """What a call needs of what runs beside it."""

    READ = auto()
    WRITE = auto()
    ALONE = auto()


@dataclass(frozen=True, slots=True)
class Need:
    """One call as the schedule sees it. ``paths``: what a ``WRITE`` touches, as it is written."""

    access: Access
    paths: tuple[str, ...] = ()


def groups(needs: Sequence[Need]) -> list[range]:
    """The calls by position, in order, in runs that may be under way at the same time."""
    found: list[range] = []
    begin = 0
    for at, need in enumerate(needs):
        beside = needs[begin : begin + 1] if need.access is Access.READ else needs[begin:at]
        if at > begin and not all(may_run_together(one, need) for one in beside):
            found.append(range(begin, at))
            begin = at
    if needs:
        found.append(range(begin, len(needs)))
    return found


def may_run_together(one: Need, other: Need) -> bool:
    """Whether neither can see or disturb the other."""
    if one.access is not other.access or one.access is Access.ALONE:
        return False
    if one.access is Access.READ:
        return True
    if not one.paths or not other.paths:
        return False
    return not any(may_be_same(a, b) for a in one.paths for b in other.paths)


def may_be_same(one: str, other: str) -> bool:
    """Whether two paths may name the same file, or one a folder that holds the other.

    They are compared as words, so in doubt they may: a relative path and an absolute one, or one
    that climbs. Links are seen only where paths are resolved.
    """
    first, second = _parts(one), _parts(other)
    if not first or not second or (first[0] == "/") != (second[0] == "/"):
        return True
    shared = min(len(first), len(second))
    return first[:shared] == second[:shared]


@lru_cache(maxsize=4096)  # each call of an answer is compared with each of its group
def _parts(path: str) -> tuple[str, ...]:
    """What a path is made of, ``/`` first where it is absolute; nothing where it may be any."""
    # Case and form of letters are ignored: some disks do.
    plain = posixpath.normpath(unicodedata.normalize("NFKC", path.replace("\\", "/")).casefold())
    parts = tuple(part for part in plain.split("/") if part not in ("", "."))
    if ".." in parts:
        return ()
    return ("/", *parts) if plain.startswith("/") or plain[1:2] == ":" else parts
