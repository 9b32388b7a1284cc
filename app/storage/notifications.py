"""What the person was told, kept."""

from __future__ import annotations

from app.domain.events import Notification, Severity
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.models import NotificationRow
from app.storage.rows import redacted_object

_PLACE = ("conversation_id", "turn_id")  # kept in the context: the table has no columns for them


class NotificationLog:
    """The store of notifications, without secrets."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    async def add(self, event: Notification) -> None:
        """Keep a notification; it is on disk on return. Raises ``StorageError``."""
        await self._database.write_async(lambda: self._add(event))

    def add_soon(self, event: Notification) -> None:
        """Keep a notification without waiting for the disk; a failure is logged.

        Raises ``StorageError`` when the database is closed.
        """
        self._database.write_soon(lambda: self._add(event))

    async def recent(self, limit: int = 50) -> list[Notification]:
        """The last notifications, newest first."""

        def newest() -> list[Notification]:
            query = NotificationRow.select().order_by(NotificationRow.id.desc()).limit(limit)
            return [self._redactor.record(_event(row)) for row in query]

        return await self._database.read_async(newest)

    def _add(self, event: Notification) -> None:
        place = {name: value for name in _PLACE if (value := getattr(event, name)) is not None}
        NotificationRow.create(
            severity=event.severity.value,
            source=event.source,
            message=self._redactor.text(event.message),
            error_type=event.error_type,
            context=redacted_object(self._redactor, {**event.context, **place}),
            created_at=event.at,
        )


def _event(row: NotificationRow) -> Notification:
    context = dict(row.context)
    place = {name: context.pop(name, None) for name in _PLACE}
    return Notification(
        at=row.created_at,
        severity=Severity(row.severity),
        source=row.source,
        message=row.message,
        error_type=row.error_type,
        context=context,
        **place,
    )
