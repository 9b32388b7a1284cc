"""The field the person writes in, as high as its words; its owner is asked about keys first."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.ui.direction import LEFT, is_rtl, window_is_rtl

_DECIDE: Final = 400
"""Characters that are looked at for where lines begin."""
_MOST_LINES: Final = 9


class Owner(Protocol):
    """Who is asked first (``composer.Composer``)."""

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Take a key before the editor does; whether it was theirs."""
        ...

    def can_take(self, data: QMimeData) -> bool:
        """Whether there are files or a picture in it for them."""
        ...

    def take(self, data: QMimeData) -> bool:
        """Take what was dropped or pasted; whether it was theirs."""
        ...

    def show_focus(self, focused: bool) -> None:
        """The editor has the focus, or not any more."""
        ...

    def hide_offers(self) -> None:
        """The editor lost the focus."""
        ...


def files_in(data: QMimeData) -> list[Path]:
    """The files that are dragged or copied; none where something else is among them."""
    urls = data.urls() if data.hasUrls() else []
    if not urls or not all(url.isLocalFile() for url in urls):
        return []
    return [Path(url.toLocalFile()) for url in urls]


def is_picture(data: QMimeData) -> bool:
    """Whether it is a picture and nothing else: a text processor copies one beside its text."""
    return bool(data.hasImage()) and not data.hasText()


class Editor(QPlainTextEdit):
    """As high as its text, up to nine lines; asks the composer about keys first."""

    def __init__(self, owner: Owner, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = owner
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._lean)
        self._lean()

    def _lean(self) -> None:
        """Begin lines where the language of the first one does; without one, where the window's."""
        first = self.document().firstBlock().text()
        rtl = is_rtl(first[:_DECIDE]) if first.strip() else window_is_rtl()
        wanted = LEFT if not rtl else Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        option = self.document().defaultTextOption()
        if option.alignment() != wanted:
            option.setAlignment(wanted)
            self.document().setDefaultTextOption(option)

    def fit(self) -> None:
        """Take the height the text needs."""
        lines = max(1, min(_MOST_LINES, round(self.document().size().height())))
        height = round(lines * self.fontMetrics().lineSpacing()) + 6
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(200, self.fontMetrics().lineSpacing() + 6)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files and pictures may be pasted and dropped, too."""
        return self._owner.can_take(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Files and pictures are attached, anything else is text."""
        if not self._owner.take(source):
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The composer's keys, else Qt's. A letter with Alt that no button took is no text."""
        if _is_nobodys_key(event):
            event.ignore()
        elif not self._owner.key_pressed(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab goes to the list of completions while it is open."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self._owner.key_pressed(event)
        ):
            return True
        return bool(super().event(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap elsewhere."""
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Lines are of another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the frame."""
        super().focusInEvent(event)
        self._owner.show_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Put the completions away."""
        super().focusOutEvent(event)
        self._owner.show_focus(False)
        self._owner.hide_offers()


def _is_nobodys_key(event: QKeyEvent) -> bool:
    """A letter with Alt that came this far: on a Mac it writes one, elsewhere it means a button."""
    held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
    alone = held == Qt.KeyboardModifier.AltModifier  # with Ctrl it is how Windows tells of AltGr
    return alone and event.text().isprintable() and bool(event.text()) and sys.platform != "darwin"
