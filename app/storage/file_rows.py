"""Rows of ``file_versions`` as versions, without a model object between: for long histories.

Only within ``Database.read`` and ``Database.write``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.domain.files import FileAction, FileVersion, OperationType
from app.storage.connections import current
from app.storage.models import FileVersionRow, Table

COLUMNS: Final = (
    "new_file_id, path, filename, version, operation_type, action, hash_before, hash_after, size, "
    "created_at, by, skill, turn_id, conversation_id, metadata, execution_id"
)
_OPERATIONS: Final = {one.value: one for one in OperationType}
_ACTIONS: Final = {one.value: one for one in FileAction}

NO_LIMIT: Final = 2**62
"""As good as none, where SQL asks for a number."""
DONE_OF_FILE: Final = "new_file_id = ? AND state IN ('pending', 'done') AND state = 'done'"
"""The versions of one file. The first two conditions are those of the index by number."""
IS_CHANGE: Final = f"operation_type <> '{OperationType.EXTERNAL}' AND action <> '{FileAction.SEEN}'"
"""Versions that Steward made, not those it only took note of."""


def versions_where(condition: str, *values: object) -> list[FileVersion]:
    """The versions for which the SQL ``condition`` holds.

    ``values`` stand for its question marks as they are stored: a path as ``stored_path``.
    """
    return [version_of(row) for row in select(COLUMNS, f"file_versions WHERE {condition}", *values)]


def select(columns: str, source: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows as they are stored. Columns and source are words of this program, never of others."""
    return current.rows(f"SELECT {columns} FROM {source}", values)  # noqa: S608


def each(columns: str, source: str, *values: object) -> Iterator[tuple[Any, ...]]:
    """``select``, one row at a time; it may be left early."""
    return current.each(f"SELECT {columns} FROM {source}", values)  # noqa: S608


@dataclass(frozen=True, slots=True)
class Last:
    """The newest version of a file, as far as its journal needs it."""

    path: str
    version: int
    hash_after: str | None
    size: int | None
    user_id: int


def last_done(file_id: str) -> Last | None:
    """A file's newest version, or ``None``."""
    columns = "path, version, hash_after, size, user_id"
    source = f"file_versions WHERE {DONE_OF_FILE} ORDER BY version DESC LIMIT 1"
    for path, version, digest, size, user_id in select(columns, source, file_id):
        return Last(used_path(path), version, digest, size, user_id)
    return None


def newest_file(store: str, locator: str) -> str | None:
    """The id of the file at ``locator``: the present one, else the one changed last."""
    source = (
        "files WHERE store = ? AND locator = ? ORDER BY present DESC, updated_at DESC, id LIMIT 1"
    )
    for (file_id,) in select("id", source, store, stored_path(locator)):
        return str(file_id)
    return None


def version_of(row: Sequence[Any]) -> FileVersion:
    """A row of ``COLUMNS``; what stands behind them is left alone."""
    file_id, path, filename, version, operation, action, before, after, size = row[:9]
    at, by, skill, turn_id, conversation_id, metadata, execution_id = row[9:16]
    return FileVersion(
        file_id,
        used_path(path),
        used_path(filename),
        version,
        _OPERATIONS[operation],
        _ACTIONS[action],
        before,
        after,
        size,
        datetime.fromisoformat(at),
        by,
        skill,
        turn_id,
        conversation_id,
        {} if metadata == "{}" else json.loads(metadata),
        execution_id,
    )


def insert(table: str, model: type[Table], **values: object) -> None:
    """Add a row to ``table``, whose columns are those of ``model``.

    Peewee would make the words of the statement anew each time, which takes longer than what
    SQLite does with them.
    """
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    stored = [getattr(model, name).db_value(value) for name, value in values.items()]
    current.change(f"INSERT INTO {table} ({names}) VALUES ({marks})", stored)  # noqa: S608


def insert_rows(table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    """Add several rows at once; their values are as they are stored."""
    marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
    values = [value for row in rows for value in row]
    current.change(f"INSERT INTO {table} ({columns}) VALUES {marks}", values)  # noqa: S608


def update(table: str, change: str, *values: object) -> int:
    """``UPDATE table SET change``. The words are of this program. Returns how many rows."""
    return int(current.change(f"UPDATE {table} SET {change}", values).rowcount)  # noqa: S608


def stored_path(path: str) -> Any:
    """A path as ``PathField`` stores it."""
    return FileVersionRow.path.db_value(path)


def used_path(stored: Any) -> str:
    """A path as it was before it was stored."""
    return stored if type(stored) is str else os.fsdecode(stored)
