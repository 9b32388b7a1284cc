"""One line of the rail's list: what it knows, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.controls import draw_state
from app.ui.direction import isolated, leading, mirrored, mirrored_f
from app.ui.row_ground import draw_row_ground
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

_SIDE: Final = 10
_LEAD: Final = 20
"""So many characters before the first mark can stand in the list, so that the mark is seen."""


class Role(IntEnum):
    """What a line of the list knows."""

    ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. A heading has no ``conversation_id``; only a hit has a ``message_id``.

    ``state`` as in ``controls.Dot``. ``marks``: what was looked for, as places in ``line``.
    """

    title: str
    line: str = ""
    state: str = ""
    conversation_id: str = ""
    message_id: int = 0
    tip: str = ""
    pinned: bool = False
    archived: bool = False
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def key(self) -> tuple[str, int, str]:
        """The same for what the same line was before."""
        return self.conversation_id, self.message_id, "" if self.conversation_id else self.title

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        parts = (self.title, "pinned" if self.pinned else "", self.line)
        return ", ".join(part for part in parts if part)


def excerpt(
    before: str, snippet: str, marks: tuple[tuple[int, int], ...]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """``before`` and the part of ``snippet`` in which its first mark can be seen."""
    cut, lead = 0, before
    if marks and marks[0][0] > _LEAD:
        space = snippet.find(" ", marks[0][0] - _LEAD, marks[0][0])
        cut = space + 1 if space >= 0 else marks[0][0]
        lead += "…"
    by = len(lead) - cut
    return lead + snippet[cut:], tuple((begin + by, end + by) for begin, end in marks)


class EntryDelegate(QStyledItemDelegate):
    """Title above, state or excerpt below."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines, three for a hit, or a heading."""
        entry = index.data(Role.ENTRY)
        line = option.fontMetrics.height()
        if not isinstance(entry, Entry) or not entry.conversation_id:
            return QSize(60, line + 18 if index.row() else line + 8)
        return QSize(60, round(line * (3.0 if entry.message_id else 2.05)) + 18)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """A title is edited where it stands."""
        box: QRect = option.rect
        editor.setGeometry(box.left(), box.top() + 2, box.width(), editor.sizeHint().height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        entry = index.data(Role.ENTRY)
        if not isinstance(entry, Entry):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not entry.conversation_id:
            self._head(painter, box, entry)
            painter.restore()
            return
        ground = QRectF(box).adjusted(0, 1, 0, -1)
        draw_row_ground(painter, ground, option.state, self._theme)
        self._write(painter, box.adjusted(_SIDE, 8, -_SIDE, -8), entry)
        painter.restore()

    def _head(self, painter: QPainter, box: QRect, entry: Entry) -> None:
        painter.setFont(self._theme.bold(self._theme.small_font))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(box.adjusted(4, 0, 0, -4), Qt.AlignmentFlag.AlignBottom, entry.title)

    def _write(self, painter: QPainter, box: QRect, entry: Entry) -> None:
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(self._theme.font)
        painter.setPen(self._theme.colour("text"))
        title = painter.fontMetrics().elidedText(isolated(entry.title), elide, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, title)
        below = QRect(box)
        if entry.message_id:
            below.setTop(box.top() + painter.fontMetrics().height() + 2)
            self._excerpt(painter, below, entry)
            return
        painter.setFont(self._theme.small_font)
        painter.setPen(self._theme.colour("muted"))
        if entry.state:
            line = painter.fontMetrics().height()
            edge = self._theme.px(7)
            dot = QRectF(box.left(), box.bottom() - (line + edge) / 2, edge, edge)
            draw_state(painter, mirrored_f(QRectF(box), dot), entry.state, self._theme)
            below = mirrored(below, below.adjusted(edge + 7, 0, 0, 0))
        text = painter.fontMetrics().elidedText(entry.line, elide, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignBottom, text)

    def _excerpt(self, painter: QPainter, box: QRect, entry: Entry) -> None:
        """Two lines; what was looked for stands on the colour that marks it in the transcript."""
        layout = QTextLayout(entry.line, self._theme.small_font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(QGuiApplication.layoutDirection())
        option.setAlignment(leading())
        layout.setTextOption(option)
        layout.setFormats(
            [_range(entry.line, begin, end, self._mark_look()) for begin, end in entry.marks]
        )
        layout.beginLayout()
        top = 0.0
        for _ in range(2):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(box.width())
            line.setPosition(QPointF(0, top))
            top += line.height()
        layout.endLayout()
        painter.setPen(self._theme.colour("muted"))
        layout.draw(painter, QPointF(box.topLeft()))

    def _mark_look(self) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setBackground(self._theme.colour("attention_soft"))
        look.setForeground(QColor(self._theme.colour("text")))
        return look


def _range(text: str, begin: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    """A part of ``text`` in Qt's own counting, where some characters are two."""
    made = QTextLayout.FormatRange()
    made.start = _units(text[:begin])
    made.length = _units(text[begin:end])
    made.format = look
    return made


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
