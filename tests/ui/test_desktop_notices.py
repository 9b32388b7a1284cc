"""The desktop's notifications, on a real session bus with a service that stands in for one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject

from app.assembly import Assembly
from app.domain.errors import ModelCredentialsError
from app.domain.events import Severity
from app.orchestrator.approvals import Decision
from app.orchestrator.llm_client import Completed
from app.redaction import Secret
from app.ui import desktop_notices
from app.ui.main_window import MainWindow
from app.ui.notification_service import Note, NotificationService
from app.ui.session_bus import SessionBus
from tests.standins.scripted_model import calls, says
from tests.standins.session_bus import IS_MISSING, NEEDED, Service, session_bus
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, elsewhere, until

pytestmark = pytest.mark.skipif(IS_MISSING, reason=NEEDED)

DAEMON = "tests.standins.notification_daemon"
USUAL = ("body", "actions", "body-markup")
Call = tuple[str, dict[str, object]]
EDIT: Call = ("files.edit", {"path": "report.md", "old": "draft", "new": "<b>final</b>"})
LONG: Call = ("files.append", {"path": "report.md", "text": "a line\n" * 20})

Start = Callable[..., Service]


@pytest.fixture(autouse=True)
def bus(steward_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A session bus; before the window, which then finds it."""
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def start(bus: str) -> Iterator[Start]:
    """Starts a desktop's service; it goes at the end."""
    with ExitStack() as stack:

        def start(*words: str) -> Service:
            service = Service(bus, DAEMON, *(words or USUAL))
            stack.callback(service.stop)
            return service

        yield start


def shown(daemon: Service) -> dict[str, Any] | None:
    """The newest notification."""
    return daemon.find(lambda one: "shown" in one)


def bodies(daemon: Service) -> list[str]:
    """What every notification said."""
    return [str(one["body"]) for one in daemon.said if "shown" in one]


def closed(daemon: Service, number: int) -> object:
    """Whether a notification was taken away."""
    return daemon.find(lambda one: one.get("closed") == number)


def key(note: dict[str, Any], words: str) -> str:
    """The name of a button."""
    return next(str(name) for name, text in note["actions"].items() if text == words)


async def asked(window: MainWindow, person: Person, model: Puppet, call: Call) -> None:
    """Steward asks while the window is away."""
    model.answers(calls(call), says("Done."))
    person.say("go")
    window.hide()
    await person.card_asked()


def refused(_request: object) -> Completed:
    raise ModelCredentialsError("The key was refused.")


def said(window: MainWindow) -> str:
    """What the status line says."""
    return window.status_line.text


# --- approvals ------------------------------------------------------------------------------------


async def test_a_change_is_allowed_from_the_notification_that_tells_all_of_it(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    assert "report.md" in note["title"]
    assert "+status: &lt;b&gt;final&lt;/b&gt;" in note["body"], "it is text, not markup"
    assert "-status: draft" in note["body"]
    assert list(note["actions"].values()) == ["Open", "Allow once", "Deny", "Open"]
    assert note["expires"] == 0, "it stays"
    assert note["hints"] == {"urgency": 1, "desktop-entry": "steward"}

    daemon.tell(f"press {note['shown']} {key(note, 'Allow once')}")
    await person.idle()
    assert "<b>final</b>" in (folder / "report.md").read_text()
    await until(lambda: closed(daemon, note["shown"]), "the notification to go")


async def test_denied_from_the_notification_nothing_changes(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    daemon.tell(f"press {note['shown']} {key(note, 'Deny')}")
    await person.idle()
    assert "draft" in (folder / "report.md").read_text()


@pytest.mark.parametrize(
    ("can", "call"),
    [(USUAL, LONG), (("actions",), EDIT)],
    ids=["it is too long", "the service shows no text"],
)
async def test_what_is_not_told_in_full_cannot_be_allowed_there(
    start: Start,
    window: MainWindow,
    person: Person,
    model: Puppet,
    can: tuple[str, ...],
    call: Call,
) -> None:
    daemon = start(*can)
    await asked(window, person, model, call)
    note = await until(lambda: shown(daemon), "the notification")
    assert list(note["actions"].values()) == ["Open", "Deny", "Open"]
    daemon.tell(f"press {note['shown']} default")
    await until(window.isVisible, "the window")
    await person.decide(Decision.DENY)
    await person.idle()


async def test_a_service_without_buttons_gets_none(
    start: Start, window: MainWindow, person: Person, model: Puppet
) -> None:
    daemon = start("body")
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    assert note["actions"] == {}
    assert "<b>final</b>" in note["body"], "no markup is followed there"
    window.show()
    await person.decide(Decision.DENY)
    await person.idle()


async def test_decided_in_the_window_it_is_taken_away_and_its_buttons_do_nothing(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    window.show()
    await person.decide(Decision.DENY)
    await person.idle()
    await until(lambda: closed(daemon, note["shown"]), "the notification to go")
    # Pressed at the same moment, it arrives late.
    daemon.tell(f"press {note['shown']} {key(note, 'Allow once')}")
    await until(lambda: "decided already" in said(window), "the words")
    assert "draft" in (folder / "report.md").read_text()


async def test_a_button_that_an_ended_steward_left_changes_nothing_and_says_so(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    word, home, run, approval = key(note, "Allow once").split(":")
    daemon.tell(f"press 77 {word}:another-home:{run}:{approval}")
    daemon.tell(f"press 78 {word}:{home}:another-run:{approval}")
    await until(lambda: "has ended" in said(window), "the words")
    assert person.asking(), "it still waits for a decision"
    assert "draft" in (folder / "report.md").read_text()
    window.show()
    await person.decide(Decision.DENY)
    await person.idle()


async def test_only_the_service_itself_is_believed(
    start: Start, bus: str, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    liar = Service(bus, DAEMON, "silent", "in line")
    liar.tell(f"press {note['shown']} {key(note, 'Allow once')}")
    liar.stop()
    daemon.tell(f"token {note['shown']} leave")
    daemon.tell(f"press {note['shown']} {key(note, 'Deny')}")
    await person.idle()
    assert "draft" in (folder / "report.md").read_text()


async def test_nothing_is_allowed_over_a_locked_screen(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    daemon = start(*USUAL, "locked")
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    daemon.tell(f"press {note['shown']} {key(note, 'Allow once')}")
    await until(lambda: "locked" in said(window), "the words")
    assert person.asking()
    window.show()
    await person.decide(Decision.DENY)
    await person.idle()


async def test_what_the_person_sees_is_not_told_as_well(
    start: Start, window: MainWindow, person: Person, model: Puppet
) -> None:
    daemon = start()
    model.answers(calls(EDIT), says("Done."))
    person.say("go")
    await person.decide(Decision.DENY)
    await person.idle()
    window.hide()
    await until(lambda: not window.isActiveWindow(), "the window to be away")
    assert window.session is not None
    window.session.desk.router.notify(Severity.ERROR, "files", "Full.")
    note = await until(lambda: shown(daemon), "the notification")
    assert (note["title"], note["body"]) == ("Steward: files", "Full.")


async def test_a_channel_that_goes_deaf_and_is_back_is_told_each_time(
    start: Start, window: MainWindow
) -> None:
    daemon = start()
    assert window.session is not None
    window.hide()
    router = window.session.desk.router
    news = (
        (Severity.WARNING, "Telegram is not reached.", "channel_offline"),
        (Severity.INFO, "Telegram is heard again.", "channel_back"),
    )
    expected: list[str] = []
    for severity, words, kind in news * 2:
        router.notify(severity, "telegram", words, error_type=kind)
        expected.append(words)
        await until(lambda: bodies(daemon) == expected, "each word once more")  # it grows
    notes = [one for one in daemon.said if "shown" in one]
    assert {one["title"] for one in notes} == {"Steward: Telegram"}
    assert len({one["shown"] for one in notes}) == 1, "the newest word stands alone"


async def test_who_turns_away_from_a_question_is_told_once_and_who_comes_back_no_longer(
    start: Start, window: MainWindow, person: Person, model: Puppet
) -> None:
    daemon = start()
    model.answers(calls(EDIT), says("Done."))
    person.say("go")
    await person.card()
    assert shown(daemon) is None
    async with elsewhere(window):
        note = await until(lambda: shown(daemon), "the notification")
        assert "report.md" in note["title"]
    await until(lambda: closed(daemon, note["shown"]), "the notification to go")
    async with elsewhere(window):
        pass
    await person.decide(Decision.DENY)
    await person.idle()
    assert len([one for one in daemon.said if "shown" in one]) == 1


async def test_a_known_key_in_a_file_is_not_told(
    start: Start,
    window: MainWindow,
    person: Person,
    model: Puppet,
    desk: Assembly,
    folder: Path,
) -> None:
    daemon = start()
    key = "sk-or-v1-" + "7" * 40
    desk.redactor.add("OPENROUTER_API_KEY", Secret(key))
    (folder / "report.md").write_text(f"status: draft\nkey: {key}\n")
    model.answers(calls(EDIT), says("Done."))
    person.say("go")
    await person.card()
    async with elsewhere(window):
        note = await until(lambda: shown(daemon), "the notification")
    assert " key: " in note["body"]
    assert key not in str(daemon.said)
    await person.decide(Decision.DENY)
    await person.idle()


async def test_a_service_that_is_started_anew_shows_what_still_waits(
    start: Start, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    first = start()
    await asked(window, person, model, EDIT)
    await until(lambda: shown(first), "the notification")
    first.stop()
    second = start()
    note = await until(lambda: shown(second), "the notification again")
    assert note["replaces"] == 0
    second.tell(f"press {note['shown']} {key(note, 'Allow once')}")
    await person.idle()
    assert "final" in (folder / "report.md").read_text()


async def test_closing_the_window_takes_them_away(
    start: Start, window: MainWindow, person: Person, model: Puppet
) -> None:
    daemon = start()
    await asked(window, person, model, EDIT)
    note = await until(lambda: shown(daemon), "the notification")
    await window.detach()
    await until(lambda: closed(daemon, note["shown"]), "the notification to go")


# --- turns and trouble ----------------------------------------------------------------------------


async def test_a_long_turn_tells_its_end_and_opening_shows_its_conversation(
    start: Start,
    window: MainWindow,
    person: Person,
    model: Puppet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desktop_notices, "LONG_TURN_MS", 0)
    daemon = start()
    model.answers(says("It is **sunny**."))
    assert window.session is not None
    person.say("What is the weather?")
    window.session.start_new()
    await person.all_idle()
    note = await until(lambda: shown(daemon), "the notification")
    assert note["title"].startswith("Done after ")
    # A turn that ends within milliseconds may be over before the list has its conversation's title.
    assert note["title"].endswith(("What is the weather?", "New conversation"))
    assert note["body"] == "It is **sunny**."
    window.hide()
    daemon.tell(f"press {note['shown']} open")
    await until(lambda: person.said == ["What is the weather?"], "the conversation")
    assert window.isVisible()


async def test_a_short_turn_is_not_told_and_a_failed_one_is(
    start: Start, window: MainWindow, person: Person, model: Puppet
) -> None:
    daemon = start()
    async with elsewhere(window):
        model.answers(says("Short."))
        await person.ask("first")
        model.answers(refused)
        await person.ask("second")
        note = await until(lambda: shown(daemon), "the notification")
        assert note["title"] == "The answer in “first” failed"
    await until(lambda: closed(daemon, note["shown"]), "what is seen to be taken away")


# --- the service as it may be ---------------------------------------------------------------------


async def test_without_a_service_qt_shows_it(tmp_path: Path) -> None:
    plain: list[Note] = []
    owner = QObject()
    service = NotificationService(SessionBus(), plain.append, owner)
    service.show("one", lambda _can: Note("Title", "<Body>"))
    await until(lambda: plain, "Qt's own message")
    assert plain == [Note("Title", "<Body>")]
    await service.close()
    await service._bus.close()
    owner.deleteLater()


async def test_a_service_that_does_not_answer_keeps_nobody_waiting(
    start: Start, window: MainWindow, desk: Assembly
) -> None:
    start("silent")
    window.hide()
    beats: list[float] = []
    desk.router.notify(Severity.ERROR, "files", "Full.")
    assert window.outside is not None
    while not window.outside.service._quiet_until:
        beats.append(time.monotonic())
        await asyncio.sleep(0.02)
    pairs = pairwise(beats)
    assert max(later - earlier for earlier, later in pairs) < 1.0
    await settled(window)


async def test_the_same_thing_is_one_notification(start: Start) -> None:
    daemon = start()
    owner, bus = QObject(), SessionBus()
    service = NotificationService(bus, lambda _note: None, owner)
    await service.listen()
    for number in range(3):
        service.show("one", lambda _can, number=number: Note(f"Number {number}"))  # type: ignore[misc]
    service.show("two", lambda _can: Note("Other"))
    await until(lambda: daemon.find(lambda one: one.get("title") == "Other"), "the last")
    told = [(one["shown"], one["replaces"], one["title"]) for one in daemon.said]
    assert told == [
        (1, 0, "Number 0"), (1, 1, "Number 1"), (1, 1, "Number 2"), (2, 0, "Other")
    ]  # fmt: skip
    await service.close()
    await bus.close()
    owner.deleteLater()


async def test_a_bus_that_goes_is_found_again(
    start: Start, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    owner, connection = QObject(), SessionBus()
    service = NotificationService(connection, lambda _note: None, owner)
    await service.listen()
    service.show("one", lambda _can: Note("On the first bus"))
    await until(lambda: shown(first), "the first notification")
    with session_bus() as other:
        second = Service(other, DAEMON, *USUAL)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", other)
        assert connection._connection is not None
        connection._connection.writer.close()
        await until(lambda: connection._connection is None, "the loss")
        service.show("two", lambda _can: Note("On the second bus"))
        await until(lambda: shown(second), "the second notification")
        await service.close()
        await connection.close()
        second.stop()
    owner.deleteLater()
