"""Branches while something else happens: what the person wrote is never lost, nor shown wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.assembly import Assembly
from app.domain.errors import DiskFullError
from app.domain.messages import Channel
from app.storage.turns import Turns
from app.ui.chat.rows import ActsRow, ForkRow
from app.ui.main_window import MainWindow
from app.ui.session import Session
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, press, type_text, until
from tests.ui.test_branches import acts, fork

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "x"})


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


async def edit_first(person: Person, text: str) -> None:
    """Begin to edit the message of the newest answer, and write another."""
    window = person.window
    assert window.chat.transcript is not None
    window.chat.transcript.edit_wanted.emit(person.rows_of(ActsRow)[-1].turn_id)
    window.chat.composer.editor.selectAll()
    type_text(window.chat.composer.editor, text)


async def test_a_double_click_answers_once_and_the_answer_is_seen(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    scripted = model.answers(says("First."), says("Second."))
    await person.ask("tell me")
    again = acts(person, "Answer again")

    again.click()
    again.click()
    await until(lambda: len(scripted.requests) > 1, "the second request")
    await person.idle()
    await settled(window)

    assert person.answers == ["Second."]
    assert len(scripted.requests) == 2
    session = session_of(window)
    assert session.opened(session.current.id or "") is session.current


async def test_an_edit_that_was_sent_goes_out_though_another_conversation_is_looked_at(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("First."), says("Second."))
    await person.ask("tell me")
    session = session_of(window)
    conversation_id = session.current.id
    assert conversation_id is not None
    await edit_first(person, "tell me more")

    press(window.chat.composer.editor, Qt.Key.Key_Return)
    session.start_new()
    await settled(window)
    await session.show(conversation_id)
    await until(lambda: person.answers == ["Second."], "the answer")

    assert person.said == ["tell me more"]


async def test_a_message_sent_while_another_branch_is_read_is_seen_and_answered(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("First."), says("Second."), says("Third."))
    await person.ask("tell me")
    acts(person, "Answer again").click()
    await until(lambda: person.answers == ["Second."], "the answer")
    await person.idle()
    await until(lambda: person.rows_of(ForkRow), "the versions")

    fork(person).earlier.click()
    person.say("and then?")
    await person.idle()
    await settled(window)

    assert "Third." in person.answers or window.chat.composer.text == "and then?"
    session = session_of(window)
    assert session.opened(session.current.id or "") is session.current
    assert session.current.id is not None
    stored = await session.desk.conversations.messages(session.current.id)
    assert [one.text for one in stored if one.role == "user"] == person.said


async def test_where_the_disk_is_full_the_old_branch_comes_back_and_so_does_the_message(
    person: Person, model: Puppet, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.answers(says("First."), says("Second."))
    await person.ask("tell me")

    async def full(*_: object, **__: object) -> None:
        raise DiskFullError("There is no space left.")

    await edit_first(person, "tell me more")
    with monkeypatch.context() as patch:
        patch.setattr(Turns, "begin", full)
        press(window.chat.composer.editor, Qt.Key.Key_Return)
        await until(lambda: not window.chat.composer.text, "the message to be sent")
        await settled(window)
        await person.idle()

    await until(lambda: person.answers == ["First."], "the old branch")
    assert person.said == ["tell me"]
    assert window.chat.composer.text == "tell me more"


async def test_what_comes_back_during_an_edit_waits_with_the_draft(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("First."), calls(EDIT), says("Third."))
    await person.ask("tell me")
    turn = person.rows_of(ActsRow)[-1].turn_id
    person.say("change it")
    await person.card()
    session = session_of(window)
    session.attaching.add_picture(session.current, QImage(4, 4, QImage.Format.Format_RGB32))
    await until(lambda: session.current.attached, "the picture")
    person.say("and then this")
    assert window.chat.transcript is not None
    window.chat.transcript.edit_wanted.emit(turn)
    assert window.chat.composer.text == "tell me"

    window.chat.composer.stopped.emit()
    await person.idle()
    press(window.chat.composer.editor, Qt.Key.Key_Escape)

    assert window.chat.composer.text == "and then this"
    assert [one.name for one in session.current.attached] == ["Pasted picture.png"]


async def test_a_draft_outlives_an_edit_that_the_end_of_the_program_cuts_off(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("First."))
    await person.ask("tell me")
    session = session_of(window)
    type_text(window.chat.composer.editor, "my long draft")
    await edit_first(person, "tell me more")

    await window.chat.keep_draft()

    kept = await session.desk.drafts.of(session.current.id)
    assert "my long draft" in kept.text
    assert "tell me more" in kept.text


async def test_another_branch_takes_over_what_is_attached_to_the_draft(
    person: Person, model: Puppet, window: MainWindow, folder: Path
) -> None:
    model.answers(says("First."), says("Second."))
    await person.ask("tell me")
    acts(person, "Answer again").click()
    await until(lambda: person.answers == ["Second."], "the answer")
    await person.idle()
    await until(lambda: person.rows_of(ForkRow), "the versions")
    session = session_of(window)
    session.attaching.add_files(session.current, [folder / "notes.md"])
    await until(lambda: session.current.attached, "the file")
    await edit_first(person, "x")
    assert not session.current.attached
    before = session.current

    session.attaching.add_files(session.current, [folder / "report.md"])
    fork(person).earlier.click()
    await until(lambda: session.current is not before, "the other branch")
    await settled(window)

    assert "notes.md" in [one.name for one in session.current.attached]
    assert not session.current.copying


async def test_nothing_branches_while_another_face_is_answered(
    person: Person, model: Puppet, desk: Assembly, window: MainWindow
) -> None:
    model.answers(says("First."), calls(EDIT), says("Third."))
    await person.ask("tell me")
    session = session_of(window)
    engine = await desk.engines.get(session.current.id)
    turn = person.rows_of(ActsRow)[-1].turn_id
    task = session.tasks.run(engine.run_turn("edit it", channel=Channel.TELEGRAM), name="other")
    await person.card()

    assert not session.branching.answer_again(turn)

    engine.cancel()
    await task
    await settled(window)


async def test_a_hit_on_another_branch_says_why_it_is_not_shown_while_an_answer_comes(
    person: Person, model: Puppet, window: MainWindow
) -> None:
    model.answers(says("A needle."), says("A haystack."), calls(EDIT), says("Done."))
    await person.ask("tell me")
    acts(person, "Answer again").click()
    await until(lambda: person.answers == ["A haystack."], "the second answer")
    await person.idle()
    session = session_of(window)
    (hit,) = await session.search("needle")
    person.say("change it")
    await person.card()

    await session.show_message(hit.message_id)

    assert "Stop the answer first" in window.status_line.text
    assert "A haystack." in person.answers
    window.chat.composer.stopped.emit()
    await person.idle()
