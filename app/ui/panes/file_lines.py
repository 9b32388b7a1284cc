"""The lines of the list of files: what each knows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.file_search import FoundFile
from app.ui import words
from app.ui.file_names import is_drive, name_of, place_of, tip_of
from app.ui.panes.lines_model import LinesModel
from app.ui.panes.version_rows import draw_ground, line_height
from app.ui.panes.versions_model import Index
from app.ui.theme import Theme
from app.ui.translation import translate


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file as the list shows it; ``version``: the one that was looked for.

    A line without a path is the heading of those below it.
    """

    path: str
    name: str
    folder: str = ""
    state: str = ""
    when: str = ""
    version: int = 0


class FileRole(IntEnum):
    """What a line of the list knows."""

    LINE = Qt.ItemDataRole.UserRole + 1


def line_of(
    found: FoundFile,
    shown: str,
    now: datetime,
    *,
    one_version: bool,
    folders: Mapping[str, str] = MappingProxyType({}),
) -> FileLine:
    """How a file is shown whose short path is ``shown``.

    ``one_version``: what is meant is one version of it, and that is said. ``folders``: names of
    folders of Drive by their ids.
    """
    file = found.file
    folder = place_of(file.path, shown, folders)
    state = words.count(file.versions, "version")
    if one_version:
        state = translate("Versions", "version {number} of {all}").format(
            number=f"{found.version:,}", all=f"{file.versions:,}"
        )
    if not file.present:
        state = translate("Versions", "removed · {state}").format(state=state)
    when = words.short_time(found.at, now)
    return FileLine(
        file.path,
        name_of(file.path) if is_drive(file.path) else PurePosixPath(shown).name or shown,
        folder,
        state,
        when,
        found.version,
    )


def by_folder(lines: Sequence[FileLine]) -> Iterator[FileLine]:
    """The lines with the folders above them, by name."""
    last: str | None = None
    for line in sorted(lines, key=lambda one: (one.folder.casefold(), one.name.casefold())):
        if line.folder != last:
            last = line.folder
            yield FileLine("", last or translate("Versions", "Top of a folder"))
        yield FileLine(line.path, line.name, "", line.state, line.when, line.version)


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
                return tip_of(line.path) if line.path else line.name
            case FileRole.LINE:
                return line
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A heading cannot be chosen."""
        if index.isValid() and not self.lines[index.row()].path:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)


class FileDelegate(QStyledItemDelegate):
    """Name and time above, folder and state below; or the heading of those that follow."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines; one for a heading."""
        line = index.data(FileRole.LINE)
        height = option.fontMetrics.height()
        heading = isinstance(line, FileLine) and not line.path
        return QSize(100, height + 16 if heading else line_height(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a file."""
        line = index.data(FileRole.LINE)
        if not isinstance(line, FileLine):
            return
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not line.path:
            self._heading(painter, option.rect, line.name)
            painter.restore()
            return
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

    def _heading(self, painter: QPainter, box: QRect, text: str) -> None:
        painter.setFont(self._theme.bold(self._theme.small_font))
        painter.setPen(self._theme.colour("muted"))
        place = box.adjusted(4, 0, -4, -4)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom, shown)

    def _pair(
        self, painter: QPainter, box: QRect, at: Qt.AlignmentFlag, left: str, right: str
    ) -> None:
        metrics = painter.fontMetrics()
        alignment = Qt.AlignmentFlag.AlignRight if left else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, at | alignment, right)
        room = box.width() - metrics.horizontalAdvance(right) - 12
        painter.drawText(box, at, metrics.elidedText(left, Qt.TextElideMode.ElideMiddle, room))
