"""Finding words in the conversation shown: a line above the transcript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from app.ui.controls import IconButton, Label, offer_to_clear
from app.ui.theme import Theme
from app.ui.translation import translate

_PAUSE_MS: Final = 150
"""So long after the last letter the search begins."""


class FindBar(QFrame):
    """Hidden until ``open``. ``wanted(text)`` asks for the messages that hold some words.

    ``chosen(message)``: this one should come into view; ``closed``: nothing is looked for any more.
    """

    wanted = Signal(str)
    chosen = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._found: Sequence[int] = ()
        self._at = -1
        self.setProperty("kind", "bar")
        self.setAccessibleName(translate("Find", "Find in this conversation"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(translate("Find", "Find in this conversation"))
        self.field.setAccessibleName(translate("Find", "Words to find in this conversation"))
        offer_to_clear(self.field)
        self.count = Label("", kind="small")
        self.earlier = IconButton(theme, "up", translate("Find", "Earlier message"), "Shift+F3")
        self.later = IconButton(theme, "down", translate("Find", "Later message"), "F3")
        closing = IconButton(theme, "close", translate("Find", "Close the search"))
        self.earlier.clicked.connect(lambda: self._step(-1))
        self.later.clicked.connect(lambda: self._step(1))
        closing.clicked.connect(self.close_bar)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 6, 12, 6)
        line.addWidget(self.field, 1)
        line.addWidget(self.count)
        for button in (self.earlier, self.later, closing):
            line.addWidget(button)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.wanted.emit(self.text))
        self.field.textChanged.connect(self._typed)
        self._show_count()
        self.hide()

    @property
    def text(self) -> str:
        """What is looked for; empty while the bar is closed."""
        return self.field.text().strip() if self.isVisible() else ""

    def open(self) -> None:
        """Come, with the words that were looked for last."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        if self.text:
            self.wanted.emit(self.text)

    def close_bar(self) -> None:
        """Go away."""
        if self.isVisible():
            self._pause.stop()
            self.hide()
            self._found, self._at = (), -1
            self.closed.emit()

    def show_found(self, text: str, messages: Sequence[int]) -> None:
        """``messages`` hold ``text``, oldest first; the newest is chosen. Late news is ignored."""
        if text != self.text:
            return
        self._found = messages
        self._at = len(messages) - 1
        self._show_count()
        if messages:
            self.chosen.emit(messages[self._at])

    def _typed(self) -> None:
        self._found, self._at = (), -1
        self._show_count()
        self._pause.start()

    def _step(self, by: int) -> None:
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self._show_count()
            self.chosen.emit(self._found[self._at])

    def _show_count(self) -> None:
        if self._found:
            self.count.setText(
                translate("Find", "{number} of {count}").format(
                    number=self._at + 1, count=len(self._found)
                )
            )
        else:
            self.count.setText(
                translate("Find", "Not found") if self.text and not self._pause.isActive() else ""
            )
        for button in (self.earlier, self.later):
            button.setEnabled(bool(self._found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on (with Shift: back), Escape closes."""
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_bar()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._step(1 if back else -1)
            case _:
                super().keyPressEvent(event)
