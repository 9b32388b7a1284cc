"""Ends what a crash has left open, forward or back, and checks the whole history.

Both run under the store-wide lock, so an open change belongs to no living process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from app.domain.errors import BlobDamagedError, FileError, StewardError
from app.domain.files import FileAction, OperationState, OperationType
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.fs_ops import FsOps, is_ours
from app.files.reports import Finding, Recovered, RecoveryReport, VerifyReport
from app.files.store import FileStore
from app.storage.file_history import RESOLVED, FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_records import FileRecord, OpenOperation, VersionState

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


class Verifier:
    """Checks each invariant that what is on disk can show."""

    def __init__(
        self,
        *,
        history: FileHistory,
        journal: FileJournal,
        blobs: BlobStore,
        store: FileStore,
        fs: FsOps,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._history = history
        self._journal = journal
        self._blobs = blobs
        self._store = store
        self._fs = fs
        self._stopped = stopped
        self._problems: list[Finding] = []
        self._notes: list[Finding] = []
        self._named: dict[str, str] = {}  # blob → the version that needs it
        self._spare: set[str] = set()  # blobs of changes that did not happen

    def run(self) -> VerifyReport:
        """Read everything; blocking. Ends early, with what it has, where it is stopped."""
        unreachable = self._check_open()
        records = self._history.records()
        files = versions = 0
        for record in records:
            if self._stopped():
                break
            count = self._check_file(record, unreachable)
            files += bool(count)
            versions += count
        blobs, size = self._check_blobs()
        self._check_folders(records)
        return VerifyReport(tuple(self._problems), tuple(self._notes), files, versions, blobs, size)

    def _check_open(self) -> set[str]:
        waiting = set()
        for operation in self._journal.open_operations():
            parent = Path(str(operation.change.get("locator", operation.path))).parent
            if parent.is_dir():
                self._problem(
                    "unfinished", "A change is unfinished: run `steward files recover`.", operation
                )
            else:
                waiting.add(operation.file_id)
                self._note("waiting", "A change waits for its folder to come back.", operation)
        return waiting

    # -- one file --------------------------------------------------------------------------

    def _check_file(self, record: FileRecord, waiting: set[str]) -> int:
        states = self._history.states(record.file_id)
        done = [state for state in states if state.state == "done"]
        for state in done:
            self._check_version(state, record)
        self._spare |= {s.version.hash_after for s in states if s.version.hash_after is not None}
        numbers = [state.version.version for state in done]
        if numbers != list(range(1, len(done) + 1)):
            self._problem("numbers", f"The versions are numbered {numbers}.", record)
        for before, after in pairwise(done):
            if after.version.hash_before != before.version.hash_after:
                self._problem(
                    "chain",
                    f"Version {after.version.version} does not follow from the one before it.",
                    record,
                )
        for state in states:
            if state.state == "conflict" and not _is_resolved(state, done):
                self._note(
                    "conflict", "Someone else changed it too; both versions are kept.", record
                )
        if done and record.file_id not in waiting:
            self._check_now(record, done[-1])
        return len(done)

    def _check_version(self, state: VersionState, record: FileRecord) -> None:
        version = state.version
        for digest in (version.hash_before, version.hash_after):
            if digest is not None:
                self._named.setdefault(digest, f"{record.locator}, version {version.version}")
        noted = version.action is FileAction.SEEN or version.operation is OperationType.EXTERNAL
        if not noted and state.ended != OperationState.DONE.value:
            self._problem(
                "journal",
                f"Version {version.version} is in the history, but its change is "
                f"{state.ended or 'not in the journal'}.",
                record,
            )

    def _check_now(self, record: FileRecord, last: VersionState) -> None:
        version = last.version
        if record.present != (version.hash_after is not None) or record.locator != version.path:
            self._problem("record", "The file's row does not say what its history says.", record)
        if not record.present:
            return  # what stands there now, if anything, is another file
        try:
            now = self._store.probe(record.locator)
        except (OSError, FileError) as error:
            self._note("unreadable", f"It cannot be read now: {error}", record)
            return
        if now is None:
            self._note("outside", "Someone else took it away; its versions are kept.", record)
        elif now != version.hash_after:
            self._note("outside", "Someone else changed it since the last version.", record)

    # -- the vault and the folders ---------------------------------------------------------

    def _check_blobs(self) -> tuple[int, int]:
        count = size = 0
        wanted = dict(self._named)
        for digest in self._blobs.all():
            if self._stopped():
                return count, size
            needed_by = wanted.pop(digest, None)
            count += 1
            try:
                size += sum(len(chunk) for chunk in self._blobs.chunks(digest))
            except BlobDamagedError as error:
                self._problems.append(Finding("blob_damaged", error.message, needed_by or digest))
            else:
                if needed_by is None and digest not in self._spare:
                    self._notes.append(
                        Finding("orphan", "Bytes are kept that no version names.", digest)
                    )
        for needed_by in wanted.values():
            self._problems.append(
                Finding("blob_missing", "The bytes of this version are missing.", needed_by)
            )
        if parts := self._blobs.parts():
            self._notes.append(Finding("parts", f"{parts} unfinished blobs are left over."))
        return count, size

    def _check_folders(self, records: list[FileRecord]) -> None:
        for folder in sorted({str(Path(record.locator).parent) for record in records}):
            try:
                names = [entry.name for entry in self._fs.scan(folder)]
            except OSError:
                continue  # gone, or closed to us: nothing of ours can be seen there
            for name in names:
                if is_ours(name):
                    self._problems.append(
                        Finding(
                            "left_behind", "A file of Steward's own was left.", f"{folder}/{name}"
                        )
                    )

    def _problem(self, kind: str, message: str, about: FileRecord | OpenOperation) -> None:
        self._problems.append(Finding(kind, message, _subject(about)))

    def _note(self, kind: str, message: str, about: FileRecord | OpenOperation) -> None:
        self._notes.append(Finding(kind, message, _subject(about)))


def _subject(about: FileRecord | OpenOperation) -> str:
    return about.locator if isinstance(about, FileRecord) else about.path


def _is_resolved(conflict: VersionState, done: list[VersionState]) -> bool:
    """Whether the person decided, or the file was changed on purpose after the conflict."""
    return RESOLVED in conflict.version.metadata or any(
        state.version.at >= conflict.version.at
        and state.op_id != conflict.op_id
        and state.version.operation is not OperationType.EXTERNAL
        and state.version.version >= conflict.version.version
        for state in done
    )
