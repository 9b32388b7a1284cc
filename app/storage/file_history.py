"""Reads the history of files: versions, what a turn changed, what is known where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from peewee import SQL, fn

from app.domain.errors import NotFoundError
from app.domain.files import FileAction, FileVersion, OperationType, TrackedFile
from app.storage.database import Database
from app.storage.file_records import FileRecord, VersionState
from app.storage.models import File, FileOperation, FileVersionRow

FIRST_SEEN: Final = "first seen"
"""``by`` of version 1 of a file that stood there before Steward changed it."""
OUTSIDE: Final = "outside Steward"
"""``by`` of bytes that someone else put there."""

RESOLVED: Final = "resolved"
"""In a conflict's metadata: how the person decided it, where that made no new version."""


class FileHistory:
    """Queries over files and versions. Blocking; from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, store: str, locator: str) -> FileRecord | None:
        """The file known at ``locator``: the one that stands there, else the one removed last."""

        def read() -> FileRecord | None:
            row = newest_record(store, locator)
            return None if row is None or last_done(row.id) is None else _record(row)

        return self._database.read(read)

    def find_moved(self, store: str, locator: str) -> FileRecord | None:
        """The file that stood at ``locator`` once and has been moved away."""

        def read() -> FileRecord | None:
            row = (
                File.select()
                .join(FileVersionRow, on=(FileVersionRow.new_file_id == File.id))
                .where(
                    File.store == store,
                    FileVersionRow.path == locator,
                    FileVersionRow.state == "done",
                )
                .order_by(FileVersionRow.id.desc())
                .first()
            )
            return None if row is None else _record(row)

        return self._database.read(read)

    def versions(
        self, file_id: str, *, limit: int | None = None, before: int | None = None
    ) -> list[FileVersion]:
        """Versions of a file, oldest first: all, or the ``limit`` newest below ``before``."""

        def read() -> list[FileVersion]:
            rows = _done(file_id)
            if before is not None:
                rows = rows.where(FileVersionRow.version < before)
            if limit is not None:
                rows = rows.order_by(FileVersionRow.version.desc()).limit(limit)
            return [to_version(row) for row in in_order(rows)]

        return self._database.read(read)

    def version(self, file_id: str, number: int) -> FileVersion:
        """One version. Raises ``NotFoundError``."""

        def read() -> FileVersion:
            row = _done(file_id).where(FileVersionRow.version == number).first()
            if row is None:
                last = last_done(file_id)
                raise NotFoundError(
                    f"There is no version {number} of this file.",
                    hint=f"Its versions are 1 to {last.version}." if last else "",
                    details={"version": number, "newest": last.version if last else 0},
                )
            return to_version(row)

        return self._database.read(read)

    def newest(self, file_id: str) -> FileVersion | None:
        """The newest version of a file."""

        def read() -> FileVersion | None:
            row = last_done(file_id)
            return None if row is None else to_version(row)

        return self._database.read(read)

    def turn_changes(self, turn_id: str) -> list[FileVersion]:
        """What a turn changed, newest first."""
        return self._database.read(
            lambda: [to_version(row) for row in _changes(FileVersionRow.turn_id == turn_id)]
        )

    def undone_by(self, turn_id: str) -> set[str]:
        """The turns that took changes of ``turn_id`` back."""

        def read() -> set[str]:
            undo_of = fn.json_extract(FileVersionRow.metadata, "$.undo_of")
            query = FileVersionRow.select(FileVersionRow.turn_id).where(
                FileVersionRow.state == "done", undo_of == turn_id
            )
            return {turn for (turn,) in _tuples(query) if turn is not None}

        return self._database.read(read)

    def changing_turns(self, conversation_id: str | None, *, limit: int = 500) -> list[str]:
        """Turns that changed files otherwise than by an undo, newest first.

        Args:
            conversation_id: of one conversation, or of all where ``None``.
            limit: at most so many.
        """

        def read() -> list[str]:
            where = FileVersionRow.turn_id.is_null(False)
            for undone in ("$.undo_of", "$.undo_of_version"):
                where &= fn.json_extract(FileVersionRow.metadata, undone).is_null()
            if conversation_id is not None:
                where &= FileVersionRow.conversation_id == conversation_id
            newest = fn.MAX(FileVersionRow.id)
            query = (
                FileVersionRow.select(FileVersionRow.turn_id)
                .where(where, FileVersionRow.state == "done", _is_change())
                .group_by(FileVersionRow.turn_id)
                .order_by(newest.desc())
                .limit(limit)
            )
            return [turn for (turn,) in _tuples(query)]

        return self._database.read(read)

    def tracked(self) -> list[TrackedFile]:
        """Every file with a version, newest change first."""

        def read() -> list[TrackedFile]:
            newest = (
                FileVersionRow.select(
                    FileVersionRow.new_file_id.alias("file_id"),
                    fn.COUNT(FileVersionRow.id).alias("count"),
                    fn.MAX(FileVersionRow.version).alias("version"),
                )
                .where(FileVersionRow.state == "done")
                .group_by(FileVersionRow.new_file_id)
                .alias("newest")
            )
            query = (
                FileVersionRow.select(
                    FileVersionRow.new_file_id,
                    File.locator,
                    File.present,
                    newest.c.count,
                    FileVersionRow.created_at,
                    FileVersionRow.conversation_id,
                )
                .join(
                    newest,
                    on=(
                        (FileVersionRow.new_file_id == newest.c.file_id)
                        & (FileVersionRow.version == newest.c.version)
                    ),
                )
                .switch(FileVersionRow)
                .join(File, on=(File.id == FileVersionRow.new_file_id))
                .where(FileVersionRow.state == "done")
                .order_by(FileVersionRow.created_at.desc(), FileVersionRow.id.desc())
            )
            return [
                TrackedFile(
                    file_id=file_id,
                    path=locator,
                    present=bool(present),
                    versions=count,
                    changed_at=at,
                    conversation_id=conversation,
                )
                for file_id, locator, present, count, at, conversation in _tuples(query)
            ]

        return self._database.read(read)

    def log(self, *, limit: int = 200, before: datetime | None = None) -> list[FileVersion]:
        """Versions of every file, newest first, optionally only those before a time."""

        def read() -> list[FileVersion]:
            query = FileVersionRow.select().where(FileVersionRow.state == "done")
            if before is not None:
                query = query.where(FileVersionRow.created_at < before)
            newest = query.order_by(FileVersionRow.created_at.desc(), FileVersionRow.id.desc())
            return [to_version(row) for row in newest.limit(limit)]

        return self._database.read(read)

    def records(self) -> list[FileRecord]:
        """Every file the history knows."""
        return self._database.read(lambda: [_record(row) for row in File.select()])

    def states(self, file_id: str) -> list[VersionState]:
        """Every version row of a file in any state, by number, with how its operation ended."""

        def read() -> list[VersionState]:
            steps = (
                FileOperation.select(FileOperation.op_id, FileOperation.state)
                .where(FileOperation.file_id == file_id)
                .order_by(FileOperation.id)
            )
            ends = dict(_tuples(steps))
            rows = in_order(FileVersionRow.select().where(FileVersionRow.new_file_id == file_id))
            return [
                VersionState(to_version(row), row.state, row.op_id, ends.get(row.op_id))
                for row in rows
            ]

        return self._database.read(read)


# -- for the journal too; only within ``read`` or ``write`` ----------------------------------


def newest_record(store: str, locator: str) -> Any:
    """The row of the file at ``locator``: the present one, else the one changed last."""
    return (
        File.select()
        .where(File.store == store, File.locator == locator)
        .order_by(File.present.desc(), File.updated_at.desc(), File.id)
        .first()
    )


def last_done(file_id: str) -> Any:
    """The row of a file's newest version, or ``None``."""
    return _done(file_id).order_by(FileVersionRow.version.desc()).first()


def main_row(op_id: str) -> Any:
    """The row of the change itself, not of what was found before it."""
    rows = FileVersionRow.select().where(FileVersionRow.op_id == op_id)
    return rows.where(_is_change()).get()


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Rows of one file by number."""
    return sorted(rows, key=lambda row: (row.version, row.id))


def to_version(row: Any) -> FileVersion:
    """A row as the rest of the program knows it."""
    return FileVersion(
        file_id=row.new_file_id,
        path=row.path,
        filename=row.filename,
        version=row.version,
        operation=OperationType(row.operation_type),
        action=FileAction(row.action),
        hash_before=row.hash_before,
        hash_after=row.hash_after,
        size=row.size,
        at=row.created_at,
        by=row.by,
        skill=row.skill,
        turn_id=row.turn_id,
        conversation_id=row.conversation_id,
        metadata=row.metadata,
    )


def _done(file_id: str) -> Any:
    # The first condition is that of the index by number, which SQLite then uses.
    return FileVersionRow.select().where(
        FileVersionRow.state.in_((SQL("'pending'"), SQL("'done'"))),
        FileVersionRow.new_file_id == file_id,
        FileVersionRow.state == "done",
    )


def _is_change() -> Any:
    """Versions that Steward made, not those it only took note of."""
    return (FileVersionRow.operation_type != OperationType.EXTERNAL.value) & (
        FileVersionRow.action != FileAction.SEEN.value
    )


def _changes(where: Any) -> Iterator[Any]:
    rows = FileVersionRow.select().where(where, FileVersionRow.state == "done", _is_change())
    return iter(rows.order_by(FileVersionRow.id.desc()))


def _tuples(query: Any) -> Iterator[Any]:
    return iter(query.tuples())


def _record(row: Any) -> FileRecord:
    return FileRecord(row.id, row.store, row.locator, bool(row.present))
