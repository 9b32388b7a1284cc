"""Choosing whose versions are shown: the file that is, and a list that finds any other by name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any, Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.files import TrackedFile
from app.ui import words
from app.ui.controls import Label
from app.ui.panes.lines_model import LinesModel
from app.ui.panes.version_rows import draw_ground, line_height
from app.ui.panes.versions_model import Index
from app.ui.session import Session
from app.ui.theme import Theme

_MOST: Final = 200
"""Files listed at once; words narrow them down."""
_DELAY_MS: Final = 120


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file as the list shows it."""

    path: str
    name: str
    folder: str
    state: str
    when: str


class FileRole(IntEnum):
    """What a line of the list knows."""

    LINE = Qt.ItemDataRole.UserRole + 1


class FilesModel(LinesModel[FileLine]):
    """Files with a history, as the search found them."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(p for p in (line.name, line.folder, line.state, line.when) if p)
            case Qt.ItemDataRole.ToolTipRole:
                return line.path
            case FileRole.LINE:
                return line
        return None


class FileChooser(QWidget):
    """A line to type in and the files it finds, changed last first.

    ``chosen(path)`` when one is taken; ``left`` when the person wants none (Escape).
    """

    chosen = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self._model = FilesModel()
        self._model.setParent(self)
        self.filter = QLineEdit()
        self.filter.setAccessibleName("Find a file by words of its path")
        self.filter.setPlaceholderText("Find a file by words of its path")
        self.filter.setClearButtonEnabled(True)
        self.filter.installEventFilter(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_FileDelegate(theme, self.list))
        self.list.setAccessibleName("Files with versions")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._take)
        self.list.activated.connect(self._take)
        theme.changed.connect(self.list.viewport().update)
        self._said = Label(kind="small", wrap=True)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_DELAY_MS)
        self._delay.timeout.connect(self.refresh)
        self.filter.textChanged.connect(lambda _text: self._delay.start())
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 12, 12, 10)
        page.setSpacing(8)
        page.addWidget(self.filter)
        page.addWidget(self._said)
        page.addWidget(self.list, 1)

    @property
    def files(self) -> Sequence[FileLine]:
        """What is listed."""
        return self._model.lines

    @property
    def words(self) -> str:
        """What is said above the list."""
        return self._said.text()

    def start(self) -> None:
        """The person wants to choose: everything again, the cursor in the line."""
        self.filter.clear()
        self._model.show(())  # what was chosen the last time is not what is meant now
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self._delay.stop()
        self.refresh()

    def refresh(self) -> None:
        """Read what the words find."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._session.tasks.run(self._find(self.filter.text()), "find files")

    async def _find(self, text: str) -> None:
        workspace = self._session.workspace()
        found = await workspace.find_tracked(text, limit=_MOST + 1)
        now = self._session.desk.clock.now()

        def lines() -> list[FileLine]:  # the short form of a path may have to look at the disk
            return [_line(one, workspace.display(one.path), now) for one in found[:_MOST]]

        shown = await asyncio.to_thread(lines)
        chosen = self.list.currentIndex().data(FileRole.LINE)
        self._model.show(shown)
        if shown:
            paths = [line.path for line in shown]
            before = chosen.path if isinstance(chosen, FileLine) else ""
            row = paths.index(before) if before in paths else 0
            self.list.setCurrentIndex(self._model.index(row, 0))
        if len(found) > _MOST:
            self._said.setText(f"The {_MOST} changed last; type to find the others.")
        elif text.strip():
            count = words.count(len(found), "file")
            self._said.setText(f"{count} found" if found else "No file with versions is named so.")
        else:
            self._said.setText(f"{words.count(len(found), 'file')} with versions")

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """In the line: up and down move in the list, Enter takes, Escape leaves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row = self.list.currentIndex().row()
            match event.key():
                case Qt.Key.Key_Down:
                    self._go(row + 1)
                case Qt.Key.Key_Up:
                    self._go(row - 1)
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._take(self.list.currentIndex())
                case _:
                    return False
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _go(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(row, 0))

    def _take(self, index: QModelIndex) -> None:
        line = index.data(FileRole.LINE) if index.isValid() else None
        if isinstance(line, FileLine):
            self.chosen.emit(line.path)


def _line(file: TrackedFile, shown: str, now: datetime) -> FileLine:
    short = PurePosixPath(shown)
    folder = "" if short.parent == PurePosixPath() else str(short.parent)
    count = words.count(file.versions, "version")
    return FileLine(
        file.path,
        short.name or shown,
        folder,
        count if file.present else f"removed · {count}",
        words.short_time(file.changed_at, now),
    )


class _FileDelegate(QStyledItemDelegate):
    """Name and time above, folder and state below."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines."""
        return QSize(100, line_height(option.fontMetrics.height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a file."""
        line = index.data(FileRole.LINE)
        if not isinstance(line, FileLine):
            return
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_ground(painter, option, theme)
        inner: QRect = option.rect.adjusted(12, 10, -12, -9)
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        painter.setFont(theme.small_font)
        painter.setPen(theme.colour("muted"))
        self._pair(painter, inner, bottom, line.folder, line.state)
        painter.drawText(inner, top | Qt.AlignmentFlag.AlignRight, line.when)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(line.when) - 12
        painter.setFont(theme.bold())
        painter.setPen(theme.colour("text"))
        name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(inner, top, name)
        painter.restore()

    def _pair(
        self, painter: QPainter, box: QRect, at: Qt.AlignmentFlag, left: str, right: str
    ) -> None:
        metrics = painter.fontMetrics()
        painter.drawText(box, at | Qt.AlignmentFlag.AlignRight, right)
        room = box.width() - metrics.horizontalAdvance(right) - 12
        painter.drawText(box, at, metrics.elidedText(left, Qt.TextElideMode.ElideMiddle, room))
