"""The icon in the tray, its menu, and the pause that it begins."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.assembly import Assembly
from app.domain.errors import ModelCredentialsError
from app.orchestrator.approvals import Decision
from app.orchestrator.llm_client import Completed
from app.storage.models import WaitingMessage
from app.ui.activity import Standing
from app.ui.chat.rows import UserRow
from app.ui.icons import FOLDER
from app.ui.main_window import MainWindow
from app.ui.tray import RECENT, Tray
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, elsewhere, press, until

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})


@pytest.fixture
def tray(window: MainWindow) -> Tray:
    assert window.outside is not None
    return window.outside.tray


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop with a tray."""
    monkeypatch.setattr(Tray, "is_there", True)


def standing(window: MainWindow) -> Standing:
    assert window.outside is not None
    return window.outside.activity.standing


async def told(tray: Tray, words: str) -> None:
    """Wait until the icon's words are these, or hold them."""
    await until(lambda: words in tray.icon.toolTip(), f"{words!r} at the icon")


def picture(tray: Tray) -> bytes:
    return bytes(tray.icon.icon().pixmap(32, 32).toImage().constBits())


def entries(tray: Tray) -> list[str]:
    shown = [one for one in tray.menu.actions() if one.isVisible() and not one.isSeparator()]
    return [one.text().replace("&", "") for one in shown]


def refused(_request: object) -> Completed:
    raise ModelCredentialsError("The key was refused.")


# --- what it shows --------------------------------------------------------------------------------


def test_each_state_has_a_shape_of_its_own(application: QApplication) -> None:
    drawn = set()
    for state in Standing:
        name = "steward" if state is Standing.IDLE else f"tray-{state}"
        image = QIcon(str(FOLDER / f"{name}.svg")).pixmap(22, 22).toImage()
        # In grey, where colours tell nothing.
        drawn.add(bytes(image.convertToFormat(image.Format.Format_Grayscale8).constBits()))
    assert len(drawn) == len(Standing)


async def test_it_tells_work_a_question_and_idleness(
    tray: Tray, window: MainWindow, person: Person, model: Puppet
) -> None:
    await told(tray, "Idle")
    idle = picture(tray)
    gate = asyncio.Event()
    scripted = model.answers(gate, calls(EDIT), says("Done."))
    person.say("go on")
    await scripted.streaming.wait()
    await told(tray, "Working on “go on”")
    assert standing(window) is Standing.WORKING
    working = picture(tray)
    gate.set()
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    model.answers(calls(EDIT), says("Done."))
    person.say("now")
    await person.card()
    await told(tray, "Waiting for your approval")
    assert standing(window) is Standing.ASKING
    assert len({idle, working, picture(tray)}) == 3
    await person.decide(Decision.DENY)
    await person.idle()
    await told(tray, "Idle")
    assert picture(tray) == idle


async def test_a_failed_answer_is_trouble_until_it_is_seen(
    tray: Tray, window: MainWindow, person: Person, model: Puppet
) -> None:
    model.answers(refused)
    async with elsewhere(window):
        await person.ask("try")
        await told(tray, "The answer in “try” failed")
        assert standing(window) is Standing.TROUBLE
    await told(tray, "Idle")


async def test_an_open_circuit_is_trouble_unless_the_person_opened_it(
    tray: Tray, window: MainWindow, desk: Assembly
) -> None:
    from app.resilience.circuit_breaker import Outcome

    desk.breakers.trip("files.list")
    await told(tray, "Idle")
    breaker = desk.breakers.breaker("files.read")
    for _ in range(desk.settings.breaker_threshold):
        permit = breaker.acquire()
        assert permit is not None
        breaker.settle(permit, Outcome.FAILURE, reason="The disk is gone.")
    await told(tray, "files.read keeps failing and is paused")
    assert standing(window) is Standing.TROUBLE
    desk.breakers.reset("files.read")
    await told(tray, "Idle")


# --- its menu -------------------------------------------------------------------------------------


async def test_the_five_newest_conversations_lead_to_them(
    tray: Tray, window: MainWindow, person: Person, model: Puppet
) -> None:
    session = window.session
    assert session is not None
    assert entries(tray) == ["Open Steward", "Quick question …", "Pause", "Quit"]
    for number in range(RECENT + 1):
        model.answers(says("Yes."))
        session.start_new()
        await person.ask(f"R&D {number}")
    await until(lambda: tray.recent_entries and "5" in tray.recent_entries[0].text(), "the menu")
    texts = [one.text() for one in tray.recent_entries]
    assert texts == [f"R&&D {number}" for number in (5, 4, 3, 2, 1)], "no letter is a mnemonic"
    window.hide()
    tray.recent_entries[-1].trigger()
    await until(lambda: session.title == "R&D 1", "the conversation")
    assert window.isVisible()
    await settled(window)


async def test_a_click_on_it_opens_the_window(tray: Tray, window: MainWindow) -> None:
    window.hide()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert window.isVisible()


# --- the pause ------------------------------------------------------------------------------------


def waiting(desk: Assembly) -> list[str]:
    return [row.text for row in desk.database.read(lambda: list(WaitingMessage.select()))]


async def test_paused_a_running_turn_ends_and_what_is_sent_waits_in_line(
    tray: Tray, window: MainWindow, person: Person, model: Puppet, desk: Assembly
) -> None:
    gate = asyncio.Event()
    scripted = model.answers(gate, says("The first."), says("The second."), says("The third."))
    person.say("first")
    await scripted.streaming.wait()
    tray.pause_entry.trigger()
    await told(tray, "Paused")
    assert standing(window) is Standing.WORKING, "it goes on to its end"
    person.say("second")
    session = window.session
    assert session is not None
    assert session.current.engine is not None
    session.current.engine.cancel()
    await until(lambda: standing(window) is Standing.PAUSED, "the end of the turn")
    person.say("third")
    await until(lambda: waiting(desk) == ["second", "third"], "both on disk")
    assert [row.queued for row in person.rows_of(UserRow)] == [False, True, True]
    assert "Resume, or the next start" in window.status_line.text
    assert tray.pause_entry.text() == "&Resume"

    model.answers(says("The second."), says("The third."))
    click(window.status_line.resume_button)
    await person.idle()
    assert person.answers[-2:] == ["The second.", "The third."]
    assert waiting(desk) == []
    assert not window.status_line.resume_button.isVisible()
    await told(tray, "Idle")


async def test_a_message_that_waits_for_the_end_of_a_pause_can_be_taken_back(
    tray: Tray, window: MainWindow, person: Person, model: Puppet, desk: Assembly
) -> None:
    model.answers(says("Never."))
    tray.pause_entry.trigger()
    person.say("later")
    await until(lambda: waiting(desk) == ["later"], "its row")
    assert "Paused" in window.status_line._right.text()
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    assert window.chat.composer.text == "later"
    assert waiting(desk) == []


async def test_closing_while_paused_keeps_what_waits_and_the_next_start_is_not_paused(
    tray: Tray, window: MainWindow, person: Person, model: Puppet, desk: Assembly
) -> None:
    model.answers(says("Never."))
    tray.pause_entry.trigger()
    person.say("later")
    await until(lambda: waiting(desk) == ["later"], "its row")
    window.close()
    await window.detach()
    assert waiting(desk) == ["later"]
    await desk.close()
    again = await Assembly.open(folders=desk.settings.folders)
    assert not again.engines.pause.is_on
    assert any("not sent" in words for words in again.start_report.notices)
    await again.close()


# --- closing the window ---------------------------------------------------------------------------


async def test_closing_the_window_ends_steward_unless_it_should_stay_in_the_tray(
    window: MainWindow, desk: Assembly, there: None
) -> None:
    quits: list[bool] = []
    window.quit_wanted.connect(lambda: quits.append(True))
    desk.running_settings.change("close_to_tray", "on")
    assert not window.close()
    assert not window.isVisible()
    window.show()
    press(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: quits, "the end")
    assert not window.isVisible()


async def test_where_there_is_no_tray_closing_the_window_ends_steward(
    window: MainWindow, desk: Assembly, tray: Tray
) -> None:
    desk.running_settings.change("close_to_tray", "on")
    assert not tray.is_there
    assert window.close()
