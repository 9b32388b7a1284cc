"""The card that asks: other arguments, a rule for the folder, and the keyboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.events import Approval
from app.orchestrator.approvals import Decision
from app.ui.chat.approval_card import ApprovalCard
from app.ui.controls import Label
from app.ui.diff.lines import Kind
from app.ui.diff.view import DiffView
from app.ui.main_window import MainWindow
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import REPORT, Puppet
from tests.ui.driving import Person, click, press, type_text, until

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final", "expected_count": 1})
WRITE = ("files.create", {"path": "new.md", "content": "one\r\ntwo\r\n"})
CONTROL = Qt.KeyboardModifier.ControlModifier


async def another_card(person: Person, before: ApprovalCard) -> ApprovalCard:
    await until(lambda: person._card() not in (None, before), "another card")
    return await person.card()


def added(card: ApprovalCard) -> list[str]:
    lines = card.findChildren(DiffView)[0].lines
    return [line.text for line in lines if line.kind is Kind.ADDED]


async def test_changed_arguments_are_shown_on_a_new_card_before_they_are_allowed(
    person: Person, model: Puppet, folder: Path
) -> None:
    scripted = model.answers(calls(EDIT), says("Done."))
    person.say("Set the status")
    card = await person.card()
    click(card.edit_button)
    assert card.form is not None
    field = card.form.fields["new"]
    assert QApplication.focusWidget() is card.form.fields["path"]

    field.selectAll()
    type_text(field, "ready")
    click(card.form.show_button)

    second = await another_card(person, card)
    assert added(second) == ["status: ready"]
    assert (folder / "report.md").read_text() == REPORT
    click(second.button(Decision.ALLOW_ONCE))
    await person.idle()
    assert (folder / "report.md").read_text() == REPORT.replace("draft", "ready")
    assert "The person changed the arguments" in scripted.requests[-1].messages[-1].text


async def test_what_does_not_fit_is_said_in_the_form_and_nothing_is_decided(
    person: Person, model: Puppet
) -> None:
    model.answers(calls(EDIT), says("Then not."))
    person.say("Set the status")
    card = await person.card()
    click(card.edit_button)
    form = card.form
    assert form is not None
    field = form.fields["expected_count"]

    field.selectAll()
    type_text(field, "many")
    press(field, Qt.Key.Key_Return, CONTROL)
    assert "no JSON" in form.problem.text()
    field.selectAll()
    type_text(field, "0")
    press(field, Qt.Key.Key_Return, CONTROL)

    assert "1 or more" in form.problem.text()
    assert form.problem.isVisible()
    assert await person.card() is card
    press(field, Qt.Key.Key_Escape)
    assert card.form is None
    assert card.button(Decision.DENY).isVisible()
    await person.decide(Decision.DENY)
    await person.idle()


async def test_what_was_not_touched_stays_as_it_was(
    person: Person, model: Puppet, folder: Path
) -> None:
    """A text field knows no CR: its content is only taken where the person changed it."""
    model.answers(calls(WRITE), says("Made."))
    person.say("Make it")
    card = await person.card()
    click(card.edit_button)
    assert card.form is not None
    field = card.form.fields["path"]
    field.selectAll()
    type_text(field, "other.md")
    press(field, Qt.Key.Key_Return, CONTROL)
    second = await another_card(person, card)

    click(second.button(Decision.ALLOW_ONCE))
    await person.idle()

    assert (folder / "other.md").read_bytes() == b"one\r\ntwo\r\n"


async def test_what_cannot_be_done_brings_the_first_card_back_with_the_reason(
    person: Person, model: Puppet
) -> None:
    model.answers(calls(EDIT), says("Then not."))
    person.say("Set the status")
    card = await person.card()
    click(card.edit_button)
    assert card.form is not None
    field = card.form.fields["old"]
    field.selectAll()
    type_text(field, "nowhere")
    press(field, Qt.Key.Key_Return, CONTROL)

    second = await another_card(person, card)
    assert added(second) == ["status: final"]
    assert "cannot be done" in second.approval.note
    click(second.button(Decision.DENY))
    await person.idle()


async def test_a_folder_is_allowed_from_the_card_and_taken_back_in_the_settings(
    person: Person, window: MainWindow, desk: Assembly, model: Puppet, folder: Path
) -> None:
    back = ("files.edit", {"path": "report.md", "old": "final", "new": "draft"})
    model.answers(calls(EDIT), says("Done."), calls(back), says("And back."))
    person.say("Set the status")
    await person.decide(Decision.ALLOW_FOLDER)
    await person.idle()
    await person.ask("And back")
    assert person.calls()[-1].note == "allowed by your rule (folder)"

    window.show_settings("approvals")
    assert window._settings is not None
    page = window._settings.rules
    await until(lambda: page.list.count() == 1, "the rule")
    assert page.list.item(0).text() == f"files.edit, in the folder {folder}"
    click(page.revoke)
    await until(lambda: page.list.count() == 0, "the rule to go")
    window._settings.reject()


async def test_changes_that_can_be_taken_back_need_no_asking_once_the_person_says_so(
    person: Person, window: MainWindow, desk: Assembly, model: Puppet, folder: Path
) -> None:
    model.answers(calls(EDIT), says("Done."))
    window.show_settings("approvals")
    assert window._settings is not None
    mode = window._settings.controls["approval_mode"]
    press(mode, Qt.Key.Key_N)  # "No asking"
    press(mode, Qt.Key.Key_Return)
    window._settings.reject()
    assert desk.settings.approval_mode == "reversible"

    await person.ask("Set the status")

    assert (folder / "report.md").read_text() == REPORT.replace("draft", "final")
    assert person.calls()[-1].note == "allowed by your rule (reversible changes)"


async def test_the_keyboard_alone_can_change_the_arguments(person: Person, model: Puppet) -> None:
    model.answers(calls(EDIT), says("Then not."))
    person.say("Set the status")
    card = await person.card()
    await until(lambda: QApplication.focusWidget() is card, "the focus on the card")

    press(card, Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)

    form = await until(lambda: card.form, "the fields")
    press(form.fields["path"], Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is card.edit_button
    await person.decide(Decision.DENY)
    await person.idle()


# --- whose keys they are --------------------------------------------------------------------------

ALT = Qt.KeyboardModifier.AltModifier


async def test_a_key_of_no_card_writes_nothing(person: Person, window: MainWindow) -> None:
    editor = window.chat.composer.editor
    editor.setFocus()
    type_text(editor, "so")

    press(editor, Qt.Key.Key_A, ALT)

    assert editor.toPlainText() == "so"


async def test_a_key_of_a_card_out_of_view_shows_it_and_decides_nothing(
    person: Person, window: MainWindow, model: Puppet, folder: Path
) -> None:
    model.answers(says("\n\n".join(f"Line {n}" for n in range(80))), calls(EDIT), says("Done."))
    await person.ask("Tell me much")
    person.say("Set the status")
    card = await person.card()
    transcript, editor = window.chat.transcript, window.chat.composer.editor
    assert transcript is not None
    editor.setFocus()
    transcript.verticalScrollBar().setValue(0)
    assert not transcript.viewport().rect().intersects(card.geometry())

    press(editor, Qt.Key.Key_A, ALT)

    assert transcript.viewport().rect().contains(card.geometry())
    assert QApplication.focusWidget() is card
    assert (folder / "report.md").read_text() == REPORT
    assert editor.toPlainText() == ""
    press(card, Qt.Key.Key_A, ALT)
    await person.idle()
    assert (folder / "report.md").read_text() == REPORT.replace("draft", "final")


def says_keys(card: ApprovalCard) -> bool:
    """Whether the card says that keys are about it."""
    label = card.findChild(Label, "keys")
    assert isinstance(label, Label)
    return label.isVisible()


async def test_of_two_cards_the_one_that_says_so_takes_the_keys(
    window: MainWindow, desk: Assembly
) -> None:
    session, transcript = window.session, window.chat.transcript
    assert session is not None
    assert transcript is not None
    decided: list[str] = []
    for name in ("first", "second"):
        asked = Approval(at=desk.clock.now(), id=name, name="files.edit", summary=name, diff="")
        session.current.model.take(asked)
    first, second = [one for one in transcript.widgets() if isinstance(one, ApprovalCard)]
    for card in (first, second):
        card.decided.disconnect()
        card.decided.connect(lambda which, _decision: decided.append(which))
    waiting = window.chat.waiting_cards
    assert waiting is not None
    assert waiting.active is first
    assert [says_keys(card) for card in (first, second)] == [True, False]
    assert second.button(Decision.ALLOW_ONCE).text() == "Allow once"

    press(first, Qt.Key.Key_Tab)
    second.setFocus()
    assert [says_keys(card) for card in (first, second)] == [False, True]
    press(second, Qt.Key.Key_D, ALT)

    await until(lambda: decided, "a decision")
    assert decided == ["second"]
