"""The log of notifications."""

from __future__ import annotations

import dataclasses
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

    (kept,) = await log.recent()
    assert dataclasses.replace(kept, id=None) == told


async def test_the_same_card_again_raises_its_count_and_keeps_its_place(
    log: NotificationLog,
) -> None:
    await log.add(note("first", id="7"))
    await log.add(note("other", id="8"))
    later = datetime(2030, 1, 2, tzinfo=UTC)
    await log.add(dataclasses.replace(note("first", id="7"), count=41, at=later))

    other, first = await log.recent()
    assert (first.id, first.count, first.at) == ("7", 41, later)
    assert (other.id, other.count) == ("8", 1)


async def test_what_was_seen_is_seen_once(log: NotificationLog, database: Database) -> None:
    await log.add(note("first", id="7"))
    await log.add(note("other", id="8"))
    log.seen_soon("7")
    log.seen_soon("not one of ours")
    await database.write_async(lambda: None)
    assert await log.unseen() == 1


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
