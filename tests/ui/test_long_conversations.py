"""A long conversation opens at its end; what stands above is read when it is looked for."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.domain.messages import ConversationMessage, Role
from app.domain.turns import TurnState
from app.storage.models import Turn
from app.ui.chat.rows import AnswerRow, DayRow, EarlierRow, NoticeRow, UserRow
from app.ui.chat.transcript import Transcript
from app.ui.history import PAGE
from app.ui.main_window import MainWindow
from tests.ui.conftest import settled
from tests.ui.driving import Person, press, until

TURNS = 150
FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def fill(desk: Assembly, turns: int = TURNS) -> str:
    """A conversation of so many turns, twenty a day, every fortieth of which failed."""
    summary = await desk.conversations.create(title="long")

    def write() -> None:
        for number in range(turns):
            at = FIRST + timedelta(days=number // 20, minutes=number % 20)
            asked = ConversationMessage(
                summary.id, f"t{number}", Role.USER, f"question {number}", at
            )
            desk.conversations.add(asked)
            text = f"answer {number}\n\n" + "words of it " * 30
            desk.conversations.add(dataclasses.replace(asked, role=Role.ASSISTANT, text=text))
            failed = number % 40 == 20
            Turn.create(
                id=f"t{number}",
                conversation_id=summary.id,
                channel="window",
                mode="ask",
                status=(TurnState.FAILED if failed else TurnState.OK).value,
                message=f"It broke at {number}." if failed else "",
                started_at=at,
                finished_at=at,
            )

    await desk.database.write_async(write)
    return summary.id


@pytest.fixture
async def long(desk: Assembly, window: MainWindow) -> str:
    """A long conversation, shown."""
    conversation = await fill(desk)
    assert window.session is not None
    await window.session.show(conversation)
    await settled(window)
    return conversation


def transcript_of(window: MainWindow) -> Transcript:
    assert window.chat.transcript is not None
    return window.chat.transcript


def top_row(transcript: Transcript) -> tuple[int, float]:
    """The key of the first row that begins in view, and where it begins."""
    arrangement = transcript.arrangement
    for index in range(len(arrangement.rows)):
        if (top := arrangement.rect(index).top()) >= 0:
            return arrangement.key(index), top
    raise AssertionError("no row is in view")


async def test_only_the_end_is_read_at_first(long: str, person: Person) -> None:
    said = person.said
    assert said[-1] == f"question {TURNS - 1}"
    assert PAGE / 2 <= len(said) < TURNS
    assert isinstance(person.rows[0], EarlierRow)


async def test_scrolling_up_reads_on_and_what_is_read_stays_where_it_is(
    long: str, person: Person, window: MainWindow
) -> None:
    transcript = transcript_of(window)
    before = len(person.said)
    transcript.verticalScrollBar().setValue(400)
    key, place = top_row(transcript)
    await until(lambda: len(person.said) > before, "earlier messages")
    await settled(window)
    now = transcript.arrangement.rect(transcript.arrangement.index_of(key)).top()
    assert now == pytest.approx(place, abs=1)
    assert person.said == [f"question {n}" for n in range(TURNS - len(person.said), TURNS)]


async def test_home_goes_to_the_very_beginning(
    long: str, person: Person, window: MainWindow
) -> None:
    press(transcript_of(window), Qt.Key.Key_Home)
    await until(lambda: len(person.said) == TURNS, "all messages")
    await settled(window)
    assert person.said == [f"question {n}" for n in range(TURNS)]
    assert not isinstance(person.rows[0], EarlierRow)
    assert transcript_of(window).verticalScrollBar().value() == 0


async def test_a_message_found_far_up_is_read_and_shown(
    long: str, person: Person, window: MainWindow
) -> None:
    window.rail.search.setText('"question 7"')
    assert window.rail.list is not None
    await until(lambda: window.rail.showing_hits, "the hits")
    listed = window.rail.list
    listed.setCurrentIndex(listed.model().index(1, 0))
    press(listed, Qt.Key.Key_Return)
    await until(lambda: "question 7" in person.said, "the message")
    await settled(window)
    transcript = transcript_of(window)
    rows = person.rows
    at = next(i for i, r in enumerate(rows) if isinstance(r, UserRow) and r.text == "question 7")
    assert -1 <= transcript.arrangement.rect(at).top() < transcript.viewport().height()


async def test_each_day_has_one_heading_across_pages(
    long: str, person: Person, window: MainWindow
) -> None:
    press(transcript_of(window), Qt.Key.Key_Home)
    await until(lambda: len(person.said) == TURNS, "all messages")
    days = [row.day for row in person.rows_of(DayRow)]
    assert days == sorted(set(days))
    assert len(days) == -(-TURNS // 20)
    texts = [row.text for row in person.rows_of(DayRow)]
    assert texts[0].startswith("Monday, 2 March")
    assert isinstance(person.rows[0], DayRow)


async def test_how_earlier_turns_ended_is_told_too(
    long: str, person: Person, window: MainWindow
) -> None:
    press(transcript_of(window), Qt.Key.Key_Home)
    await until(lambda: len(person.said) == TURNS, "all messages")
    told = [row.text for row in person.rows_of(NoticeRow)]
    assert [text for text in told if "It broke at" in text] == [
        f"It broke at {number}." for number in range(20, TURNS, 40)
    ]
    assert window.trace is not None
    turns = window.trace.tree.model().rowCount()
    assert turns == TURNS


async def test_a_conversation_of_today_has_no_heading_and_one_that_goes_on_gets_one(
    desk: Assembly, person: Person, window: MainWindow
) -> None:
    await person.ask("/help")
    assert person.rows_of(DayRow) == []
    conversation = await fill(desk, turns=1)
    assert window.session is not None
    await window.session.show(conversation)
    await person.ask("/help")
    days = person.rows_of(DayRow)
    assert len(days) == 2
    assert days[0].text.startswith("Monday, 2 March")
    rows = person.rows
    assert isinstance(rows[rows.index(days[1]) + 1], UserRow)
    assert isinstance(rows[-1], AnswerRow) or person.suggestions()
