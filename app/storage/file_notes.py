"""Writes what others did to files: it has happened, so each note is one transaction, done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from app.domain.files import FileAction, FileVersion, OperationState, OperationType
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.file_history import OUTSIDE
from app.storage.file_history_rows import HistoryRows
from app.storage.file_rows import last_done, newest_file, versions_where
from app.storage.models import File
from app.storage.users import account_name, ensure_user


class FileNotes:
    """Takes note of what happened outside Steward. Blocking; from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._rows = HistoryRows(clock)

    def noted(
        self, store: str, locator: str, digest: str | None, size: int | None
    ) -> FileVersion | None:
        """Record, as done, what someone else did to a file; its bytes are in the vault.

        ``digest`` and ``size`` are ``None`` where no file stands. Returns the new version, or
        ``None`` where the history says so already.
        """

        def write() -> FileVersion | None:
            file_id = newest_file(store, locator)
            last = last_done(file_id) if file_id is not None else None
            known = last.hash_after if last is not None else None
            if known == digest:
                return None
            file_id = self._rows.file_at(store, locator, present=digest is not None)
            op_id = uuid.uuid4().hex
            self._rows.add_found(
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
            self._rows.add_steps(op_id, file_id, states)
            self._rows.refresh(file_id)
            return _version(op_id)

        return self._database.write(write)

    def noted_move(self, store: str, locator: str, target: str) -> FileVersion | None:
        """Record, as done, that someone else gave the file at ``locator`` another name.

        ``None`` where no file is known to stand there. Another file known at ``target`` gets a
        version that says it is gone.
        """

        def write() -> FileVersion | None:
            file_id = newest_file(store, locator)
            last = last_done(file_id) if file_id is not None else None
            if file_id is None or last is None or last.hash_after is None:
                return None
            op_id = uuid.uuid4().hex
            self._rows.add(
                file_id,
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
            self._rows.add_steps(op_id, file_id, (OperationState.PULLED, OperationState.DONE))
            self._rows.refresh(file_id)
            return _version(op_id)

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


def _version(op_id: str) -> FileVersion:
    """The one version of an operation that was only noted."""
    return versions_where("op_id = ?", op_id)[0]
