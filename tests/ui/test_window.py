"""The window itself: what folds, what is remembered, how it looks, what comes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.errors import FileMissingError
from app.domain.events import Answer, Delta, Event, Notification, Reasoning, Severity
from app.event_bus import EventBus
from app.redaction import Redactor
from app.ui.bridge import Bridge
from app.ui.main_window import MainWindow
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, until

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


# --- room -----------------------------------------------------------------------------------------


async def test_what_has_no_room_folds_and_comes_back(window: MainWindow) -> None:
    window.resize(1200, 700)
    assert (window.rail.isVisible(), window.dock.isVisible()) == (True, True)

    window.resize(940, 700)
    assert (window.rail.isVisible(), window.dock.isVisible()) == (True, False)

    window.resize(650, 700)
    assert (window.rail.isVisible(), window.dock.isVisible()) == (False, False)

    window.resize(1200, 700)
    assert (window.rail.isVisible(), window.dock.isVisible()) == (True, True)


async def test_below_a_thousand_pixels_the_dock_is_a_drawer(window: MainWindow) -> None:
    window.resize(900, 700)

    window.toggle_dock()
    assert window.dock.isVisible()
    assert not window.rail.isVisible(), "it makes room for the drawer"

    window.toggle_dock()
    assert not window.dock.isVisible()
    assert window.rail.isVisible()


async def test_a_drawer_in_the_place_of_the_conversation_gives_it_back(window: MainWindow) -> None:
    window.resize(900, 700)
    window.toggle_dock()
    window.resize(420, 700)
    assert not window._centre.isVisible()

    window.resize(900, 700)

    assert window._centre.isVisible()
    await until(lambda: window._centre.width() >= 420, "room for the conversation")
    assert window.dock.isVisible()


async def test_a_dock_that_was_hidden_stays_hidden(
    window: MainWindow, theme: Theme, steward_home: Path
) -> None:
    window.resize(1200, 700)
    window.toggle_dock()
    window.dock.show_tab("Circuits")
    window.resize(780, 640)
    window.remember()

    again = MainWindow(theme, WindowState(steward_home))
    again.show()

    shown = (again.width(), again.height(), again.dock.tab)
    again.resize(1200, 700)
    dock_is_there = again.dock.isVisible()
    again.close()
    again.deleteLater()

    assert shown == (780, 640, "Circuits")
    assert not dock_is_there
    assert (steward_home / "window.ini").is_file()


def test_a_damaged_window_file_is_as_good_as_none(theme: Theme, steward_home: Path) -> None:
    steward_home.mkdir(parents=True, exist_ok=True)
    (steward_home / "window.ini").write_bytes(b"\x00\xff[[geometry=@ByteArray(\n" * 9)

    window = MainWindow(theme, WindowState(steward_home))
    window.show()

    assert window.isVisible()
    window.close()
    window.deleteLater()


# --- look -----------------------------------------------------------------------------------------


async def test_the_title_contains_steward(window: MainWindow) -> None:
    assert "Steward" in window.windowTitle()


async def test_the_chips_say_who_answers_where_and_for_how_much(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    assert window.top_bar.provider.text() == "Offline commands, no AI"
    assert window.top_bar.folders.text() == "1 folder"

    model.answers(says("Hello."))
    await person.ask("Hello?")

    assert window.top_bar.usage.text() == "15 tokens · $0.001"


# --- what comes through ---------------------------------------------------------------------------


@pytest.fixture
async def bus() -> EventBus:
    return EventBus(Redactor())


@pytest.fixture
async def taken(bus: EventBus) -> AsyncIterator[list[Event]]:
    bridge = Bridge(bus)
    seen: list[Event] = []
    bridge.happened.connect(seen.append)
    yield seen
    bridge.close()
    bridge.deleteLater()


def delta(text: str, turn: str = "t") -> Delta:
    return Delta(at=NOW, conversation_id="c", turn_id=turn, text=text)


async def test_words_of_a_frame_are_joined(bus: EventBus, taken: list[Event]) -> None:
    for word in ("a", "b", "c"):
        bus.publish(delta(word))
    assert taken == []

    await until(lambda: taken, "the frame")

    assert taken == [delta("abc")]


async def test_thoughts_of_a_frame_are_joined_and_kept_apart_from_words(
    bus: EventBus, taken: list[Event]
) -> None:
    for text in ("think", "ing"):
        bus.publish(Reasoning(at=NOW, conversation_id="c", turn_id="t", text=text))
    bus.publish(delta("said"))
    await until(lambda: len(taken) == 2, "both")
    assert [(type(one), getattr(one, "text", "")) for one in taken] == [
        (Reasoning, "thinking"),
        (Delta, "said"),
    ]


async def test_nothing_overtakes_the_words_before_it(bus: EventBus, taken: list[Event]) -> None:
    answer = Answer(at=NOW, conversation_id="c", turn_id="t", text="ab")
    bus.publish(delta("a"))
    bus.publish(delta("b"))
    bus.publish(delta("x", "other"))
    bus.publish(answer)

    assert taken == [delta("ab"), delta("x", "other"), answer]


async def test_a_failed_task_is_told_in_words_and_a_bug_is_logged(
    application: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = Tasks()
    told: list[object] = []
    tasks.failed.connect(lambda error: told.append(str(error)))

    async def fail(error: Exception) -> None:
        raise error

    tasks.start(fail(FileMissingError("There is no x.md.", hint="Look again.")), name="one")
    tasks.start(fail(KeyError("sk-secret")), name="two")
    await until(lambda: len(told) == 2, "both")

    assert told[0] == "There is no x.md. Look again."
    assert str(told[1]).startswith("Something in Steward went wrong.")
    assert "sk-secret" not in str(told[1])
    assert [record.message for record in caplog.records] == ["window task two failed"]
    tasks.deleteLater()


async def test_tasks_are_stopped_and_awaited(application: QApplication) -> None:
    tasks = Tasks()
    ended = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    tasks.start(work(), name="work")
    await asyncio.sleep(0)

    await tasks.stop()

    assert ended == [True]
    tasks.deleteLater()


async def test_a_notification_is_shown_at_the_bottom(window: MainWindow, desk: Assembly) -> None:
    desk.bus.publish(
        Notification(at=NOW, severity=Severity.WARNING, source="test", message="Low on space.")
    )

    assert window.status_line.text == "Low on space."


async def test_a_conversation_of_another_face_appears_in_the_list(
    window: MainWindow, desk: Assembly, model: Puppet
) -> None:
    from app.domain.messages import Channel

    model.answers(says("Hello."))
    engine = await desk.engines.get(None)
    await engine.run_turn("From the terminal", channel=Channel.TERMINAL)

    rail = window.rail
    assert rail._model is not None
    entries = rail._model
    await until(
        lambda: any(entry.title == "From the terminal" for entry in entries.entries), "the line"
    )
