"""The log of notifications."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.domain.events import Notification, Severity
from app.redaction import Redactor
from app.storage.database import Database
from app.storage.notifications import NotificationLog
from tests.storage.conftest import SECRET, SteppingClock, holds_secret


@pytest.fixture
def log(database: Database, redactor: Redactor, clock: SteppingClock) -> NotificationLog:
    return NotificationLog(database, redactor, clock)


def note(message: str, **more: object) -> Notification:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    return Notification(
        at=at,
        severity=Severity.WARNING,
        source="model",
        message=message,
        **more,  # type: ignore[arg-type]
    )


async def test_a_notification_comes_back_as_it_went_in(log: NotificationLog) -> None:
    told = note(
        "It is slow.",
        error_type="model_timeout",
        context={"seconds": 60},
        conversation_id="c",
        turn_id="t",
    )

    await log.add(told)

    assert await log.recent() == [told]


async def test_the_newest_come_first_and_only_so_many(log: NotificationLog) -> None:
    for number in range(4):
        await log.add(note(str(number)))

    assert [one.message for one in await log.recent(limit=3)] == ["3", "2", "1"]


async def test_one_that_nobody_waits_for_is_kept_too(
    log: NotificationLog, database: Database
) -> None:
    log.add_soon(note("soon"))

    await log.add(note("later"))
    assert [one.message for one in await log.recent()] == ["later", "soon"]


async def test_no_secret_is_kept(log: NotificationLog, database: Database, path: Path) -> None:
    await log.add(note(f"key {SECRET} refused", context={"key": SECRET}))
    database.close()

    assert not holds_secret(path)
    with pytest.raises(StorageError, match="closed"):
        log.add_soon(note("too late"))
