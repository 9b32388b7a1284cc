"""The main job in the window, from door to door, with real keys and clicks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from app.assembly import Assembly
from app.domain.tool_calls import ToolStatus
from app.orchestrator.approvals import Decision
from app.ui.chat.rows import CardRow, NoticeRow, UserRow
from app.ui.diff.lines import Kind
from app.ui.diff.view import DiffView
from app.ui.main_window import MainWindow
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import REPORT, Puppet
from tests.ui.driving import Person, click, press, type_text, until

EDIT = "replace 'draft' with 'final' in report.md"
WRITE = ("files.create", {"path": "new.md", "content": "hello\n"})


async def test_a_change_is_asked_shown_allowed_and_taken_back(
    person: Person, window: MainWindow, folder: Path
) -> None:
    report = folder / "report.md"
    person.say(EDIT)
    card = await person.card()

    diff = [(line.kind, line.text) for line in card.findChildren(DiffView)[0].lines]
    assert (Kind.REMOVED, "status: draft") in diff
    assert (Kind.ADDED, "status: final") in diff
    assert report.read_text() == REPORT, "nothing changes before it is allowed"

    click(card.button(Decision.ALLOW_ONCE))
    await person.idle()

    assert report.read_text() == REPORT.replace("draft", "final")
    assert "report.md" in person.answers[-1]
    assert [(call.name, call.status) for call in person.calls()] == [("files.edit", ToolStatus.OK)]
    assert person.calls()[0].note == "you allowed it"
    pane = window.versions
    assert pane is not None
    await until(lambda: [v.version for v in pane.versions] == [2, 1], "versions 1 and 2")

    click(pane.card.restore)

    await until(lambda: len(pane.versions) == 3, "the restored version")
    assert report.read_text() == REPORT
    assert "Restored version 1" in window.status_line.text


async def test_the_trace_shows_the_call_its_arguments_and_its_result(
    person: Person, window: MainWindow
) -> None:
    person.say(EDIT)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    trace = window.trace
    assert trace is not None
    window.show_pane("Trace")
    call = person.calls()[0]

    trace.show_call(call.call_id, call.turn_id)

    details = trace.details.toPlainText()
    assert details.startswith("files.edit")
    assert '"path": "report.md"' in details
    assert "Result" in details
    assert "allowed by you" in details


async def test_denied_changes_nothing_and_the_model_is_told(
    person: Person, model: Puppet, folder: Path
) -> None:
    scripted = model.answers(calls(WRITE), says("Then not."))
    person.say("Make new.md")

    await person.decide(Decision.DENY)
    await person.idle()

    assert not (folder / "new.md").exists()
    assert person.calls()[0].status is ToolStatus.DENIED
    assert person.answers[-1] == "Then not."
    assert "said no" in scripted.requests[-1].messages[-1].text


async def test_allowed_for_the_conversation_is_not_asked_again(
    person: Person, model: Puppet, folder: Path
) -> None:
    second = ("files.create", {"path": "second.md", "content": "hello\n"})
    model.answers(calls(WRITE), says("One."), calls(second), says("Two."))
    person.say("Make new.md")
    await person.decide(Decision.ALLOW_CONVERSATION)
    await person.idle()

    await person.ask("And another")

    assert (folder / "second.md").exists()
    assert person.answers[-1] == "Two."


async def test_the_card_takes_the_focus_but_enter_on_it_decides_nothing(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(WRITE), says("Then not."))
    person.say("Make new.md")
    card = await person.card()
    await until(lambda: QApplication.focusWidget() is card, "the focus on the card")

    press(card, Qt.Key.Key_Return)
    press(card, Qt.Key.Key_Space)
    assert person.rows_of(CardRow), "still undecided"
    press(card, Qt.Key.Key_Escape)

    assert person.rows_of(CardRow), "leaving is not deciding"
    assert QApplication.focusWidget() is window.chat.composer.editor
    await person.decide(Decision.DENY)
    await person.idle()


async def test_the_card_leaves_the_focus_to_someone_who_writes(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(WRITE), says("Then not."))
    editor = window.chat.composer.editor
    person.say("Make new.md")
    type_text(editor, "one more th")

    card = await person.card()

    assert QApplication.focusWidget() is editor
    assert not card.hasFocus()
    await person.decide(Decision.DENY)
    await person.idle()


async def test_the_keyboard_alone_can_allow(person: Person, model: Puppet, folder: Path) -> None:
    model.answers(calls(WRITE), says("Made."))
    person.say("Make new.md")
    card = await person.card()

    press(card, Qt.Key.Key_Tab)
    while (focused := QApplication.focusWidget()) is not card.button(Decision.ALLOW_ONCE):
        assert focused is not None
        press(focused, Qt.Key.Key_Tab)
    press(card.button(Decision.ALLOW_ONCE), Qt.Key.Key_Space)
    await person.idle()

    assert (folder / "new.md").exists()


async def test_stop_ends_an_answer_and_keeps_what_was_said(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    import asyncio

    never = asyncio.Event()
    scripted = model.answers(never)
    person.say("Tell me a long story")
    await scripted.streaming.wait()
    composer = window.chat.composer
    await until(lambda: composer.button.accessibleName() == "Stop", "the Stop button")

    click(composer.button)
    await person.idle()

    assert any(isinstance(row, NoticeRow) and "Stopped" in row.text for row in person.rows)
    assert person.answers == ["One moment"]
    assert composer.button.accessibleName() == "Send"


async def test_escape_stops_and_gives_back_what_waited(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    import asyncio

    scripted = model.answers(asyncio.Event())
    person.say("first")
    await scripted.streaming.wait()
    person.say("second")
    await until(lambda: any(r.queued for r in person.rows_of(UserRow)), "the waiting message")
    editor = window.chat.composer.editor

    press(editor, Qt.Key.Key_Escape)
    await person.idle()

    assert person.said == ["first"]
    assert window.chat.composer.text == "second"
    assert len(scripted.requests) == 1


async def test_suggestions_below_an_answer_are_messages(person: Person) -> None:
    from app.ui.chat.suggestions import Suggestions
    from app.ui.controls import Button

    await person.ask("/files")
    offered = person.suggestions()
    assert offered
    transcript = person.window.chat.transcript
    assert transcript is not None
    widget = transcript.widget_at(len(person.rows) - 1)
    assert isinstance(widget, Suggestions)

    click(widget.findChildren(Button)[0])
    await person.idle()

    assert person.said == ["/files", offered[0]]


async def test_a_message_sent_while_steward_starts_goes_out_afterwards(
    desk: Assembly, theme: object, steward_home: Path, model: Puppet
) -> None:
    from app.ui.theme import Theme
    from app.ui.window_state import WindowState

    assert isinstance(theme, Theme)
    model.answers(says("Good morning."))
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    person = Person(window)
    person.say("Good morning?")

    window.attach(desk)
    await person.idle()

    assert person.said == ["Good morning?"]
    assert person.answers == ["Good morning."]
    window.close()
    await window.detach()
    window.deleteLater()


async def test_a_conversation_can_be_left_and_found_again(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("A fox."), says("An owl."))
    await person.ask("First animal?")
    editor = window.chat.composer.editor
    type_text(editor, "half a thought")
    click(window.rail.new_button)
    assert window.chat.composer.text == ""
    await person.ask("Second animal?")
    assert person.answers == ["An owl."]
    session = window.session
    assert session is not None
    older = session.summaries[-1]

    await session.show(older.id)

    assert person.answers == ["A fox."]
    assert window.chat.composer.text == "half a thought"
    assert window.windowTitle() == "First animal? — Steward"


async def test_a_failed_answer_says_what_to_do(person: Person, model: Puppet) -> None:
    from app.domain.errors import ModelUnreachableError

    model.answers(ModelUnreachableError("No connection to the server.", hint="Is it running?"))

    await person.ask("Hello?")

    notices = [row for row in person.rows if isinstance(row, NoticeRow)]
    assert [notice.text for notice in notices] == ["No connection to the server. Is it running?"]
    assert notices[0].state == "trouble"


async def test_closing_the_window_while_it_asks_leaves_everything_as_it_was(
    person: Person, window: MainWindow, desk: Assembly, model: Puppet, folder: Path
) -> None:
    model.answers(calls(WRITE), says("Made."))
    person.say("Make new.md")
    await person.card()
    assert window.session is not None
    conversation = window.session.current.id
    assert conversation is not None

    window.close()
    await window.detach()

    assert not (folder / "new.md").exists()
    assert desk.approvals.pending() == ()
    last = (await desk.conversations.messages(conversation))[-1]
    assert (last.tool_name, last.tool_status) == ("files.create", ToolStatus.INTERRUPTED)


async def test_undo_in_the_transcript_is_asked_about_first(
    person: Person, window: MainWindow, folder: Path
) -> None:
    person.say(EDIT)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    transcript = window.chat.transcript
    assert transcript is not None

    press(transcript, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    box = await until(lambda: window.findChild(QMessageBox), "the question")
    assert (folder / "report.md").read_text() != REPORT
    click(box.buttons()[0])

    await until(lambda: (folder / "report.md").read_text() == REPORT, "the old text")


async def test_a_rule_that_allows_is_named_on_the_call(
    person: Person, desk: Assembly, model: Puppet
) -> None:
    await desk.rules.allow("files.create")
    model.answers(calls(WRITE), says("Made."))

    await person.ask("Make new.md")

    assert person.calls()[0].note == "allowed by your rule (always)"
