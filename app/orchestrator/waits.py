"""What the calls of one answer wait for, each since when it began to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.events import Phase
from app.domain.skills import Clock
from app.orchestrator.turn_events import TurnEvents

_LONGEST: Final = 86_400.0
"""Seconds; a deadline further away is none that anybody waits for."""


@dataclass(frozen=True, slots=True)
class _Wait:
    call_id: str
    phase: Phase
    detail: str
    since: datetime
    deadline: datetime | None
    held: ExitStack


class Waits:
    """The waits of one batch of calls, told with the time each began.

    ``asking``: made at each wait for the person's decision, and held until it is over.
    """

    def __init__(
        self,
        events: TurnEvents,
        *,
        clock: Clock,
        asking: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._events = events
        self._clock = clock
        self._asking = asking
        self._open: list[_Wait] = []

    def begin(
        self, call_id: str, phase: Phase, detail: str, *, seconds: float | None = None
    ) -> None:
        """``call_id`` waits from now on, ``seconds`` at most."""
        held = ExitStack()
        if phase is Phase.APPROVAL:
            held.enter_context(self._asking())
        now = self._clock.now()
        ends = seconds is not None and seconds < _LONGEST
        deadline = now + timedelta(seconds=seconds) if ends and seconds is not None else None
        self._open.append(_Wait(call_id, phase, detail, now, deadline, held))
        self.again()

    def end(self, call_id: str) -> None:
        """What ``call_id`` began last is over."""
        for at in reversed(range(len(self._open))):
            if self._open[at].call_id == call_id:
                self._open.pop(at).held.close()
                break

    def again(self) -> None:
        """Tell what is still waited for, if anything, after something else was told."""
        if self._open:
            newest = self._open[-1]
            self._events.waits(
                newest.phase, newest.detail, since=newest.since, deadline=newest.deadline
            )
