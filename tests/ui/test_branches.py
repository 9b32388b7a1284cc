"""Saying a message differently, having it answered again, and going back: by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from app.assembly import Assembly
from app.domain.errors import ModelRefusedError
from app.ui.chat.answer_acts import AnswerActs
from app.ui.chat.editing import EditBanner
from app.ui.chat.fork_bar import ForkBar
from app.ui.chat.rows import ActsRow, ForkRow, SuggestionsRow
from app.ui.main_window import MainWindow
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, press, type_text, until


def in_row(person: Person, row: type, kind: type[QWidget]) -> QWidget:
    """The widget that stands in the last row of a kind."""
    transcript = person.window.chat.transcript
    assert transcript is not None
    at = max(i for i, one in enumerate(person.rows) if isinstance(one, row))
    widget = transcript.widget_at(at)
    assert isinstance(widget, kind)
    return widget


def acts(person: Person, text: str) -> QPushButton:
    found = in_row(person, ActsRow, AnswerActs).findChildren(QPushButton)
    return next(one for one in found if one.text() == text)


def fork(person: Person) -> ForkBar:
    bar = in_row(person, ForkRow, ForkBar)
    assert isinstance(bar, ForkBar)
    return bar


async def step(person: Person, button: QAbstractButton) -> None:
    """Switch, and wait until another branch is shown."""
    session = person.window.session
    assert session is not None
    before = session.current
    click(button)
    await until(lambda: session.current is not before, "another branch")
    await settled(person.window)


async def test_an_answer_is_given_again_and_the_first_one_stays(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    scripted = model.answers(says("First."), says("Second."), says("Third."))
    await person.ask("tell me")
    click(acts(person, "Answer again"))
    await until(lambda: person.answers == ["Second."], "the second answer")
    await person.idle()
    await until(lambda: person.rows_of(ForkRow), "the two versions")

    assert person.said == ["tell me"]
    assert scripted.requests[1].messages[-1].text == "tell me"
    assert len(scripted.requests[1].messages) == len(scripted.requests[0].messages)
    assert not fork(person).later.isEnabled()
    await step(person, fork(person).earlier)
    assert person.answers == ["First."]
    assert not fork(person).earlier.isEnabled()

    await person.ask("and then?")
    assert [one.text for one in scripted.requests[2].messages] == [
        "tell me", "First.", "and then?",
    ]  # fmt: skip


async def test_a_message_is_edited_and_what_followed_comes_back(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("Paris."), says("A million."), says("Rome."))
    await person.ask("capital of France?")
    first = person.rows_of(ActsRow)[0].turn_id
    await person.ask("how many live there?")
    editor = window.chat.composer.editor
    type_text(editor, "a draft")
    assert window.chat.transcript is not None
    window.chat.transcript.edit_wanted.emit(first)  # as its menu does

    assert editor.toPlainText() == "capital of France?"
    assert window.chat.composer.findChildren(EditBanner)
    editor.selectAll()
    type_text(editor, "capital of Italy?")
    press(editor, Qt.Key.Key_Return)
    await until(lambda: person.answers == ["Rome."], "the new answer")
    await person.idle()

    assert person.said == ["capital of Italy?"]
    assert editor.toPlainText() == "a draft"
    await until(lambda: person.rows_of(ForkRow), "the two versions")
    await step(person, fork(person).earlier)
    assert person.said == ["capital of France?", "how many live there?"]
    assert person.answers == ["Paris.", "A million."]
    assert editor.toPlainText() == "a draft"


async def test_escape_leaves_an_edit_and_the_draft_comes_back(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("Yes."))
    await person.ask("really?")
    editor = window.chat.composer.editor
    type_text(editor, "next")
    click(acts(person, "Edit your message"))
    assert editor.toPlainText() == "really?"
    type_text(editor, " or not")

    press(editor, Qt.Key.Key_Escape)

    assert editor.toPlainText() == "next"
    assert person.said == ["really?"]
    await until(lambda: not window.chat.composer.findChildren(EditBanner), "the banner is gone")


async def test_the_keyboard_alone_edits_and_asks_again(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("One."), says("Two."), says("Three."))
    await person.ask("count")
    press(window.chat.composer.editor, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: person.answers == ["Two."], "answered again")
    await person.idle()
    await until(lambda: person.rows_of(ActsRow), "what can be done")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(window.chat.composer.editor, Qt.Key.Key_M, both)
    await until(lambda: window.chat.composer.text == "count", "the message to edit")
    type_text(window.chat.composer.editor, " on")
    press(window.chat.composer.editor, Qt.Key.Key_Return)
    await until(lambda: person.answers == ["Three."], "the edited one")
    await person.idle()
    await until(lambda: person.rows_of(ForkRow)[0].fork.words == "3 of 3", "three versions")


async def test_the_versions_are_still_there_after_a_restart(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("First."), says("Second."))
    await person.ask("tell me")
    click(acts(person, "Answer again"))
    await until(lambda: person.answers == ["Second."], "the second answer")
    await person.idle()
    session = window.session
    assert session is not None
    conversation_id = session.current.id
    assert conversation_id is not None
    session.start_new()
    session._open.clear()

    await session.show(conversation_id)
    await settled(window)

    assert person.answers == ["Second."]
    await step(person, fork(person).earlier)
    assert person.answers == ["First."]


async def test_what_is_found_on_another_branch_is_shown(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("A needle."), says("A haystack."))
    await person.ask("tell me")
    click(acts(person, "Answer again"))
    await until(lambda: person.answers == ["A haystack."], "the second answer")
    await person.idle()
    session = window.session
    assert session is not None
    assert await session.find_here("needle") == []
    (hit,) = await session.search("needle")

    await session.show_message(hit.message_id)

    assert person.answers == ["A needle."]


async def test_nothing_branches_while_an_answer_is_under_way(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    edit = ("files.edit", {"path": "report.md", "old": "draft", "new": "x"})
    model.answers(says("First."), calls(edit))
    await person.ask("tell me")
    turn = person.rows_of(ActsRow)[0].turn_id
    person.say("change it")
    await person.card()
    session = window.session
    assert session is not None

    assert not session.branching.answer_again(turn)
    assert person.said == ["tell me", "change it"]
    window.chat.composer.stopped.emit()
    await person.idle()


async def test_a_failed_answer_is_tried_again(person: Person, model: Puppet) -> None:
    model.answers(ModelRefusedError("No."), says("There."))
    await person.ask("tell me")
    assert [one.failed for one in person.rows_of(ActsRow)] == [True]

    click(acts(person, "Try again"))

    await until(lambda: person.answers == ["There."], "the answer")
    await person.idle()
    assert person.said == ["tell me"]


async def test_a_stopped_answer_goes_on(
    person: Person, model: Puppet, window: MainWindow, folder: Path
) -> None:
    edit = ("files.edit", {"path": "report.md", "old": "draft", "new": "x"})
    scripted = model.answers(calls(edit), says("All done."))
    person.say("change it")
    await person.card()
    window.chat.composer.stopped.emit()
    await person.idle()
    assert [row.labels for row in person.rows_of(SuggestionsRow)] == [("Continue",)]
    transcript = window.chat.transcript
    assert transcript is not None
    at = next(i for i, one in enumerate(person.rows) if isinstance(one, SuggestionsRow))
    widget = transcript.widget_at(at)
    assert widget is not None

    click(widget.findChildren(QPushButton)[0])
    await person.idle()

    assert "Go on" in scripted.requests[-1].messages[-1].text
    assert person.answers[-1] == "All done."


async def test_an_answer_is_copied_as_it_was_written(person: Person, model: Puppet) -> None:
    model.answers(says("**Bold** words"))
    await person.ask("tell me")

    click(acts(person, "Copy"))

    assert QGuiApplication.clipboard().text() == "**Bold** words"
