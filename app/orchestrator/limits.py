"""Limits of one turn: pure counting, so that the loop ends whatever the model says.

No clock, no storage: times and what the day has cost are handed in. The first limit that is
reached is kept in ``reached``; from then on nothing more is begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.orchestrator.bounds import Bounds, Limit, LimitKind, bounds_of
from app.orchestrator.spending import Room, Spending

__all__ = ["Bounds", "Limit", "LimitKind", "TurnLimits", "bounds_of"]

REFUSED_REPEAT: Final = 3
"""The same call for so many times is answered with an error instead of being run."""
LAST_REPEAT: Final = 5
"""The same call for so many times ends the turn."""
ERROR_STREAK: Final = 3
"""The same error of the same tool, in so many rounds of calls without a success, ends it."""
CLOSING_SECONDS: Final = 60.0
"""Time for the closing summary, also where the turn's own time is used up."""
_CUT_SHARE: Final = 0.9
"""An answer that took so much of its room and was cut was cut by us: some servers count less."""

_COUNTS_AS_ERROR: Final = (ToolStatus.ERROR, ToolStatus.TIMEOUT, ToolStatus.UNAVAILABLE)


@dataclass(slots=True)
class TurnLimits:
    """What one turn has taken so far.

    Attributes:
        bounds: what it may take.
        started: when it began, in the seconds that ``begin`` is handed.
        iterations: model calls begun; the closing one is not counted.
        asked: seconds in which the person was asked something: they do not count; kept by the
            caller.
        tool_calls: calls that were asked for.
        spending: tokens and dollars.
        room: what the model call that was allowed last may take.
        reached: the first limit that was reached.
    """

    bounds: Bounds
    started: float = 0.0
    iterations: int = 0
    asked: float = 0.0
    tool_calls: int = 0
    spending: Spending = field(init=False)
    room: Room = field(default_factory=Room)
    reached: Limit | None = None
    _reads: Counter[str] = field(default_factory=Counter)
    _changes: Counter[str] = field(default_factory=Counter)
    _streaks: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spending = Spending(self.bounds)

    @property
    def deadline(self) -> float:
        """When the turn's time is used up."""
        return self.started + self.bounds.seconds + self.asked

    # -- model calls -------------------------------------------------------------------------

    def may_go_on(self, now: float) -> bool:
        """Whether the model may be asked once more, whatever that takes.

        ``False`` when a limit is reached and the turn must close; ``begin`` asks this, too.
        """
        self.reached = self.reached or self._before_call(now)
        return self.reached is None

    def begin(self, now: float, next_tokens: int = 0) -> bool:
        """Count one more model call; ``False`` when a limit is reached and the turn must close.

        Tokens and cost stop before they are exceeded: there must be room for this call, and
        after the first one for a closing summary too.

        Args:
            now: the time.
            next_tokens: about how long the prompt is.
        """
        if not self.may_go_on(now):
            return False
        room = self.spending.room(next_tokens, and_close=self.iterations > 0)
        if room.limit is not None:
            self.reached = room.limit
            return False
        self.room = room
        self.iterations += 1
        return True

    def may_summarise(self, next_tokens: int, then: int) -> bool:
        """Whether older messages may be summarised, and a call of ``then`` tokens still fits."""
        room = self.spending.room(next_tokens + then, and_close=False)
        if room.limit is None:
            self.room = self.spending.room(next_tokens, and_close=False)
        return room.limit is None

    def may_close(self, next_tokens: int = 0) -> bool:
        """Whether a closing summary fits; not where nothing was asked yet."""
        self.room = self.spending.room(next_tokens, and_close=False)
        return self.iterations > 0 and self.room.limit is None

    def cut_by(self) -> Limit | None:
        """The limit that left no room for more of the last answer, if it used its room up."""
        answer = self.room.answer
        if answer is None or self.spending.answer < answer * _CUT_SHARE:
            return None
        self.reached = self.reached or self.room.bound
        return self.room.bound

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
            words = f"The limit of {_counted(self.bounds.tool_calls, 'tool call')} was reached."
            self._reach(LimitKind.TOOL_CALLS, words)
            return f"Not run: {words}"
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

    def _before_call(self, now: float) -> Limit | None:
        if self.iterations >= self.bounds.iterations:
            calls = _counted(self.bounds.iterations, "model call")
            return Limit(LimitKind.ITERATIONS, f"The limit of {calls} was reached.")
        if now >= self.deadline:
            return Limit(LimitKind.TIME, self._time_words())
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


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
