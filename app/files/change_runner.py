"""Carries out one change: PULL → MANIPULATE → ARCHIVE → REPLACE, journalled at every step.

Blocking; runs in a worker thread. It never acts before the journal has announced the act and the
vault holds the bytes; after a failure it settles the change exactly as recovery would.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from app.domain.errors import (
    FileError,
    NotAFileError,
    StewardError,
    StorageError,
)
from app.domain.files import FileVersion, OperationState
from app.files.blobs import BlobStore, hash_of
from app.files.failures import changed, conflict, exists, explained, explaining, stuck
from app.files.gate import Gate, StoreLock
from app.files.request import MAX_BYTES, Ended, Request
from app.files.store import Change, ChangeKind, FileStore, Outcome, Pulled
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_records import Announcement, OpenOperation

logger = logging.getLogger(__name__)

_TRIES: Final = 3


class ChangeRunner:
    """Changes files of one store, one at a time under ``lock``."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        journal: FileJournal,
        history: FileHistory,
        lock: StoreLock,
        vault: Path,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._journal = journal
        self._history = history
        self._lock = lock
        self._vault = vault

    def run(self, request: Request, gate: Gate) -> Ended:
        """Do it, unless ``gate`` is stopped first.

        A typed error from before the change was announced is raised; one from after it comes
        in ``Ended``, with the versions that were recorded on the way.
        """
        with explaining(request.locator):
            for _ in range(_TRIES):
                pulled, after = self.work_out(request)
                with self._lock.held(gate):
                    self._settle_leftovers(request)
                    found = self._store.probe(request.locator)
                    if found != (pulled.hash if pulled else None):
                        continue  # someone saved while the new content was made
                    gate.go()
                    return self._carry_out(request, pulled, after)
        raise changed(request.locator)

    def work_out(self, request: Request) -> tuple[Pulled | None, bytes | None]:
        """PULL and MANIPULATE: what is there, and what would be. Touches nothing."""
        self.keep_out_of_vault(request.locator, request.target)
        pulled = None
        if request.kind is ChangeKind.CREATE:
            self._require_free(request.locator)
        else:
            pulled = self._pull(request)
        if request.bound is not None and request.bound.hash != (pulled.hash if pulled else None):
            raise changed(request.locator)
        if request.target is not None:
            self._require_free(request.target)
        before = pulled.content if pulled else None
        match request.kind:
            case ChangeKind.MOVE:
                return pulled, before
            case ChangeKind.REMOVE:
                return pulled, None
        assert request.make is not None
        after = request.make(before or b"")
        if len(after) > MAX_BYTES:
            raise FileError(
                f"The new content of {request.locator} has {len(after):,} bytes; "
                f"the limit is {MAX_BYTES:,}.",
                details={"size": len(after), "limit": MAX_BYTES},
            )
        if pulled is not None:
            _require_difference(request.locator, pulled, after)
        return pulled, after

    def settle(self, operation: OpenOperation) -> tuple[Outcome, list[FileVersion]]:
        """End a change that a crash or a failure left open. The caller holds the lock.

        Raises ``UnreachableError``, ``OSError``, ``StorageError``; then it stays open.
        """
        change = Change.from_json(operation.op_id, operation.change)
        archive = _Archive(change, self._blobs, self._journal)
        outcome = self._store.settle(change, operation.state, archive)
        reason = f"recovered, {outcome.reason}" if outcome.reason else "recovered"
        return outcome, self._journal.finish(operation.op_id, outcome.state, reason)

    def settle_at(self, places: Sequence[str]) -> None:
        """End earlier changes of these files that were left open. The caller holds the lock."""
        for operation in self._journal.open_at(self._store.name, places):
            self.settle(operation)

    # -- the change itself -----------------------------------------------------------------

    def _carry_out(self, request: Request, pulled: Pulled | None, after: bytes | None) -> Ended:
        change = self._store.prepare(
            Change(
                op_id=uuid.uuid4().hex,
                kind=request.kind,
                locator=request.locator,
                target=request.target,
                hash_before=pulled.hash if pulled else None,
                hash_after=None if after is None else hash_of(after),
                mode=request.mode,
            )
        )
        self._journal.announce(_announcement(request, change, pulled, after, self._store.name))
        archive = _Archive(change, self._blobs, self._journal)
        reached = OperationState.ARCHIVING
        try:
            if pulled is not None and pulled.content is not None:
                self._blobs.put([pulled.content])
            if after is not None:
                self._blobs.put([after], like=change.hash_before)
            if change.hash_before is not None:
                self._blobs.verify(change.hash_before)
            self._store.stage(change, after)
            self._journal.replacing(change.op_id)
            reached = OperationState.REPLACING
            outcome = self._store.act(change, archive)
        except (OSError, StewardError) as failure:
            return self._settle_failure(archive, reached, failure)
        return self._finish(change, outcome, None)

    def _settle_failure(
        self, archive: _Archive, reached: OperationState, failure: OSError | StewardError
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
            versions = tuple(self._journal.finish(change.op_id, outcome.state, outcome.reason))
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

    def _settle_leftovers(self, request: Request) -> None:
        self.settle_at([place for place in (request.locator, request.target) if place])

    def keep_out_of_vault(self, *places: str | None) -> None:
        """Raises ``FileError`` for a place in the vault."""
        for place in places:
            if place is not None and Path(place).is_relative_to(self._vault):
                raise FileError(
                    f"{place} belongs to Steward's own vault and is never changed.",
                    details={"path": place},
                )

    def _require_free(self, locator: str) -> None:
        try:
            is_free = self._store.probe(locator) is None
        except NotAFileError:
            is_free = False
        if not is_free:
            raise exists(locator)

    def _pull(self, request: Request) -> Pulled:
        try:
            return self._store.pull(request.locator, limit=MAX_BYTES)
        except FileNotFoundError as error:
            if request.bound is not None:
                raise changed(request.locator) from error
            raise


class _Archive:
    """Keeps bytes for one change (``app.files.store.Archive``)."""

    def __init__(self, change: Change, blobs: BlobStore, journal: FileJournal) -> None:
        self.change = change
        self._blobs = blobs
        self._journal = journal

    def secure(self, digest: str, chunks: Iterable[bytes]) -> None:
        if not self._blobs.is_whole(digest):
            self._blobs.put(chunks)

    def foreign(self, chunks: Iterable[bytes]) -> None:
        blob = self._blobs.put(chunks)
        self._journal.foreign(self.change.op_id, blob.hash, blob.size)

    def amend(self, change: Change) -> None:
        self._journal.amend(change.op_id, change.to_json())
        self.change = change


def _announcement(
    request: Request, change: Change, pulled: Pulled | None, after: bytes | None, store: str
) -> Announcement:
    metadata = dict(request.metadata)
    if request.kind is ChangeKind.REMOVE and pulled is not None:
        metadata["mode"] = pulled.mode
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
        size_before=pulled.size if pulled else None,
        hash_after=change.hash_after,
        size_after=None if after is None else len(after),
        origin=request.origin,
        metadata=metadata,
        change=change.to_json(),
        file_id=request.file_id,
    )


def _shown(failure: OSError | StewardError, change: Change) -> StewardError:
    return explained(failure, change.locator) if isinstance(failure, OSError) else failure


def _require_difference(locator: str, pulled: Pulled, after: bytes) -> None:
    if after == pulled.content:
        raise FileError(
            f"There is nothing to change in {locator}: the new content is the same.",
            details={"path": locator, "unchanged": True},
        )
    if not pulled.mode & 0o222:
        raise FileError(
            f"{locator} is read-only.",
            hint="Allow writing to it first, if you mean to change it.",
            details={"path": locator, "read_only": True},
        )
