"""The middle of the window: the transcript, and the composer below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.ui.chat.composer import Composer
from app.ui.controls import Label
from app.ui.theme import Theme
from app.ui.tokens import COLUMN
from app.ui.translation import translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.ui.chat.approval_card import ApprovalCard
    from app.ui.chat.archived_bar import ArchivedBar
    from app.ui.chat.editing import Editing
    from app.ui.chat.find_bar import FindBar
    from app.ui.chat.queued_bar import QueuedBar
    from app.ui.chat.transcript import Transcript
    from app.ui.chat.waiting_cards import WaitingCards
    from app.ui.drafts import DraftKeeper
    from app.ui.notifications import CardStack
    from app.ui.open_conversation import OpenConversation
    from app.ui.session import Session

HIT_SHOWN_MS: Final = 4_000
"""So long the words of a hit stay marked."""
_SIDE: Final = 36


class ChatPage(QWidget):
    """Before ``attach`` a message can be written and sent already: it goes out afterwards."""

    call_clicked = Signal(str, str)
    undo_wanted = Signal()
    set_up_wanted = Signal()
    """From an empty conversation of someone who has no folder yet."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self._fit)
        self._session: Session | None = None
        self._shown: OpenConversation | None = None
        self._early: list[str] = []
        self._early_files: list[Path] = []
        self._empty: QWidget | None = None
        self._set_up: QWidget | None = None
        self._cards: CardStack | None = None
        self.transcript: Transcript | None = None
        self.waiting_cards: WaitingCards | None = None
        self.find_bar: FindBar | None = None
        self.archived_bar: ArchivedBar | None = None
        self._drafts: DraftKeeper | None = None
        self._hit_time: QTimer | None = None
        self._editing: Editing | None = None
        self.composer = Composer(theme)
        self.composer.sent.connect(self._send_written)
        self.composer.files_offered.connect(self._attach_files)
        self.setAcceptDrops(True)
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(0, 0, 0, 0)
        self._page.setSpacing(0)
        self._waiting = Label("", kind="muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._page.addWidget(self._waiting, 1)
        holder = QWidget()
        self._below = QVBoxLayout(holder)
        self._below.setContentsMargins(_SIDE, 4, _SIDE, 16)
        self._queued: QueuedBar | None = None
        self._below.addWidget(self.composer)
        self._page.addWidget(holder)
        self.setFocusProxy(self.composer.editor)

    def put_above(self, cards: CardStack) -> None:
        """Let notifications stand above everything else, as wide as what is read."""
        self._cards = cards
        self._page.insertWidget(0, cards)
        self._fit()

    def attach(self, session: Session) -> None:
        """Show what the session shows from now on."""
        from app.ui.chat.accessible import install
        from app.ui.chat.announcing import Announcer
        from app.ui.chat.editing import Editing
        from app.ui.chat.links import ask_to_open
        from app.ui.chat.row_widgets import RowWidgets
        from app.ui.chat.transcript import Transcript
        from app.ui.drafts import DraftKeeper

        install()
        self._session = session
        widgets = RowWidgets(self._theme, session, self)
        widgets.send_wanted.connect(self.send)
        widgets.edit_wanted.connect(self._edit_message)
        widgets.left.connect(self.composer.editor.setFocus)
        self.transcript = Transcript(self._theme, widgets.make, session.thumbnails.of)
        self.transcript.link_clicked.connect(lambda address: ask_to_open(self, address))
        self.transcript.call_clicked.connect(self.call_clicked)
        self.transcript.undo_wanted.connect(self.undo_wanted)
        self.transcript.earlier_wanted.connect(session.read_earlier)
        self.transcript.beginning_wanted.connect(session.show_beginning)
        self.transcript.widget_shown.connect(self._widget_shown)
        self.waiting_cards = self._follow_cards(self.transcript)
        self.transcript.focus_left.connect(self.composer.editor.setFocus)
        self._page.replaceWidget(self._waiting, self.transcript)
        self._page.setStretchFactor(self.transcript, 1)
        self.transcript.setMinimumHeight(1)  # a long notification in a small window needs it all
        self._drafts = DraftKeeper(
            session.desk.drafts, session.tasks, self.composer, session.attaching, self
        )
        self._hit_time = QTimer(self)
        self._hit_time.setSingleShot(True)
        self._hit_time.setInterval(HIT_SHOWN_MS)
        self._hit_time.timeout.connect(self._stop_marking)
        self.find_bar = self._make_find_bar(session)
        self._page.insertWidget(self._page.indexOf(self.transcript), self.find_bar)
        self.archived_bar = self._make_archived_bar(session)
        self._page.insertWidget(self._page.indexOf(self.find_bar), self.archived_bar)
        self._waiting.deleteLater()
        self._over = QVBoxLayout(self.transcript.viewport())
        self._over.setContentsMargins(0, 0, 0, 0)
        self._attach_attaching(session)
        self.composer.stopped.connect(session.stop)
        self._editing = Editing(session, self.composer)
        session.elsewhere.occupied = self._is_occupied
        self.transcript.edit_wanted.connect(self._edit_message)
        self.transcript.again_wanted.connect(session.branching.answer_again)
        self.composer.set_history(self._said)
        self.composer.editor.textChanged.connect(self._get_ready)
        session.current_changed.connect(self._show_current)
        session.state_changed.connect(self._show_state)
        session.returned.connect(self._take_back)
        session.happened.connect(Announcer(session, self.transcript).tell)
        session.row_wanted.connect(self.transcript.show_row)
        session.hit_shown.connect(self._mark_hit)
        session.provider_changed.connect(self._show_empty)
        session.files_changed.connect(self._show_empty)
        self._show_current()
        self._drafts.restore()
        self._get_ready()
        early, self._early = self._early, []
        for text in early:
            session.send(text)
        early_files, self._early_files = self._early_files, []
        if early_files:
            self._attach_files(early_files)

    def _follow_cards(self, transcript: Transcript) -> WaitingCards:
        from app.ui.chat.approval_card import ApprovalCard
        from app.ui.chat.waiting_cards import WaitingCards

        def cards() -> list[ApprovalCard]:
            return [one for one in transcript.widgets() if isinstance(one, ApprovalCard)]

        waiting = WaitingCards(transcript.viewport(), cards)
        waiting.wanted.connect(self._show_card)
        transcript.widgets_moved.connect(waiting.look)
        return waiting

    def _show_card(self, card: ApprovalCard | None) -> None:
        """A key of a card was pressed that cannot be seen."""
        if card is not None and self.transcript is not None:
            self.transcript.bring_into_view(card)
            card.setFocus()

    def _attach_attaching(self, session: Session) -> None:
        assert self.transcript is not None
        attaching, composer = session.attaching, self.composer
        composer.set_pictures(session.thumbnails.of)
        composer.picture_offered.connect(
            lambda image: attaching.add_picture(session.current, image)
        )
        composer.attachment_removed.connect(lambda one: attaching.remove(session.current, one))
        attaching.changed.connect(self._show_attached)
        attaching.failed.connect(composer.show_attaching_problem)
        session.thumbnails.loaded.connect(composer.repaint_pictures)
        session.thumbnails.loaded.connect(self.transcript.viewport().update)
        self.transcript.attachment_clicked.connect(session.opener.open)
        self.transcript.attachment_folder_wanted.connect(
            lambda one: session.opener.open(one, folder=True)
        )

    def _get_ready(self) -> None:
        """What is being written will be sent."""
        if self._session is not None and self.composer.text:
            self._session.warm_up.begin()

    def _attach_files(self, paths: list[Path]) -> None:
        if self._session is not None:
            self._session.attaching.add_files(self._session.current, paths)
        else:
            self._early_files.extend(paths)
            self.composer.show_attachments((), len(self._early_files))

    def _show_attached(self) -> None:
        if self._session is not None:
            current = self._session.current
            self.composer.show_attachments(current.attached, len(current.copying))

    def _make_find_bar(self, session: Session) -> FindBar:
        from app.ui.chat.find_bar import FindBar

        bar = FindBar(self._theme)
        bar.wanted.connect(lambda text: session.tasks.start(self._find(text), name="find"))
        bar.chosen.connect(
            lambda message: session.tasks.start(session.show_message(message), name="show message")
        )
        bar.closed.connect(self._stop_finding)
        session.current_changed.connect(bar.close_bar)
        return bar

    def _make_archived_bar(self, session: Session) -> ArchivedBar:
        from app.ui.chat.archived_bar import ArchivedBar

        bar = ArchivedBar()

        def look() -> None:
            bar.show_archived(session.archived)

        def bring_back() -> None:
            if session.current.id is not None:
                work = session.conversations.archive(session.current.id, archived=False)
                session.tasks.start(work, name="bring a conversation back")
                self.composer.editor.setFocus()  # the button goes

        bar.back_wanted.connect(bring_back)
        session.current_changed.connect(look)
        session.conversations_changed.connect(look)
        return bar

    def open_search(self) -> None:
        """Look for words in the conversation shown."""
        if self.find_bar is not None:
            self.find_bar.open()

    async def _find(self, text: str) -> None:
        from app.storage.search import words_in

        session, transcript, bar = self._session, self.transcript, self.find_bar
        if session is None or transcript is None or bar is None:
            return
        found = await session.find_here(text)
        transcript.mark_words(words_in(bar.text))
        bar.show_found(text, found)

    def _stop_finding(self) -> None:
        if self.transcript is not None:
            self.transcript.mark_words(())
            self.transcript.setFocus()

    def _mark_hit(self, text: str) -> None:
        """Mark for a moment what a search of everything has led to."""
        from app.storage.search import words_in

        if self.transcript is not None and self._hit_time is not None:
            self.transcript.mark_words(words_in(text))
            self._hit_time.start()

    def _stop_marking(self) -> None:
        bar, transcript = self.find_bar, self.transcript
        if transcript is not None and (bar is None or not bar.text):
            transcript.mark_words(())

    async def keep_draft(self) -> None:
        """Store what is being written; nothing is stored afterwards."""
        if self._drafts is not None:
            await self._drafts.close()

    def detach(self) -> None:
        """The session is about to end."""
        if self.transcript is not None:
            self.transcript.show_model(None)

    def _send_written(self, text: str) -> None:
        """Send what the composer holds, with what is attached to it."""
        session, editing = self._session, self._editing
        if session is None:
            self.send(text)
            return
        if editing is None or not editing.turn:
            session.send(text, session.attaching.take(session.current))
        elif session.branching.possible:
            attached = session.attaching.take(session.current)
            session.branching.say_again(editing.take(), text, attached)
        else:  # a message that has no end yet cannot be left
            self.composer.set_text(text)
            session.branching.say_why_not()

    def _edit_message(self, turn_id: str) -> None:
        session, editing = self._session, self._editing
        if session is None or editing is None:
            return
        asked = session.current.model.asked(turn_id)
        if asked is not None:
            editing.begin(asked)

    def send(self, text: str) -> None:
        """Send a message in the conversation shown; what is attached waits for another one."""
        if self._session is not None:
            self._session.send(text)
        else:
            self._early.append(text)
            self._waiting.setText(
                translate(
                    "Transcript", "Steward is still starting; your message goes out in a moment."
                )
            )

    # -- what is shown ---------------------------------------------------------------------------

    def _show_current(self) -> None:
        session, transcript = self._session, self.transcript
        if session is None or transcript is None:
            return
        assert self._drafts is not None
        self._stop_marking()
        if self._shown is not None:
            if self._editing is not None:
                self._editing.cancel()
            self._drafts.leave()
            self._shown.draft = self.composer.text
            if self._shown.id is not None and self._shown.id == session.current.id:
                session.current.draft = self.composer.text  # read anew: another branch is shown
            self._shown.model.rows_inserted.disconnect(self._show_empty)
            self._shown.model.reset.disconnect(self._show_empty)
            self.composer.set_text(session.current.draft)
        self._shown = session.current
        self._drafts.follow(self._shown)
        self._show_attached()
        self._shown.model.rows_inserted.connect(self._show_empty)
        self._shown.model.reset.connect(self._show_empty)
        transcript.show_model(self._shown.model)
        self._show_empty()
        self._show_state()

    def _is_occupied(self) -> bool:
        """Whether the person writes, or reads what is further up."""
        session, transcript = self._session, self.transcript
        attached = session is not None and (session.current.attached or session.current.copying)
        further_up = transcript is not None and not transcript.arrangement.following
        return bool(self.composer.text or attached or further_up)

    def _said(self) -> Sequence[str]:
        return self._session.current.model.said() if self._session is not None else ()

    def _show_state(self) -> None:
        if self._session is not None:
            self.composer.set_busy(self._session.busy)
            self._show_waiting([sent.text for sent in self._session.waiting])

    @property
    def queued_bar(self) -> QueuedBar | None:
        """What waits its turn, once something did."""
        return self._queued

    def _show_waiting(self, texts: Sequence[str]) -> None:
        if self._queued is None and texts:
            from app.ui.chat.queued_bar import QueuedBar

            assert self._session is not None
            self._queued = QueuedBar()
            self._queued.taken_back.connect(self._session.take_back)
            self._below.insertWidget(0, self._queued)
        if self._queued is not None:
            self._queued.show_messages(texts)

    def _take_back(self, text: str) -> None:
        written = self.composer.text
        if not text:
            return
        if self._editing is not None and self._editing.turn:
            self._editing.add_to_draft(text)
            return
        self.composer.set_text(f"{text}\n{written}" if written else text)

    def _show_empty(self) -> None:
        """An empty conversation says what can be done, with a button for each thing."""
        if self._empty is not None:
            self._empty.hide()
            self._empty.deleteLater()
            self._empty = None
        session = self._session
        if session is None or self.transcript is None:
            return
        setting_up = self._set_up is not None and not session.current.model.rows
        self.transcript.setVisible(not setting_up)
        if self._set_up is not None:
            self._set_up.setVisible(setting_up)
        if setting_up or session.current.model.rows:
            return
        from app.ui.chat.empty import EmptyConversation

        no_folder = not session.desk.folders.folders
        self._empty = EmptyConversation(session.starters(), offer_set_up=no_folder)
        self._empty.chosen.connect(self.send)
        self._empty.set_up_wanted.connect(self.set_up_wanted)
        self._over.addWidget(self._empty)

    def show_set_up(self, panel: QWidget | None) -> None:
        """Show ``panel`` in the place of an empty conversation from now on; ``None``: no longer."""
        if self._set_up is not None:
            self._page.removeWidget(self._set_up)
            self._set_up.hide()
            self._set_up.deleteLater()
        self._set_up = panel
        if panel is not None:
            self._page.insertWidget(self._page.count() - 1, panel, 1)
        self._show_empty()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped anywhere."""
        if self.composer.can_take(event.mimeData()):
            event.acceptProposedAction()
            self.composer.show_offered(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        self.composer.show_offered(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """They are attached."""
        self.composer.show_offered(False)
        if self.composer.take(event.mimeData()):
            event.acceptProposedAction()
            self.composer.editor.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The composer is as wide as the transcript's column."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        side = _SIDE if self.width() > 560 else 16
        side = max(side, (self.width() - self._theme.px(COLUMN)) // 2)
        self._below.setContentsMargins(side, 4, side, 16)
        if self._cards is not None:
            self._cards.stand_between(side)

    def _widget_shown(self, widget: QWidget) -> None:
        from app.ui.chat.approval_card import ApprovalCard

        focused = QApplication.focusWidget()
        writing = focused is self.composer.editor and self.composer.text
        elsewhere = focused is not None and focused is not self.composer.editor
        if isinstance(widget, ApprovalCard) and not writing and not elsewhere:
            # The person waits for it and writes nothing: bring the keyboard to the card.
            widget.setFocus()
