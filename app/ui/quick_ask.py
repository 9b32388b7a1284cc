"""A small window for one question: Enter asks, the answer streams below, Escape closes it.

What is asked here is a conversation like any other. It can be shown before anything heavy is
imported; what is asked by then goes out once Steward has started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QKeyEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.activation import activate
from app.ui.controls import Button, ElidedLabel, Label, rule
from app.ui.skill_words import asked
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.events import Event
    from app.ui.chat.rows import CardRow, Row
    from app.ui.chat.transcript import Transcript
    from app.ui.open_conversation import OpenConversation
    from app.ui.session import Session

WIDTH: Final = 640
ANSWER_HEIGHT: Final = 340
_LETTERS: Final = 80
"""So many have room in a line, also in large letters."""
_FROM_TOP: Final = 0.2
"""Part of the screen's height above the window."""


class QuickAsk(QWidget):
    """``open_wanted(conversation_id)``: the person goes on in the main window; ``left``: closed."""

    painted = Signal()
    open_wanted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._session: Session | None = None
        self._conversation: OpenConversation | None = None
        self._early: list[str] = []
        self._was_painted = False
        self.transcript: Transcript | None = None
        self.setWindowFlags(
            Qt.WindowType.Window
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowTitle(translate("QuickAsk", "Ask Steward"))
        self._build()
        self._show_state()

    def _build(self) -> None:
        edge = QVBoxLayout(self)
        edge.setContentsMargins(0, 0, 0, 0)
        edge.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        frame = QFrame()
        frame.setProperty("kind", "quick")
        frame.setFixedWidth(max(WIDTH, _LETTERS * self.fontMetrics().averageCharWidth()))
        edge.addWidget(frame)
        page = QVBoxLayout(frame)
        page.setContentsMargins(1, 1, 1, 1)
        page.setSpacing(0)
        self.line = QLineEdit()
        self.line.setProperty("kind", "quick")
        self.line.setAccessibleName(translate("QuickAsk", "Your question"))
        self.line.setPlaceholderText(translate("QuickAsk", "Ask Steward …"))
        self.line.returnPressed.connect(self._ask_written)
        page.addWidget(self.line)
        self._answer_edge = rule()
        page.addWidget(self._answer_edge)
        self._answer = QWidget()
        self._answer.setFixedHeight(ANSWER_HEIGHT)
        self._answers = QVBoxLayout(self._answer)
        self._answers.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self._answer)
        page.addWidget(rule())
        below = QHBoxLayout()
        below.setContentsMargins(14, 6, 10, 6)
        below.setSpacing(8)
        self._hint = ElidedLabel(kind="small")
        self.stop_button = Button(translate("QuickAsk", "&Stop"), kind="quiet")
        self.stop_button.clicked.connect(self._stop)
        self.open_button = Button(
            translate("QuickAsk", "&Open in Steward"),
            kind="quiet",
            tip=translate("QuickAsk", "Go on in the main window (Ctrl+O)"),
        )
        self.open_button.clicked.connect(self._open)
        below.addWidget(self._hint, 1)
        below.addWidget(self.stop_button)
        below.addWidget(self.open_button)
        page.addLayout(below)
        QShortcut(QKeySequence("Ctrl+O"), self).activated.connect(self._open)

    def attach(self, session: Session) -> None:
        """Steward has started."""
        self._session = session
        session.state_changed.connect(self._show_state)
        session.happened.connect(self._announce)
        session.warm_up.begin()  # it is opened to ask
        early, self._early = self._early, []
        for text in early:
            self.ask(text)

    def detach(self) -> None:
        """The session is about to end."""
        if self.transcript is not None:
            self.transcript.show_model(None)
        self._session = None
        self.hide()

    @property
    def conversation_id(self) -> str | None:
        """The conversation it shows, once it is stored."""
        return self._conversation.id if self._conversation is not None else None

    def come(self, token: str = "") -> None:
        """Appear, ready for a question. An answer that still comes is kept in view."""
        if not self.isVisible():
            if not self._is_busy:
                self._start_over()
            self._place()
        activate(self, token)
        self.line.setFocus()

    def ask(self, text: str) -> None:
        """Ask, in the conversation that is shown here."""
        if not text.strip():
            return
        if self._session is None:
            self._early.append(text)
            self._show_state()
            return
        if self._conversation is None:
            self._conversation = self._session.apart()
            self._show_answer(self._conversation)
        self._session.send(text, conversation=self._conversation)
        self._show_state()

    # -- inside ----------------------------------------------------------------------------

    @property
    def _is_busy(self) -> bool:
        return self._conversation is not None and bool(self._conversation.turns)

    def _ask_written(self) -> None:
        text = self.line.text()
        self.line.clear()
        self.ask(text)

    def _start_over(self) -> None:
        self._conversation = None
        if self.transcript is not None:
            self.transcript.show_model(None)
        self._show_state()

    def _show_answer(self, conversation: OpenConversation) -> None:
        from app.ui.chat.transcript import Transcript

        if self.transcript is None:
            assert self._session is not None
            pictures = self._session.thumbnails.of
            self.transcript = Transcript(self._theme, self._make_widget, pictures)
            # Links, calls and undo are followed where there is room for them.
            self.transcript.link_clicked.connect(self._open)
            self.transcript.call_clicked.connect(self._open)
            self.transcript.undo_wanted.connect(self._open)
            self.transcript.focus_left.connect(self.line.setFocus)
            self._answers.addWidget(self.transcript)
        self.transcript.show_model(conversation.model)

    def _make_widget(self, row: Row) -> QWidget | None:
        from app.ui.chat.rows import CardRow, SuggestionsRow
        from app.ui.chat.suggestions import Suggestions

        if isinstance(row, CardRow):
            return self._pointer(row)
        if isinstance(row, SuggestionsRow):
            suggestions = Suggestions(row.suggestions, row.labels)
            suggestions.chosen.connect(self.ask)
            return suggestions
        return None

    def _pointer(self, row: CardRow) -> QWidget:
        """A change is decided where all of it can be seen."""
        pointer = QFrame()
        pointer.setProperty("kind", "card")
        line = QHBoxLayout(pointer)
        line.setContentsMargins(14, 10, 10, 10)
        summary = asked(row.approval).rstrip(".?")
        asks = translate("QuickAsk", "Steward asks: {summary}?").format(summary=summary)
        line.addWidget(Label(asks, wrap=True), 1)
        button = Button(
            translate("QuickAsk", "&Decide in Steward"),
            kind="primary",
            name=translate("QuickAsk", "Decide in Steward: {summary}").format(summary=summary),
        )
        button.clicked.connect(self._open)
        line.addWidget(button)
        return pointer

    def _show_state(self) -> None:
        asked = self._conversation is not None
        self._answer.setVisible(asked)
        self._answer_edge.setVisible(asked)
        self.stop_button.setVisible(self._is_busy)
        self.open_button.setVisible(asked)
        self.open_button.setEnabled(self.conversation_id is not None)
        self._hint.setText(self._words())

    def _words(self) -> str:
        if self._early:
            return translate("QuickAsk", "Steward is still starting: it goes out in a moment.")
        if self._is_busy and self._session is not None and self._session.paused:
            return translate("QuickAsk", "Steward is paused: your question waits.")
        if self._conversation is not None and self._conversation.model.asking:
            return translate("QuickAsk", "Waiting for your approval · nothing has changed yet")
        if self._is_busy:
            return translate("QuickAsk", "Working … Escape closes; the answer goes on in Steward.")
        if self._conversation is not None:
            return translate("QuickAsk", "Enter asks on · Escape closes")
        return translate("QuickAsk", "Enter asks · Escape closes")

    def _stop(self) -> None:
        if self._session is not None and self._conversation is not None:
            self.line.setFocus()
            back = self._session.stop_in(self._conversation)
            if back and not self.line.text():
                self.line.setText(" ".join(back.split()))

    def _open(self) -> None:
        if (conversation_id := self.conversation_id) is not None:
            self.hide()
            self.open_wanted.emit(conversation_id)

    def _announce(self, event: Event) -> None:
        """Tell a screen reader the answer, and what is asked."""
        from app.domain.events import Answer, Approval

        if event.conversation_id is None or event.conversation_id != self.conversation_id:
            return
        match event:
            case Answer(text=text) if text:
                said = text
            case Approval(decision=None):
                summary = asked(event).rstrip(".?")
                said = translate("QuickAsk", "Steward asks: {summary}?").format(summary=summary)
            case _:
                return
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        if QAccessible.isActive() and self.transcript is not None:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.transcript, said))

    def _place(self) -> None:
        screen = QGuiApplication.screenAt(QCursor.pos()) or self.screen()
        room = screen.availableGeometry()
        across = room.x() + (room.width() - self.width()) // 2
        self.move(across, room.y() + round(room.height() * _FROM_TOP))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; what was asked goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first paint."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)
