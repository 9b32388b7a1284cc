"""Messages behind a running turn: neither a crash nor closing the window loses them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.orchestrator.llm_client import Patience
from app.storage.models import WaitingMessage
from app.ui.chat.rows import UserRow, WaitRow
from app.ui.main_window import MainWindow
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, press, until
from tests.ui.walking import nameless

CRASHING = """
import asyncio, os
from app.assembly import Assembly
from app.domain.messages import Channel
from app.storage.models import WaitingMessage
from tests.standins.scripted_model import ScriptedModel

async def main():
    assembly = await Assembly.open()
    model = assembly.model.llm = ScriptedModel([asyncio.Event()])
    engine = await assembly.engines.get(None)
    turns = [asyncio.create_task(engine.run_turn("first", channel=Channel.WINDOW))]
    await model.streaming.wait()
    for text in ("second", "third"):
        turns.append(asyncio.create_task(engine.run_turn(text, channel=Channel.WINDOW)))
    while assembly.database.read(WaitingMessage.select().count) < 2:
        await asyncio.sleep(0.01)
    print(engine.conversation_id, flush=True)
    os._exit(9)

asyncio.run(main())
"""


@pytest.fixture
def crashed(steward_home: Path) -> str:
    """The conversation of a Steward that died while it answered and two messages waited."""
    done = subprocess.run(
        [sys.executable, "-c", CRASHING],
        env={**os.environ, "STEWARD_HOME": str(steward_home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 9, done.stderr
    return done.stdout.strip()


def waiting(desk: Assembly) -> list[str]:
    """What the database keeps."""
    return [row.text for row in desk.database.read(lambda: list(WaitingMessage.select()))]


async def test_after_a_crash_they_stand_in_the_message_field_until_they_are_sent(
    crashed: str, desk: Assembly, window: MainWindow, person: Person
) -> None:
    assert any("2 messages were not sent" in words for words in desk.start_report.notices)
    assert window.session is not None
    await window.session.show(crashed)
    await settled(window)
    composer = window.chat.composer
    assert composer.text == "second\n\nthird"
    assert waiting(desk) == ["second", "third"]
    assert await desk.waiting.give_back(crashed) == []
    press(composer.editor, Qt.Key.Key_Return)
    await person.idle()
    assert person.said[:2] == ["first", "second\n\nthird"]
    assert waiting(desk) == []


async def queue_one(person: Person, model: Puppet, desk: Assembly) -> None:
    """A turn that does not end, and a message behind it."""
    scripted = model.answers(asyncio.Event())
    person.say("first")
    await scripted.streaming.wait()
    person.say("second")
    await until(lambda: any(r.queued for r in person.rows_of(UserRow)), "the waiting message")
    await until(lambda: waiting(desk) == ["second"], "its row")


async def test_closing_the_window_keeps_them(
    person: Person, window: MainWindow, model: Puppet, desk: Assembly
) -> None:
    await queue_one(person, model, desk)
    window.close()
    await window.detach()
    assert waiting(desk) == ["second"]


async def test_taken_back_it_is_forgotten(
    person: Person, window: MainWindow, model: Puppet, desk: Assembly
) -> None:
    await queue_one(person, model, desk)
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    assert window.chat.composer.text == "second"
    assert waiting(desk) == []


async def test_its_turn_takes_it_out_of_the_line(
    person: Person, window: MainWindow, model: Puppet, desk: Assembly
) -> None:
    await queue_one(person, model, desk)
    session = window.session
    assert session is not None
    engine = session.current.engine
    assert engine is not None
    engine.cancel()
    await until(lambda: waiting(desk) == [], "the turn of the second")
    await until(lambda: engine.queued == (), "the end of waiting")
    assert person.said == ["first", "second"]
    engine.cancel()
    await person.idle()


async def test_one_of_them_can_be_taken_back_while_the_others_wait(
    person: Person, window: MainWindow, model: Puppet, desk: Assembly
) -> None:
    await queue_one(person, model, desk)
    person.say("third")
    bar = await until(lambda: window.chat.queued_bar, "the bar")
    await until(lambda: waiting(desk) == ["second", "third"], "both rows")
    assert bar.isVisible()
    assert bar.lines == ["Waits its turn: second", "Waits its turn: third"]
    assert nameless(bar) == []

    click(bar.buttons[0])

    await until(lambda: waiting(desk) == ["third"], "the one that is left")
    await until(lambda: bar.lines == ["Waits its turn: third"], "its line")
    assert window.chat.composer.text == "second"
    assert person.said == ["first", "third"]
    window.chat.composer.set_text("")
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    assert not bar.isVisible()


async def test_stop_closes_the_stream_before_the_loop_does_anything_else(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    """By events, not by time: after a few rounds of the loop nothing is listened to any more."""
    scripted = model.answers(asyncio.Event())
    person.say("first")
    await scripted.streaming.wait()
    click(window.chat.composer.button)
    for _ in range(20):
        await asyncio.sleep(0)
    assert scripted.closed_streams == 1
    await person.idle()
    assert window.chat.composer.button.text() == "&Send"


async def test_a_stream_that_stalls_says_when_its_last_word_came(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    scripted = model.answers(asyncio.Event())
    scripted.waits = Patience(silence=60, stall=600)
    person.say("first")
    await scripted.streaming.wait()

    def said() -> str:
        return "".join(row.text for row in person.rows_of(WaitRow))

    await until(lambda: said().startswith("Waiting for Scripted · last word "), "the word on it")
    await until(lambda: "gives up in 5" in said(), "and until when")
    press(window.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
