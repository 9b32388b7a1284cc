"""Branches: a message was edited or answered again, and the conversation went on beside itself.

Nothing is replaced. The messages before a fork belong to all its branches; each has its own from
there. One branch is shown at a time, and the person may switch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

MAIN: Final = 0
"""The branch every conversation begins with."""


@dataclass(frozen=True, slots=True)
class Fork:
    """A place where a conversation goes on in more than one way.

    Attributes:
        messages: ids of the first messages of each way, the oldest first.
        shown: which of them is shown, from 0.
    """

    messages: tuple[int, ...]
    shown: int

    @property
    def words(self) -> str:
        """``2 of 3``."""
        return f"{self.shown + 1} of {len(self.messages)}"

    def beside(self, step: int) -> int | None:
        """The message ``step`` ways further on, ``None`` beyond the ends."""
        at = self.shown + step
        return self.messages[at] if 0 <= at < len(self.messages) else None


@dataclass(frozen=True, slots=True)
class After:
    """Where a message belongs: behind a turn, whichever branch is shown when it is stored.

    A face says so of the last turn that it showed, for meanwhile another face may have gone on, or
    may have switched the branch. The message goes on from what the person saw:

    - Where nothing follows on the turn's branch, the message does. That branch is shown then.
    - Where turns follow, all in one line, another face was quicker, and this one has not shown it
      yet. Nobody wants a fork because two wrote in the same second: the message follows the newest
      of them, on the same branch.
    - Where what follows forks, somebody has already said more than one thing there. The message
      begins a branch of its own, beside them.

    Attributes:
        turn_id: the turn.
        exactly: the person names this place, and knows what follows it. Where anything does, the
            message begins a branch right behind the turn.
    """

    turn_id: str
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """Where what is shown of a conversation ends: tells whether somebody else went on in it.

    Attributes:
        turns: the turns of the last messages of the person, the oldest first.
        message: the newest message's id.
        state: how its turn stands; empty where that is not known.
        branches: how many branches the conversation has beside the first.
    """

    turns: tuple[str, ...]
    message: int
    state: str
    branches: int


@dataclass(frozen=True, slots=True)
class Segment:
    """What a path takes of a branch: its messages before ``until`` (an id), or all."""

    branch: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class BranchStart:
    """Where a branch left another: before message ``fork`` of branch ``parent``."""

    id: int
    parent: int
    fork: int


def path_of(branch: int, starts: dict[int, BranchStart]) -> tuple[Segment, ...]:
    """The segments that make up a branch, its own first.

    ``starts``: every branch of the conversation but the first, by its id. What an unknown parent
    had is left out.
    """
    segments = [Segment(branch)]
    seen = {branch}
    while (start := starts.get(segments[-1].branch)) is not None and start.parent not in seen:
        seen.add(start.parent)
        segments.append(Segment(start.parent, start.fork))
    return tuple(segments)


def reach_of(path: tuple[Segment, ...]) -> dict[int, float]:
    """Before which message the path leaves each of its branches; the last one it never leaves.

    A message of ``branch`` is on the path where ``message < reach.get(branch, 0)``.
    """
    return {one.branch: math.inf if one.until is None else one.until for one in path}
