"""The left rail: a new conversation, search, the conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.ui.controls import Button, Label
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.conversation_list import ConversationList, ConversationListModel
    from app.ui.session import Session

WIDTH: Final = 248
SEARCH_PAUSE_MS: Final = 150
"""So long after the last letter the search begins."""


class Rail(QWidget):
    """Filled by ``attach``; before that only its buttons are there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._session: Session | None = None
        self.list: ConversationList | None = None
        self._model: ConversationListModel | None = None
        self._found = ""
        self.setFixedWidth(WIDTH)
        self.setProperty("kind", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.new_button = Button("&New conversation", kind="primary", tip="Ctrl+N")
        self.new_button.setShortcut(QKeySequence("Ctrl+N"))
        self.search = _Search()
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SEARCH_PAUSE_MS)
        self._delay.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._delay.start())
        self._hint = Label("Your conversations will stand here.", kind="small", wrap=True)
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(12, 12, 12, 8)
        self._page.setSpacing(10)
        self._page.addWidget(self.new_button)
        self._page.addWidget(self.search)
        self._page.addWidget(self._hint)
        self._page.addStretch(1)

    def attach(self, session: Session) -> None:
        """Show the conversations of ``session``."""
        from app.ui.conversation_list import ConversationList, ConversationListModel

        self._session = session
        self._model = ConversationListModel()
        self._model.setParent(self)
        self._model.renamed.connect(self._rename)
        self.list = ConversationList(self._theme, self._model)
        self.list.opened.connect(self._open)
        self._page.takeAt(self._page.count() - 1)
        self._page.addWidget(self.list, 1)
        self.new_button.clicked.connect(self._new)
        session.conversations_changed.connect(self._show)
        session.state_changed.connect(self._show)
        session.current_changed.connect(self._mark)
        self._show()

    @property
    def searching(self) -> bool:
        """Whether the list shows what a search found."""
        return bool(self.search.text().strip())

    @property
    def showing_hits(self) -> bool:
        """Whether what stands in the list was found for the words in the field."""
        return self.searching and self._found == self.search.text().strip()

    def _new(self) -> None:
        if self._session is not None:
            self.search.clear()
            self._session.start_new()

    def _show(self) -> None:
        session, model = self._session, self._model
        if session is None or model is None or self.searching:
            return
        self._found = ""
        model.show_conversations(session.summaries, session.state_line, session.desk.clock.now())
        self._hint.setVisible(not session.summaries)
        self._mark()

    def _mark(self) -> None:
        if self._session is not None and self.list is not None and self._model is not None:
            self.list.select(self._model.row_of(self._session.current.id))

    def _search(self) -> None:
        if self._session is None:
            return
        if self.searching:
            self._session.tasks.start(self._find(self.search.text().strip()), name="search")
        else:
            self._show()

    async def _find(self, text: str) -> None:
        assert self._session is not None
        assert self._model is not None
        hits = await self._session.search(text)
        if self.search.text().strip() == text:
            self._hint.hide()
            self._found = text
            self._model.show_hits(hits, self._session.desk.clock.now())

    def _open(self, conversation_id: str, message_id: int) -> None:
        if self._session is not None:
            work = self._open_at(conversation_id, message_id)
            self._session.tasks.start(work, name="open conversation")

    async def _open_at(self, conversation_id: str, message_id: int) -> None:
        assert self._session is not None
        await self._session.show(conversation_id)
        if message_id:
            await self._session.show_message(message_id)

    def _rename(self, conversation_id: str, title: str) -> None:
        if self._session is not None:
            work = self._session.rename(conversation_id, title)
            self._session.tasks.start(work, name="rename conversation")


class _Search(QLineEdit):
    """The search field; Escape empties it."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search everything  Ctrl+K")
        self.setAccessibleName("Search all conversations")
        self.setClearButtonEnabled(True)
        shortcut = QShortcut(QKeySequence("Ctrl+K"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self._come)

    def _come(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        else:
            super().keyPressEvent(event)
