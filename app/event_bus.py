"""One bus for all events. Publishing never fails and never waits for a listener."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.domain.events import Event, Notification
from app.redaction import Redactor

logger = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class EventBus:
    """Hands each event, redacted, to every listener in the order they subscribed.

    Owned by the loop's thread: ``publish`` and ``subscribe`` are called there only; other
    threads go through ``loop.call_soon_threadsafe``.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._listeners: tuple[Listener, ...] = ()
        self.on_failure: Callable[[Event, BaseException], None] | None = None
        """Told of a listener that raised, but for notifications: telling those would not end."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Listen from now on; call the returned function to stop."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Hand ``event`` to every listener. One that raises is logged and skipped."""
        safe = self.redacted(event)
        for listener in self._listeners:
            try:
                listener(safe)
            except Exception as error:
                logger.exception("event listener failed", extra={"event_type": event.type})
                if self.on_failure is not None and not isinstance(event, Notification):
                    self.on_failure(event, error)

    def redacted(self, event: Event) -> Event:
        """``event`` without known secrets."""
        return self._redactor.record(event)
