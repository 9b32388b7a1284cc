"""What goes wrong behind a boundary is told, once, whoever it happened to; with the real parts."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.bugs import tell_of_bug
from app.domain.events import Event, Notification, Severity, ToolResultEvent, TurnStarted
from app.domain.tool_calls import ToolStatus
from app.files.drive_watching import CHILD as DRIVE_WATCHER
from app.files.watching import CHILD as WATCHER
from app.notifications.last_resort import catch_the_uncaught
from app.resilience.circuit_breaker import Outcome
from app.resilience.supervision import Child, Ready, Restart

KEY = "sk-or-v1-0123456789abcdef"


class Told:
    """A whole program, and the cards a window would show."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.cards: dict[str | None, Notification] = {}
        self.changed = asyncio.Event()
        assembly.router.add_sink("window", self)

    def deliver(self, notification: Notification) -> None:
        self.cards[notification.id] = notification
        self.changed.set()

    async def card(self, part: str, *, count: int = 1) -> Notification:
        """Wait for the card whose message contains ``part``, until it says ``count``."""
        async with asyncio.timeout(10):
            while True:
                for card in self.cards.values():
                    if part in card.message and card.count >= count:
                        return card
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    assembly = await Assembly.open()
    try:
        yield Told(assembly)
    finally:
        await assembly.close()


def started(assembly: Assembly) -> TurnStarted:
    return TurnStarted(at=assembly.clock.now(), text="hello")


async def test_a_thousand_failures_of_a_listener_are_one_card_that_says_a_thousand(
    told: Told,
) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("a mistake in a face")

    told.assembly.bus.subscribe(broken)
    for _ in range(1_000):
        told.assembly.bus.publish(started(told.assembly))

    card = await told.card("events", count=1_000)
    assert (card.count, len(told.cards)) == (1_000, 1)
    assert card.error_type == "RuntimeError"
    await told.assembly.database.write_async(lambda: None)
    (row,) = await told.assembly.notifications.recent()
    assert row.count == 1_000


async def test_a_listener_that_also_fails_over_notifications_makes_no_endless_loop(
    told: Told,
) -> None:
    calls = 0

    def broken(event: Event) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("a mistake in a face")

    told.assembly.bus.subscribe(broken)
    told.assembly.bus.publish(started(told.assembly))
    await told.card("events")
    assert calls == 2


async def test_a_circuit_that_opens_and_one_that_works_again_are_told(told: Told) -> None:
    assembly = told.assembly
    assembly.running_settings.change("breaker_threshold", 1)
    assembly.running_settings.change("breaker_cooldown", 0.1)
    breaker = assembly.breakers.breaker("files.read")
    permit = breaker.acquire()
    assert permit is not None
    breaker.settle(permit, Outcome.FAILURE, reason="the disk is on fire")

    opened = await told.card("files.read keeps failing and is paused.")
    assert opened.context["reason"] == "the disk is on fire"
    assert "Circuits" in str(opened.context["hint"])

    async with asyncio.timeout(10):
        while (probe := breaker.acquire()) is None:  # noqa: ASYNC110 - only time lets it
            await asyncio.sleep(0.01)
    breaker.settle(probe, Outcome.SUCCESS)
    assert (await told.card("files.read works again.")).severity is Severity.INFO


async def test_what_the_person_did_by_hand_is_not_told(told: Told) -> None:
    told.assembly.breakers.trip("files.read")
    told.assembly.breakers.reset("files.read")
    assert told.cards == {}


async def test_a_skill_that_crashes_is_told(told: Told) -> None:
    told.assembly.bus.publish(
        ToolResultEvent(
            at=told.assembly.clock.now(),
            conversation_id="c",
            id="call-1",
            name="files.read",
            status=ToolStatus.ERROR,
            content="",
            duration_ms=1,
            metadata={"type": "crash"},
        )
    )
    card = await told.card("files.read failed inside.")
    assert (card.severity, card.conversation_id) == (Severity.ERROR, "c")


async def test_a_write_that_nobody_waited_for_and_that_failed_is_told(told: Told) -> None:
    def fails() -> None:
        raise RuntimeError("no such table")

    told.assembly.database.write_soon(fails)
    assert (await told.card("database")).error_type == "RuntimeError"


async def test_a_supervised_part_that_crashes_is_told_and_runs_again(told: Told) -> None:
    runs = 0
    again = asyncio.Event()

    async def channel(ready: Ready) -> None:
        nonlocal runs
        runs += 1
        ready()
        if runs == 1:
            raise RuntimeError("the connection broke in a new way")
        again.set()
        await asyncio.Event().wait()

    await told.assembly.supervisor.start(Child("test channel", channel, Restart.PERMANENT))
    await told.card("The test channel crashed and is started again.")
    await asyncio.wait_for(again.wait(), 10)
    assert told.assembly.supervisor.children["test channel"] == "running"


async def test_who_watches_folders_and_drive_is_supervised(told: Told) -> None:
    assert told.assembly.supervisor.children == {WATCHER: "running"}
    await told.assembly.watch_drive()  # a face that stays says so
    assert told.assembly.supervisor.children == {WATCHER: "running", DRIVE_WATCHER: "running"}


async def test_what_steward_does_by_itself_and_could_not_is_told(
    steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (steward_home / "logs").parent.mkdir(parents=True)
    (steward_home / "logs").write_text("in the way of the log")
    assembly = await Assembly.open()
    try:
        told = Told(assembly)
        assembly.start_report.announce(assembly.router)
        await told.card("No log is kept")
        assembly.database.on_backup_failed("the disk is full")
        card = await told.card("There is no new backup of Steward's database: the disk is full")
        assert (card.source, card.severity) == ("database", Severity.WARNING)
    finally:
        await assembly.close()


# --- the last resort ------------------------------------------------------------------------------


class Caught:
    """What the hooks told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.first = threading.Event()

    def tell(self, where: str, error_type: str) -> None:
        self.told.append((where, error_type))
        self.first.set()


@pytest.fixture
async def caught(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caught]:
    # The hooks that stand there are pytest's own, which would fail the test.
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    monkeypatch.setattr(sys, "unraisablehook", lambda _unraisable: None)
    monkeypatch.setattr(sys, "excepthook", lambda *_args: None)
    caught = Caught()
    hooks = catch_the_uncaught(asyncio.get_running_loop(), caught.tell)
    yield caught
    hooks.close()


def fail() -> None:
    raise LookupError("nobody catches this")


async def test_an_error_in_a_callback_of_the_loop_is_told(caught: Caught) -> None:
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert caught.told == [("a task", "LookupError")]


async def test_an_error_that_ends_a_thread_is_told(caught: Caught) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert caught.told == [("a thread", "LookupError")]


async def test_an_error_in_a_finalizer_is_told(caught: Caught) -> None:
    class Untidy:
        def __del__(self) -> None:
            fail()

    Untidy()
    assert caught.told == [("a clean-up", "LookupError")]


async def test_an_error_in_a_callback_of_the_window_is_told(caught: Caught) -> None:
    try:
        fail()
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert caught.told == [("the window", "LookupError")]


async def test_what_is_told_is_not_printed_once_more_with_every_secret_in_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    monkeypatch.setattr(sys, "excepthook", tell_of_bug)
    assembly = await Assembly.open()
    try:
        told = Told(assembly)

        def fail_with_key() -> None:
            raise LookupError(KEY)

        class Untidy:
            def __del__(self) -> None:
                fail_with_key()

        thread = threading.Thread(target=fail_with_key)
        thread.start()
        thread.join()
        Untidy()
        for _ in range(100):
            try:
                fail_with_key()
            except LookupError as error:
                sys.excepthook(type(error), error, error.__traceback__)
        for where in ("a thread", "a clean-up"):
            await told.card(where)
        await told.card("the window", count=100)
    finally:
        await assembly.close()

    printed = capfd.readouterr()
    assert KEY not in printed.out + printed.err
    assert "Traceback" not in printed.err
    log = (assembly.settings.home / "logs" / "steward.log").read_text()
    assert KEY not in log
    assert log.count("an error was not caught") == 100
    assert "mistake in Steward" not in log, "that is for what ends the program"


async def test_the_hooks_are_taken_back() -> None:
    before = (threading.excepthook, sys.unraisablehook, sys.excepthook)
    loop = asyncio.get_running_loop()
    with catch_the_uncaught(loop, lambda _where, _kind: None):
        assert threading.excepthook is not before[0]
    assert (threading.excepthook, sys.unraisablehook, sys.excepthook) == before
    assert loop.get_exception_handler() is None
