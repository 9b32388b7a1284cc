"""Checks the whole history against what is on disk, while the person goes on working.

Everything is looked at without the store-wide lock. What seems wrong then may only have been
caught in the middle of a change: it is looked at once more under the lock, and only what is still
wrong is reported. The lock is held for one file, one blob or one folder at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from app.domain.drive import DriveOfflineError, DriveSignedOutError
from app.domain.errors import BlobDamagedError
from app.files.blobs import BlobStore
from app.files.checking import FileCheck, check_file
from app.files.drive_places import is_drive
from app.files.fs_ops import FsOps, is_ours
from app.files.gate import Gate, StoreLock
from app.files.reports import PROBLEMS, Finding, VerifyReport
from app.files.store import FileStore
from app.storage.attached_contents import AttachedContents
from app.storage.file_contents import NeededContents
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_records import FileRecord

Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what they are (``files``, ``blobs``)."""


class Verifier:
    """Checks each invariant that what is on disk can show. For one run."""

    def __init__(
        self,
        *,
        history: FileHistory,
        journal: FileJournal,
        needed: NeededContents,
        attached: AttachedContents,
        blobs: BlobStore,
        store: FileStore,
        fs: FsOps,
        lock: StoreLock,
        gate: Gate,
        progress: Progress | None = None,
    ) -> None:
        self._history = history
        self._journal = journal
        self._needed = needed
        self._attached = attached
        self._blobs = blobs
        self._store = store
        self._fs = fs
        self._lock = lock
        self._gate = gate
        self._progress = progress
        self._findings: list[Finding] = []
        self._waiting: set[str] = set()  # files with a change that waits for their folder
        self._needed_by: dict[str, str] = {}  # hash → a version or an attachment that says so
        self._spare: set[str] = set()
        self._there: set[str] = set()
        self._drive_away: str | None = None  # why files in Drive are not asked for any more
        self._not_asked = 0

    def run(self) -> VerifyReport:
        """Read everything; blocking. Raises ``StoppedError`` where the gate is stopped."""
        with self._lock.held(self._gate):  # an open change now belongs to no living process
            self._findings += self._open_changes()
        records = self._history.records()
        total = len(records) + self._blobs.size().blobs
        files = versions = pruned = 0
        for number, record in enumerate(records):
            self._step(number, total, "files")
            check = self._file(record)
            files += bool(check.versions)
            versions += check.versions
            pruned += check.pruned
        self._findings += self._told_of_drive()
        for digest, attachment in self._attached.sent().items():
            self._needed_by.setdefault(digest, attachment)
        blobs, content_bytes = self._all_blobs(len(records), total)
        self._missing()
        self._unnamed()
        self._findings += self._looked(self._parts)
        here = (record.locator for record in records if not is_drive(record.locator))
        for folder in sorted({str(Path(locator).parent) for locator in here}):
            self._gate.check()
            self._findings += self._looked(partial(self._left_behind, folder))
        return VerifyReport(
            problems=tuple(one for one in self._findings if one.kind in PROBLEMS),
            notes=tuple(one for one in self._findings if one.kind not in PROBLEMS),
            files=files,
            versions=versions,
            blobs=blobs,
            vault_bytes=content_bytes,
            stored_bytes=self._blobs.size().stored_bytes,
            pruned=pruned,
        )

    # -- the history and the files ---------------------------------------------------------

    def _open_changes(self) -> Iterator[Finding]:
        for operation in self._journal.open_operations():
            if is_drive(operation.path):
                self._waiting.add(operation.file_id)
                words = "A change in Google Drive is under way, or waits until Drive is reached."
                yield Finding("waiting", words, operation.path)
                continue
            parent = Path(str(operation.change.get("locator", operation.path))).parent
            if parent.is_dir():
                words = "A change is unfinished: run `steward files recover`."
                yield Finding("unfinished", words, operation.path)
            else:
                self._waiting.add(operation.file_id)
                words = "A change waits for its folder to come back."
                yield Finding("waiting", words, operation.path)

    def _file(self, record: FileRecord) -> FileCheck:
        check = self._checked(record)
        if check.findings and is_drive(record.locator):
            # Drive is looked at without the lock, for a change there may take long: once more.
            check = self._checked(self._history.record(record.file_id))
        elif check.findings:
            with self._lock.held(self._gate):
                check = self._checked(self._history.record(record.file_id))
        self._findings += check.findings
        for digest, version in check.needed.items():
            self._needed_by.setdefault(digest, version)
        self._spare |= check.spare
        return check

    def _checked(self, record: FileRecord) -> FileCheck:
        waits = record.file_id in self._waiting
        states = self._history.states(record.file_id)
        if not is_drive(record.locator):
            return check_file(record, states, self._store, is_waiting=waits)
        waits = waits or any(one.state == "pending" for one in states)
        if self._drive_away is not None and record.present and not waits:
            self._not_asked += 1
            waits = True
        try:
            return check_file(record, states, self._store, is_waiting=waits)
        except (DriveOfflineError, DriveSignedOutError) as error:
            self._drive_away = error.message  # asked once: each would be waited for as long
            self._not_asked += 1
            return check_file(record, states, self._store, is_waiting=True)

    def _told_of_drive(self) -> Iterator[Finding]:
        if self._drive_away is not None:
            words = f"{self._not_asked} files were not compared: {self._drive_away}"
            yield Finding("unreadable", words, "Google Drive")

    # -- the vault -------------------------------------------------------------------------

    def _all_blobs(self, before: int, total: int) -> tuple[int, int]:
        """Read every blob: how many, and how many bytes."""
        content_bytes = 0
        for number, digest in enumerate(self._blobs.all(), start=before):
            self._step(number, total, "blobs")
            self._there.add(digest)
            try:
                content_bytes += self._length(digest)
            except BlobDamagedError:
                self._findings += self._looked(partial(self._damaged, digest))
            else:
                self._findings += self._mended(digest)
        return len(self._there), content_bytes

    def _length(self, digest: str) -> int:
        length = 0
        for chunk in self._blobs.chunks(digest):
            self._gate.check()
            length += len(chunk)
        return length

    def _damaged(self, digest: str) -> Iterator[Finding]:
        try:
            self._length(digest)
        except BlobDamagedError as error:
            if digest in self._blobs.all():  # it may have been pruned since it was listed
                yield Finding("blob_damaged", error.message, self._needed_by.get(digest, digest))

    def _mended(self, digest: str) -> Iterator[Finding]:
        """What others are built on is kept twice; one of the two may have rotted."""
        subject = self._needed_by.get(digest, digest)
        try:
            if not self._blobs.is_ailing(digest):
                return
            with self._lock.held(self._gate):
                if self._blobs.mend(digest):
                    words = "A damaged copy was made good from a sound one."
                    yield Finding("copy_mended", words, subject)
        except (OSError, BlobDamagedError) as error:
            if digest in self._blobs.all():  # it may have been pruned since it was read
                yield Finding("copy_damaged", f"One of two copies is damaged: {error}", subject)

    def _missing(self) -> None:
        suspects = sorted(self._needed_by.keys() - self._there)
        if suspects:
            with self._lock.held(self._gate):
                sent = self._attached.sent()
                attached = {one: sent[one] for one in suspects if one in sent}
                needed = {**attached, **self._needed.by_versions(suspects)}
                missing = needed.keys() - set(self._blobs.all())
            words = "The bytes of this version are missing."
            self._findings += [Finding("blob_missing", words, needed[one]) for one in missing]

    def _unnamed(self) -> None:
        suspects = sorted(self._there - self._needed_by.keys() - self._spare)
        if suspects:
            with self._lock.held(self._gate):
                there = set(self._blobs.all())
                named = self._needed.at_all(suspects) | self._attached.known(suspects)
            words = "Bytes are kept that no version names."
            orphans = [one for one in suspects if one in there and one not in named]
            self._findings += [Finding("orphan", words, one) for one in orphans]

    def _parts(self) -> Iterator[Finding]:
        if parts := self._blobs.parts():
            yield Finding("parts", f"{parts} unfinished blobs are left over.")

    # -- the folders -----------------------------------------------------------------------

    def _left_behind(self, folder: str) -> Iterator[Finding]:
        try:
            names = [entry.name for entry in self._fs.scan(folder)]
        except OSError:
            return  # gone, or closed to us: nothing of ours can be seen there
        for name in names:
            if is_ours(name):
                words = "A file of Steward's own was left."
                yield Finding("left_behind", words, f"{folder}/{name}")

    # -- how it is looked at ---------------------------------------------------------------

    def _looked(self, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
        """What ``check`` finds, and finds again while nothing is being changed."""
        if not list(check()):
            return []
        with self._lock.held(self._gate):
            return list(check())

    def _step(self, done: int, total: int, what: str) -> None:
        self._gate.check()
        if self._progress is not None:
            self._progress(done, max(done + 1, total), what)
