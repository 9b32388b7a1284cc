"""Puts what went wrong inside into words for the person, and tells it.

Whatever fails behind a boundary (a skill, a circuit, a supervised part, a listener of the bus, a
write nobody waits for, the loop itself) has one method here. Those named ``…_soon`` may be called
in any thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from app.domain.events import CircuitState, Event, Severity, ToolResultEvent
from app.notifications.router import Router
from app.resilience.circuit_breaker import BreakerSnapshot
from app.resilience.supervision import Report, ReportKind

logger = logging.getLogger(__name__)

_ENDS: Final = {
    ReportKind.CRASHED: "crashed",
    ReportKind.GAVE_UP: "crashed too often and does not run any more",
    ReportKind.ABANDONED: "does not end and was left behind",
}


class Troubles:
    """Owned by the loop's thread, on which it must be made.

    Args:
        router: tells it.
        hints: what the person can do when a supervised part was given up, by its name.
    """

    def __init__(self, router: Router, hints: Mapping[str, str] | None = None) -> None:
        self._router = router
        self._hints = dict(hints or {})
        self._loop = asyncio.get_running_loop()
        self._circuits: dict[str, CircuitState] = {}

    def event(self, event: Event) -> None:
        """A listener of the bus: tells a skill that crashed."""
        if isinstance(event, ToolResultEvent) and event.metadata.get("type") == "crash":
            self._router.notify(
                Severity.ERROR,
                event.name,
                f"{event.name} failed inside.",
                error_type="crash",
                context={"call_id": event.id, "hint": "The log says more."},
                conversation_id=event.conversation_id,
                turn_id=event.turn_id,
            )

    def circuit(self, shot: BreakerSnapshot) -> None:
        """A breaker changed. What the person did by hand, they know."""
        before = self._circuits.get(shot.name)
        self._circuits[shot.name] = shot.state
        if shot.by_hand:
            return
        if shot.state is CircuitState.OPEN and before is not CircuitState.HALF_OPEN:
            self._router.notify(
                Severity.WARNING,
                "circuits",
                f"{shot.name} keeps failing and is paused.",
                error_type="circuit_open",
                context={
                    "circuit": shot.name,
                    "reason": shot.reason,
                    "hint": "It is tried again by itself. Circuits shows when, and can reset it.",
                },
            )
        elif shot.state is CircuitState.CLOSED and before is CircuitState.HALF_OPEN:
            self._router.notify(
                Severity.INFO,
                "circuits",
                f"{shot.name} works again.",
                context={"circuit": shot.name},
            )

    def child(self, report: Report) -> None:
        """A supervised part crashed, was given up, or would not end."""
        error_type = type(report.error).__name__ if report.error is not None else None
        context: dict[str, object] = {"also": list(report.also), "hint": "The log says more."}
        severity = Severity.WARNING if report.kind is ReportKind.CRASHED else Severity.ERROR
        what = _ENDS[report.kind]
        if report.kind is ReportKind.GAVE_UP:
            context["hint"] = self._hints.get(report.child, "Start Steward again to mend it.")
        elif report.restart_in is not None:
            what += " and is started again"
        self._router.notify(
            severity,
            report.supervisor,
            f"The {report.child} {what}.",
            error_type=error_type,
            context=context,
        )

    def unheard(self, event: Event, error: BaseException) -> None:
        """A listener of the bus failed over an event."""
        self._router.notify_error("events", error, context={"event": event.type})

    def problem_soon(self, source: str, words: str) -> None:
        """Something that Steward does for the person by itself is not done."""
        self._soon(lambda: self._router.notify(Severity.WARNING, source, words))

    def unwritten_soon(self, error: BaseException) -> None:
        """A write to the database failed when nobody waited for it any more."""
        self._soon(lambda: self._router.notify_error("database", error))

    def uncaught_soon(self, where: str, error_type: str) -> None:
        """An exception that nobody caught reached the end of a thread, a task or a callback."""
        self._soon(
            lambda: self._router.notify(
                Severity.ERROR,
                where,
                f"Something in Steward went wrong ({where}).",
                error_type=error_type,
                context={"hint": "Go on as usual; the log says more."},
            )
        )

    def _soon(self, tell: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            logger.warning("a failure came too late to be told")
