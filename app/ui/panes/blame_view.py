"""Each line of a version and where it comes from; for the line chosen, who asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.domain.files import BlameLine
from app.ui import words
from app.ui.controls import Label, rule
from app.ui.direction import LTR, mirrored
from app.ui.panes.lines_model import LinesModel
from app.ui.panes.versions_model import Index
from app.ui.row_ground import draw_row_ground
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

_MOST_SHOWN: Final = 1_000
"""Characters of a line that are drawn."""


class BlameRole(IntEnum):
    """What a line knows."""

    LINE = Qt.ItemDataRole.UserRole + 1
    FIRST = Qt.ItemDataRole.UserRole + 2


class BlameModel(LinesModel[BlameLine]):
    """The lines of one version."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        row = index.row()
        if not index.isValid() or row >= len(self.lines):
            return None
        line = self.lines[row]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return translate(
                    "Versions", "Line {number}, version {version}, {who}: {text}"
                ).format(number=line.number, version=line.version, who=_who(line), text=line.text)
            case Qt.ItemDataRole.ToolTipRole:
                return translate("Versions", "Version {version} · {who} · {exact_time}").format(
                    version=line.version, who=_who(line), exact_time=words.exact_time(line.at)
                )
            case BlameRole.LINE:
                return line
            case BlameRole.FIRST:
                return row == 0 or self.lines[row - 1].version != line.version
        return None


class _Lines(QListView):
    """As high as its lines, where there is room."""

    def __init__(self, theme: Theme, model: BlameModel) -> None:
        super().__init__()
        self._theme = theme
        self.setModel(model)
        self.setItemDelegate(_BlameDelegate(theme, self))
        self.setAccessibleName(translate("Versions", "Lines and the versions that brought them in"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        """All lines."""
        return QSize(240, self._height(self.model().rowCount()))

    def minimumSizeHint(self) -> QSize:
        """A few."""
        return QSize(120, self._height(min(2, self.model().rowCount())))

    def _height(self, lines: int) -> int:
        return max(1, lines) * _row_height(QFontMetrics(self._theme.code_font)) + 2


class BlameView(QWidget):
    """Lines above, what is known about the chosen one below; ``told`` when that changes."""

    told = Signal()

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__()
        self._session = session
        self._reading: asyncio.Task[None] | None = None
        self._shown: tuple[str, int] | None = None
        self._model = BlameModel()
        self._model.setParent(self)
        self.list = _Lines(theme, self._model)
        self.list.selectionModel().currentChanged.connect(self._tell)
        self.about = Label(kind="small", wrap=True)
        self.about.setContentsMargins(14, 8, 14, 8)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.list, 1)
        page.addWidget(rule())
        page.addWidget(self.about)

    @property
    def lines(self) -> Sequence[BlameLine]:
        """What is shown."""
        return self._model.lines

    def minimumSizeHint(self) -> QSize:
        """A few lines, and all that is known about one."""
        lines = self.list.minimumSizeHint()
        about = self.about.heightForWidth(max(self.width(), lines.width()))
        return QSize(lines.width(), lines.height() + 1 + about)

    def show_version(self, path: str, number: int) -> None:
        """Show the lines of a version."""
        if self._shown == (path, number) and self.lines:
            return
        self._shown = (path, number)
        if self._reading is not None:
            self._reading.cancel()
        self._say(translate("Versions", "Reading …"))
        self._reading = self._session.tasks.run(self._read(path, number), name="blame")

    async def _read(self, path: str, number: int) -> None:
        try:
            lines = await self._session.workspace().blame(path, number)
        except StewardError as error:
            self._model.show(())
            self._say(str(error))
            return
        self._model.show(lines)
        self.list.updateGeometry()
        if lines:
            self.list.setCurrentIndex(self._model.index(0, 0))
        else:
            self._say(translate("Versions", "The file is empty in this version."))

    def _say(self, text: str) -> None:
        self.about.setText(text)
        self.updateGeometry()
        self.told.emit()

    def _tell(self, index: QModelIndex) -> None:
        line = index.data(BlameRole.LINE) if index.isValid() else None
        if isinstance(line, BlameLine):
            self._say(_story(line, self._session.desk.clock.now()))


def _who(line: BlameLine) -> str:
    return line.skill or line.by or translate("Versions", "unknown")


def _story(line: BlameLine, now: datetime) -> str:
    """Why a line is there: its version, who made it, who asked for it, who approved it."""
    by = "" if line.by in ("", line.skill) else line.by
    first = [
        translate("Versions", "Line {number}: version {version}").format(
            number=line.number, version=line.version
        ),
        line.skill or "",
        by,
    ]
    first.append(words.short_time(line.at, now))
    parts = [" · ".join(part for part in first if part)]
    if line.asked:
        parts.append(translate("Versions", "Asked for: “{asked}”").format(asked=line.asked))
    if line.approved_by:
        face = line.approved_by
        parts.append(
            translate("Versions", "You approved it.")
            if face == "you"
            else translate("Versions", "Allowed by {face}.").format(face=face)
        )
    return "\n".join(parts)


def _row_height(metrics: QFontMetrics) -> int:
    return metrics.height() + 6


class _BlameDelegate(QStyledItemDelegate):
    """The version in the margin where it begins, then the text."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """One line."""
        return QSize(100, _row_height(QFontMetrics(self._theme.code_font)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        line = index.data(BlameRole.LINE)
        if not isinstance(line, BlameLine):
            return
        theme = self._theme
        box: QRect = option.rect
        painter.save()
        draw_row_ground(painter, QRectF(box), option.state, theme, radius=0, shows_focus=False)
        first = bool(index.data(BlameRole.FIRST))
        if first and index.row():
            painter.setPen(theme.colour("line"))
            painter.drawLine(box.topLeft(), box.topRight())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.small_font)
        metrics = painter.fontMetrics()
        margin = metrics.horizontalAdvance("99,999") + 14
        if first:
            painter.setPen(theme.colour("muted"))
            place = QRect(box.left() + 12, box.top(), margin - 12, box.height())
            painter.drawText(mirrored(box, place), middle, f"v{line.version:,}")
        painter.setFont(theme.code_font)
        painter.setPen(theme.colour("text"))
        text = mirrored(box, box.adjusted(margin + 10, 0, -10, 0))
        shown = line.text[:_MOST_SHOWN].expandtabs(4)
        elide = Qt.TextElideMode.ElideRight
        painter.setLayoutDirection(LTR)  # it is code
        painter.drawText(text, middle, painter.fontMetrics().elidedText(shown, elide, text.width()))
        painter.restore()
