"""Ends what a crash has left open, forward or back.

It runs under the lock of the changes it ends, so an open one belongs to no living process.
"""

from __future__ import annotations

import logging

from app.domain.errors import FileError, StewardError
from app.domain.files import OperationState
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.drive_places import is_drive
from app.files.gate import Gate, Locks
from app.files.reports import Recovered, RecoveryReport
from app.storage.file_journal import FileJournal
from app.storage.file_records import OpenOperation

logger = logging.getLogger(__name__)


def recover(journal: FileJournal, runner: ChangeRunner, blobs: BlobStore) -> RecoveryReport:
    """End every open change of a file here. One that cannot be ended now stays open and is named.

    The caller holds the store-wide lock.
    """
    mine = [one for one in journal.open_operations() if not _is_in_drive(one)]
    done = [_end(operation, runner) for operation in mine]
    return RecoveryReport(operations=tuple(done), parts_removed=blobs.drop_parts())


def recover_drive(
    journal: FileJournal, runner: ChangeRunner, locks: Locks, gate: Gate
) -> tuple[Recovered, ...]:
    """The same of files of Google Drive; what a living Steward is about is let alone.

    The caller holds no lock.
    """
    if not any(map(_is_in_drive, journal.open_operations())):
        return ()
    try:
        with locks.drive.held(gate, patience=0.0):
            left = filter(_is_in_drive, journal.open_operations())
            return tuple([_end(operation, runner) for operation in left])
    except FileError as error:
        if not error.details.get("busy"):
            raise
        left = filter(_is_in_drive, journal.open_operations())
        reason = "Another change in Google Drive is under way."
        return tuple([Recovered(one.op_id, one.path, one.state, None, reason) for one in left])


def _is_in_drive(operation: OpenOperation) -> bool:
    return is_drive(operation.path)


def _end(operation: OpenOperation, runner: ChangeRunner) -> Recovered:
    became: OperationState | None = None
    try:
        outcome, _ = runner.settle(operation)
        became, reason = outcome.state, outcome.reason
    except (OSError, StewardError) as error:
        reason = str(error)
        logger.warning(
            "a change could not be recovered yet",
            extra={"op_id": operation.op_id, "file": operation.path, "reason": reason},
        )
    return Recovered(operation.op_id, operation.path, operation.state, became, reason)
