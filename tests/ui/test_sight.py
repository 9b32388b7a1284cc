"""What moved up is not painted again, and what is on the screen is right all the same."""

from __future__ import annotations

import random

from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.chat import paint
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.transcript import Transcript
from tests.ui.test_transcript import Streaming, history

PIECES = (
    "words that go on ", "**bold** ", "`code` ", "\n\n", "\n\n- an item ", "\n- another ",
    "\n\n## A heading\n\n", "\n\n```\nx = 1\n", "y = 2\n", "```\n\n", "\n\n> quoted ",
    "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n", "longer " * 30,
)  # fmt: skip


def on_screen(view: Transcript) -> QImage:
    """The pixels that are there, however they came to be there."""
    QApplication.processEvents()
    whole = view.screen().grabWindow(view.winId()).toImage()
    corner = view.viewport().geometry()
    return whole.copy(corner).convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(view: Transcript) -> QImage:
    view.viewport().repaint()
    return on_screen(view)


def test_an_answer_that_grows_looks_as_if_it_were_painted_whole(
    view: Transcript, rows: ConversationModel
) -> None:
    chance = random.Random(7)
    rows.load(history(3))
    view.resize(640, 420)
    view.show()
    assert QTest.qWaitForWindowExposed(view)
    live = Streaming(rows)
    for step in range(160):
        live.say(chance.choice(PIECES))
        seen = on_screen(view)
        assert seen == painted_anew(view), f"differs after {step} pieces"
    live.end()
    assert on_screen(view) == painted_anew(view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() - 300)
    assert on_screen(view) == painted_anew(view)
    view.jump_to_end()
    assert on_screen(view) == painted_anew(view)


def test_what_only_moves_up_is_not_painted_again(view: Transcript, rows: ConversationModel) -> None:
    rows.load(history(20))
    view.resize(640, 420)
    view.show()
    assert QTest.qWaitForWindowExposed(view)
    live = Streaming(rows)
    live.say("A beginning.\n\n")
    QApplication.processEvents()
    drawn = 0
    real = paint.RowPainter._text

    def counted(self: paint.RowPainter, *arguments: object) -> None:
        nonlocal drawn
        drawn += 1
        real(self, *arguments)  # type: ignore[arg-type]

    paint.RowPainter._text = counted  # type: ignore[method-assign, assignment]
    try:
        live.say("And one more paragraph.\n\n")
        QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
        QApplication.processEvents()
    finally:
        paint.RowPainter._text = real  # type: ignore[method-assign]

    assert 0 < drawn <= 4
