"""Rows of files, of their versions and of the journal, as they are written within a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from app.domain.files import FileAction, OperationState, OperationType
from app.domain.skills import Clock
from app.storage.file_history import FIRST_SEEN, OUTSIDE
from app.storage.file_rows import (
    Last,
    insert,
    insert_rows,
    last_done,
    newest_file,
    select,
    stored_path,
    update,
)
from app.storage.models import File, FileOperation, FileVersionRow


class HistoryRows:
    """Writes rows. Only within ``Database.write``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def file_at(self, store: str, locator: str, *, present: bool) -> str:
        """The file known there, or a new one."""
        known = newest_file(store, locator)
        if known is not None:
            return known
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

    def add_found(self, file_id: str, last: Last | None, **values: object) -> None:
        """The version after ``last`` for what somebody else did, "first seen" where it is 1."""
        known = last.hash_after if last else None
        first = last is None
        action = FileAction.SEEN if first else outside_action(known, values["hash_after"])
        self.add(
            file_id,
            last.version + 1 if last else 1,
            operation_type=(OperationType.USER_UPLOAD if first else OperationType.EXTERNAL).value,
            action=action.value,
            by=FIRST_SEEN if first else OUTSIDE,
            hash_before=known,
            **values,
        )

    def add(self, file_id: str, version: int, **values: object) -> None:
        """One version; ``values`` by column."""
        insert(
            "file_versions",
            FileVersionRow,
            original_file_id=file_id,
            archived_file_id=values["hash_before"],
            new_file_id=file_id,
            filename=PurePath(str(values["path"])).name,
            version=version,
            created_at=self._clock.now(),
            **{"metadata": {}, **values},
        )

    def add_steps(
        self,
        op_id: str,
        file_id: str,
        states: Sequence[OperationState],
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Journal rows with no act between them; ``detail`` goes with the first."""
        now = FileOperation.created_at.db_value(self._clock.now())
        words = FileOperation.detail.db_value(dict(detail or {}))
        insert_rows(
            "file_operations",
            "op_id, file_id, state, detail, created_at",
            [
                (op_id, file_id, state.value, "{}" if number else words, now)
                for number, state in enumerate(states)
            ],
        )

    def refresh(self, file_id: str) -> None:
        """Bring the file's row to what its newest version says."""
        last = last_done(file_id)
        if last is None:
            return
        place, now = stored_path(last.path), File.updated_at.db_value(self._clock.now())
        present = last.hash_after is not None
        if present:
            self._vacate(last.path, file_id, last.user_id)
        update(
            "files",
            "locator = ?, present = ?, updated_at = ? WHERE id = ?",
            place,
            int(present),
            now,
            file_id,
        )

    def _vacate(self, locator: str, file_id: str, user_id: int) -> None:
        """Another file was known here, and it is not: someone took it away unseen."""
        others = select(
            "id",
            "files WHERE store = (SELECT store FROM files WHERE id = ?) AND locator = ? "
            "AND present = 1 AND id <> ?",
            file_id,
            stored_path(locator),
            file_id,
        )
        for (other,) in others:
            last = last_done(other)
            if last is not None:
                self.add(
                    other,
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
            update("files", "present = 0 WHERE id = ?", other)


def outside_action(before: object, after: object) -> FileAction:
    """What somebody else did who left ``after`` where ``before`` was; ``None`` is no file."""
    if before is None:
        return FileAction.CREATE
    return FileAction.REMOVE if after is None else FileAction.EDIT
