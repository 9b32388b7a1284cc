"""The transcript: draws only what is new or seen, never jumps, gives its text back."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from app.domain.events import Delta, ToolCallEvent, TurnFinished, TurnStarted, TurnStatus
from app.domain.messages import ConversationMessage, Role
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.rows import ActsRow, AnswerRow
from app.ui.chat.transcript import Transcript
from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from tests.standins.scripted_model import says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, until

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
PARAGRAPH = "Some **answer** with `code` and enough words to need more than one line of the column."


def message(role: Role, text: str, turn: str = "t") -> ConversationMessage:
    return ConversationMessage("c", turn, role, text, NOW)


def history(turns: int) -> list[ConversationMessage]:
    out = []
    for i in range(turns):
        out.append(message(Role.USER, f"question {i}", f"t{i}"))
        out.append(message(Role.ASSISTANT, f"{PARAGRAPH}\n\n- a\n- b\n\nend of {i}", f"t{i}"))
    return out


class Streaming:
    """Feeds a model as a turn does."""

    def __init__(self, model: ConversationModel) -> None:
        self.model = model
        model.take(TurnStarted(at=NOW, conversation_id="c", turn_id="live", text="go"))

    def say(self, text: str) -> None:
        self.model.take(Delta(at=NOW, conversation_id="c", turn_id="live", text=text))

    def end(self) -> None:
        self.model.take(
            TurnFinished(
                at=NOW, conversation_id="c", turn_id="live", status=TurnStatus.OK,
                iterations=1, duration_ms=5,
            )
        )  # fmt: skip


def screen(view: Transcript) -> list[tuple[int, int]]:
    """Keys of the rows in view and where each begins."""
    arrangement = view.arrangement
    shown = []
    for index in range(len(arrangement.rows)):
        rect = arrangement.rect(index)
        if rect.bottom() > 0 and rect.top() < view.viewport().height():
            shown.append((arrangement.key(index), round(rect.top())))
    return shown


def test_only_the_last_block_is_drawn_again_while_text_streams_in(
    view: Transcript, rows: ConversationModel
) -> None:
    streaming = Streaming(rows)
    for i in range(30):
        streaming.say(f"Paragraph {i} is finished.\n\n")
    before = view.rendered_blocks

    for _ in range(10):
        streaming.say("word ")

    assert view.rendered_blocks - before <= 10, "each piece draws one block, not the 30 before it"


def test_a_finished_answer_is_not_drawn_again(view: Transcript, rows: ConversationModel) -> None:
    streaming = Streaming(rows)
    streaming.say("One.\n\nTwo.\n\nThree.")
    before = view.rendered_blocks

    streaming.end()

    assert view.rendered_blocks - before <= 1


def test_ten_thousand_messages_are_opened_without_drawing_them(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load(history(5_000))

    assert [type(row) for row in view.arrangement.rows[9_999:]] == [AnswerRow, ActsRow]
    assert view.rendered_blocks < 100
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_what_is_being_read_stays_where_it_is_while_an_answer_streams(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load(history(50))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    before = screen(view)

    streaming = Streaming(rows)
    for _ in range(20):
        streaming.say(f"{PARAGRAPH}\n\n")
    streaming.end()

    assert screen(view) == before


def test_scrolling_up_through_rows_never_seen_does_not_jump(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load(history(200))
    bar = view.verticalScrollBar()
    for _ in range(60):
        before = dict(screen(view))
        was = bar.value()
        bar.setValue(was - 90)
        after = dict(screen(view))
        common = set(before) & set(after)
        assert common
        moved = {after[key] - before[key] for key in common}
        assert all(abs(distance - 90) <= 2 for distance in moved), moved


def test_the_end_stays_in_view_while_it_is_followed(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load(history(20))
    streaming = Streaming(rows)
    for _ in range(30):
        streaming.say(f"{PARAGRAPH}\n\n")
        assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_resize_keeps_the_row_that_is_read(view: Transcript, rows: ConversationModel) -> None:
    rows.load(history(100))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    first = screen(view)[0][0]

    view.resize(460, 500)
    view.resize(900, 640)

    assert screen(view)[0][0] == first


def test_home_and_end_go_to_the_ends(view: Transcript, rows: ConversationModel) -> None:
    rows.load(history(50))

    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.verticalScrollBar().value() == 0
    assert not view.arrangement.following

    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert view.arrangement.following


def test_all_text_can_be_selected_and_copied_across_rows_and_blocks(
    view: Transcript, rows: ConversationModel
) -> None:
    text = "# Title\n\nA **bold** word.\n\n- one\n- two\n\n```py\nprint(1)\n```"
    rows.load([message(Role.USER, "What is it?"), message(Role.ASSISTANT, text)])

    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == (
        "What is it?\n\nTitle\n\nA bold word.\n\n- one\n- two\n\nprint(1)"
    )


def test_the_mouse_selects_from_one_row_into_another(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load([message(Role.ASSISTANT, "First answer."), message(Role.ASSISTANT, "Second one.")])
    port = view.viewport()
    first, second = (view.arrangement.rect(i) for i in (0, 1))
    begin = QPoint(round(first.left()) + 1, round(first.bottom()) - 6)
    end = QPoint(round(second.left()) + 400, round(second.bottom()) - 6)

    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(port, end)
    view.mouseMoveEvent(_drag(end))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)

    assert view.selected_text() == "First answer.\n\nSecond one."


def _drag(point: QPoint) -> QMouseEvent:
    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(point), QPointF(point), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip


def test_raw_html_is_shown_as_text_and_pictures_are_only_named(
    view: Transcript, rows: ConversationModel
) -> None:
    text = "<b onclick=x>hello</b> ![a cat](https://example.invalid/cat.png)"
    rows.load([message(Role.ASSISTANT, text)])

    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)

    assert view.selected_text() == "<b onclick=x>hello</b> [picture: a cat]"


def test_a_theme_change_draws_in_the_new_colours(
    view: Transcript, rows: ConversationModel, theme: Theme
) -> None:
    rows.load([message(Role.ASSISTANT, "Words.")])
    light = view.grab().toImage().pixelColor(350, 480).name()

    theme.adopt(Look(theme="dark"))
    dark = view.grab().toImage().pixelColor(350, 480).name()

    assert (light, dark) == ("#ffffff", "#1d1f1e")


def test_screen_readers_get_a_list_of_what_was_said(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load([message(Role.USER, "Hello?"), message(Role.ASSISTANT, "Good morning.")])
    rows.take(TurnStarted(at=NOW, conversation_id="c", turn_id="x", text="And now?"))
    call = ToolCallEvent(
        at=NOW,
        conversation_id="c",
        turn_id="x",
        id="1",
        name="files.read",
        arguments={"path": "a.md"},
    )
    rows.take(call)

    interface = QAccessible.queryAccessibleInterface(view)

    assert interface.role() == QAccessible.Role.List
    children = [interface.child(i) for i in range(interface.childCount())]
    assert [child.role() for child in children] == [QAccessible.Role.ListItem] * 4
    assert [child.text(QAccessible.Text.Name) for child in children] == [
        "You: Hello?",
        "Steward: Good morning.",
        "You: And now?",
        "Skill files.read · a.md · running",
    ]
    assert interface.indexOfChild(children[2]) == 2
    assert children[1].parent() is interface
    middle = children[1].rect().center()
    assert interface.childAt(middle.x(), middle.y()) is children[1]


def test_a_row_that_is_gone_is_no_longer_valid(view: Transcript, rows: ConversationModel) -> None:
    rows.load([message(Role.USER, "Hello?")])
    interface = QAccessible.queryAccessibleInterface(view)
    child = interface.child(0)

    rows.load([])

    assert not child.isValid()
    assert interface.childCount() == 0


async def test_a_link_is_asked_about_before_it_is_opened(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("[the page](https://example.invalid/x)"))
    await person.ask("Where?")
    transcript = window.chat.transcript
    assert transcript is not None
    index = next(i for i, row in enumerate(person.rows) if isinstance(row, AnswerRow))
    rect = transcript.arrangement.rect(index)

    point = QPoint(round(rect.left()) + 10, round(rect.bottom()) - 8)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)

    box = await until(lambda: window.chat.findChild(QMessageBox), "the question")
    assert box.informativeText() == "https://example.invalid/x"
    box.reject()


async def test_a_dangerous_link_cannot_be_opened_at_all(person: Person, window: MainWindow) -> None:
    transcript = window.chat.transcript
    assert transcript is not None

    transcript.link_clicked.emit("file:///etc/passwd")

    box = await until(lambda: window.chat.findChild(QMessageBox), "the question")
    assert [button.text() for button in box.buttons()] == ["&Close"]
    box.reject()
