"""Writes the history of files: every change is announced here before it is made.

Each method is one transaction on the writer thread, so an act that follows it is never unknown
to a restart. What a change needs to be taken forward or back is kept as the store wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import StewardError
from app.domain.files import FileAction, FileVersion, OperationState, OperationType
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.file_history import OUTSIDE, main_row
from app.storage.file_history_rows import HistoryRows, outside_action
from app.storage.file_records import Announcement, FolderAnnouncement, OpenOperation
from app.storage.file_rows import (
    IS_CHANGE,
    Last,
    last_done,
    newest_file,
    select,
    update,
    versions_where,
)
from app.storage.models import FileOperation, FileVersionRow
from app.storage.users import ensure_user

_CHANGES: Final = f"op_id = ? AND {IS_CHANGE}"
"""The versions an operation makes, not those it only took note of."""
_ANNOUNCED: Final = (
    OperationState.INTENT,
    OperationState.PULLED,
    OperationState.STAGED,
    OperationState.ARCHIVING,
)
_READY: Final = (OperationState.ARCHIVED, OperationState.REPLACING)


class LeftOpenError(StewardError):
    """An earlier change of one of these files was cut off, or could not be recorded."""

    kind = "left_open"

    def __init__(self, file_ids: Sequence[str]) -> None:
        super().__init__("an earlier change has no end yet")
        self.file_ids = file_ids


class FileJournal:
    """The journal and the version rows of every file. Blocking; from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._rows = HistoryRows(clock)

    def announce(self, change: Announcement, *, ready: bool = False) -> None:
        """Record, as pending, the version a change will make, up to ``ARCHIVING``.

        Where the bytes found are not the last ones known, a version for them comes first:
        "first seen" (version 1) or ``external``. ``ready``: the archive is whole and the
        replacement is made, so up to ``REPLACING``; it happens next. Raises ``LeftOpenError``
        where an earlier change of the file has no end yet; then nothing is recorded.
        """

        def write() -> None:
            user_id = ensure_user(self._database, change.origin.user)
            file_id = change.file_id or self._rows.file_at(
                change.store, change.locator, present=change.hash_before is not None
            )
            there = newest_file(change.store, change.target) if change.target else None
            if any(map(_is_open, concerned := [one for one in (file_id, there) if one])):
                raise LeftOpenError(concerned)
            last = last_done(file_id)
            is_known = (last.hash_after if last else None) == change.hash_before
            before = last.version if last else 0
            if not is_known:
                self._note_what_was_found(change, file_id, last, user_id, ready=ready)
                before += 1
            self._rows.add(
                file_id,
                before + 1,
                op_id=change.op_id,
                path=change.target or change.locator,
                operation_type=change.operation.value,
                action=change.action.value,
                state="pending",
                skill=change.origin.skill,
                by=change.origin.by,
                hash_before=change.hash_before,
                hash_after=change.hash_after,
                size=change.size_after,
                metadata=_with_approval(change),
                user_id=user_id,
                conversation_id=change.origin.conversation_id,
                turn_id=change.origin.turn_id,
                execution_id=change.origin.execution_id,
            )
            states = (*_ANNOUNCED, *_READY) if ready else _ANNOUNCED
            self._rows.add_steps(change.op_id, file_id, states, change.change)

        self._database.write(write)

    def announce_folder(self, move: FolderAnnouncement) -> int:
        """Record, as pending, a version of every file of a folder that is to be moved.

        All of them are one operation. Returns how many there are; where there are none, nothing
        is recorded.
        """

        def write() -> int:
            user_id = ensure_user(self._database, move.origin.user)
            ids = []
            for locator in move.files:
                file_id = newest_file(move.store, locator)
                last = last_done(file_id) if file_id is not None else None
                if file_id is None or last is None or last.hash_after is None:
                    continue  # taken away in the last instant: it has nowhere to go
                self._rows.add(
                    file_id,
                    last.version + 1,
                    op_id=move.op_id,
                    path=move.target + locator[len(move.locator) :],
                    operation_type=move.operation.value,
                    action=FileAction.MOVE.value,
                    state="pending",
                    skill=move.origin.skill,
                    by=move.origin.by,
                    hash_before=last.hash_after,
                    hash_after=last.hash_after,
                    size=last.size,
                    metadata={**_with_approval(move), "moved_from": locator},
                    user_id=user_id,
                    conversation_id=move.origin.conversation_id,
                    turn_id=move.origin.turn_id,
                    execution_id=move.origin.execution_id,
                )
                ids.append(file_id)
            if ids:
                self._rows.add_steps(move.op_id, ids[0], _ANNOUNCED, move.change)
            return len(ids)

        return self._database.write(write)

    def replacing(self, op_id: str) -> None:
        """The archive is whole and the replacement is ready: it happens next."""

        def write() -> None:
            update("file_versions", f"state = 'done' WHERE op_id = ? AND NOT ({IS_CHANGE})", op_id)
            self._rows.add_steps(op_id, _file_of(op_id), _READY)

        self._database.write(write)

    def not_ready(self, op_id: str) -> None:
        """Take back ``ready``: it cannot be used, and the replacement is to be made anew."""
        states = [state.value for state in _READY]
        self._database.write(
            lambda: (
                FileOperation.delete()
                .where(FileOperation.op_id == op_id, FileOperation.state.in_(states))
                .execute()
            )
        )

    def amend(self, op_id: str, change: Mapping[str, object]) -> None:
        """Replace what the store needs, when the change has to be made another way."""
        self._database.write(
            lambda: (
                FileOperation.update(detail=dict(change))
                .where(
                    FileOperation.op_id == op_id,
                    FileOperation.state == OperationState.INTENT.value,
                )
                .execute()
            )
        )

    def foreign(self, op_id: str, digest: str, size: int) -> None:
        """Record someone else's bytes, found during a change, as a version before it; once."""

        def write() -> None:
            row = main_row(op_id)
            mine = FileVersionRow.op_id == op_id
            known = mine & (FileVersionRow.hash_after == digest) & (FileVersionRow.id != row.id)
            if FileVersionRow.select().where(known).exists():
                return
            last = last_done(row.new_file_id)
            if last is not None and last.hash_after == digest:
                return
            number = row.version
            FileVersionRow.update(version=number + 1).where(FileVersionRow.id == row.id).execute()
            before = last.hash_after if last else None
            self._rows.add(
                row.new_file_id,
                number,
                op_id=op_id,
                path=last.path if last else row.path,
                operation_type=OperationType.EXTERNAL.value,
                action=outside_action(before, digest).value,
                state="done",
                by=OUTSIDE,
                hash_before=before,
                hash_after=digest,
                size=size,
                user_id=row.user_id,
            )

        self._database.write(write)

    def finish(
        self, op_id: str, state: OperationState, reason: str = "", *, at_once: bool = True
    ) -> list[FileVersion]:
        """End a change. Returns the versions that are new: its own, or for a conflict theirs.

        ``at_once``: on disk when it returns; else with the next commit, at the latest (see
        ``Database.write``). A power cut may then bring the change back as an open one.
        """

        def write() -> list[FileVersion]:
            rows = select("id, new_file_id", f"file_versions WHERE {_CHANGES} ORDER BY id", op_id)
            others = (
                f"state = 'aborted' WHERE op_id = ? AND state = 'pending' AND NOT ({IS_CHANGE})"
            )
            update("file_versions", others, op_id)
            update("file_versions", f"state = ? WHERE {_CHANGES}", _VERSION_STATE[state], op_id)
            first, file_id = rows[0]
            self._rows.add_steps(op_id, file_id, [state], {"reason": reason} if reason else {})
            for _, each in rows:
                self._rows.refresh(each)
            if state is OperationState.DONE:
                return versions_where(f"{_CHANGES} ORDER BY id", op_id)
            return versions_where(
                "op_id = ? AND state = 'done' AND operation_type = ? AND id > ? "
                "ORDER BY version, id",
                op_id,
                OperationType.EXTERNAL.value,
                first,
            )

        return self._database.write(write, durable=at_once)

    def open_operations(self) -> list[OpenOperation]:
        """Changes without an end, oldest first."""
        return self._database.read(_open_changes)

    def open_of(self, file_ids: Sequence[str]) -> list[OpenOperation]:
        """Changes without an end of these files, oldest first."""
        return self._database.read(lambda: _open_changes(file_ids))

    def open_at(self, store: str, locators: Sequence[str]) -> list[OpenOperation]:
        """Changes without an end of the files known at these places, oldest first."""

        def read() -> list[OpenOperation]:
            found = [newest_file(store, locator) for locator in locators]
            return _open_changes([file_id for file_id in found if file_id is not None])

        return self._database.read(read)

    # -- inside; only within a transaction -------------------------------------------------

    def _note_what_was_found(
        self,
        change: Announcement,
        file_id: str,
        last: Last | None,
        user_id: int,
        *,
        ready: bool,
    ) -> None:
        """Add the version for bytes nobody knew."""
        self._rows.add_found(
            file_id,
            last,
            op_id=change.op_id,
            path=change.locator,
            state="done" if ready else "pending",
            hash_after=change.hash_before,
            size=change.size_before,
            user_id=user_id,
        )


_VERSION_STATE: Final = {
    OperationState.DONE: "done",
    OperationState.ABORTED: "aborted",
    OperationState.FAILED: "aborted",
    OperationState.CONFLICT: "conflict",
}


def _open_changes(file_ids: Sequence[str] | None = None) -> list[OpenOperation]:
    """Changes without an end, oldest first; of all files where none are named."""
    source, values = "file_versions WHERE state = 'pending'", list(file_ids or ())
    if file_ids is not None:
        source += f" AND new_file_id IN ({', '.join('?' * len(values))})"
    # Sorted here: asked to do it, SQLite would read every version, in that order.
    rows = sorted(select("id, op_id", source, *values))
    return [_open(op_id) for op_id in dict.fromkeys(op_id for _, op_id in rows)]


def _is_open(file_id: str) -> bool:
    """Whether the file has a change without an end."""
    return bool(
        select("1", "file_versions WHERE state = 'pending' AND new_file_id = ? LIMIT 1", file_id)
    )


def _file_of(op_id: str) -> str:
    """The file that an operation changes; the first of them."""
    return str(select("new_file_id", f"file_versions WHERE {_CHANGES} ORDER BY id", op_id)[0][0])


def _open(op_id: str) -> OpenOperation:
    steps = list(
        FileOperation.select().where(FileOperation.op_id == op_id).order_by(FileOperation.id)
    )
    row = main_row(op_id)
    return OpenOperation(
        op_id=op_id,
        file_id=row.new_file_id,
        state=OperationState(steps[-1].state),
        path=row.path,
        change=steps[0].detail,
    )


def _with_approval(change: Announcement | FolderAnnouncement) -> dict[str, object]:
    metadata = dict(change.metadata)
    if change.origin.approved_by is not None:
        metadata["approved_by"] = change.origin.approved_by
    return metadata
