"""Finding words in the conversation shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.assembly import Assembly
from app.ui.chat.find_bar import FindBar
from app.ui.chat.rows import UserRow
from app.ui.chat.transcript import Transcript
from app.ui.main_window import MainWindow
from app.ui.tokens import LIGHT
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, press, type_text, until
from tests.ui.test_long_conversations import TURNS, fill, transcript_of


async def find(window: MainWindow, words: str) -> FindBar:
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = window.chat.find_bar
    assert bar is not None
    await until(bar.field.hasFocus, "the search field")
    type_text(bar.field, words)
    return bar


async def test_enter_goes_from_one_message_to_the_one_before(
    desk: Assembly, person: Person, window: MainWindow
) -> None:
    assert window.session is not None
    await window.session.show(await fill(desk))
    bar = await find(window, "question")
    await until(lambda: bar.count.text() == f"{TURNS} of {TURNS}", "what was found")
    press(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == f"{TURNS - 1} of {TURNS}"
    await settled(window)
    transcript = transcript_of(window)
    rows = person.rows
    at = next(i for i, r in enumerate(rows) if isinstance(r, UserRow) and r.text.endswith("148"))
    assert 0 <= transcript.arrangement.rect(at).bottom() <= transcript.viewport().height()
    press(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    press(bar.field, Qt.Key.Key_F3)  # after the newest comes the oldest
    await until(lambda: bar.count.text() == f"1 of {TURNS}", "the step")
    await until(lambda: person.said[0] == "question 0", "the oldest message")
    await settled(window)


async def test_words_far_up_are_read_shown_and_marked(
    desk: Assembly, person: Person, window: MainWindow
) -> None:
    assert window.session is not None
    await window.session.show(await fill(desk))
    bar = await find(window, '"question 3"')
    await until(lambda: bar.count.text() == "1 of 1", "what was found")
    await until(lambda: "question 3" in person.said, "the message")
    await settled(window)
    transcript = transcript_of(window)
    assert marked(transcript)
    press(bar.field, Qt.Key.Key_Escape)
    await until(lambda: not bar.isVisible(), "the end of the search")
    assert transcript.hasFocus()
    assert not marked(transcript)


async def test_nothing_found_is_said_and_another_conversation_closes_the_search(
    model: Puppet, person: Person, window: MainWindow
) -> None:
    model.answers(says("An apple and a pear."))
    await person.ask("which fruit?")
    bar = await find(window, "plum")
    await until(lambda: bar.count.text() == "Not found", "the word that it is not there")
    assert not bar.later.isEnabled()
    bar.field.clear()
    type_text(bar.field, "PEAR")
    await until(lambda: bar.count.text() == "1 of 1", "what was found")
    assert window.session is not None
    window.session.start_new()
    assert not bar.isVisible()


def marked(transcript: Transcript) -> bool:
    """Whether the colour behind marked words is seen."""
    colour = QColor(LIGHT.attention_soft)
    picture = transcript.viewport().grab().toImage()
    return any(
        picture.pixelColor(x, y) == colour
        for y in range(0, picture.height(), 2)
        for x in range(0, picture.width(), 2)
    )
