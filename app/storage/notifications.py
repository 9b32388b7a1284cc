"""What the person was told, kept: a row a card, with how often it came and when last."""

from __future__ import annotations

from typing import Any

from app.domain.events import Notification, Severity
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.models import NotificationRow
from app.storage.rows import redacted_object

_PLACE = ("conversation_id", "turn_id")  # kept in the context: the table has no columns for them


class NotificationLog:
    """The store of notifications, without secrets.

    A notification whose ``id`` is kept already is the same card: its row gets the new count. The
    ``id`` is a whole number in digits; without one the row gets the next number.
    """

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
        self._database.write_soon(lambda: self._add(event), tell=False)

    def seen_soon(self, notification_id: str) -> None:
        """Note that the person has seen a card, without waiting for the disk.

        Raises ``StorageError`` when the database is closed.
        """
        self._database.write_soon(lambda: self._see(notification_id), tell=False)

    async def recent(self, limit: int = 50) -> list[Notification]:
        """The last notifications, newest first."""

        def newest() -> list[Notification]:
            query = NotificationRow.select().order_by(NotificationRow.id.desc()).limit(limit)
            return [self._redactor.record(_event(row)) for row in query]

        return await self._database.read_async(newest)

    async def unseen(self) -> int:
        """How many cards nobody has put away."""

        def count() -> int:
            return int(NotificationRow.select().where(NotificationRow.seen_at.is_null()).count())

        return await self._database.read_async(count)

    def _add(self, event: Notification) -> None:
        place = {name: value for name in _PLACE if (value := getattr(event, name)) is not None}
        number = int(event.id) if event.id is not None and event.id.isdecimal() else None
        row: dict[Any, Any] = {
            NotificationRow.severity: event.severity.value,
            NotificationRow.message: self._redactor.text(event.message),
            NotificationRow.context: redacted_object(self._redactor, {**event.context, **place}),
            NotificationRow.count: event.count,
            NotificationRow.last_at: event.at,
        }
        if number is not None:
            known = NotificationRow.update(row).where(NotificationRow.id == number)
            if known.execute():
                return
            row[NotificationRow.id] = number
        row |= {
            NotificationRow.source: event.source,
            NotificationRow.error_type: event.error_type,
            NotificationRow.created_at: event.at,
        }
        NotificationRow.insert(row).execute()

    def _see(self, notification_id: str) -> None:
        if notification_id.isdecimal():
            seen = {NotificationRow.seen_at: self._clock.now()}
            NotificationRow.update(seen).where(
                NotificationRow.id == int(notification_id), NotificationRow.seen_at.is_null()
            ).execute()


def _event(row: NotificationRow) -> Notification:
    context = dict(row.context)
    place = {name: context.pop(name, None) for name in _PLACE}
    return Notification(
        at=row.last_at or row.created_at,
        severity=Severity(row.severity),
        source=row.source,
        message=row.message,
        error_type=row.error_type,
        context=context,
        id=str(row.id),
        count=row.count,
        **place,
    )
