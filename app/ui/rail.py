"""The left rail: a new conversation, search, the conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from app.ui.controls import Button, Label, offer_to_clear
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QFileDialog

    from app.domain.messages import SearchHit
    from app.ui.conversation_acts import ExportForm
    from app.ui.conversation_line import Entry
    from app.ui.conversation_list import ConversationList, ConversationListModel
    from app.ui.session import Session
    from app.ui.undo_bar import UndoBar

WIDTH: Final = 248
SEARCH_PAUSE_MS: Final = 150
"""So long after the last letter the search begins."""


class Rail(QWidget):
    """Filled by ``attach``; before that only its buttons are there.

    ``menu`` and ``dialog`` are the ones opened last.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._session: Session | None = None
        self.list: ConversationList | None = None
        self.undo_bar: UndoBar | None = None
        self.menu: QMenu | None = None
        self.dialog: QFileDialog | None = None
        self._model: ConversationListModel | None = None
        self._found = ""
        theme.changed.connect(self._fit)
        self._fit()
        self.setProperty("kind", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.new_button = Button(
            translate("Conversations", "&New conversation"), kind="primary", tip="Ctrl+N"
        )
        self.new_button.setShortcut(QKeySequence("Ctrl+N"))
        self.search = _Search()
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SEARCH_PAUSE_MS)
        self._delay.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._delay.start())
        self._hint = Label(
            translate("Conversations", "Your conversations will stand here."),
            kind="small",
            wrap=True,
        )
        self.archive_button = Button(translate("Conversations", "Archived"), kind="quiet")
        self.archive_button.hide()
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(12, 12, 12, 8)
        self._page.setSpacing(10)
        self._page.addWidget(self.new_button)
        self._page.addWidget(self.search)
        self._page.addWidget(self._hint)
        self._page.addStretch(1)

    def _fit(self) -> None:
        # Half as much wider as the text is larger: titles may end in …, the middle needs room.
        self.setFixedWidth(round(WIDTH * (1 + max(self._theme.scale, 1.0)) / 2))

    def attach(self, session: Session) -> None:
        """Show the conversations of ``session``."""
        from app.ui.conversation_list import ConversationList, ConversationListModel
        from app.ui.undo_bar import UndoBar

        self._session = session
        self._model = ConversationListModel()
        self._model.setParent(self)
        self._model.renamed.connect(self._rename)
        self._model.more_wanted.connect(self._read_more)
        self.list = ConversationList(self._theme, self._model)
        self.list.opened.connect(self._open)
        self.list.remove_wanted.connect(self._remove)
        self.list.menu_wanted.connect(self._show_menu)
        self.undo_bar = UndoBar()
        self.list.undo_wanted.connect(self.undo_bar.undo)
        self._page.takeAt(self._page.count() - 1)
        self._page.addWidget(self.list, 1)
        self._page.addWidget(self.undo_bar)
        self._page.addWidget(self.archive_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.archive_button.clicked.connect(self._toggle_archived)
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

    # -- what the list shows -------------------------------------------------------------------

    def _show(self) -> None:
        session, model = self._session, self._model
        if session is None or model is None or self.searching:
            return
        self._found = ""
        listing = session.listing
        shown = listing.archived if listing.archived_shown else listing.summaries
        model.show_conversations(
            shown,
            session.state_line,
            session.desk.clock.now(),
            goes_on=listing.goes_on and not listing.archived_shown,
        )
        self._hint.setVisible(not shown)
        back = listing.archived_shown
        self.archive_button.setText(
            translate("Conversations", "← All conversations")
            if back
            else translate("Conversations", "Archived ({archived_count})").format(
                archived_count=f"{listing.archived_count:,}"
            )
        )
        self.archive_button.setAccessibleName(
            translate("Conversations", "All conversations")
            if back
            else translate("Conversations", "Archived conversations")
        )
        self.archive_button.setVisible(bool(listing.archived_count))
        self._mark()

    def _mark(self) -> None:
        if self._session is not None and self.list is not None and self._model is not None:
            self.list.select(self._model.row_of(self._session.current.id))

    def _read_more(self) -> None:
        if self._session is not None:
            self._session.listing.want_more()
            self._session.tasks.start(self._session.refresh(), name="read more conversations")

    def _toggle_archived(self) -> None:
        if self._session is not None:
            listing = self._session.listing
            listing.archived_shown = not listing.archived_shown
            self._session.tasks.start(self._session.refresh(), name="read conversations")

    def _search(self) -> None:
        if self._session is None:
            return
        if self.searching:
            self._session.tasks.start(self._find(self.search.text().strip()), name="search")
        else:
            self._show()

    async def _find(self, text: str) -> None:
        from app.ui.session import FIRST_HITS, HITS

        assert self._session is not None
        first = await self._session.search(text, limit=FIRST_HITS)
        self._show_hits(text, first, limit=FIRST_HITS)
        if len(first) == FIRST_HITS and self.search.text().strip() == text:
            self._show_hits(text, await self._session.search(text), limit=HITS)

    def _show_hits(self, text: str, hits: Sequence[SearchHit], *, limit: int) -> None:
        assert self._session is not None
        assert self._model is not None
        if self.search.text().strip() == text:
            self._hint.hide()
            self.archive_button.hide()
            self._found = text
            self._model.show_hits(hits, self._session.desk.clock.now(), limit=limit)

    # -- what the person does ------------------------------------------------------------------

    def _new(self) -> None:
        if self._session is not None:
            self.search.clear()
            self._session.listing.start_over()
            self._session.start_new()

    def _open(self, conversation_id: str, message_id: int) -> None:
        if self._session is not None:
            work = self._open_at(conversation_id, message_id)
            self._session.tasks.start(work, name="open conversation")

    async def _open_at(self, conversation_id: str, message_id: int) -> None:
        assert self._session is not None
        words = self._found
        await self._session.show(conversation_id)
        if message_id:
            await self._session.show_message(message_id)
            self._session.hit_shown.emit(words)

    def _rename(self, conversation_id: str, title: str) -> None:
        if self._session is not None:
            work = self._session.conversations.rename(conversation_id, title)
            self._session.tasks.start(work, name="rename conversation")

    def _remove(self, entry: Entry) -> None:
        if not entry.archived:
            self.archive(entry, archived=True)

    def _show_menu(self, entry: Entry | None, place: QPoint) -> None:
        from app.ui.conversation_menu import conversation_menu

        self.menu = conversation_menu(self, entry, self)
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        self.menu.popup(place)

    def open_entry(self, entry: Entry) -> None:
        """Show a conversation, or the message that was found."""
        self._open(entry.conversation_id, entry.message_id)

    def edit_title(self, entry: Entry) -> None:
        """Let the person write another title."""
        if self.list is not None:
            self.list.edit_title(entry.conversation_id)

    def pin(self, entry: Entry, *, pinned: bool) -> None:
        """Let a conversation stand first, or no longer."""
        if self._session is not None:
            work = self._session.conversations.pin(entry.conversation_id, pinned=pinned)
            self._session.tasks.start(work, name="pin conversation")

    def archive(self, entry: Entry, *, archived: bool) -> None:
        """Take a conversation out of the list, with Undo at once; or bring it back."""
        if self._session is not None:
            self._session.tasks.start(self._archive(entry, archived), name="archive conversation")

    async def _archive(self, entry: Entry, archived: bool, *, undone: bool = False) -> None:
        session = self._session
        assert session is not None
        assert self.undo_bar is not None
        # What still works may ask something: it stays, and the page says that it is archived.
        left = session.current.id == entry.conversation_id and archived and not session.busy
        beside = session.listing.beside(entry.conversation_id)
        await session.conversations.archive(entry.conversation_id, archived=archived)
        if self.searching:
            await self._find(self.search.text().strip())
        if left and session.current.id == entry.conversation_id:
            await self._leave_for(beside)
        if undone:
            return
        said = (
            translate("Conversations", "Archived “{title}”").format(title=entry.title)
            if archived
            else translate("Conversations", "“{title}” is back").format(title=entry.title)
        )
        self.undo_bar.offer(said, lambda: self._take_back(entry, archived, shown=left))

    async def _leave_for(self, conversation_id: str | None) -> None:
        assert self._session is not None
        if conversation_id is None:
            self._session.start_new()
        else:
            await self._session.show(conversation_id)

    def _take_back(self, entry: Entry, archived: bool, *, shown: bool) -> None:
        session = self._session
        assert session is not None

        async def work() -> None:
            await self._archive(entry, not archived, undone=True)
            if shown:
                await session.show(entry.conversation_id)

        session.tasks.start(work(), name="undo archiving")

    def ask_where_to_export(self, entry: Entry, form: ExportForm) -> None:
        """Ask for a file, and write the conversation there."""
        from app.ui.conversation_menu import ask_where

        session = self._session
        if session is None:
            return

        def write(target: Path) -> None:
            work = session.conversations.export(entry.conversation_id, form, target)
            session.tasks.start(work, name="export conversation")

        self.dialog = ask_where(self, entry.title, form, write)

    def ask_what_to_import(self) -> None:
        """Ask for an exported conversation, add and show it."""
        from app.ui.conversation_menu import ask_which

        session = self._session
        if session is None:
            return
        self.dialog = ask_which(
            self,
            lambda source: session.tasks.start(self._import(source), name="import conversation"),
        )

    async def _import(self, source: Path) -> None:
        assert self._session is not None
        added = await self._session.conversations.import_file(source)
        await self._session.show(added.id)


class _Search(QLineEdit):
    """The search field; Escape empties it."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(translate("Conversations", "Search everything  Ctrl+K"))
        self.setAccessibleName(translate("Conversations", "Search all conversations"))
        offer_to_clear(self)
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
