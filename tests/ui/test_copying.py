"""What is copied out of the transcript: code with one click, text as Markdown; long answers too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.domain.messages import ConversationMessage, Role
from app.ui.chat.code_copy import CodeCopy
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.markdown import BlockKind
from app.ui.chat.transcript import Transcript
from app.ui.tokens import LIGHT
from tests.ui.conftest import NOW
from tests.ui.driving import choose, click, until

CODE = "\n".join(f"line {number}" for number in range(200))


def answer(text: str) -> ConversationMessage:
    return ConversationMessage("c", "t", Role.ASSISTANT, text, NOW)


def hover(view: Transcript, point: QPointF) -> None:
    view.mouseMoveEvent(
        QMouseEvent(
            QEvent.Type.MouseMove, point, point, Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def a_place_in_code(view: Transcript, row: int = 0) -> QPointF:
    """The middle of a piece of code that is in view."""
    layout = view.arrangement.layout(row)
    corner = view.arrangement.rect(row).topLeft()
    for number, box in enumerate(layout.boxes):
        rect = layout.rect(number).translated(corner)
        if box.block is not None and box.block.kind is BlockKind.CODE and rect.bottom() > 20:
            return QPointF(rect.center().x(), max(rect.top(), 0.0) + 15)
    raise AssertionError("no code is in view")


def test_the_pointer_on_code_offers_to_copy_all_of_it(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load([answer(f"Before.\n\n```py\n{CODE}\n```\n\nAfter.")])
    button = view.findChild(CodeCopy)
    assert button is not None
    assert not button.isVisible()
    hover(view, a_place_in_code(view))
    assert view.viewport().rect().contains(button.geometry())
    click(button)
    assert QGuiApplication.clipboard().text() == CODE
    assert button.text() == "Copied"
    hover(view, QPointF(2, 2))
    assert not button.isVisible()


def menu_at(view: Transcript, point: QPointF) -> QMenu:
    place = point.toPoint()
    where = view.viewport().mapToGlobal(place)
    view.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where))
    return next(one for one in view.findChildren(QMenu) if one.isVisible())


def test_the_menu_copies_code_and_the_selection_as_markdown(
    view: Transcript, rows: ConversationModel
) -> None:
    text = "# Title\n\nA **bold** [word](https://example.org).\n\n1. one\n2. two\n\n---\n\n"
    text += "| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nprint(1)\n```"
    rows.load([answer(text)])
    menu = menu_at(view, a_place_in_code(view))
    choose(menu, "Copy this code")
    assert QGuiApplication.clipboard().text() == "print(1)"
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    choose(menu_at(view, QPointF(300, 30)), "Copy as Markdown")
    assert QGuiApplication.clipboard().text() == text


def test_a_part_of_a_paragraph_keeps_its_marks(view: Transcript, rows: ConversationModel) -> None:
    rows.load([answer("Some **bold** words")])
    port = view.viewport()
    rect = view.arrangement.rect(0)
    begin = QPoint(round(rect.left()) + 1, round(rect.bottom()) - 8)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=begin + QPoint(50, 0))
    choose(menu_at(view, QPointF(begin)), "Copy as Markdown")
    assert QGuiApplication.clipboard().text() == "**bold**"


async def test_a_very_long_answer_is_readable_at_once_and_formatted_soon(
    view: Transcript, rows: ConversationModel
) -> None:
    text = "\n\n".join(f"Paragraph {n} of a **long** answer." for n in range(3_000))
    rows.load([answer(text), answer("The end.")])
    first = view.arrangement.layout(0)
    assert "Paragraph 0 of a **long** answer." in view_text(view, 0)
    await until(lambda: view.arrangement.layout(0) is not first, "the blocks")
    assert view_text(view, 0).startswith("Paragraph 0 of a long answer.")
    assert view.arrangement.rect(1).bottom() <= view.viewport().height()  # the end stays in view


def view_text(view: Transcript, row: int) -> str:
    """What the first box of a row says."""
    box = view.arrangement.layout(row).boxes[0]
    assert box.make is not None
    return (box.document or box.make()).toPlainText()


async def test_code_gets_its_colours_as_soon_as_its_language_is_known(
    view: Transcript, rows: ConversationModel
) -> None:
    rows.load([answer("```python\nfor each in every:\n    pass\n```")])
    keyword = QColor(LIGHT.keyword)

    def coloured() -> bool:
        document = view.arrangement.layout(0).boxes[0].document
        if document is None:
            return False
        formats = document.firstBlock().textFormats()
        return any(one.format.foreground().color() == keyword for one in formats)

    await until(coloured, "the colour of keywords")
