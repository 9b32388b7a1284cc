"""The composer: where the person writes. Enter sends, Shift+Enter begins a line, Escape stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.ui.chat.editor import Editor, files_in, is_picture
from app.ui.controls import Button, ElidedLabel, IconButton
from app.ui.direction import trailing
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.attachments import Attachment
    from app.ui.chat.attachment_bar import AttachmentBar
    from app.ui.chat.completion import Command, NamedFile, Offer
    from app.ui.chat.offer_list import OfferList


class Composer(QFrame):
    """Emits ``sent(text)`` and ``stopped``. The one button is Send, or Stop while ``busy``.

    What is dropped, pasted or chosen is handed out by ``files_offered`` (paths) and
    ``picture_offered`` (a ``QImage``); ``show_attachments`` says what became of it.
    """

    sent = Signal(str)
    stopped = Signal()
    escaped = Signal()
    """Escape was pressed, and nothing of the composer's own wanted it."""
    files_offered = Signal(list)
    picture_offered = Signal(object)
    attachment_removed = Signal(object)
    files_wanted = Signal()
    """File names are about to be offered: a good moment to look at the folders again."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._busy = False
        self._commands: Sequence[Command] = ()
        self._files: Sequence[str] = ()
        self._named: Sequence[NamedFile] = ()
        self._offers: OfferList | None = None
        self._focus_waits = False
        self._history: Callable[[], Sequence[str]] = list
        self._browsing = 0
        self._unsent = ""
        self._bar: AttachmentBar | None = None
        self._picture: Callable[[Attachment], QPixmap | None] = lambda _: None
        self._attached: Sequence[Attachment] = ()
        self._copying = 0
        self._send_soon = False
        self._banner: QWidget | None = None
        self.setProperty("kind", "composer")
        self.setAccessibleName(translate("Composer", "Composer"))
        self.editor = Editor(self, self)
        self.editor.setAccessibleName(translate("Composer", "Message"))
        self.editor.setPlaceholderText(
            translate("Composer", "Ask, type / for commands, @ for a file")
        )
        self.editor.textChanged.connect(self._edited)
        self.editor.cursorPositionChanged.connect(self._offer)
        self._hint = ElidedLabel(kind="small")
        self._hint.setAlignment(trailing() | Qt.AlignmentFlag.AlignVCenter)
        self._button = Button(translate("Composer", "&Send"), kind="primary")
        self._button.clicked.connect(self._pressed)
        self.attach_button = IconButton(
            theme, "paperclip", translate("Composer", "Attach files"), "Ctrl+Shift+A"
        )
        self.attach_button.clicked.connect(self._choose_files)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.attach_button)
        line.addWidget(self._hint, 1)
        line.addWidget(self._button)
        page = self._page = QVBoxLayout(self)
        page.setContentsMargins(14, 10, 10, 10)
        page.setSpacing(8)
        page.addWidget(self.editor)
        page.addLayout(line)
        self.setTabOrder(self.editor, self.attach_button)
        self.setTabOrder(self.attach_button, self._button)
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

    def set_files(self, names: Sequence[str], named: Sequence[NamedFile] = ()) -> None:
        """What ``@`` offers; ``named``: what is written otherwise than it is called."""
        self._files, self._named = tuple(names), tuple(named)
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

    def mention(self, path: str) -> None:
        """Name a file at the cursor, as ``@`` does."""
        from app.ui.chat.completion import quoted

        cursor = self.editor.textCursor()
        before = self.text[: cursor.selectionStart()]
        space = " " if before and not before[-1].isspace() else ""
        cursor.insertText(f"{space}{quoted(path)} ")
        self.editor.setTextCursor(cursor)
        self.editor.setFocus()

    @property
    def button(self) -> Button:
        """Send, or Stop."""
        return self._button

    @property
    def offer_list(self) -> OfferList | None:
        """The list of completions, once there was one."""
        return self._offers

    def show_banner(self, banner: QWidget | None) -> None:
        """Show a line above all else that is in the composer, or none any more."""
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            self._page.insertWidget(0, banner)
            self.setTabOrder(banner, self.editor)

    # -- attachments ---------------------------------------------------------------------------

    @property
    def attachment_bar(self) -> AttachmentBar | None:
        """What is attached, once there was something."""
        return self._bar

    def set_pictures(self, picture: Callable[[Attachment], QPixmap | None]) -> None:
        """Where small pictures of attachments come from."""
        self._picture = picture

    def show_attachments(self, attachments: Sequence[Attachment], copying: int) -> None:
        """What goes with the message; ``copying`` more are on their way."""
        self._attached, self._copying = tuple(attachments), copying
        if attachments or copying or self._bar is not None:
            self._ready_bar().show_attachments(attachments, copying)
        self._show_state()
        if self._send_soon and not copying:
            self.send()

    def show_attaching_problem(self, text: str) -> None:
        """Why something was not attached. The message is not sent without it unasked."""
        self._send_soon = False
        self._ready_bar().show_problem(text)

    def repaint_pictures(self) -> None:
        """A picture was read."""
        if self._bar is not None:
            self._bar.repaint_pictures()

    def can_take(self, data: QMimeData) -> bool:
        """Whether there are files or a picture in it for us."""
        return bool(files_in(data)) or is_picture(data)

    def take(self, data: QMimeData) -> bool:
        """Attach what was dropped or pasted; ``False`` where that is only text."""
        if self._bar is not None:
            self._bar.show_problem("")
        if paths := files_in(data):
            self.files_offered.emit(paths)
            return True
        if is_picture(data):
            self.picture_offered.emit(data.imageData())
            return True
        return False

    def show_offered(self, offered: bool) -> None:
        """Something that can be attached is held over the window."""
        if self.property("offered") != offered:
            self.setProperty("offered", offered)
            self.style().unpolish(self)
            self.style().polish(self)
            self._show_state()

    def _ready_bar(self) -> AttachmentBar:
        if self._bar is None:
            from app.ui.chat.attachment_bar import AttachmentBar

            self._bar = AttachmentBar(self._theme, self._small_picture)
            self._bar.removed.connect(self.attachment_removed)
            self._bar.left.connect(self.editor.setFocus)
            self._page.insertWidget(self._page.indexOf(self.editor), self._bar)
            self.setTabOrder(self._bar, self.editor)
        return self._bar

    def _small_picture(self, attachment: Attachment) -> QPixmap | None:
        return self._picture(attachment)

    def _choose_files(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self, translate("Composer", "Attach files"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, names: Sequence[str]) -> None:
        if self._bar is not None:
            self._bar.show_problem("")
        self.files_offered.emit([Path(name) for name in names])
        self.editor.setFocus()

    # -- inside --------------------------------------------------------------------------------

    @property
    def _has_message(self) -> bool:
        return bool(self.text.strip() or self._attached or self._copying)

    def _show_state(self) -> None:
        stopping = self._busy and not self._has_message
        self._button.setText(
            translate("Composer", "S&top") if stopping else translate("Composer", "&Send")
        )
        self._button.setAccessibleName(
            translate("Composer", "Stop") if stopping else translate("Composer", "Send")
        )
        self._button.setToolTip(
            translate("Composer", "Escape") if stopping else translate("Composer", "Enter")
        )
        self._button.setEnabled(stopping or self._has_message)
        hint = translate("Composer", "Shift+Enter for a new line")
        if self.property("offered"):
            hint = translate("Composer", "Drop to attach")
        elif self._busy:
            hint = (
                translate("Composer", "Escape stops")
                if stopping
                else translate("Composer", "Enter to send next · Escape stops")
            )
        self._hint.setText(hint)

    def _edited(self) -> None:
        self.editor.fit()
        self._show_state()
        if not self.text:
            self._browsing = 0

    def _pressed(self) -> None:
        if self._busy and not self._has_message:
            self.stopped.emit()
        else:
            self.send()
        self.editor.setFocus()

    def send(self) -> None:
        """Send what is written, unless it is nothing."""
        text = self.text.strip()
        self._send_soon = bool(self._copying) and self._has_message
        if self._has_message and not self._send_soon:
            if self._bar is not None:
                self._bar.show_problem("")
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
        if key == Qt.Key.Key_Escape:
            self.escaped.emit()
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

        found = offers_at(self.text, cursor.position(), self._commands, self._files, self._named)
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
