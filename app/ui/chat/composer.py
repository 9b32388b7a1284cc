"""The composer: where the person writes. Enter sends, Shift+Enter begins a line, Escape stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
)

from app.ui.controls import Button, Label
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.chat.completion import Command, Offer
    from app.ui.chat.offer_list import OfferList

_MOST_LINES: Final = 9
PLACEHOLDER: Final = "Ask, type / for commands, @ for a file"


class Composer(QFrame):
    """Emits ``sent(text)`` and ``stopped``. The one button is Send, or Stop while ``busy``."""

    sent = Signal(str)
    stopped = Signal()
    files_wanted = Signal()
    """File names are about to be offered: a good moment to look at the folders again."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._busy = False
        self._commands: Sequence[Command] = ()
        self._files: Sequence[str] = ()
        self._offers: OfferList | None = None
        self._focus_waits = False
        self._history: Callable[[], Sequence[str]] = list
        self._browsing = 0
        self._unsent = ""
        self.setProperty("kind", "composer")
        self.setAccessibleName("Composer")
        self.editor = _Editor(self)
        self.editor.setAccessibleName("Message")
        self.editor.setPlaceholderText(PLACEHOLDER)
        self.editor.textChanged.connect(self._edited)
        self.editor.cursorPositionChanged.connect(self._offer)
        self._hint = Label(kind="small")
        self._button = Button("&Send", kind="primary")
        self._button.clicked.connect(self._pressed)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addStretch(1)
        line.addWidget(self._hint)
        line.addWidget(self._button)
        page = QVBoxLayout(self)
        page.setContentsMargins(14, 10, 10, 10)
        page.setSpacing(8)
        page.addWidget(self.editor)
        page.addLayout(line)
        self.setTabOrder(self.editor, self._button)
        self._show_state()

    # -- what the page says ------------------------------------------------------------------

    def set_busy(self, busy: bool) -> None:
        """Whether a turn is under way, so that the button stops it."""
        if busy != self._busy:
            self._busy = busy
            self._show_state()

    def set_commands(self, commands: Sequence[Command]) -> None:
        """What ``/`` offers."""
        self._commands = tuple(commands)

    def set_files(self, names: Sequence[str]) -> None:
        """What ``@`` offers."""
        self._files = tuple(names)
        self._offer()

    def set_history(self, history: Callable[[], Sequence[str]]) -> None:
        """Where Up finds what was said before, oldest first."""
        self._history = history
        self._browsing = 0

    @property
    def text(self) -> str:
        """What is written."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put ``text`` in, the cursor behind it."""
        self.editor.setPlainText(text)
        self.editor.moveCursor(QTextCursor.MoveOperation.End)
        self._hide_offers()

    @property
    def button(self) -> Button:
        """Send, or Stop."""
        return self._button

    @property
    def offer_list(self) -> OfferList | None:
        """The list of completions, once there was one."""
        return self._offers

    # -- inside --------------------------------------------------------------------------------

    def _show_state(self) -> None:
        stopping = self._busy and not self.text.strip()
        self._button.setText("S&top" if stopping else "&Send")
        self._button.setAccessibleName("Stop" if stopping else "Send")
        self._button.setToolTip("Escape" if stopping else "Enter")
        self._button.setEnabled(stopping or bool(self.text.strip()))
        hint = "Shift+Enter for a new line"
        if self._busy:
            hint = "Escape stops" if stopping else "Enter to send next · Escape stops"
        self._hint.setText(hint)

    def _edited(self) -> None:
        self.editor.fit()
        self._show_state()
        if not self.text:
            self._browsing = 0

    def _pressed(self) -> None:
        if self._busy and not self.text.strip():
            self.stopped.emit()
        else:
            self.send()
        self.editor.setFocus()

    def send(self) -> None:
        """Send what is written, unless it is nothing."""
        text = self.text.strip()
        if text:
            self.set_text("")
            self._browsing = 0
            self.sent.emit(text)

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Take a key before the editor does; whether it was ours."""
        offers = self._offers.offers if self._offers is not None else None
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if offers is not None and self._offers is not None:
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._offers.move_by(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key == Qt.Key.Key_Escape:
                self._hide_offers()
                return True
            wanted = self._offers.first() if key == Qt.Key.Key_Tab else None
            if enter and not shift:
                wanted = self._offers.selected()
            if wanted is not None:
                self._take(wanted)
                return True
        if enter and not shift:
            self.send()
            return True
        if key == Qt.Key.Key_Escape and self._busy:
            self.stopped.emit()
            return True
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.modifiers():
            return self._browse(1 if key == Qt.Key.Key_Up else -1)
        return False

    def _browse(self, step: int) -> bool:
        """Up and Down go through what was said, from an empty composer."""
        said = self._history()
        if self._browsing == 0:
            if step < 0 or self.text.strip():
                return False
            self._unsent = self.text
        elif "\n" in self.text and not self._at_edge(step):
            return False
        at = min(max(self._browsing + step, 0), len(said))
        if at == self._browsing:
            return self._browsing > 0
        self.set_text(self._unsent if at == 0 else said[-at])
        self._browsing = at
        return True

    def _at_edge(self, step: int) -> bool:
        block = self.editor.textCursor().blockNumber()
        return block == (0 if step > 0 else self.editor.blockCount() - 1)

    # -- completion ------------------------------------------------------------------------------

    def _offer(self) -> None:
        cursor = self.editor.textCursor()
        if not self.text or not self.editor.hasFocus() or cursor.hasSelection() or self._browsing:
            self._hide_offers()
            return
        from app.ui.chat.completion import offers_at

        found = offers_at(self.text, cursor.position(), self._commands, self._files)
        if self.text[: cursor.position()].endswith(("@", "/")):
            self.files_wanted.emit()
        if found is None:
            self._hide_offers()
            return
        if self._offers is None:
            from app.ui.chat.offer_list import OfferList

            self._offers = OfferList(self._theme, self.window())
            self._offers.chosen.connect(self._take)
        place = self.mapTo(self.window(), self.rect().topLeft())
        self._offers.show_offers(found, QRect(place, self.size()))

    def _take(self, offer: Offer) -> None:
        offers = self._offers.offers if self._offers is not None else None
        if offers is None:
            return
        cursor = self.editor.textCursor()
        cursor.setPosition(offers.start)
        cursor.setPosition(offers.end, QTextCursor.MoveMode.KeepAnchor)
        self._hide_offers()
        cursor.insertText(offer.text)
        self.editor.setTextCursor(cursor)

    def hide_offers(self) -> None:
        """The editor lost the focus."""
        self._hide_offers()

    def _hide_offers(self) -> None:
        if self._offers is not None:
            self._offers.hide()

    def show_focus(self, focused: bool) -> None:
        """The frame shows the editor's focus, unless that waits."""
        self.setProperty("focused", focused)
        if not self._focus_waits:
            self.style().unpolish(self)
            self.style().polish(self)

    def let_focus_wait(self) -> None:
        """The window is not painted yet: the frame can follow, and takes longer than all else."""
        self._focus_waits = True

    def follow_focus(self) -> None:
        """From now on the frame shows the focus, as it is and as it comes."""
        self._focus_waits = False
        self.show_focus(self.editor.hasFocus())


class _Editor(QPlainTextEdit):
    """As high as its text, up to nine lines; asks the composer about keys first."""

    def __init__(self, composer: Composer) -> None:
        super().__init__(composer)
        self._composer = composer
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(2)

    def fit(self) -> None:
        """Take the height the text needs."""
        lines = max(1, min(_MOST_LINES, round(self.document().size().height())))
        height = round(lines * self.fontMetrics().lineSpacing()) + 6
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(200, self.fontMetrics().lineSpacing() + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The composer's keys, else Qt's."""
        if not self._composer.key_pressed(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab goes to the list of completions while it is open."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self._composer.key_pressed(event)
        ):
            return True
        return bool(super().event(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap elsewhere."""
        super().resizeEvent(event)
        self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the frame."""
        super().focusInEvent(event)
        self._composer.show_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Put the completions away."""
        super().focusOutEvent(event)
        self._composer.show_focus(False)
        self._composer.hide_offers()
