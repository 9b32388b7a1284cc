"""Drives the window as a person does: real keys, real clicks, waiting for what shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from app.files.folder_store import FolderStore
from app.files.store import Archive, Change, Outcome, Pulled
from app.orchestrator.approvals import Decision
from app.ui.chat.approval_card import ApprovalCard
from app.ui.chat.rows import AnswerRow, CallRow, CardRow, Row, SuggestionsRow, UserRow
from app.ui.main_window import MainWindow
from app.ui.session import Session

T = TypeVar("T")
_A_MOMENT_MS = 60
_READ_AFTERWARDS = frozenset({"read versions", "refresh conversations"})


async def until(condition: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """Wait until ``condition`` holds; its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        await asyncio.sleep(0.01)
    return value


def click(button: QAbstractButton) -> None:
    """Press a button with the mouse."""
    assert button.isVisible(), f"{button.text()!r} cannot be seen"
    assert button.isEnabled(), f"{button.text()!r} cannot be pressed"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def choose(menu: QMenu, text: str) -> None:
    """Click an entry of a menu that is open."""
    assert menu.isVisible(), "the menu is not open"
    entry = next(one for one in menu.actions() if one.text().replace("&", "") == text)
    assert entry.isVisible()
    assert entry.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())


def type_text(widget: QWidget, text: str) -> None:
    """Type on the keyboard."""
    QTest.keyClicks(widget, text)


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key."""
    QTest.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)


def click_at(widget: QWidget, x: float, y: float) -> None:
    """Press the mouse at a point."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Someone else does ``act`` at the last moment before a change is made to a file."""
    with pytest.MonkeyPatch.context() as patch:
        real = FolderStore.act

        def first_theirs(
            self: FolderStore, change: Change, archive: Archive, pulled: Pulled | None
        ) -> Outcome:
            patch.undo()
            act()
            return real(self, change, archive, pulled)

        patch.setattr(FolderStore, "act", first_theirs)
        yield


@asynccontextmanager
async def elsewhere(window: QWidget) -> AsyncIterator[None]:
    """Meanwhile the person looks at another program's window."""
    other = QWidget()
    other.show()
    other.activateWindow()
    await until(other.isActiveWindow, "the other window")
    try:
        yield
    finally:
        other.close()
        other.deleteLater()
        window.activateWindow()
        await until(window.isActiveWindow, "the window again")


def _put_off(session: Session) -> bool:
    """Whether words are joined for a frame, or what was changed is still being read."""
    soon = (t for t in session.findChildren(QTimer) if t.interval() <= _A_MOMENT_MS)
    reading = {task.get_name() for task in session.tasks._running} & _READ_AFTERWARDS
    return bool(reading) or any(timer.isActive() for timer in soon)


class Person:
    """Someone at the window."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def rows(self) -> list[Row]:
        """What the transcript shows."""
        assert self.window.session is not None
        return list(self.window.session.current.model.rows)

    def rows_of(self, kind: type[T]) -> list[T]:
        """Rows of one kind."""
        return [row for row in self.rows if isinstance(row, kind)]

    @property
    def answers(self) -> list[str]:
        """What was answered."""
        return [row.text for row in self.rows_of(AnswerRow)]

    @property
    def said(self) -> list[str]:
        """What the person said."""
        return [row.text for row in self.rows_of(UserRow)]

    def calls(self) -> list[CallRow]:
        """Skills that were called."""
        return self.rows_of(CallRow)

    def suggestions(self) -> list[str]:
        """What is offered below the answer."""
        return [text for row in self.rows_of(SuggestionsRow) for text in row.suggestions]

    def say(self, text: str) -> None:
        """Type a message and press Enter."""
        editor = self.window.chat.composer.editor
        if not editor.isVisible():  # a drawer is in the way
            press(self.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        editor.setFocus()
        if text.isascii():
            type_text(editor, text)
        else:  # Qt's keyboard for tests has no other keys
            editor.insertPlainText(text)
        press(editor, Qt.Key.Key_Return)

    async def ask(self, text: str) -> None:
        """Say something and wait until the turn is over."""
        self.say(text)
        await self.idle()

    async def idle(self) -> None:
        """Wait until nothing runs."""
        session = self.window.session
        assert session is not None
        await until(lambda: not session.any_busy, "the end of the turn")
        await until(lambda: not _put_off(session), "what is shown a moment later")

    async def card(self) -> ApprovalCard:
        """The card that asks, once it is there."""
        return await until(self._card, "the approval card")

    def asking(self) -> bool:
        """Whether a decision is waited for, seen or not."""
        return bool(self.rows_of(CardRow))

    async def card_asked(self) -> None:
        """Wait until a decision is waited for, also where the window cannot be seen."""
        await until(self.asking, "the question")

    async def all_idle(self) -> None:
        """Wait until nothing runs in any conversation."""
        session = self.window.session
        assert session is not None
        await until(lambda: not session.any_busy and session.tasks.idle, "the end of all turns")

    def _card(self) -> ApprovalCard | None:
        transcript = self.window.chat.transcript
        if transcript is None:
            return None
        for index, row in enumerate(self.rows):
            if isinstance(row, CardRow):
                widget = transcript.widget_at(index)
                return widget if isinstance(widget, ApprovalCard) else None
        return None

    async def decide(self, decision: Decision) -> None:
        """Press one of the card's buttons."""
        card = await self.card()
        click(card.button(decision))
