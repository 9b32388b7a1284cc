"""What a supervisor is told and what it tells: children, strategies, intensity, reports.

A child is one coroutine function, ``run(ready)``. It is entered and left in one task of its own, so
that whatever has to be closed where it was opened (a connection, a cancel scope) may stand in an
``async with`` inside it. It calls ``ready()`` once it works; the next child starts then. It ends by
returning, by raising, or by being cancelled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

Ready = Callable[[], None]
"""What a child calls once it works."""


class Restart(StrEnum):
    """Which ends of a child are mended."""

    PERMANENT = "permanent"
    """Any end."""
    TRANSIENT = "transient"
    """A crash; a return is the end of its work."""
    TEMPORARY = "temporary"
    """None."""


class Strategy(StrEnum):
    """Who is restarted with a child."""

    ONE_FOR_ONE = "one_for_one"
    """Nobody."""
    ONE_FOR_ALL = "one_for_all"
    """All others."""
    REST_FOR_ONE = "rest_for_one"
    """Those started after it."""


class ChildState(StrEnum):
    """How a child stands."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """It will be started again."""
    STOPPED = "stopped"
    FINISHED = "finished"
    """It ended by itself and that was right."""
    GIVEN_UP = "given_up"
    """It crashed too often."""
    ABANDONED = "abandoned"
    """It would not end when it was told to."""


class ReportKind(StrEnum):
    """What happened."""

    CRASHED = "crashed"
    GAVE_UP = "gave_up"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Child:
    """A part that runs for long.

    Attributes:
        name: unique in its supervisor; stands in logs and reports.
        run: see the module's words.
        restart: which ends are mended.
        start_timeout: seconds until it must be ready; after that it counts as crashed.
        stop_timeout: seconds it has to end. It is cancelled several times in them, should one
            cancel be lost; then it is abandoned.
    """

    name: str
    run: Callable[[Ready], Awaitable[object]]
    restart: Restart = Restart.PERMANENT
    start_timeout: float = 30.0
    stop_timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class Intensity:
    """How often to mend before giving up, and how long to wait between. Times in seconds.

    Attributes:
        restarts: this many within ``within`` are mended; one more is given up.
        base: the first wait; it doubles with each restart within ``within``.
        longest: no wait is longer.
    """

    restarts: int = 5
    within: float = 120.0
    base: float = 0.5
    longest: float = 30.0

    def wait(self, number: int) -> float:
        """Seconds before the restart of this number, from 1."""
        return min(self.longest, self.base * 2.0 ** min(number - 1, 32))


@dataclass(frozen=True, slots=True)
class Report:
    """Something a supervisor tells.

    Attributes:
        error: what the child raised, or ``ChildEndedError``; ``None`` where it was abandoned.
        restart_in: seconds until it is started again, ``None`` where it is not.
        also: names of the children that stop or restart with it.
    """

    kind: ReportKind
    supervisor: str
    child: str
    error: BaseException | None = None
    restart_in: float | None = None
    also: tuple[str, ...] = ()


class ChildEndedError(Exception):
    """A child that should run for ever returned, or did not get ready in time."""
