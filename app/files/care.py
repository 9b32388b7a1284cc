"""The care of the vault as a whole: recover, verify, export, prune. Blocking.

What does it is imported when it is done: most runs do none but the first.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import FileError, FileMissingError
from app.domain.skills import Clock
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.failures import explaining, vault_gone
from app.files.fs_ops import FsOps
from app.files.gate import Gate, Locks
from app.files.reports import Recovered, RecoveryReport, VerifyReport
from app.files.store import FileStore
from app.files.work import WorkFolders
from app.storage.attached_contents import AttachedContents
from app.storage.file_contents import NeededContents
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_marks import VersionMarks

if TYPE_CHECKING:
    from app.files.bringing_back import BroughtBack
    from app.files.export import Exporter, ExportReport
    from app.files.pruning import PrunePlan, Pruner, PruneReport, PruneRule
    from app.files.verifying import Progress


class VaultCare:
    """Looks after one vault. Each method runs in a worker thread and heeds its gate."""

    def __init__(
        self,
        *,
        history: FileHistory,
        journal: FileJournal,
        needed: NeededContents,
        attached: AttachedContents,
        marks: VersionMarks,
        blobs: BlobStore,
        store: FileStore,
        runner: ChangeRunner,
        work: WorkFolders,
        fs: FsOps,
        locks: Locks,
        vault: Path,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._history = history
        self._journal = journal
        self._needed = needed
        self._attached = attached
        self._marks = marks
        self._blobs = blobs
        self._store = store
        self._runner = runner
        self._work = work
        self._fs = fs
        self._locks = locks
        self._lock = locks.vault
        self._vault = vault

    @cached_property
    def _pruner(self) -> Pruner:
        from app.files.pruning import Pruner

        return Pruner(
            history=self._history,
            needed=self._needed,
            attached=self._attached,
            marks=self._marks,
            blobs=self._blobs,
            lock=self._lock,
            clock=self._clock,
        )

    def recover(self, gate: Gate, *, in_drive: bool = True) -> RecoveryReport:
        """End what a crash left open; that in Google Drive, too, or not before it may be asked."""
        from app.files.recovery import recover

        with explaining(str(self._vault)):
            missing = self._missing_vault()  # before the lock, which makes the folder
            with self._lock.held(gate):
                gate.go()
                report = recover(self._journal, self._runner, self._blobs)
                cleared = self._work.clear_abandoned()
            ended = self.recover_drive(Gate()) if in_drive else ()
            return dataclasses.replace(
                report,
                operations=(*report.operations, *ended),
                partial_removed=cleared,
                missing_vault=missing,
            )

    def recover_drive(self, gate: Gate) -> tuple[Recovered, ...]:
        """End what was left open in Google Drive, as far as Drive can be reached."""
        from app.files.recovery import recover_drive

        with explaining(str(self._vault)):
            return recover_drive(self._journal, self._runner, self._locks, gate)

    def verify(self, gate: Gate, progress: Progress | None) -> VerifyReport:
        """Check every invariant against what is on disk, while others change files."""
        from app.files.verifying import Verifier

        with explaining(str(self._vault)):
            return Verifier(
                history=self._history,
                journal=self._journal,
                needed=self._needed,
                attached=self._attached,
                blobs=self._blobs,
                store=self._store,
                fs=self._fs,
                lock=self._lock,
                gate=gate,
                progress=progress,
            ).run()

    def files_at(self, paths: Sequence[str]) -> list[str]:
        """The files known at these absolute paths, or below them; all files for none.

        Raises ``FileMissingError`` for a path without a history.
        """
        if not paths:
            return [record.file_id for record in self._history.records()]
        found: dict[str, None] = {}
        for path in paths:
            store = self._store.name_of(path)
            record = self._history.find(store, path) or self._history.find_moved(store, path)
            if record is not None:
                found[record.file_id] = None
                continue
            below = self._history.tracked(store=store, folder=path)
            if not below:
                raise FileMissingError(
                    f"Steward has no versions of {path}.", details={"path": path}
                )
            found.update((file.file_id, None) for file in below)
        return list(found)

    def export(
        self, archive: Path, paths: Sequence[str], gate: Gate, progress: Progress | None
    ) -> ExportReport:
        """All versions of these files (of all files for none) in one archive."""
        file_ids = self.files_at(paths)
        place = self._place(archive)
        with explaining(str(place)):
            return self._exporter(gate, progress).run(place, file_ids, lambda _: True)

    def plan_prune(self, rule: PruneRule) -> PrunePlan:
        """What ``rule`` lets go of now."""
        return self._pruner.plan(rule)

    def prune(
        self, rule: PruneRule, archive: Path | None, gate: Gate, progress: Progress | None
    ) -> PruneReport:
        """Export what ``rule`` lets go of to ``archive``, then let go of it.

        Raises ``FileError`` with ``details["nothing"]`` where that is nothing.
        """
        plan = self._pruner.plan(rule)
        if not plan.versions:
            return self._dropped(gate)
        with explaining(str(archive or self._vault.parent)):
            place = self._own_archive() if archive is None else self._place(archive)
        with explaining(str(place)):
            exporter = self._exporter(gate, progress)
            return self._pruner.run(rule, plan, place, exporter, gate)

    def bring_back(self, archive: Path, gate: Gate, progress: Progress | None) -> BroughtBack:
        """Bring pruned bytes back from ``archive``."""
        from app.files.bringing_back import BringerBack

        place = Path(os.path.realpath(archive))
        with explaining(str(archive)):
            return BringerBack(
                needed=self._needed,
                marks=self._marks,
                blobs=self._blobs,
                fs=self._fs,
                lock=self._lock,
                gate=gate,
                progress=progress,
            ).run(place)

    def _dropped(self, gate: Gate) -> PruneReport:
        """End a pruning that was cut off between its last two steps."""
        from app.files.pruning import PruneReport

        with explaining(str(self._vault)), self._lock.held(gate):
            gate.go()
            freed = self._pruner.drop()
        if not freed:
            raise FileError(
                "There is nothing to prune.", hint="Nothing was written.", details={"nothing": True}
            )
        return PruneReport(None, 0, freed)

    # -- inside ----------------------------------------------------------------------------

    def _missing_vault(self) -> FileError | None:
        if not self._blobs.is_bare():
            return None
        if not self._needed.any_by_versions() and not self._attached.any_sent():
            return None
        # Once more: another process may have put in the very first one between the two looks.
        return vault_gone(str(self._vault)) if self._blobs.is_bare() else None

    def _exporter(self, gate: Gate, progress: Progress | None) -> Exporter:
        from app.files.export import Exporter

        return Exporter(
            history=self._history,
            blobs=self._blobs,
            fs=self._fs,
            work=self._work,
            gate=gate,
            now=self._clock.now(),
            progress=progress,
        )

    def _own_archive(self) -> Path:
        """A new name in a folder beside the vault."""
        folder = self._fs.make_vault(self._vault.parent / "exports")
        # The archive is all that is left of what is pruned: its folder must survive a power cut.
        parent = self._fs.open_folder(folder.parent)
        try:
            self._fs.sync(parent)
        finally:
            self._fs.close(parent)
        return folder / f"steward-versions-{self._clock.now():%Y-%m-%d-%H%M%S}.zip"

    def _place(self, archive: Path) -> Path:
        """Where the archive goes, with links resolved; never into the vault."""
        folder = Path(os.path.realpath(archive.parent))
        if folder.is_relative_to(os.path.realpath(self._vault)):
            raise FileError(
                f"{archive} would be in Steward's own vault.",
                hint="Name a place outside of it.",
                details={"path": str(archive)},
            )
        if not folder.is_dir():
            raise FileMissingError(
                f"There is no folder {folder}.",
                hint="Make it first, or name another.",
                details={"path": str(folder)},
            )
        return folder / archive.name
