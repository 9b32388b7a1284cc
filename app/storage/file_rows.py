"""Rows of ``file_versions`` as versions, without a model object between: for long histories.

Only within ``Database.read`` and ``Database.write``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from app.domain.files import FileAction, FileVersion, OperationType
from app.storage.connections import current
from app.storage.models import FileVersionRow

COLUMNS: Final = (
    "new_file_id, path, filename, version, operation_type, action, hash_before, hash_after, size, "
    "created_at, by, skill, turn_id, conversation_id, metadata"
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


def version_of(row: Sequence[Any]) -> FileVersion:
    """A row of ``COLUMNS``; what stands behind them is left alone."""
    file_id, path, filename, version, operation, action, before, after, size = row[:9]
    at, by, skill, turn_id, conversation_id, metadata = row[9:15]
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
    )


def stored_path(path: str) -> Any:
    """A path as ``PathField`` stores it."""
    return FileVersionRow.path.db_value(path)


def used_path(stored: Any) -> str:
    """A path as it was before it was stored."""
    return stored if type(stored) is str else os.fsdecode(stored)
