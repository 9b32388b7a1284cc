"""The conversations of the left rail: by day, with their true state, or what a search found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.messages import ConversationSummary, SearchHit
from app.ui import words
from app.ui.controls import draw_state
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    """What a line of the list knows."""

    ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. A heading has no ``conversation_id``. ``state`` as in ``controls.Dot``."""

    title: str
    line: str = ""
    state: str = ""
    conversation_id: str = ""
    message_id: int = 0
    tip: str = ""


class ConversationListModel(QAbstractListModel):
    """Lines of the rail. ``renamed(id, title)`` when the person edits a title."""

    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    @property
    def entries(self) -> Sequence[Entry]:
        """All lines."""
        return self._entries

    def show_conversations(
        self,
        summaries: Sequence[ConversationSummary],
        state_line: Callable[[ConversationSummary], tuple[str, str]],
        now: datetime,
    ) -> None:
        """Conversations by day."""
        entries: list[Entry] = []
        day = ""
        for summary in summaries:
            name = words.day_name(summary.updated_at, now)
            if name != day:
                day = name
                entries.append(Entry(day))
            state, line = state_line(summary)
            entries.append(
                Entry(
                    summary.title or "New conversation",
                    line,
                    state,
                    summary.id,
                    tip=words.exact_time(summary.updated_at),
                )
            )
        self._show(entries)

    def show_hits(self, hits: Sequence[SearchHit], now: datetime) -> None:
        """What a search found."""
        entries = [Entry(words.count(len(hits), "message") + " found" if hits else "Nothing found")]
        for hit in hits:
            when = words.short_time(hit.created_at, now)
            entries.append(
                Entry(
                    hit.conversation_title or "New conversation",
                    f"{when} · {' '.join(hit.snippet.split())}",
                    "",
                    hit.conversation_id,
                    hit.message_id,
                    tip=hit.snippet,
                )
            )
        self._show(entries)

    def _show(self, entries: list[Entry]) -> None:
        if entries == self._entries:
            return
        if len(entries) == len(self._entries):
            self._entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many lines there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return entry.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{entry.title}, {entry.line}" if entry.line else entry.title
            case Qt.ItemDataRole.ToolTipRole:
                return entry.tip or None
            case Role.ENTRY:
                return entry
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """The person has edited a title."""
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not title:
            return False
        self.renamed.emit(self._entries[index.row()].conversation_id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if not index.isValid() or not self._entries[index.row()].conversation_id:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not self._entries[index.row()].message_id:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def row_of(self, conversation_id: str | None) -> int:
        """The line of a conversation, -1 where it has none."""
        for row, entry in enumerate(self._entries):
            if conversation_id and entry.conversation_id == conversation_id:
                return row
        return -1


class ConversationList(QListView):
    """Shows the model; ``opened(conversation_id, message_id)`` when a line is chosen."""

    opened = Signal(str, int)

    def __init__(self, theme: Theme, model: ConversationListModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_EntryDelegate(theme, self))
        self.setAccessibleName("Conversations")
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        theme.changed.connect(self.viewport().update)

    def select(self, row: int) -> None:
        """Mark the line of the conversation shown; -1 marks none."""
        model = self.model()
        index = model.index(row, 0) if row >= 0 else QModelIndex()
        if self.currentIndex() != index:
            self.setCurrentIndex(index)

    def _open(self, index: QModelIndex) -> None:
        entry = index.data(Role.ENTRY)
        if isinstance(entry, Entry) and entry.conversation_id:
            self.opened.emit(entry.conversation_id, entry.message_id)


_SIDE: Final = 10


class _EntryDelegate(QStyledItemDelegate):
    """Title above, state below."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines, or a heading."""
        entry = index.data(Role.ENTRY)
        line = option.fontMetrics.height()
        if isinstance(entry, Entry) and not entry.conversation_id:
            return QSize(60, line + 18 if index.row() else line + 8)
        return QSize(60, round(line * 2.05) + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        entry = index.data(Role.ENTRY)
        if not isinstance(entry, Entry):
            return
        box: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not entry.conversation_id:
            painter.setFont(self._theme.bold(self._theme.small_font))
            painter.setPen(self._theme.colour("muted"))
            place = box.adjusted(4, 0, 0, -4)
            painter.drawText(place, Qt.AlignmentFlag.AlignBottom, entry.title)
            painter.restore()
            return
        selected = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent_soft" if selected else "hover"))
            painter.drawRoundedRect(QRectF(box).adjusted(0, 1, 0, -1), 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 1.5, -0.5, -1.5), 8, 8)
        self._write(painter, box.adjusted(_SIDE, 8, -_SIDE, -8), entry)
        painter.restore()

    def _write(self, painter: QPainter, box: QRect, entry: Entry) -> None:
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(self._theme.font)
        painter.setPen(self._theme.colour("text"))
        title = painter.fontMetrics().elidedText(entry.title, elide, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, title)
        below = QRect(box)
        painter.setFont(self._theme.small_font)
        painter.setPen(self._theme.colour("muted"))
        if entry.state:
            line = painter.fontMetrics().height()
            dot = QRectF(box.left(), box.bottom() - line / 2 - 3.5, 7, 7)
            draw_state(painter, dot, entry.state, self._theme)
            below.adjust(14, 0, 0, 0)
        text = painter.fontMetrics().elidedText(entry.line, elide, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignBottom, text)
