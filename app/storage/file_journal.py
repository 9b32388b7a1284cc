"""Writes the history of files: every change is announced here before it is made.

Each method is one transaction on the writer thread, so an act that follows it is never unknown
to a restart. What a change needs to be taken forward or back is kept as the store wrote it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from peewee import fn

from app.domain.files import FileAction, FileVersion, OperationState, OperationType
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.file_contents import PRUNED
from app.storage.file_history import (
    FIRST_SEEN,
    OUTSIDE,
    RESOLVED,
    in_order,
    last_done,
    main_row,
    newest_record,
    to_version,
)
from app.storage.file_records import Announcement, FolderAnnouncement, OpenOperation
from app.storage.file_rows import select
from app.storage.models import File, FileOperation, FileVersionRow
from app.storage.users import account_name, ensure_user

_IS_FOUND: Final = (FileVersionRow.operation_type == OperationType.EXTERNAL.value) | (
    FileVersionRow.action == FileAction.SEEN.value
)
"""Versions that were only taken note of, not made."""
_IS_CHANGE: Final = ~_IS_FOUND
_ANNOUNCED: Final = (
    OperationState.INTENT,
    OperationState.PULLED,
    OperationState.STAGED,
    OperationState.ARCHIVING,
)


class FileJournal:
    """The journal and the version rows of every file. Blocking; from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def announce(self, change: Announcement) -> None:
        """Record, as pending, the version a change will make, up to ``ARCHIVING``.

        Where the bytes found are not the last ones known, a version for them comes first:
        "first seen" (version 1) or ``external``.
        """

        def write() -> None:
            user_id = ensure_user(self._database, change.origin.user)
            file_id = change.file_id or self._file_at(
                change.store, change.locator, present=change.hash_before is not None
            )
            before = self._note_what_was_found(change, file_id, user_id)
            self._add(
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
            self._steps(change.op_id, file_id, _ANNOUNCED, change.change)

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
                record = newest_record(move.store, locator)
                last = last_done(record.id) if record is not None else None
                if last is None or last.hash_after is None:
                    continue  # taken away in the last instant: it has nowhere to go
                self._add(
                    record.id,
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
                ids.append(record.id)
            if ids:
                self._steps(move.op_id, ids[0], _ANNOUNCED, move.change)
            return len(ids)

        return self._database.write(write)

    def replacing(self, op_id: str) -> None:
        """The archive is whole and the replacement is ready: it happens next."""

        def write() -> None:
            row = main_row(op_id)
            FileVersionRow.update(state="done").where(
                FileVersionRow.op_id == op_id, _IS_FOUND
            ).execute()
            states = (OperationState.ARCHIVED, OperationState.REPLACING)
            self._steps(op_id, row.new_file_id, states)

        self._database.write(write)

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
            self._add(
                row.new_file_id,
                number,
                op_id=op_id,
                path=last.path if last else row.path,
                operation_type=OperationType.EXTERNAL.value,
                action=_outside_action(before, digest).value,
                state="done",
                by=OUTSIDE,
                hash_before=before,
                hash_after=digest,
                size=size,
                user_id=row.user_id,
            )

        self._database.write(write)

    def noted(
        self, store: str, locator: str, digest: str | None, size: int | None
    ) -> FileVersion | None:
        """Record, as done, what someone else did to a file; its bytes are in the vault.

        ``digest`` and ``size`` are ``None`` where no file stands. Returns the new version, or
        ``None`` where the history says so already.
        """

        def write() -> FileVersion | None:
            record = newest_record(store, locator)
            last = last_done(record.id) if record is not None else None
            known = last.hash_after if last is not None else None
            if known == digest:
                return None
            file_id = self._file_at(store, locator, present=digest is not None)
            op_id = uuid.uuid4().hex
            row = self._add_found(
                file_id,
                last,
                op_id=op_id,
                path=locator,
                state="done",
                hash_after=digest,
                size=size,
                user_id=last.user_id if last else ensure_user(self._database, account_name()),
            )
            states = (OperationState.PULLED, OperationState.ARCHIVED, OperationState.DONE)
            self._steps(op_id, file_id, states)
            self._refresh(file_id)
            return to_version(row)

        return self._database.write(write)

    def noted_move(self, store: str, locator: str, target: str) -> FileVersion | None:
        """Record, as done, that someone else gave the file at ``locator`` another name.

        ``None`` where no file is known to stand there. Another file known at ``target`` gets a
        version that says it is gone.
        """

        def write() -> FileVersion | None:
            record = newest_record(store, locator)
            last = last_done(record.id) if record is not None else None
            if last is None or last.hash_after is None:
                return None
            op_id = uuid.uuid4().hex
            row = self._add(
                record.id,
                last.version + 1,
                op_id=op_id,
                path=target,
                operation_type=OperationType.EXTERNAL.value,
                action=FileAction.MOVE.value,
                state="done",
                by=OUTSIDE,
                hash_before=last.hash_after,
                hash_after=last.hash_after,
                size=last.size,
                metadata={"moved_from": locator},
                user_id=last.user_id,
            )
            self._steps(op_id, record.id, (OperationState.PULLED, OperationState.DONE))
            self._refresh(record.id)
            return to_version(row)

        return self._database.write(write)

    def saw(self, store: str, seen: Mapping[str, str]) -> None:
        """Remember how files looked on disk when they were as their newest versions say.

        ``seen``: words of the caller's for each path, given back by ``FileHistory.standing``.
        """

        def write() -> None:
            for locator, words in seen.items():
                File.update(seen=words).where(
                    File.store == store, File.locator == locator, File.present
                ).execute()

        if seen:
            self._database.write(write)

    def finish(self, op_id: str, state: OperationState, reason: str = "") -> list[FileVersion]:
        """End a change. Returns the versions that are new: its own, or for a conflict theirs."""

        def write() -> list[FileVersion]:
            mine = FileVersionRow.op_id == op_id
            rows = list(FileVersionRow.select().where(mine, _IS_CHANGE).order_by(FileVersionRow.id))
            row = rows[0]
            FileVersionRow.update(state="aborted").where(
                mine, _IS_FOUND, FileVersionRow.state == "pending"
            ).execute()
            FileVersionRow.update(state=_VERSION_STATE[state]).where(mine, _IS_CHANGE).execute()
            self._steps(op_id, row.new_file_id, [state], {"reason": reason} if reason else {})
            for one in rows:
                self._refresh(one.new_file_id)
            if state is OperationState.DONE:
                return [to_version(one) for one in rows]
            found = FileVersionRow.select().where(
                FileVersionRow.op_id == op_id,
                FileVersionRow.state == "done",
                FileVersionRow.operation_type == OperationType.EXTERNAL.value,
                FileVersionRow.id > row.id,
            )
            return [to_version(one) for one in in_order(found)]

        return self._database.write(write)

    def decide(self, op_id: str, choice: str, by: str) -> None:
        """Record how the person ended a conflict, where that makes no new version."""

        def write() -> None:
            row = main_row(op_id)
            at = self._clock.now().isoformat()
            row.metadata = {**row.metadata, RESOLVED: choice, "resolved_by": by, "resolved_at": at}
            row.save(only=[FileVersionRow.metadata])

        self._database.write(write)

    def prune(self, versions: Sequence[FileVersion], archive: str) -> None:
        """Mark versions as pruned: their bytes are in ``archive``, and soon only there."""

        def write() -> None:
            at = self._clock.now().isoformat()
            marks = fn.json_set(
                FileVersionRow.metadata, f"$.{PRUNED}", archive, f"$.{PRUNED}_at", at
            )
            for one in versions:
                FileVersionRow.update(metadata=marks).where(
                    FileVersionRow.new_file_id == one.file_id,
                    FileVersionRow.version == one.version,
                    FileVersionRow.state == "done",
                ).execute()

        self._database.write(write)

    def unprune(self, digest: str) -> int:
        """Take the mark off every version that has these bytes again. Returns how many."""

        def write() -> int:
            marked = fn.json_extract(FileVersionRow.metadata, f"$.{PRUNED}").is_null(False)
            update = FileVersionRow.update(
                metadata=fn.json_remove(FileVersionRow.metadata, f"$.{PRUNED}", f"$.{PRUNED}_at")
            )
            return int(update.where(FileVersionRow.hash_after == digest, marked).execute())

        return self._database.write(write)

    def open_operations(self) -> list[OpenOperation]:
        """Changes without an end, oldest first."""
        return self._database.read(_open_changes)

    def open_at(self, store: str, locators: Sequence[str]) -> list[OpenOperation]:
        """Changes without an end of the files known at these places, oldest first."""

        def read() -> list[OpenOperation]:
            records = [newest_record(store, locator) for locator in locators]
            return _open_changes([record.id for record in records if record is not None])

        return self._database.read(read)

    # -- inside; only within a transaction -------------------------------------------------

    def _file_at(self, store: str, locator: str, *, present: bool) -> str:
        record = newest_record(store, locator)
        if record is not None:
            return str(record.id)
        file_id = uuid.uuid4().hex
        now = self._clock.now()
        File.create(
            id=file_id,
            store=store,
            locator=locator,
            present=present,
            created_at=now,
            updated_at=now,
        )
        return file_id

    def _note_what_was_found(self, change: Announcement, file_id: str, user_id: int) -> int:
        """Add the version for bytes nobody knew, if so. Returns the newest number."""
        last = last_done(file_id)
        if (last.hash_after if last else None) == change.hash_before:
            return last.version if last else 0
        row = self._add_found(
            file_id,
            last,
            op_id=change.op_id,
            path=change.locator,
            state="pending",
            hash_after=change.hash_before,
            size=change.size_before,
            user_id=user_id,
        )
        return int(row.version)

    def _add_found(self, file_id: str, last: Any, **values: object) -> Any:
        """The version after ``last`` for what somebody else did, "first seen" where it is 1."""
        known = last.hash_after if last else None
        first = last is None
        action = FileAction.SEEN if first else _outside_action(known, values["hash_after"])
        return self._add(
            file_id,
            1 if first else last.version + 1,
            operation_type=(OperationType.USER_UPLOAD if first else OperationType.EXTERNAL).value,
            action=action.value,
            by=FIRST_SEEN if first else OUTSIDE,
            hash_before=known,
            **values,
        )

    def _add(self, file_id: str, version: int, **values: object) -> Any:
        return FileVersionRow.create(
            original_file_id=file_id,
            archived_file_id=values["hash_before"],
            new_file_id=file_id,
            filename=PurePath(str(values["path"])).name,
            version=version,
            created_at=self._clock.now(),
            **values,
        )

    def _steps(
        self,
        op_id: str,
        file_id: str,
        states: Sequence[OperationState],
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Journal rows with no act between them; ``detail`` goes with the first."""
        now = self._clock.now()
        rows = [
            {
                "op_id": op_id,
                "file_id": file_id,
                "state": state.value,
                "detail": {} if number else dict(detail or {}),
                "created_at": now,
            }
            for number, state in enumerate(states)
        ]
        FileOperation.insert_many(rows).execute()

    def _refresh(self, file_id: str) -> None:
        """Bring the file's row to what its newest version says."""
        last = last_done(file_id)
        if last is None:
            return
        record = File.get_by_id(file_id)
        if last.hash_after is not None:
            self._vacate(record.store, last.path, file_id, last.user_id)
        record.locator = last.path
        record.present = last.hash_after is not None
        record.updated_at = self._clock.now()
        record.save()

    def _vacate(self, store: str, locator: str, file_id: str, user_id: int) -> None:
        """Another file was known here, and it is not: someone took it away unseen."""
        others = File.select().where(
            File.store == store, File.locator == locator, File.present, File.id != file_id
        )
        for other in others:
            last = last_done(other.id)
            if last is not None:
                self._add(
                    other.id,
                    last.version + 1,
                    op_id=uuid.uuid4().hex,
                    path=last.path,
                    operation_type=OperationType.EXTERNAL.value,
                    action=FileAction.REMOVE.value,
                    state="done",
                    by=OUTSIDE,
                    hash_before=last.hash_after,
                    hash_after=None,
                    size=None,
                    user_id=user_id,
                )
            other.present = False
            other.save(only=[File.present])


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


def _outside_action(before: object, after: object) -> FileAction:
    if before is None:
        return FileAction.CREATE
    return FileAction.REMOVE if after is None else FileAction.EDIT


def _with_approval(change: Announcement | FolderAnnouncement) -> dict[str, object]:
    metadata = dict(change.metadata)
    if change.origin.approved_by is not None:
        metadata["approved_by"] = change.origin.approved_by
    return metadata
