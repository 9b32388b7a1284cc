"""Places a notification can go to: the port, and the log. Others stand with their faces."""

from __future__ import annotations

import logging
from typing import Final, Protocol

from app.domain.events import Notification, Severity

logger = logging.getLogger(__name__)

# Never as an error: that is for what is wrong in Steward itself.
_LEVELS: Final = {Severity.INFO: logging.INFO}


class Sink(Protocol):
    """A place that shows, keeps or passes on notifications. Called on the loop's thread."""

    def deliver(self, notification: Notification) -> None:
        """Take a notification, redacted. The same ``id`` again: the card's count has risen."""
        ...


class LogSink:
    """Into the structured log."""

    def deliver(self, notification: Notification) -> None:
        """Write a line."""
        logger.log(
            _LEVELS.get(notification.severity, logging.WARNING),
            "notification",
            extra={
                "severity": notification.severity.value,
                "source": notification.source,
                "text": notification.message,
                "error_type": notification.error_type,
                "count": notification.count,
            },
        )
