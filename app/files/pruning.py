"""Lets go of old versions' bytes, only when the person asks, and only after they are elsewhere.

Export, read back, mark the versions, then drop the bytes: a crash between any two of these loses
nothing that the archive does not hold. Every version stays in the history and says where its
bytes are. The newest version of a file is never pruned, nor what any other change, or an attachment
of a message, still needs. Attachments that were never sent go along after a week.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.files import FileVersion
from app.domain.skills import Clock
from app.files.blobs import BlobStore
from app.files.export import Exporter, ExportReport
from app.files.gate import Gate, StoreLock
from app.storage.attached_contents import AttachedContents
from app.storage.file_contents import PRUNED, NeededContents
from app.storage.file_history import FileHistory
from app.storage.file_marks import VersionMarks

_AT_ONCE = 1000
_UNSENT_KEPT = timedelta(days=7)
"""An attachment that was never sent may stand in a message that is being written."""


@dataclass(frozen=True, slots=True)
class PruneRule:
    """Which versions may go: those that every rule given allows.

    Attributes:
        file_ids: of these files.
        keep: never the newest so many of a file; at least 1.
        before: only versions older than this.
    """

    file_ids: Sequence[str]
    keep: int = 1
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What would go.

    Attributes:
        versions: they lose their bytes, oldest first.
        contents: hashes that nothing else needs.
        content_bytes: their length; compressed they take less.
    """

    versions: tuple[FileVersion, ...]
    contents: frozenset[str]
    content_bytes: int

    @property
    def files(self) -> int:
        """How many files have such versions."""
        return len({version.file_id for version in self.versions})


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What went.

    Attributes:
        export: the archive that was written first; ``None`` where only the bytes of versions
            pruned earlier were left to drop.
        versions: how many lost their bytes.
        freed: bytes of disk space.
    """

    export: ExportReport | None
    versions: int
    freed: int


class Pruner:
    """Prunes by one rule. Blocking."""

    def __init__(
        self,
        *,
        history: FileHistory,
        needed: NeededContents,
        attached: AttachedContents,
        marks: VersionMarks,
        blobs: BlobStore,
        lock: StoreLock,
        clock: Clock,
    ) -> None:
        self._history = history
        self._needed = needed
        self._attached = attached
        self._marks = marks
        self._blobs = blobs
        self._lock = lock
        self._clock = clock

    def plan(self, rule: PruneRule) -> PrunePlan:
        """What ``rule`` lets go of now; touches nothing."""
        versions = tuple(
            version for file_id in rule.file_ids for version in self._of_file(file_id, rule)
        )
        sizes = {one.hash_after: one.size or 0 for one in versions if one.hash_after is not None}
        going = {(one.file_id, one.version) for one in versions}
        holders = self._needed.holders(sorted(sizes))
        gone = {digest for digest in sizes if holders.get(digest, set()) <= going}
        gone -= self._needed.by_others(sorted(gone)) | self._attached.known(sorted(gone))
        return PrunePlan(versions, frozenset(gone), sum(sizes[digest] for digest in gone))

    def run(
        self, rule: PruneRule, plan: PrunePlan, archive: Path, exporter: Exporter, gate: Gate
    ) -> PruneReport:
        """Do it: once the archive is there, whatever comes, up to the end of it.

        Raises what ``Exporter.run`` raises; then nothing is pruned.
        """
        going = {(one.file_id, one.version) for one in plan.versions}
        file_ids = list(dict.fromkeys(one.file_id for one in plan.versions))
        export = exporter.run(archive, file_ids, lambda one: (one.file_id, one.version) in going)
        with self._lock.held(gate):
            gate.go()
            # Meanwhile someone may have gone back to one of them, or pruned it already.
            still = {(one.file_id, one.version) for one in self.plan(rule).versions}
            marked = [
                one
                for one in plan.versions
                if (one.file_id, one.version) in still and one.hash_after in export.hashes
            ]
            shown = os.fsencode(archive).decode("utf-8", "backslashreplace")
            for start in range(0, len(marked), _AT_ONCE):
                self._marks.prune(marked[start : start + _AT_ONCE], shown)
            return PruneReport(export, len(marked), self.drop())

    def drop(self) -> int:
        """Drop the bytes of pruned versions, and of attachments never sent, that nothing needs.

        The caller holds the lock. Returns the bytes of disk space this frees.
        """
        unsent = self._attached.unsent(self._clock.now() - _UNSENT_KEPT)
        pruned = set(self._needed.of_pruned_versions())
        pruned -= self._attached.known(sorted(pruned)) - unsent
        gone = (pruned | unsent) - self._needed.at_all_but_pruned(sorted(pruned | unsent))
        freed = self._blobs.discard(gone) if gone else 0
        self._attached.forget(unsent)
        return freed

    def _of_file(self, file_id: str, rule: PruneRule) -> list[FileVersion]:
        versions = self._history.versions(file_id)
        with_bytes = [one for one in versions if one.hash_after is not None]
        newest = {one.version for one in (*versions[-1:], *with_bytes[-max(1, rule.keep) :])}
        return [
            one
            for one in with_bytes
            if one.version not in newest
            and PRUNED not in one.metadata
            and (rule.before is None or one.at < rule.before)
        ]
