"""The list and the field of the look around in Google Drive; both work by keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.domain.drive import DriveFile, DrivePage, DriveSpot
from app.domain.names import shown
from app.ui.controls import offer_to_clear
from app.ui.drive_rows import below, top_lines
from app.ui.icons import icon
from app.ui.theme import Theme
from app.ui.translation import translate
from app.ui.two_lines import Part, TwoLineList

_STEPS: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 6,
    Qt.Key.Key_PageUp: -6,
}


class DriveList(TwoLineList):
    """``opened(DriveFile | DriveSpot)``, ``more_wanted``, and ``up_wanted`` for Backspace."""

    opened = Signal(object)
    more_wanted = Signal()
    up_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, translate("DriveBrowser", "Files and folders in Google Drive"))
        self._icons = theme
        self.setProperty("kind", "boxed")
        theme.changed.connect(self._restyle)
        self.itemDoubleClicked.connect(lambda _item: self.open_chosen())
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def chosen(self) -> DriveFile | DriveSpot | None:
        """What the line that is chosen stands for."""
        row = self.currentRow()
        value = self.item(row).data(Part.VALUE) if row >= 0 else None
        return value if isinstance(value, DriveFile | DriveSpot) else None

    def add_tops(self, tops: Sequence[DriveSpot]) -> None:
        """Where one can begin."""
        for top in tops:
            self.add(*top_lines(top), top, self._icon(top))
        self._choose_first()

    def add_page(self, page: DrivePage, now: datetime) -> None:
        """Files and folders, and whether there are more."""
        last = self.count() - 1
        if last >= 0 and self.item(last).data(Part.VALUE) is None:
            self.takeItem(last)
        for file in page.files:
            self.add(shown(file.name), below(file, now), file, self._icon(file))
        if page.next_page is not None:
            self.add(translate("DriveBrowser", "Show more"), "", None)
        self._choose_first()

    def open_chosen(self) -> None:
        """Open or take it, or show more."""
        if (chosen := self.chosen) is not None:
            self.opened.emit(chosen)
        elif self.currentRow() >= 0:
            self.more_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens or takes, Backspace leads to the folder above."""
        if event.key() == Qt.Key.Key_Backspace:
            self.up_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_chosen()
        else:
            super().keyPressEvent(event)

    def _icon(self, value: DriveFile | DriveSpot) -> QIcon:
        is_file = isinstance(value, DriveFile) and not value.is_folder
        name = "file" if is_file else "folder"
        return icon(name, self._icons.tokens.muted, self._icons.px(16))

    def _restyle(self) -> None:
        for row in range(self.count()):
            item = self.item(row)
            if (value := item.data(Part.VALUE)) is not None:
                item.setIcon(self._icon(value))

    def _choose_first(self) -> None:
        if self.currentRow() < 0 and self.count():
            self.setCurrentRow(0)

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() > 0 and value >= bar.maximum():
            self.more_wanted.emit()


class DriveSearch(QLineEdit):
    """Up and Down move in ``rows``, Enter opens or takes its line."""

    def __init__(self, rows: DriveList) -> None:
        super().__init__()
        self._rows = rows
        self.setPlaceholderText(translate("DriveBrowser", "Search Google Drive"))
        self.setAccessibleName(translate("DriveBrowser", "Search Google Drive"))
        offer_to_clear(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As said above; Escape closes the dialog."""
        key = Qt.Key(event.key())
        if key in _STEPS and not event.modifiers():
            self._rows.move_by(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rows.open_chosen()
        else:
            super().keyPressEvent(event)
