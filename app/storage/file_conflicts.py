"""Reads which changes ended in a conflict that nobody has decided yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL

from app.domain.files import FileAction, OperationState, OperationType
from app.storage.database import Database
from app.storage.file_history import RESOLVED
from app.storage.file_rows import last_done
from app.storage.models import File, FileOperation, FileVersionRow


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A change that was not made, and what stands there instead.

    Attributes:
        op_id, file_id, at, by, action: of the change.
        path: where the file stands.
        target: where a move would have led.
        base, ours: hash before the change and after it.
        theirs: hash of what someone else made of the file; ``None`` where they took it away.
        their_version: the version that says so; 0 for none.
        size: bytes of the larger of ours and theirs.
    """

    op_id: str
    file_id: str
    path: str
    target: str | None
    at: datetime
    by: str
    action: FileAction
    base: str | None
    ours: str | None
    theirs: str | None
    their_version: int
    size: int


class ConflictHistory:
    """Queries over conflicts. Blocking; from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> list[OpenConflict]:
        """Every undecided conflict, newest first."""

        def read() -> list[OpenConflict]:
            newest = _conflicts().order_by(
                FileVersionRow.created_at.desc(), FileVersionRow.id.desc()
            )
            return [found for row in newest if (found := _open(row)) is not None]

        return self._database.read(read)

    def find(self, op_id: str) -> OpenConflict | None:
        """One conflict, unless it is decided or never was."""

        def read() -> OpenConflict | None:
            row = _conflicts().where(FileVersionRow.op_id == op_id).first()
            return None if row is None else _open(row)

        return self._database.read(read)


def _conflicts() -> Any:
    return (
        FileVersionRow.select(FileVersionRow, File)
        .join(File, on=(File.id == FileVersionRow.new_file_id), attr="file")
        .where(FileVersionRow.state == SQL("'conflict'"))  # as the index has it
    )


def _open(row: Any) -> OpenConflict | None:
    last = last_done(row.new_file_id)
    if RESOLVED in row.metadata or last is None or _changed_on_purpose_since(row):
        return None
    # All versions since are someone else's, so the newest is what they have now.
    is_gone = last.version < row.version and _is_gone(row.op_id)
    return OpenConflict(
        op_id=row.op_id,
        file_id=row.new_file_id,
        path=row.file.locator,
        target=row.path if row.action == FileAction.MOVE.value else None,
        at=row.created_at,
        by=row.by,
        action=FileAction(row.action),
        base=row.hash_before,
        ours=row.hash_after,
        theirs=None if is_gone else last.hash_after,
        their_version=0 if is_gone else last.version,
        size=max(row.size or 0, last.size or 0),
    )


def _changed_on_purpose_since(row: Any) -> bool:
    later = FileVersionRow.select().where(
        FileVersionRow.new_file_id == row.new_file_id,
        FileVersionRow.state == "done",
        FileVersionRow.version >= row.version,
        FileVersionRow.created_at >= row.created_at,
        FileVersionRow.op_id != row.op_id,
        FileVersionRow.operation_type != OperationType.EXTERNAL.value,
    )
    return bool(later.exists())


def _is_gone(op_id: str) -> bool:
    """Whether the change found that someone had taken the file away."""
    end = (
        FileOperation.select(FileOperation.detail)
        .where(FileOperation.op_id == op_id, FileOperation.state == OperationState.CONFLICT.value)
        .first()
    )
    return end is not None and str(end.detail.get("reason", "")).endswith("gone")
