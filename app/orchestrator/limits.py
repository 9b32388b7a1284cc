"""Limits of one turn: pure counting, so that the loop ends whatever the model says.

No clock, no storage: times and what the day has cost are handed in. The first limit that is
reached is kept in ``reached``; from then on nothing more is begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.config import Settings
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus

REFUSED_REPEAT: Final = 3
"""The same call for so many times is answered with an error instead of being run."""
LAST_REPEAT: Final = 5
"""The same call for so many times ends the turn."""
ERROR_STREAK: Final = 3
"""The same error of the same tool, in so many rounds of calls without a success, ends it."""
CLOSING_SECONDS: Final = 60.0
"""Time for the closing summary, also where the turn's own time is used up."""

_COUNTS_AS_ERROR: Final = (ToolStatus.ERROR, ToolStatus.TIMEOUT, ToolStatus.UNAVAILABLE)


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
        seconds: wall time, waits for the person included.
        tokens: of all model calls, both ways.
        cost: US dollars, where the server says what a call costs.
        day_cost: US dollars of all turns of a day.
    """

    iterations: int = 25
    tool_calls: int = 100
    seconds: float = 900.0
    tokens: int | None = None
    cost: float | None = None
    day_cost: float | None = None


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


@dataclass(slots=True)
class TurnLimits:
    """What one turn has taken so far.

    Attributes:
        bounds: what it may take.
        started: when it began, in the seconds that ``begin`` is handed.
        iterations: model calls begun; the closing one is not counted.
        tool_calls: calls that were asked for.
        tokens, cost: of the model calls so far.
        day_cost: US dollars of the day so far, this turn's included; kept by the caller.
        reached: the first limit that was reached.
    """

    bounds: Bounds
    started: float = 0.0
    iterations: int = 0
    tool_calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    day_cost: float = 0.0
    reached: Limit | None = None
    _last_expected: int = 0
    _last_tokens: int = 0
    _last_cost: float = 0.0
    _reads: Counter[str] = field(default_factory=Counter)
    _changes: Counter[str] = field(default_factory=Counter)
    _streaks: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def deadline(self) -> float:
        """When the turn's time is used up."""
        return self.started + self.bounds.seconds

    # -- model calls -------------------------------------------------------------------------

    def begin(self, now: float, next_tokens: int = 0) -> bool:
        """Count one more model call; ``False`` when a limit is reached and the turn must close.

        Tokens and cost stop before they are exceeded: there must be room for this call, and
        after the first one for a closing summary too.

        Args:
            now: the time.
            next_tokens: about what the call will take, both ways.
        """
        self.reached = self.reached or self._before_call(now, next_tokens)
        if self.reached is not None:
            return False
        self.iterations += 1
        self._last_expected = next_tokens
        return True

    def may_close(self, next_tokens: int = 0) -> bool:
        """Whether a closing summary fits; not where nothing was asked yet."""
        return self.iterations > 0 and self._spending(next_tokens, calls=1) is None

    def used(self, tokens: int, cost: float | None) -> None:
        """A model call took so much; ``cost`` is ``None`` where the server does not say."""
        self.tokens += tokens
        self._last_tokens = tokens
        if cost is not None:
            self.cost += cost
            self.day_cost += cost
            self._last_cost = cost

    def time_is_up(self) -> None:
        """The deadline passed while something was under way."""
        self._reach(LimitKind.TIME, self._time_words())

    # -- tool calls --------------------------------------------------------------------------

    def refusal(self, call: ToolCall, *, changes: bool) -> str | None:
        """Count a call the model asked for; why it must not be run, for the model, or ``None``.

        Args:
            call: the call.
            changes: whether it can change something; looking again after a change is no repeat.
        """
        if self.reached is not None:
            return f"Not run: {self.reached.words} Sum up what was done."
        if self.tool_calls >= self.bounds.tool_calls:
            self._reach(
                LimitKind.TOOL_CALLS,
                f"The limit of {self.bounds.tool_calls} tool calls was reached.",
            )
            return f"Not run: the limit of {self.bounds.tool_calls} tool calls is reached."
        self.tool_calls += 1
        asked = self._changes if changes else self._reads
        asked[call.canonical] += 1
        times = asked[call.canonical]
        if times >= LAST_REPEAT:
            self._reach(
                LimitKind.REPEATED_CALL,
                f"The model asked for the same call of `{call.name}` {times} times.",
            )
        if times < REFUSED_REPEAT:
            return None
        return (
            f"Not run: you have asked for exactly this call {times} times, and its result is "
            "above. Use that result, ask for something else, or answer."
        )

    def settled(self, results: Iterable[tuple[ToolResult, bool]]) -> None:
        """The results of one round of calls, each with whether the call can change something.

        One round counts once towards an error's streak: the model had not seen it yet.
        """
        failed: dict[str, str] = {}
        for result, changes in results:
            if result.status is ToolStatus.OK:
                self._streaks.pop(result.name, None)
                failed.pop(result.name, None)
                if changes:
                    self._reads.clear()
            elif result.status in _COUNTS_AS_ERROR:
                failed[result.name] = f"{result.status} {result.metadata.get('type', '')}"
        for name, error in failed.items():
            before, times = self._streaks.get(name, ("", 0))
            times = times + 1 if before == error else 1
            self._streaks[name] = (error, times)
            if times >= ERROR_STREAK:
                self._reach(
                    LimitKind.REPEATED_ERROR,
                    f"`{name}` failed {times} times in a row with the same error.",
                )

    # -- inside ------------------------------------------------------------------------------

    def _before_call(self, now: float, next_tokens: int) -> Limit | None:
        if self.iterations >= self.bounds.iterations:
            count = self.bounds.iterations
            calls = "1 model call" if count == 1 else f"{count} model calls"
            return Limit(LimitKind.ITERATIONS, f"The limit of {calls} was reached.")
        if now >= self.deadline:
            return Limit(LimitKind.TIME, self._time_words())
        return self._spending(next_tokens, calls=2 if self.iterations else 1)

    def _spending(self, next_tokens: int, *, calls: int) -> Limit | None:
        """The limit that so many more calls like the next one would pass."""
        # What a call took is known better than guessed; the next one is longer by our guesses.
        grown = max(1.0, next_tokens / self._last_expected) if self._last_expected else 1.0
        expected = round(self._last_tokens * grown) if self._last_tokens else next_tokens
        bound = self.bounds.tokens
        if bound is not None and self.tokens + expected * calls > bound:
            return Limit(
                LimitKind.TOKENS, f"The limit of {bound:,} tokens a turn is nearly used up."
            )
        cost = self._last_cost * grown * calls
        for kind, spent, most, what in (
            (LimitKind.COST, self.cost, self.bounds.cost, "turn"),
            (LimitKind.DAY_COST, self.day_cost, self.bounds.day_cost, "day"),
        ):
            if most is not None and (spent + cost > most or spent >= most):
                return Limit(kind, f"The limit of ${most:g} a {what} is nearly used up.")
        return None

    def _time_words(self) -> str:
        minutes, seconds = divmod(round(self.bounds.seconds), 60)
        parts = [f"{minutes} min"] if minutes else []
        if seconds or not parts:
            parts.append(f"{seconds} s")
        return f"The limit of {' '.join(parts)} for one turn was reached."

    def _reach(self, kind: LimitKind, words: str) -> None:
        if self.reached is None:
            self.reached = Limit(kind, words)
