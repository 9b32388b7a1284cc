"""Takes what the person should know to the bus and into the log, without repeating itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import StorageError
from app.domain.events import Notification, Severity
from app.domain.skills import Clock
from app.event_bus import EventBus
from app.storage.notifications import NotificationLog

logger = logging.getLogger(__name__)

QUIET_SECONDS: Final = 60.0

_Key = tuple[Severity, str, str, str | None]


@dataclass(slots=True)
class _Told:
    """When something was last told, and how often it came again since."""

    at: float
    repeats: int = 0


class Router:
    """Tells each thing once in ``QUIET_SECONDS``. Owned by the loop's thread."""

    def __init__(self, bus: EventBus, log: NotificationLog, clock: Clock) -> None:
        self._bus = bus
        self._log = log
        self._clock = clock
        self._told: dict[_Key, _Told] = {}

    def notify(
        self,
        severity: Severity,
        source: str,
        message: str,
        *,
        error_type: str | None = None,
        context: Mapping[str, object] | None = None,
        conversation_id: str | None = None,
        turn_id: str | None = None,
    ) -> bool:
        """Publish a notification and store it; returns whether it was told.

        The same severity, source, message and error type within ``QUIET_SECONDS`` of the last
        telling is only counted; the next telling carries ``repeated`` in its context. Never
        raises for a log that cannot be written: the bus has it.
        """
        now = self._clock.monotonic()
        key = (severity, source, message, error_type)
        told = self._told.get(key)
        if told is not None and now - told.at < QUIET_SECONDS:
            told.repeats += 1
            return False
        facts = dict(context or {})
        if told is not None and told.repeats:
            facts["repeated"] = told.repeats
        self._forget(now)
        self._told[key] = _Told(now)
        event = Notification(
            at=self._clock.now(),
            conversation_id=conversation_id,
            turn_id=turn_id,
            severity=severity,
            source=source,
            message=message,
            error_type=error_type,
            context=facts,
        )
        self._bus.publish(event)
        try:
            self._log.add_soon(event)
        except StorageError as error:
            logger.warning("notification not stored", extra={"reason": str(error)})
        return True

    def _forget(self, now: float) -> None:
        # What came again keeps its count until it is told; what did not needs no memory.
        self._told = {
            key: told
            for key, told in self._told.items()
            if told.repeats or now - told.at < QUIET_SECONDS
        }
