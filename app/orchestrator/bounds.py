"""How much a turn may take, as the person set it, and the words for a limit that was reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.config import Settings


class LimitKind(StrEnum):
    """What a turn may run out of."""

    ITERATIONS = "iterations"
    TOOL_CALLS = "tool_calls"
    REPEATED_CALL = "repeated_call"
    REPEATED_ERROR = "repeated_error"
    TOKENS = "tokens"
    COST = "cost"
    DAY_COST = "day_cost"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was reached, and the sentence a person reads."""

    kind: LimitKind
    words: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one turn may take; ``None`` is no limit.

    Attributes:
        iterations: model calls that may use tools, 1 to 100. One closing call without tools may
            follow.
        tool_calls: calls of tools.
        seconds: wall time, without what a person takes to decide about an approval.
        tokens: of all model calls, both ways.
        cost: US dollars, as the server says or reckoned from its prices.
        day_cost: US dollars of all turns of a day.
    """

    iterations: int = 25
    tool_calls: int = 100
    seconds: float = 900.0
    tokens: int | None = None
    cost: float | None = None
    day_cost: float | None = None

    @property
    def costs(self) -> bool:
        """Whether dollars are limited."""
        return self.cost is not None or self.day_cost is not None


def bounds_of(settings: Settings) -> Bounds:
    """What the person's settings allow."""
    return Bounds(
        iterations=settings.max_iterations,
        tool_calls=settings.max_tool_calls,
        seconds=settings.max_turn_seconds,
        tokens=settings.max_turn_tokens,
        cost=settings.max_turn_cost,
        day_cost=settings.max_day_cost,
    )
