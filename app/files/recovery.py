"""Ends what a crash has left open, forward or back.

It runs under the store-wide lock, so an open change belongs to no living process.
"""

from __future__ import annotations

import logging

from app.domain.errors import StewardError
from app.domain.files import OperationState
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.reports import Recovered, RecoveryReport
from app.storage.file_journal import FileJournal
from app.storage.file_records import OpenOperation

logger = logging.getLogger(__name__)


def recover(journal: FileJournal, runner: ChangeRunner, blobs: BlobStore) -> RecoveryReport:
    """End every open change. One that cannot be ended now stays open and is named."""
    done = [_end(operation, runner) for operation in journal.open_operations()]
    return RecoveryReport(operations=tuple(done), parts_removed=blobs.drop_parts())


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
