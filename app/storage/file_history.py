"""Reads the history of files: versions, what a turn changed, what is known where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from peewee import SQL

from app.domain.errors import NotFoundError
from app.domain.file_search import ANY_FILE, ConversationFiles, FileQuery, FoundFile
from app.domain.files import FileVersion, TrackedFile
from app.storage import file_lists, file_search
from app.storage.database import Database
from app.storage.file_records import FileRecord, VersionState
from app.storage.file_rows import (
    COLUMNS,
    DONE_OF_FILE,
    IS_CHANGE,
    NO_LIMIT,
    each,
    last_done,
    newest_file,
    select,
    stored_path,
    used_path,
    version_of,
    versions_where,
)
from app.storage.models import FileVersionRow

FIRST_SEEN: Final = "first seen"
"""``by`` of version 1 of a file that stood there before Steward changed it."""
OUTSIDE: Final = "outside Steward"
"""``by`` of bytes that someone else put there."""

RESOLVED: Final = "resolved"
"""In a conflict's metadata: how the person decided it, where that made no new version."""
_UNDO_OF: Final = "json_extract(metadata, '$.undo_of')"
"""As the index has it: SQLite knows it by these words."""
_LAST_CHARACTER: Final = "\U0010ffff"


class FileHistory:
    """Queries over files and versions. Blocking; from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, store: str, locator: str) -> FileRecord | None:
        """The file known at ``locator``: the one that stands there, else the one removed last."""

        def read() -> FileRecord | None:
            file_id = newest_file(store, locator)
            if file_id is None or last_done(file_id) is None:
                return None
            columns, source = "id, store, locator, present", "files WHERE id = ?"
            return _record_of(select(columns, source, file_id)[0])

        return self._database.read(read)

    def find_below(self, store: str, beginning: str) -> FileRecord | None:
        """The file whose locator begins so: the one that stands there, else the one changed last.

        For stores whose locators begin with what names the file for ever.
        """

        def read() -> FileRecord | None:
            rows = select(
                "id, store, locator, present",
                "files WHERE store = ? AND locator >= ? AND locator < ? "
                "ORDER BY present DESC, updated_at DESC",
                store,
                beginning,
                f"{beginning}\U0010ffff",
            )
            return next((_record_of(row) for row in rows if last_done(row[0]) is not None), None)

        return self._database.read(read)

    def find_moved(self, store: str, locator: str) -> FileRecord | None:
        """The file that stood at ``locator`` once and has been moved away."""

        def read() -> FileRecord | None:
            rows = select(
                "files.id, files.store, files.locator, files.present",
                "file_versions JOIN files ON files.id = new_file_id "
                "WHERE path = ? AND state = 'done' AND store = ? "
                "ORDER BY file_versions.id DESC LIMIT 1",
                stored_path(locator),
                store,
            )
            return _record_of(rows[0]) if rows else None

        return self._database.read(read)

    def versions(
        self, file_id: str, *, limit: int | None = None, before: int | None = None
    ) -> list[FileVersion]:
        """Versions of a file, oldest first.

        Args:
            file_id: the file.
            limit: only the newest so many of them.
            before: only those with a lower number.
        """

        def read() -> list[FileVersion]:
            newest = versions_where(
                f"{DONE_OF_FILE} AND version < ? ORDER BY version DESC LIMIT ?",
                file_id,
                NO_LIMIT if before is None else min(before, NO_LIMIT),
                NO_LIMIT if limit is None else min(limit, NO_LIMIT),
            )
            newest.reverse()
            return newest

        return self._database.read(read)

    def version(self, file_id: str, number: int) -> FileVersion:
        """One version. Raises ``NotFoundError``."""

        def read() -> FileVersion:
            # A model may ask for a number that SQLite cannot even be asked for.
            asked = max(0, min(number, NO_LIMIT))
            found = versions_where(f"{DONE_OF_FILE} AND version = ?", file_id, asked)
            if not found:
                last = last_done(file_id)
                raise NotFoundError(
                    f"There is no version {number} of this file.",
                    hint=f"Its versions are 1 to {last.version}." if last else "",
                    details={"version": number, "newest": last.version if last else 0},
                )
            return found[0]

        return self._database.read(read)

    def newest(self, file_id: str) -> FileVersion | None:
        """The newest version of a file."""
        found = self.versions(file_id, limit=1)
        return found[0] if found else None

    def turn_changes(self, turn_id: str) -> list[FileVersion]:
        """What a turn changed, newest first."""
        return self._database.read(
            lambda: versions_where(
                f"turn_id = ? AND state = 'done' AND {IS_CHANGE} ORDER BY id DESC", turn_id
            )
        )

    def undone_by(self, turn_id: str) -> set[str]:
        """The turns that took changes of ``turn_id`` back."""

        def read() -> set[str]:
            rows = select(
                "turn_id",
                f"file_versions WHERE {_UNDO_OF} IS NOT NULL AND {_UNDO_OF} = ? AND state = 'done'",
                turn_id,
            )
            return {turn for (turn,) in rows if turn is not None}

        return self._database.read(read)

    def changing_turns(self, conversation_id: str | None, *, limit: int = 500) -> list[str]:
        """Turns that changed files otherwise than by an undo, newest first.

        Args:
            conversation_id: of one conversation, or of all where ``None``.
            limit: at most so many.
        """
        where = f"turn_id IS NOT NULL AND state = 'done' AND {IS_CHANGE}"
        for undone in (_UNDO_OF, "json_extract(metadata, '$.undo_of_version')"):
            where += f" AND {undone} IS NULL"
        values = []
        if conversation_id is not None:
            where += " AND conversation_id = ?"
            values = [conversation_id]

        def read() -> list[str]:
            # Not grouped, which would read every change ever made: one by one, newest first.
            turns: dict[str, None] = {}
            for (turn,) in each(
                "turn_id", f"file_versions WHERE {where} ORDER BY id DESC", *values
            ):
                turns[turn] = None
                if len(turns) >= limit:
                    break
            return list(turns)

        return self._database.read(read)

    def turns_beginning(self, begun: str, *, limit: int = 2) -> list[str]:
        """Ids of turns that begin with ``begun`` and are in the history; at most ``limit``."""
        begun = begun.encode("utf-8", "replace").decode()  # half characters: no id has them

        def read() -> list[str]:
            rows = select(
                "DISTINCT turn_id",
                "file_versions WHERE turn_id >= ? AND turn_id < ? AND state = 'done' "
                "ORDER BY turn_id LIMIT ?",
                begun,
                begun + _LAST_CHARACTER,
                limit,
            )
            return [turn for (turn,) in rows]

        return self._database.read(read)

    def tracked(
        self, *, store: str | None = None, folder: str | None = None, limit: int | None = None
    ) -> list[TrackedFile]:
        """Files with a version, newest change first.

        Args:
            store: only of this one; needed with ``folder``.
            folder: only those below this absolute path.
            limit: at most so many.
        """
        return self._database.read(
            lambda: file_lists.tracked(store=store, folder=folder, limit=limit)
        )

    def standing(self, store: str, folder: str) -> dict[str, str | None]:
        """Files that stand below a folder as far as is known, each with how it was last seen.

        See ``FileJournal.saw``; ``None`` where nobody looked.
        """
        return self._database.read(lambda: file_lists.standing(store, folder))

    def log(self, *, limit: int = 200, before: datetime | None = None) -> list[FileVersion]:
        """Versions of every file, newest first, optionally only those before a time."""
        where = "state = 'done'"
        values = []
        if before is not None:
            where += " AND created_at < ?"
            values = [FileVersionRow.created_at.db_value(before)]
        return self._database.read(
            lambda: versions_where(
                f"{where} ORDER BY created_at DESC, id DESC LIMIT ?", *values, limit
            )
        )

    def records(self) -> list[FileRecord]:
        """Every file the history knows."""
        return self._database.read(
            lambda: [_record_of(row) for row in select("id, store, locator, present", "files")]
        )

    def record(self, file_id: str) -> FileRecord:
        """One of ``records``, as it is now."""
        rows = "files WHERE id = ?"
        return self._database.read(
            lambda: _record_of(select("id, store, locator, present", rows, file_id)[0])
        )

    def find_tracked(
        self,
        words: Sequence[str],
        *,
        limit: int,
        keep: Callable[[str], bool],
        query: FileQuery = ANY_FILE,
    ) -> list[FoundFile]:
        """Files whose path has every one of ``words`` in it, changed last first.

        Args:
            words: parts of the path, in any case.
            limit: at most so many.
            keep: says of a path whether its file counts.
            query: what else is asked of them.
        """
        return self._database.read(lambda: file_search.find(words, query, limit=limit, keep=keep))

    def find_by_conversation(
        self,
        words: Sequence[str],
        *,
        limit: int,
        keep: Callable[[str], bool],
        query: FileQuery = ANY_FILE,
    ) -> list[ConversationFiles]:
        """As ``find_tracked``, by the conversations that changed them, the newest first."""
        return self._database.read(
            lambda: file_search.by_conversation(words, query, limit=limit, keep=keep)
        )

    def states(self, file_id: str) -> list[VersionState]:
        """Every version row of a file in any state, by number, with how its operation ended."""

        def read() -> list[VersionState]:
            # Not by file: the move of a folder is one operation, with a version of each file.
            steps = (
                "file_operations WHERE op_id IN "
                "(SELECT op_id FROM file_versions WHERE new_file_id = ?) ORDER BY id"
            )
            ends = dict(select("op_id, state", steps, file_id))
            rows = select(
                f"{COLUMNS}, state, op_id",
                "file_versions WHERE new_file_id = ? ORDER BY version, id",
                file_id,
            )
            return [
                VersionState(version_of(row), row[-2], row[-1], ends.get(row[-1])) for row in rows
            ]

        return self._database.read(read)


# -- for the journal too; only within ``read`` or ``write`` ----------------------------------


def main_row(op_id: str) -> Any:
    """The row of the change itself, not of what was found before it."""
    rows = FileVersionRow.select().where(FileVersionRow.op_id == op_id)
    return rows.where(SQL(IS_CHANGE)).get()


def _record_of(row: Sequence[Any]) -> FileRecord:
    file_id, store, locator, present = row
    return FileRecord(file_id, store, used_path(locator), present == 1)
