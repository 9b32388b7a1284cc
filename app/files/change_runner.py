"""Carries out one change: PULL → MANIPULATE → ARCHIVE → REPLACE, journalled at every step.

Blocking; runs in a worker thread. It never acts on the person's folder before the vault holds the
bytes and the journal has announced the act; after a failure it settles the change exactly as
recovery would.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import FileError, StewardError, StorageError
from app.domain.files import FileVersion, OperationState
from app.files.archiving import ArchiveOfChange, Archiver
from app.files.blobs import BlobStore
from app.files.contents import Content
from app.files.drive_places import is_drive
from app.files.failures import changed, conflict, explained, explaining, stuck
from app.files.gate import Gate, Locks
from app.files.manipulate import WorkedOut, work_out
from app.files.request import Ended, Request
from app.files.store import AGAIN, Change, ChangeKind, FileStore, Outcome, Pulled, Ready
from app.files.work import WorkFolder, WorkFolders
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal, LeftOpenError
from app.storage.file_records import Announcement, OpenOperation

logger = logging.getLogger(__name__)

_TRIES: Final = 3


class ChangeRunner:
    """Changes files of one store, under ``locks``: those of a kind one at a time."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        journal: FileJournal,
        history: FileHistory,
        locks: Locks,
        work: WorkFolders,
        vault: Path,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._archiver = Archiver(store, blobs, journal, locks)
        self._journal = journal
        self._history = history
        self._locks = locks
        self._work = work
        self._vault = Path(os.path.realpath(vault))  # as the places of files are

    def run(self, request: Request, gate: Gate) -> Ended:
        """Do it, unless ``gate`` is stopped first.

        A typed error from before the change was announced is raised; one from after it comes
        in ``Ended``, with the versions that were recorded on the way.
        """
        op_id = uuid.uuid4().hex
        with explaining(request.locator), self._work.folder(op_id, gate.check) as work:
            for _ in range(_TRIES):
                worked = self.work_out(request, work)
                with self._locks.change(request.locator, gate), self._vault_open(request):
                    if not self._is_as_before(request.locator, worked.before):
                        continue  # someone saved while the new content was made
                    try:
                        return self._carry_out(_Making(op_id, request, worked, work), gate)
                    except LeftOpenError as left:
                        # By its files: another one may be known at their place by now.
                        for operation in self._journal.open_of(left.file_ids):
                            self.settle(operation)
        raise changed(request.locator)

    @contextmanager
    def planning(self, request: Request) -> Iterator[tuple[WorkedOut, WorkFolder]]:
        """What the change would be, and where its contents are within the ``with`` block."""
        with self._work.folder(uuid.uuid4().hex) as work:
            yield self.work_out(request, work), work

    def work_out(self, request: Request, work: WorkFolder) -> WorkedOut:
        """PULL and MANIPULATE, see ``app.files.manipulate``."""
        self.keep_out_of_vault(request.locator, request.target)
        return work_out(self._store, request, work)

    def settle(self, operation: OpenOperation) -> tuple[Outcome, list[FileVersion]]:
        """End a change that a crash or a failure left open. The caller holds the lock.

        Raises ``UnreachableError``, ``OSError``, ``StorageError``; then it stays open.
        """
        change = Change.from_json(operation.op_id, operation.change)
        archive = self._archiver.of(change)
        outcome = self._store.settle(change, operation.state, archive)
        reason = f"recovered, {outcome.reason}" if outcome.reason else "recovered"
        return outcome, self._journal.finish(operation.op_id, outcome.state, reason)

    def settle_at(self, places: Sequence[str]) -> None:
        """End earlier changes of these files that were left open. The caller holds the lock."""
        for place in places:
            for operation in self._journal.open_at(self._store.name_of(place), [place]):
                self.settle(operation)

    # -- the change itself -----------------------------------------------------------------

    def _carry_out(self, making: _Making, gate: Gate) -> Ended:
        request, before, after = making.request, making.worked.before, making.worked.after
        hash_before = before.hash if before else None
        is_move = request.kind is ChangeKind.MOVE
        is_again = request.kind is ChangeKind.CREATE and request.file_id is not None
        change = self._store.prepare(
            Change(
                op_id=making.op_id,
                kind=request.kind,
                locator=request.locator,
                target=request.target,
                hash_before=hash_before,
                hash_after=hash_before if is_move else after.hash if after else None,
                mode=request.mode,
                facts={AGAIN: True} if is_again else {},
            )
        )
        with ExitStack() as stack:
            with self._locks.writing(request.locator, gate):
                ready = self._store.stage_unseen(change, after)
                if ready is not None:
                    stack.callback(ready.close)
                self._archiver.keep_both(request, making.worked, making.work)
                if ready is not None:
                    ready.sync()
                gate.go()
                announced = _announcement(making, change, self._store.name_of(request.locator))
                self._journal.announce(announced, ready=ready is not None)
            return self.perform(change, before, after, ready)

    def perform(
        self,
        change: Change,
        before: Pulled | None = None,
        after: Content | None = None,
        ready: Ready | None = None,
    ) -> Ended:
        """Make a change that is announced, and whose bytes are in the vault.

        ``ready``: what was staged before the change was announced, as ``REPLACING``. The caller
        holds the lock.
        """
        archive = self._archiver.of(change, sure=change.hash_before)
        reached = OperationState.ARCHIVING if ready is None else OperationState.REPLACING
        try:
            if ready is not None and not ready.appear():
                self._journal.not_ready(change.op_id)
                ready, reached = None, OperationState.ARCHIVING
            if ready is None:
                self._store.stage(change, after)
                self._journal.replacing(change.op_id)
                reached = OperationState.REPLACING
            outcome = self._store.act(change, archive, before)
        except (OSError, StewardError) as failure:
            return self._settle_failure(archive, reached, failure)
        return self._finish(change, outcome, None)

    def perform_unrecorded(self, change: Change) -> Ended:
        """Make a change that no file's history has to tell of. The caller holds the lock."""
        archive = self._archiver.of(change)
        reached = OperationState.ARCHIVING
        failure: OSError | StewardError | None = None
        try:
            self._store.stage(change, None)
            reached = OperationState.REPLACING
            outcome = self._store.act(change, archive, None)
        except (OSError, StewardError) as error:
            failure = error
            outcome = self._store.settle(change, reached, archive)
        if outcome.state is OperationState.DONE:
            return Ended()
        return Ended(error=_shown(failure, change) if failure else changed(change.locator))

    def _settle_failure(
        self, archive: ArchiveOfChange, reached: OperationState, failure: OSError | StewardError
    ) -> Ended:
        change = archive.change
        try:
            outcome = self._store.settle(change, reached, archive)
        except (OSError, StewardError) as error:
            logger.warning(
                "a change is left for recovery",
                extra={"op_id": change.op_id, "file": change.locator, "reason": str(error)},
            )
            shown = _shown(failure, change)
            return Ended(
                error=FileError(
                    shown.message,
                    hint="Steward finishes this change, or takes it back, when it can reach "
                    "the file again; no bytes are lost.",
                    details={**shown.details, "unfinished": True},
                )
            )
        return self._finish(change, outcome, failure)

    def _finish(
        self, change: Change, outcome: Outcome, failure: OSError | StewardError | None
    ) -> Ended:
        try:
            versions = tuple(
                self._journal.finish(
                    change.op_id, outcome.state, outcome.reason, at_once=not _shows(change, outcome)
                )
            )
        except StewardError as error:
            if outcome.state is not OperationState.DONE:
                return Ended(error=_shown(failure or error, change))
            unrecorded = StorageError(
                f"{change.locator} was changed, but its history could not be completed.",
                hint=f"{error.message} The old bytes are in the vault; Steward completes the "
                "history at its next start.",
            )
            return Ended(error=unrecorded)
        match outcome.state:
            case OperationState.DONE:
                return Ended(versions)
            case OperationState.CONFLICT:
                return Ended(versions, conflict(change, outcome, versions))
            case OperationState.FAILED:
                return Ended(versions, stuck(change, outcome))
            case _ if failure is not None:
                return Ended(versions, _shown(failure, change))
            case _:
                return Ended(versions, changed(change.locator))

    # -- checks ----------------------------------------------------------------------------

    def _vault_open(self, request: Request) -> AbstractContextManager[None]:
        """Where the store-wide lock is held, what is read of the vault stays open meanwhile."""
        return nullcontext() if is_drive(request.locator) else self._blobs.kept_open()

    def _is_as_before(self, locator: str, before: Pulled | None) -> bool:
        if before is None:
            return self._store.probe(locator) is None
        return self._store.is_as_pulled(locator, before)

    def keep_out_of_vault(self, *places: str | None) -> None:
        """Raises ``FileError`` for a place in the vault."""
        for place in places:
            if place is not None and f"{place}/".startswith(f"{self._vault}/"):
                raise FileError(
                    f"{place} belongs to Steward's own vault and is never changed.",
                    details={"path": place},
                )


@dataclass(frozen=True, slots=True)
class _Making:
    """One change that is being made."""

    op_id: str
    request: Request
    worked: WorkedOut
    work: WorkFolder


def _shows(change: Change, outcome: Outcome) -> bool:
    """Whether the file itself tells how the change ended, should a power cut lose that word.

    It holds the new bytes and nothing of ours stands beside it: recovery writes the same end.
    """
    return change.kind is ChangeKind.REPLACE and outcome.state is OperationState.DONE


def _announcement(making: _Making, change: Change, store: str) -> Announcement:
    request, before, after = making.request, making.worked.before, making.worked.after
    size_after = after.size if after else None
    if before is not None and request.kind is ChangeKind.MOVE:
        size_after = before.size
    metadata = dict(request.metadata)
    if request.kind is ChangeKind.REMOVE and before is not None:
        metadata["mode"] = before.mode
    if request.kind is ChangeKind.MOVE:
        metadata["moved_from"] = request.locator
    return Announcement(
        op_id=change.op_id,
        store=store,
        action=request.action,
        operation=request.operation,
        locator=request.locator,
        target=request.target,
        hash_before=change.hash_before,
        size_before=before.size if before else None,
        hash_after=change.hash_after,
        size_after=size_after,
        origin=request.origin,
        metadata=metadata,
        change=change.to_json(),
        file_id=request.file_id,
    )


def _shown(failure: OSError | StewardError, change: Change) -> StewardError:
    return explained(failure, change.locator) if isinstance(failure, OSError) else failure
