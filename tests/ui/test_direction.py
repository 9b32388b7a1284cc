"""A window that is read from right to left, and texts of both directions in either window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.orchestrator.approvals import Decision
from app.ui.chat.composer import Composer
from app.ui.chat.highlight import Highlighter
from app.ui.chat.markdown import BlockSplitter
from app.ui.chat.render import render
from app.ui.chat.row_layout import MARK_INDENT
from app.ui.chat.rows import AnswerRow, CallRow, UserRow
from app.ui.controls import Label
from app.ui.diff.view import DiffView
from app.ui.direction import (
    has_rtl,
    is_rtl,
    isolated,
    isolated_path,
    mirrored,
    mirrored_f,
    without_marks,
)
from app.ui.flow_layout import FlowLayout
from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, click, press

ARABIC = "غيّرت الحالة في `ideas/list.md` إلى نهائي"
HEBREW = "הדו״ח מוכן"


@pytest.fixture
def rtl(application: QApplication) -> Iterator[None]:
    """The window is read from right to left."""
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


# --- texts ----------------------------------------------------------------------------------------


def test_the_first_letter_says_where_a_text_begins() -> None:
    assert not is_rtl("report.md")
    assert is_rtl(ARABIC)
    assert is_rtl(f"1. - {HEBREW} report")
    assert not is_rtl(f"report {HEBREW}")
    assert not is_rtl("12 - !")
    assert has_rtl(f"report {HEBREW}")
    assert not has_rtl("Übergröße")


def test_a_name_is_isolated_only_where_directions_may_mix() -> None:
    assert isolated("report.md") == "report.md"
    assert isolated(HEBREW) == f"\u2068{HEBREW}\u2069"
    assert isolated_path(f"/home/{HEBREW}/a") == f"\u2066/home/{HEBREW}/a\u2069"


def test_in_a_window_from_right_to_left_every_name_is_isolated(rtl: None) -> None:
    assert isolated("report.md") == "\u2068report.md\u2069"
    assert isolated_path("ideas/list.md") == "\u2066ideas/list.md\u2069"
    assert isolated("") == ""


@given(st.text(alphabet="aب1 /.א"))
def test_what_is_copied_has_no_marks(text: str) -> None:
    assert without_marks(isolated(text)) == text
    assert without_marks(isolated_path(text, always=True)) == text


# --- places ---------------------------------------------------------------------------------------


def test_places_stay_as_they_are_from_left_to_right(application: QApplication) -> None:
    assert mirrored(QRect(0, 0, 100, 10), QRect(5, 0, 20, 10)) == QRect(5, 0, 20, 10)
    assert mirrored_f(QRectF(0, 0, 100, 10), QRectF(5, 0, 20, 10)) == QRectF(5, 0, 20, 10)


def test_places_are_turned_round_from_right_to_left(application: QApplication, rtl: None) -> None:
    assert mirrored(QRect(0, 0, 100, 10), QRect(5, 0, 20, 10)) == QRect(75, 0, 20, 10)
    assert mirrored_f(QRectF(10, 0, 100, 10), QRectF(15, 0, 20, 10)) == QRectF(85, 0, 20, 10)


def test_buttons_flow_from_the_right(application: QApplication, rtl: None) -> None:
    holder = QWidget()
    line = FlowLayout(holder, last_to_the_right=True)
    parts = [QLabel(word) for word in ("one", "two", "three")]
    for part in parts:
        line.addWidget(part)
    holder.resize(400, 100)
    line.setGeometry(holder.rect())

    assert parts[0].geometry().right() == 399
    assert parts[0].x() > parts[1].x() > parts[2].x() == 0
    holder.deleteLater()


def test_words_of_any_language_stand_where_lines_begin(
    application: QApplication, rtl: None
) -> None:
    label = Label("English words")

    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute
    label.deleteLater()


def test_the_window_is_turned_round(
    rtl: None, application: QApplication, theme: Theme, steward_home: Path
) -> None:
    window = MainWindow(theme, WindowState(steward_home))
    window.resize(1360, 860)
    window.show()

    def left(widget: QWidget) -> int:
        return widget.mapTo(window, QPoint(0, 0)).x()

    assert left(window.dock) < left(window.chat) < left(window.rail)
    assert left(window.top_bar.dock_button) < left(window.top_bar.rail_button)
    assert window.top_bar.rail_button._picture == "panel-right"
    window.close()
    window.deleteLater()


def test_a_window_remembered_the_other_way_round_is_not_taken_over(
    application: QApplication, theme: Theme, steward_home: Path
) -> None:
    steward_home.mkdir()
    before = MainWindow(theme, WindowState(steward_home))
    before.show()
    before.close()
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    window = MainWindow(theme, WindowState(steward_home))
    window.resize(1360, 860)
    window.show()

    assert window.dockWidgetArea(window.dock) is Qt.DockWidgetArea.LeftDockWidgetArea
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    for one in (before, window):
        one.close()
        one.deleteLater()


# --- the transcript -------------------------------------------------------------------------------

ANSWER = f"{ARABIC}\n\n- {HEBREW}\n\n```\n# {HEBREW}\nx = 1\n```\n\n> {HEBREW}\n\nAn English one.\n"
TABLE = f"| {HEBREW} | two |\n|---|---|\n| 3 | 4 |\n"


def boxes(window: MainWindow, kind: type) -> list[tuple[QRectF, QTextDocument]]:
    """Where the texts of the last row of a kind stand in the column, and what they are."""
    transcript = window.chat.transcript
    assert transcript is not None
    arrangement = transcript.arrangement
    index = max(i for i, row in enumerate(arrangement.rows) if isinstance(row, kind))
    layout = arrangement.layout(index)
    layout.measure(0, 10_000, arrangement.column)
    return [(layout.rect(i), box.document) for i, box in enumerate(layout.boxes) if box.document]


def column(window: MainWindow) -> float:
    transcript = window.chat.transcript
    assert transcript is not None
    return transcript.arrangement.column.width


def line(document: QTextDocument, block: int = 0) -> QRectF:
    """Where the words of a paragraph's first line stand in its document."""
    return document.findBlockByNumber(block).layout().lineAt(0).naturalTextRect()


async def test_in_a_window_from_right_to_left_the_person_speaks_on_the_left(
    rtl: None, window: MainWindow, person: Person, model: Puppet
) -> None:
    model.answers(calls(("files.list", {})), says(ANSWER))
    await person.ask("a question")

    (bubble, _), (call, name) = boxes(window, UserRow)[0], boxes(window, CallRow)[0]
    answer = boxes(window, AnswerRow)

    assert bubble.left() == 0
    assert bubble.right() < column(window) * 0.8
    assert call.right() == column(window) - MARK_INDENT
    assert line(name).right() == pytest.approx(name.textWidth(), abs=3)
    assert all(place.right() == pytest.approx(column(window)) for place, _ in answer)


@pytest.mark.parametrize("turned", [False, True], ids=["ltr", "rtl"])
async def test_each_paragraph_begins_where_its_language_does_and_code_on_the_left(
    application: QApplication, request: pytest.FixtureRequest, turned: bool
) -> None:
    if turned:
        request.getfixturevalue("rtl")
    theme = Theme(application, Look(theme="light"))
    splitter, highlighter = BlockSplitter(), Highlighter(theme)
    splitter.update(ANSWER, done=True)
    drawn = [render(block, theme, highlighter) for block in splitter.frozen + splitter.tail]
    for document in drawn:
        document.setTextWidth(600)
        document.size()  # lays it out
    arabic, item, code, quote, english = drawn

    assert line(arabic).right() == pytest.approx(600, abs=3)
    assert line(item).right() == pytest.approx(600 - 22, abs=3)
    assert line(code).left() == pytest.approx(0, abs=3)
    assert line(quote).right() == pytest.approx(600 - 14, abs=3)
    assert line(english).left() == pytest.approx(0, abs=3)
    theme.deleteLater()


def test_a_table_begins_where_its_language_does(application: QApplication, theme: Theme) -> None:
    splitter = BlockSplitter()
    splitter.update(TABLE, done=True)
    (block,) = splitter.frozen + splitter.tail
    document = render(block, theme, Highlighter(theme))
    document.setTextWidth(600)
    document.size()

    first, second = (place_of(document, word) for word in (HEBREW, "two"))

    assert second < first
    assert second > 400
    assert place_of(document, "3") > place_of(document, "4")


def place_of(document: QTextDocument, word: str) -> float:
    block = document.find(word).block()
    return document.documentLayout().blockBoundingRect(block).x()


async def test_a_path_keeps_its_order_in_a_sentence_and_is_copied_as_it_was(
    window: MainWindow, person: Person, model: Puppet
) -> None:
    model.answers(says(ARABIC))
    await person.ask("a question")
    (_, document) = boxes(window, AnswerRow)[0]
    transcript = window.chat.transcript
    assert transcript is not None

    assert "\u2066ideas/list.md\u2069" in document.toPlainText()
    transcript.setFocus()
    press(transcript, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert ARABIC.replace("`", "") in transcript.selected_text()


@pytest.mark.parametrize("turned", [False, True], ids=["ltr", "rtl"])
async def test_what_is_written_begins_where_its_language_does(
    application: QApplication, request: pytest.FixtureRequest, turned: bool
) -> None:
    if turned:
        request.getfixturevalue("rtl")
    theme = Theme(application, Look(theme="light"))
    composer = Composer(theme)
    composer.resize(500, 100)
    composer.show()
    editor = composer.editor

    assert (editor.cursorRect().x() > 200) == turned
    composer.set_text(HEBREW)
    assert editor.cursorRect(QTextCursor(editor.document())).x() > 200
    composer.set_text("report")
    assert editor.cursorRect(QTextCursor(editor.document())).x() < 50
    composer.close()
    composer.deleteLater()
    theme.deleteLater()


async def test_a_difference_is_read_from_the_left(
    rtl: None, window: MainWindow, person: Person, model: Puppet
) -> None:
    edit = {"path": "report.md", "old": "draft", "new": HEBREW}
    model.answers(calls(("files.edit", edit)), says("Done."))
    person.say("a question")
    card = await person.card()
    diff = card.findChild(DiffView)
    assert diff is not None

    assert diff.layoutDirection() is Qt.LayoutDirection.LeftToRight
    added = diff.document().find(HEBREW).block()
    assert added.textDirection() is Qt.LayoutDirection.LeftToRight
    # The first way to decide stands where one begins to read.
    once, deny = card.button(Decision.ALLOW_ONCE), card.button(Decision.DENY)
    assert once.x() > deny.x()
    click(deny)
    await person.idle()
