"""Looks whether a database really takes and gives back what it is handed."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import NotificationRow

MOST_BYTES: Final = 400_000_000
"""A larger file is not checked from end to end: that takes longer than a moment."""

_PROBLEMS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What was found.

    Attributes:
        wrote: a row was written, read, and taken back.
        problems: what SQLite finds wrong with the file; empty where it is whole.
        checked: whether the file was looked through from end to end.
    """

    wrote: bool
    problems: tuple[str, ...]
    checked: bool


class _TakenBackError(Exception):
    """Ends the transaction so that nothing of it stays."""


def examine(database: Database) -> DatabaseHealth:
    """Write, read, take back, and check the file; blocking. Leaves nothing.

    Raises ``StorageError`` or ``DiskFullError``.
    """
    wrote = takes_a_row(database)
    checked = database.path.stat().st_size <= MOST_BYTES
    problems: tuple[str, ...] = ()
    if checked:
        told = f"PRAGMA quick_check({_PROBLEMS_TOLD})"
        rows = database.read(lambda: current.rows(told))
        problems = tuple(str(words) for (words,) in rows if words != "ok")
    return DatabaseHealth(wrote, problems, checked)


def takes_a_row(database: Database) -> bool:
    """Whether a row that is written can be read; it is taken back. Blocking.

    Raises ``StorageError`` or ``DiskFullError``.
    """
    word = uuid.uuid4().hex
    found: list[str] = []

    def write() -> None:
        row = NotificationRow.create(
            severity="info", source="doctor", message=word, created_at=datetime.now(UTC)
        )
        found.append(NotificationRow.get_by_id(row.id).message)
        raise _TakenBackError

    with contextlib.suppress(_TakenBackError):
        database.write(write)
    return found == [word]
