"""A list of rows that tells what changes in it, each row with a name that lasts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.ui.chat.rows import (
    AnswerRow,
    CallRow,
    CardRow,
    FoldRow,
    NoticeRow,
    Row,
    UserRow,
    WaitRow,
)


class RowList(QObject):
    """The rows of a transcript.

    ``rows_inserted(first, count)``, ``rows_removed(first, count)``, ``row_changed(index)`` and
    ``reset()`` are emitted after the change. Each row has a key that stays when rows move.
    """

    rows_inserted = Signal(int, int)
    rows_removed = Signal(int, int)
    row_changed = Signal(int)
    reset = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._keys: list[int] = []
        self._next_key = 0
        self._first_key = 0

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, top to bottom."""
        return self._rows

    def key(self, index: int) -> int:
        """The lasting name of a row."""
        return self._keys[index]

    def index_of(self, key: int) -> int:
        """Where the row called ``key`` stands, -1 if it is gone."""
        try:
            return self._keys.index(key)
        except ValueError:
            return -1

    def index_of_message(self, message_id: int) -> int:
        """Where a stored message stands, -1 where it does not."""
        for i, row in enumerate(self._rows):
            if isinstance(row, UserRow | AnswerRow) and row.message_id == message_id:
                return i
        return -1

    def _show(self, rows: list[Row]) -> None:
        """Show these rows, in place of what is shown."""
        self._rows = rows
        self._keys = list(range(self._next_key, self._next_key + len(rows)))
        self._next_key += len(rows)
        self.reset.emit()

    def _prepend(self, rows: list[Row]) -> None:
        """Show these above what is shown; what is shown keeps its names."""
        count = len(rows)
        self._first_key -= count
        self._rows[:0] = rows
        self._keys[:0] = range(self._first_key, self._first_key + count)
        if count:
            self.rows_inserted.emit(0, count)

    def _find(self, kind: type[Row]) -> int | None:
        # Rows of the moment stand near the end.
        for i in range(len(self._rows) - 1, max(-1, len(self._rows) - 40), -1):
            if isinstance(self._rows[i], kind):
                return i
        return None

    def _drop(self, kind: type[Row]) -> None:
        while (at := self._find(kind)) is not None:
            self._remove(at)

    def _append(self, row: Row) -> None:
        """Add ``row`` at the end, above what only says what is waited for."""
        at = len(self._rows)
        held_down = isinstance(row, AnswerRow | CallRow | CardRow | NoticeRow | FoldRow)
        while at and (
            isinstance(self._rows[at - 1], WaitRow)
            or (held_down and _is_queued(self._rows[at - 1]))
        ):
            at -= 1
        self._insert(at, row)

    def _insert(self, at: int, row: Row) -> None:
        self._rows.insert(at, row)
        self._keys.insert(at, self._next_key)
        self._next_key += 1
        self.rows_inserted.emit(at, 1)

    def _replace(self, index: int, row: Row) -> None:
        self._rows[index] = row
        self.row_changed.emit(index)

    def _remove(self, index: int) -> None:
        del self._rows[index]
        del self._keys[index]
        self.rows_removed.emit(index, 1)


def _is_queued(row: Row) -> bool:
    return isinstance(row, UserRow) and row.queued
