"""Turns that were begun on a phone: live in the window, told as such, and stopped from there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.messages import Channel
from app.orchestrator.approvals import Decision
from app.orchestrator.turn import TurnOutcome
from app.ui.chat.rows import CardRow, UserRow, WaitRow, spoken
from app.ui.conversation_line import Entry
from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, press, until

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})


class Phone:
    """Somebody who talks to Steward from elsewhere, in one conversation."""

    def __init__(self, desk: Assembly) -> None:
        self._desk = desk
        self.conversation_id: str | None = None
        self.turns: list[asyncio.Task[TurnOutcome]] = []

    async def say(self, text: str) -> asyncio.Task[TurnOutcome]:
        """Send a message; the turn it begins."""
        engine = await self._desk.engines.get(self.conversation_id)
        self.conversation_id = engine.conversation_id
        turn = asyncio.create_task(engine.run_turn(text, channel=Channel.TELEGRAM))
        self.turns.append(turn)
        return turn

    async def end(self) -> None:
        for turn in self.turns:
            turn.cancel()
        await asyncio.gather(*self.turns, return_exceptions=True)


@pytest.fixture
async def phone(desk: Assembly) -> AsyncIterator[Phone]:
    one = Phone(desk)
    yield one
    await one.end()


@pytest.fixture
def session(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


def line(window: MainWindow, conversation_id: str | None) -> Entry:
    """How the list tells of a conversation."""
    assert window.rail._model is not None
    return next(one for one in window.rail._model.entries if one.conversation_id == conversation_id)


async def test_a_message_from_a_phone_appears_at_once_in_the_open_conversation(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    model.answers(says("Hello."), says("Good evening."))
    await person.ask("hello")
    phone.conversation_id = session.current.id
    await (await phone.say("and from the phone"))

    await until(lambda: person.answers == ["Hello.", "Good evening."], "the answer")
    assert person.said == ["hello", "and from the phone"]
    here, there = person.rows_of(UserRow)
    assert "Telegram" not in spoken(here)
    assert spoken(there) == "You: and from the phone (from Telegram)"
    await until(lambda: "from Telegram" in line(window, session.current.id).line, "the list")
    await settled(window)
    assert person.said == ["hello", "and from the phone"], "it stands there once"


async def test_a_conversation_is_listed_as_from_telegram_until_it_goes_on_here(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    model.answers(says("Yes."))
    await (await phone.say("from the phone"))
    await until(lambda: session.listing.summary(phone.conversation_id), "the list")
    listed = line(window, phone.conversation_id)
    assert listed.line.endswith(" · from Telegram")
    assert "from Telegram" in listed.spoken
    await session.show(phone.conversation_id or "")
    assert [row.channel for row in person.rows_of(UserRow)] == [Channel.TELEGRAM]
    await person.ask("from the window")
    await until(lambda: "Telegram" not in line(window, phone.conversation_id).line, "the list")


async def test_where_it_came_from_stands_below_the_message(
    window: MainWindow, phone: Phone, model: Puppet, session: Session
) -> None:
    model.answers(says("Yes."))
    await (await phone.say("from the phone"))
    await session.show(phone.conversation_id or "")
    transcript = window.chat.transcript
    assert transcript is not None
    transcript.setFocus()
    press(transcript, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text().split()
    assert copied[:5] == ["from", "the", "phone", "from", "Telegram"]


async def test_a_turn_under_way_can_be_opened_and_decided_here(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session, folder: Path
) -> None:
    model.answers(calls(EDIT), says("It is final."))
    turn = await phone.say("make it final")
    await until(lambda: session.under_way.asks(phone.conversation_id or ""), "the question")
    await session.refresh()
    assert line(window, phone.conversation_id).line == "Waiting for your approval · from Telegram"
    assert line(window, phone.conversation_id).state == "attention"
    await session.show(phone.conversation_id or "")

    assert person.said == ["make it final"]
    assert len(person.rows_of(CardRow)) == 1
    assert session.busy
    await person.decide(Decision.ALLOW_ONCE)
    await turn
    await until(lambda: person.answers == ["It is final."], "the answer")
    await person.idle()
    assert "final" in (folder / "report.md").read_text()
    assert person.rows_of(CardRow) == []
    assert not session.under_way
    assert not session.busy


async def test_what_was_said_before_it_was_opened_is_not_said_twice(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    hold = asyncio.Event()
    streamed = model.answers(hold, says("One moment later."))
    await phone.say("hello")
    await streamed.streaming.wait()
    await until(lambda: session.under_way.told(phone.conversation_id or ""), "the first words")
    await session.show(phone.conversation_id or "")

    assert person.said == ["hello"]
    await until(lambda: person.answers == ["One moment"], "the words so far")
    assert session.busy
    window.session.stop()  # type: ignore[union-attr]
    await until(lambda: not session.busy, "the end")
    await settled(window)
    assert person.said == ["hello"]
    assert person.answers == ["One moment"]


async def test_it_is_stopped_from_the_window_where_it_was_never_written_in(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    streamed = model.answers(asyncio.Event())
    turn = await phone.say("hello")
    await streamed.streaming.wait()
    await session.show(phone.conversation_id or "")
    press(window.chat.composer.editor, Qt.Key.Key_Escape)

    await until(turn.done, "the end of the turn")
    assert (await turn).status.value == "cancelled"
    await until(lambda: not session.busy, "the end")


async def test_what_is_sent_here_meanwhile_waits_and_can_be_taken_back(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    streamed = model.answers(asyncio.Event(), says("Second."))
    await phone.say("first")
    await streamed.streaming.wait()
    await session.show(phone.conversation_id or "")
    person.say("second")
    await until(lambda: len(session.waiting) == 1, "what waits")
    assert [sent.text for sent in session.waiting] == ["second"]
    assert [row.queued for row in person.rows_of(UserRow)] == [False, True]
    session.take_back(0)
    await until(lambda: person.said == ["first"], "that it is taken back")
    assert window.chat.composer.text == "second"

    person.say("")
    await until(lambda: len(session.waiting) == 1, "what waits again")
    session.stop()
    await person.idle()
    assert window.chat.composer.text == "second", "Stop gives back what waits"
    assert person.said == ["first"]


async def test_how_long_it_waits_goes_on(
    window: MainWindow, person: Person, phone: Phone, model: Puppet, session: Session
) -> None:
    model.answers(calls(EDIT), says("Done."))
    await phone.say("make it final")
    await until(lambda: session.under_way.asks(phone.conversation_id or ""), "the question")
    await session.show(phone.conversation_id or "")
    assert session._second.isActive()
    session._second.setInterval(5)
    said = {row.text for row in person.rows_of(WaitRow)}
    await until(lambda: {row.text for row in person.rows_of(WaitRow)} - said, "another second")
    session.stop()
    await person.idle()
    await until(lambda: not session._second.isActive(), "that nothing ticks")
