"""What of the transcript is in view, so that an answer that grows is not painted whole each time.

Most of what is seen only moves up by a line when words are added below: those pixels are moved,
and only what is below them is painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.ui.chat.arrangement import Arrangement
    from app.ui.chat.boxes import Box

_EDGE: Final = 4.0
"""Pixels around a box that belong to it: a mark, a line beside it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A box in view, and where it begins and ends in the viewport."""

    box: Box
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Moved:
    """All above ``dirty`` (a line of the viewport as it is now) is as it was, ``by`` pixels off."""

    by: int
    dirty: int


def in_sight(arrangement: Arrangement) -> list[Seen]:
    """The boxes in view, top to bottom."""
    seen: list[Seen] = []
    index = arrangement.row_at(0.0)
    while 0 <= index < len(arrangement.heights):
        place = arrangement.rect(index)
        if place.top() > arrangement.view_height:
            break
        layout = arrangement.known(index)
        if layout is not None:
            shown = layout.between(-place.top(), arrangement.view_height - place.top())
            seen += [
                Seen(box, place.top() + rect.top(), place.top() + rect.bottom())
                for _, box, rect in shown
            ]
        index += 1
    return seen


def moved(before: Sequence[Seen], after: Sequence[Seen], height: int) -> Moved | None:
    """How the view has moved up, or ``None`` where all of it has to be painted."""
    if not after:
        return None
    start = next((at for at, one in enumerate(before) if one.box is after[0].box), -1)
    if start < 0:
        return None
    by = after[0].top - before[start].top
    if by > 0 or by != round(by) or -by > height / 2:
        return None
    dirty = after[-1].bottom
    for old, new in zip(before[start:], after, strict=False):
        same = old.box is new.box and new.top - old.top == by and new.bottom - old.bottom == by
        if not same:
            dirty = min(new.top, old.top + by)
            break
    else:
        dirty = min(dirty, after[min(len(after), len(before) - start) - 1].bottom)
    return Moved(round(by), max(0, int(dirty - _EDGE)))
