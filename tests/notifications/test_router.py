"""Telling the person: each thing as one card, many things as few, where the rules say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import FileMissingError
from app.domain.events import Event, Notification, Severity
from app.domain.notification_rules import NotificationRules
from app.event_bus import EventBus
from app.notifications.router import (
    BURST,
    BURST_SECONDS,
    FORGET_SECONDS,
    MOST_CARDS,
    Router,
)
from app.redaction import Redactor, Secret
from app.storage.database import Database
from app.storage.notifications import NotificationLog
from tests.clocks import FixedClock


class Alarm:
    """What will be done later, if nobody cancels it."""

    def __init__(self, at: float, act: Callable[[], None]) -> None:
        self.at = at
        self.act = act
        self.is_on = True

    def cancel(self) -> None:
        self.is_on = False


class Inbox:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[Notification] = []

    def deliver(self, notification: Notification) -> None:
        self.got.append(notification)

    @property
    def cards(self) -> dict[str | None, Notification]:
        """The last form of each card, by id: what a face shows."""
        return {one.id: one for one in self.got}


class House:
    """A router with a real bus, log and database, and time that passes when told to."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.database.open()
        self.clock = FixedClock()
        self.alarms: list[Alarm] = []
        self.rules = ""
        redactor = Redactor({"KEY": Secret("hunter2-hunter2")})
        self.log = NotificationLog(self.database, redactor, self.clock)
        bus = EventBus(redactor)
        self.seen: list[Event] = []
        bus.subscribe(self.seen.append)
        self.router = Router(
            bus,
            self.log,
            self.clock,
            rules=lambda: NotificationRules.read(self.rules),
            later=self._later,
        )
        self.window, self.tray = Inbox(), Inbox()
        self.router.add_sink("window", self.window)
        self.router.add_sink("tray", self.tray)

    def _later(self, seconds: float, act: Callable[[], None]) -> Alarm:
        alarm = Alarm(self.clock.monotonic() + seconds, act)
        self.alarms.append(alarm)
        return alarm

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        due = [a for a in self.alarms if a.at <= self.clock.monotonic()]
        self.alarms = [a for a in self.alarms if a not in due]
        for alarm in due:
            if alarm.is_on:
                alarm.act()

    async def stored(self) -> list[Notification]:
        await self.database.write_async(lambda: None)  # behind whatever is on its way
        return await self.log.recent(1000)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "home" / "steward.db")
    yield house
    house.database.close()


async def test_a_notification_reaches_the_bus_the_sinks_and_the_log(house: House) -> None:
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
    assert (event.conversation_id, event.turn_id, event.count) == ("c", "t", 1)
    assert event.context == {"provider": "openrouter"}
    assert house.window.got == house.tray.got == [event]
    assert await house.stored() == [event]


async def test_a_thousand_identical_errors_are_one_card_that_says_a_thousand(house: House) -> None:
    for _ in range(1_000):
        house.router.notify(Severity.ERROR, "files", "The disk is full.")
    house.pass_time(1)

    (card,) = house.window.cards.values()
    assert card.count == 1_000
    assert [one.count for one in house.window.got] == [1, 1_000]
    (row,) = await house.stored()
    assert (row.count, row.id) == (1_000, card.id)


async def test_a_card_that_keeps_coming_is_told_once_a_second(house: House) -> None:
    for _ in range(48):
        house.router.notify(Severity.ERROR, "files", "The disk is full.")
        house.pass_time(0.125)
    assert [one.count for one in house.window.got] == [1, 8, 16, 24, 32, 40, 48]
    (row,) = await house.stored()
    assert row.count == 48
    assert row.at == house.window.got[-1].at, "when it came last"


async def test_what_did_not_come_for_long_is_a_new_card(house: House) -> None:
    house.router.notify(Severity.INFO, "x", "y")
    house.pass_time(FORGET_SECONDS)
    house.router.notify(Severity.INFO, "x", "y")

    assert [one.count for one in house.window.got] == [1, 1]
    assert len(house.window.cards) == 2
    assert len(await house.stored()) == 2


async def test_what_differs_in_anything_is_a_card_of_its_own(house: House) -> None:
    notify = house.router.notify

    assert notify(Severity.INFO, "model", "Slow.")
    assert notify(Severity.WARNING, "model", "Slow.")
    assert notify(Severity.INFO, "files", "Slow.")
    assert notify(Severity.INFO, "model", "Very slow.")
    assert notify(Severity.INFO, "model", "Slow.", error_type="timeout")
    assert not notify(Severity.INFO, "model", "Slow.", conversation_id="another")
    assert len(house.window.cards) == 5


async def test_many_different_things_from_one_source_are_summed_up(house: House) -> None:
    for number in range(300):
        severity = Severity.ERROR if number == 200 else Severity.WARNING
        house.router.notify(severity, "files", f"File {number} cannot be read.")
    house.router.notify(Severity.INFO, "model", "Another source is told as ever.")
    house.pass_time(1)

    *first, summary, other = house.window.cards.values()
    assert [one.message for one in first] == [f"File {n} cannot be read." for n in range(BURST)]
    assert summary.message == f"{300 - BURST} more from files"
    assert summary.severity is Severity.ERROR, "as bad as the worst of them"
    assert summary.context["hint"] == "The last one: File 299 cannot be read."
    assert other.source == "model"
    assert len(house.window.got) == BURST + 3, "the summary was told twice: first and last"
    assert len(await house.stored()) == BURST + 2


async def test_after_a_burst_single_things_are_told_again(house: House) -> None:
    for number in range(20):
        house.router.notify(Severity.INFO, "x", str(number))
    house.pass_time(BURST_SECONDS)
    house.router.notify(Severity.INFO, "x", "calm again")
    assert house.window.got[-1].message == "calm again"


async def test_however_much_comes_little_is_remembered(house: House) -> None:
    for number in range(3_000):
        house.router.notify(Severity.INFO, f"source {number}", str(number))
        house.router.notify(Severity.INFO, f"source {number}", str(number))

    assert len(house.router._cards) == MOST_CARDS
    assert len(house.router._new_ones) == MOST_CARDS
    house.router.close()
    assert all(one.count == 2 for one in house.window.cards.values()), "no count was lost"


async def test_a_card_put_away_is_seen_and_comes_again_as_a_new_one(house: House) -> None:
    house.router.notify(Severity.ERROR, "x", "y")
    house.router.notify(Severity.ERROR, "x", "y")
    first = house.window.got[0].id
    assert first is not None
    await house.stored()
    assert await house.log.unseen() == 1
    house.router.dismiss(first)
    assert (await house.stored())[0].count == 2, "the last count is kept"
    assert await house.log.unseen() == 0

    house.router.notify(Severity.ERROR, "x", "y")
    house.pass_time(1)
    last = house.window.got[-1]
    assert (last.count, last.id == first) == (1, False)
    await house.stored()
    assert await house.log.unseen() == 1


async def test_the_last_count_is_told_when_steward_closes(house: House) -> None:
    for _ in range(7):
        house.router.notify(Severity.ERROR, "x", "y")
    house.router.close()
    assert house.window.got[-1].count == 7
    house.pass_time(10)
    assert len(house.window.got) == 2


async def test_rules_say_who_gets_what_and_hold_at_once(house: House) -> None:
    notify = house.router.notify
    notify(Severity.WARNING, "files", "one")
    assert [len(house.window.got), len(house.tray.got)] == [1, 0]

    house.rules = "warning=tray; any/watch=none"
    notify(Severity.WARNING, "files", "two")
    assert [len(house.window.got), len(house.tray.got)] == [1, 1]
    notify(Severity.ERROR, "Watch", "three")
    assert [len(house.window.got), len(house.tray.got)] == [1, 1]
    assert len(house.seen) == 3, "the bus has all, whatever the rules"
    assert len(await house.stored()) == 3


async def test_a_sink_that_fails_harms_no_other(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def deliver(self, notification: Notification) -> None:
            raise RuntimeError("the tray is gone")

    late = Inbox()
    remove = house.router.add_sink("window", Broken())
    house.router.add_sink("window", late)
    with caplog.at_level(logging.ERROR):
        house.router.notify(Severity.INFO, "x", "y")
    assert len(late.got) == 1
    assert "notification sink failed" in caplog.text
    remove()
    house.router.notify(Severity.INFO, "x", "z")
    assert caplog.text.count("notification sink failed") == 1


async def test_an_expected_failure_is_told_in_its_own_words_and_a_bug_in_general_ones(
    house: House,
) -> None:
    house.router.notify_error("files", FileMissingError("No such file.", hint="Look again."))
    house.router.notify_error("files", KeyError("something internal"))

    expected, bug = house.window.got
    assert (expected.severity, expected.message) == (Severity.WARNING, "No such file.")
    assert (expected.error_type, expected.context["hint"]) == ("file_missing", "Look again.")
    assert (bug.severity, bug.error_type) == (Severity.ERROR, "KeyError")
    assert "internal" not in bug.message


async def test_a_log_that_is_closed_does_not_silence_the_bus(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.database.close()

    with caplog.at_level(logging.WARNING):
        assert house.router.notify(Severity.INFO, "x", "y")

    assert len(house.seen) == 1
    assert "notification not stored" in caplog.text


async def test_a_sink_that_comes_late_gets_what_nobody_has_put_away(house: House) -> None:
    house.rules = "info=tray"
    house.router.notify(Severity.WARNING, "watch", "Too many folders.")
    house.router.notify(Severity.WARNING, "watch", "Seen and put away.")
    house.router.notify(Severity.INFO, "watch", "Not for a window.")
    seen = house.window.got[1].id
    assert seen is not None
    house.router.dismiss(seen)

    late = Inbox()
    house.router.add_sink("window", late)

    assert [one.message for one in late.got] == ["Too many folders."]
    assert late.got[0].id == house.window.got[0].id
    house.pass_time(FORGET_SECONDS)
    house.router.notify(Severity.ERROR, "x", "New.")
    later = Inbox()
    house.router.add_sink("window", later)
    assert [one.message for one in later.got] == ["New."], "what is long past is left to the log"


async def test_cards_of_one_moment_are_told_apart_also_when_the_clock_is_set_back(
    house: House,
) -> None:
    router = Router(EventBus(Redactor({})), house.log, house.clock, chance=lambda: 0.5)
    inbox = Inbox()
    router.add_sink("window", inbox)
    for number in range(5):
        router.notify(Severity.ERROR, f"source {number}", str(number))
    house.clock.set_back(3_600)
    router.notify(Severity.ERROR, "later", "5")

    ids = [int(one.id or 0) for one in inbox.got]
    assert ids == sorted(set(ids))
    assert [one.message for one in await house.stored()] == ["5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize("same", [True, False])
async def test_a_sink_that_itself_has_something_to_tell_makes_no_endless_loop(
    house: House, same: bool, caplog: pytest.LogCaptureFixture
) -> None:
    class Talker:
        told = 0

        def deliver(self, notification: Notification) -> None:
            self.told += 1
            words = "I have told it." if same else f"I have told {self.told}."
            house.router.notify(Severity.ERROR, "talker", words)

    talker = Talker()
    house.router.add_sink("window", talker)
    for number in range(MOST_CARDS + 20):
        house.router.notify(Severity.ERROR, f"source {number}", "y")
        house.router.notify(Severity.ERROR, f"source {number}", "y")
    house.pass_time(1)
    house.router.dismiss(house.window.got[-1].id or "")
    house.router.close()
    house.router.notify(Severity.ERROR, "x", "after the end")

    assert talker.told < 4 * MOST_CARDS
    failed = [record for record in caplog.records if record.levelno > logging.INFO]
    assert not failed, "nothing failed on the way"


async def test_a_message_without_end_is_cut(house: House) -> None:
    house.router.notify(Severity.ERROR, "x", "y" * 100_000, context={"hint": "z" * 100_000})
    (card,) = house.window.got
    assert (len(card.message), len(str(card.context["hint"]))) == (1_000, 1_000)
    assert card.message.endswith("…")


async def test_the_log_of_another_run_is_not_touched_by_new_cards(house: House) -> None:
    house.router.notify(Severity.INFO, "x", "y")
    await house.stored()
    again = Router(EventBus(Redactor({})), house.log, house.clock, later=house._later)
    house.clock.advance(0.001)
    again.notify(Severity.INFO, "x", "y")
    assert [one.count for one in await house.stored()] == [1, 1]
