"""Telling the person once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.events import Event, Notification, Severity
from app.event_bus import EventBus
from app.notifications.router import QUIET_SECONDS, Router
from app.redaction import Redactor, Secret
from app.storage.database import Database
from app.storage.notifications import NotificationLog
from tests.clocks import FixedClock


class House:
    """A router with a real bus, log and database."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.database.open()
        self.clock = FixedClock()
        redactor = Redactor({"KEY": Secret("hunter2-hunter2")})
        self.log = NotificationLog(self.database, redactor, self.clock)
        bus = EventBus(redactor)
        self.seen: list[Event] = []
        bus.subscribe(self.seen.append)
        self.router = Router(bus, self.log, self.clock)

    async def stored(self) -> list[Notification]:
        await self.database.write_async(lambda: None)  # behind whatever is on its way
        return await self.log.recent()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "home" / "steward.db")
    yield house
    house.database.close()


async def test_a_notification_reaches_the_bus_and_the_log(house: House) -> None:
    told = house.router.notify(
        Severity.ERROR,
        "model",
        "The key hunter2-hunter2 was refused.",
        error_type="model_credentials",
        context={"provider": "openrouter"},
        conversation_id="c",
        turn_id="t",
    )

    assert told
    (event,) = house.seen
    assert isinstance(event, Notification)
    assert event.message == "The key [secret:KEY] was refused."
    assert (event.severity, event.error_type) == (Severity.ERROR, "model_credentials")
    assert (event.conversation_id, event.turn_id) == ("c", "t")
    assert event.context == {"provider": "openrouter"}
    assert await house.stored() == [event]


async def test_the_same_within_a_minute_is_counted_not_repeated(house: House) -> None:
    for _ in range(3):
        house.router.notify(Severity.WARNING, "model", "Slow.", context={"n": 1})
        house.clock.advance(10)
    assert len(house.seen) == 1

    house.clock.advance(QUIET_SECONDS - 30)
    assert house.router.notify(Severity.WARNING, "model", "Slow.")

    newest, first = await house.stored()
    assert newest.context == {"repeated": 2}
    assert first.context == {"n": 1}


async def test_a_minute_is_counted_from_the_last_telling(house: House) -> None:
    house.router.notify(Severity.INFO, "x", "y")
    house.clock.advance(QUIET_SECONDS)
    house.router.notify(Severity.INFO, "x", "y")
    house.clock.advance(QUIET_SECONDS - 1)

    assert not house.router.notify(Severity.INFO, "x", "y")
    assert len(house.seen) == 2


async def test_what_differs_in_anything_is_told(house: House) -> None:
    notify = house.router.notify

    assert notify(Severity.INFO, "model", "Slow.")
    assert notify(Severity.WARNING, "model", "Slow.")
    assert notify(Severity.INFO, "files", "Slow.")
    assert notify(Severity.INFO, "model", "Very slow.")
    assert notify(Severity.INFO, "model", "Slow.", error_type="timeout")
    assert not notify(Severity.INFO, "model", "Slow.", conversation_id="another")


async def test_what_was_told_long_ago_is_forgotten(house: House) -> None:
    for number in range(1000):
        house.router.notify(Severity.INFO, "x", str(number))
        house.clock.advance(1)

    assert len(house.router._told) <= QUIET_SECONDS + 1


async def test_a_log_that_is_closed_does_not_silence_the_bus(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.database.close()

    with caplog.at_level(logging.WARNING):
        assert house.router.notify(Severity.INFO, "x", "y")

    assert len(house.seen) == 1
    assert "notification not stored" in caplog.text
