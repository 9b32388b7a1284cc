"""The conversations of the left rail: by day, with their true state, or what a search found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListView

from app.domain.messages import ConversationSummary, SearchHit
from app.ui import words
from app.ui.conversation_line import Entry, EntryDelegate, Index, Role, excerpt
from app.ui.theme import Theme
from app.ui.translation import translate


@dataclass(frozen=True, slots=True)
class _Made:
    """A line, what it was made of, and its heading: in a long list nearly all stay as they are."""

    of: tuple[ConversationSummary, tuple[str, str], date]
    entry: Entry
    group: str


def _made(summary: ConversationSummary, told: tuple[str, str], now: datetime) -> _Made:
    group = (
        translate("Conversations", "Pinned")
        if summary.pinned
        else words.day_name(summary.updated_at, now)
    )
    state, line = told
    entry = Entry(
        summary.title or translate("Conversations", "New conversation"),
        line,
        state,
        summary.id,
        tip=words.exact_time(summary.updated_at),
        pinned=summary.pinned,
        archived=summary.archived,
    )
    of = (summary, told, now.astimezone().date())
    return _Made(of, entry, translate("Conversations", "Archived") if summary.archived else group)


class ConversationListModel(QAbstractListModel):
    """Lines of the rail.

    ``renamed(id, title)`` when the person edits a title; ``more_wanted`` when they come to the
    end of a list that goes on (``goes_on``).
    """

    renamed = Signal(str, str)
    more_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._goes_on = False
        self._made: dict[str, _Made] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        """All lines."""
        return self._entries

    def show_conversations(
        self,
        summaries: Sequence[ConversationSummary],
        state_line: Callable[[ConversationSummary], tuple[str, str]],
        now: datetime,
        *,
        goes_on: bool = False,
    ) -> None:
        """Conversations: the pinned, then by day; or those that are archived."""
        entries: list[Entry] = []
        made: dict[str, _Made] = {}
        today, group = now.astimezone().date(), ""
        for summary in summaries:
            told = state_line(summary)
            known = self._made.get(summary.id)
            if known is None or known.of != (summary, told, today):
                known = _made(summary, told, now)
            made[summary.id] = known
            if known.group != group:
                group = known.group
                entries.append(Entry(group))
            entries.append(known.entry)
        self._made = made
        self._goes_on = goes_on
        self._show(entries)

    def show_hits(self, hits: Sequence[SearchHit], now: datetime, *, limit: int = 0) -> None:
        """What a search found; where that is ``limit`` messages there may be more."""
        found = (
            words.count(len(hits), "message") + " found"
            if hits
            else translate("Conversations", "Nothing found")
        )
        if limit and len(hits) >= limit:
            found = translate("Conversations", "The newest {limit} messages").format(limit=limit)
        entries = [Entry(found)]
        for hit in hits:
            when = words.short_time(hit.created_at, now)
            before = (
                translate("Conversations", "{when} · Archived · ").format(when=when)
                if hit.archived
                else f"{when} · "
            )
            line, marks = excerpt(before, hit.snippet, hit.marks)
            entries.append(
                Entry(
                    hit.conversation_title or translate("Conversations", "New conversation"),
                    line,
                    "",
                    hit.conversation_id,
                    hit.message_id,
                    tip=hit.snippet,
                    archived=hit.archived,
                    marks=marks,
                )
            )
        self._goes_on = False
        self._show(entries)

    def _show(self, entries: list[Entry]) -> None:
        """Only what comes and goes is told, so that the place in a long list is kept."""
        old = self._entries
        if entries == old:
            return
        shorter = min(len(old), len(entries))
        head = 0
        while head < shorter and old[head].key == entries[head].key:
            head += 1
        tail = 0
        while tail < shorter - head and old[-1 - tail].key == entries[-1 - tail].key:
            tail += 1
        if gone := len(old) - tail - head:
            self.beginRemoveRows(QModelIndex(), head, head + gone - 1)
            self._entries = [*old[:head], *old[len(old) - tail :]]
            self.endRemoveRows()
        if come := len(entries) - tail - head:
            self.beginInsertRows(QModelIndex(), head, head + come - 1)
            self._entries = entries
            self.endInsertRows()
        self._entries = entries
        if entries:
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many lines there are."""
        return 0 if parent.isValid() else len(self._entries)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the list goes on."""
        return self._goes_on and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """The end of the list is in view."""
        if self.canFetchMore(parent):
            self._goes_on = False  # asked once
            self.more_wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line shows."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return entry.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return entry.spoken
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
        entry = self._entries[index.row()]
        if title != entry.title:
            self.renamed.emit(entry.conversation_id, title)
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
    """Shows the model; ``opened(conversation_id, message_id)`` when a line is chosen.

    ``remove_wanted(Entry)`` by Delete, ``undo_wanted`` by Ctrl+Z, ``menu_wanted(Entry or None,
    place)`` by the right button or the menu key.
    """

    opened = Signal(str, int)
    remove_wanted = Signal(object)
    undo_wanted = Signal()
    menu_wanted = Signal(object, QPoint)

    def __init__(self, theme: Theme, model: ConversationListModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(EntryDelegate(theme, self))
        self.setAccessibleName(translate("Conversations", "Conversations"))
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

    def entry_at(self, index: Index) -> Entry | None:
        """The conversation or hit of a line; ``None`` for a heading."""
        entry = index.data(Role.ENTRY)
        return entry if isinstance(entry, Entry) and entry.conversation_id else None

    def edit_title(self, conversation_id: str) -> None:
        """Let the person write another title."""
        model = self.model()
        if isinstance(model, ConversationListModel):
            row = model.row_of(conversation_id)
            if row >= 0:
                self.setCurrentIndex(model.index(row))
                self.edit(model.index(row))

    def _open(self, index: QModelIndex) -> None:
        if (entry := self.entry_at(index)) is not None:
            self.opened.emit(entry.conversation_id, entry.message_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes out of the list, Ctrl+Z brings back."""
        entry = self.entry_at(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Delete) and entry is not None:
            self.remove_wanted.emit(entry)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a conversation."""
        index, place = self.indexAt(event.pos()), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            corner = self.visualRect(index).bottomLeft() if index.isValid() else QPoint()
            place = self.viewport().mapToGlobal(corner)
        self.menu_wanted.emit(self.entry_at(index), place)
        event.accept()
