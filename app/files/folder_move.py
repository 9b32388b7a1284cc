"""Moves a whole folder: takes note of every file in it, announces the move, renames it once.

Each file gets a version of its own that says where it went, so its history goes along and every
one of them can be brought back; all of them are one operation in the journal, which happens whole
or not at all. Blocking; runs in a worker thread.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import FileError, NotAFileError
from app.domain.files import OperationType, Origin
from app.files.change_runner import ChangeRunner
from app.files.failures import changed, exists, explaining
from app.files.folder_rename import fingerprint, require_short_enough
from app.files.gate import Gate, StoreLock
from app.files.noting import Noter
from app.files.request import Bound, Ended
from app.files.store import Change, ChangeKind, FileStore, FolderContent
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_records import FolderAnnouncement

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class FolderMove:
    """The move of a folder as it is asked for.

    Attributes:
        locator, target: the folder, and its new place, which must be free.
        operation, metadata, origin: what the versions will say.
        bound: the ``fingerprint`` of the files it was approved for, if that was asked.
    """

    locator: str
    target: str
    origin: Origin
    operation: OperationType = OperationType.SKILL_EDIT
    metadata: Mapping[str, object] = field(default_factory=dict)
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What would be moved.

    Attributes:
        files: paths of the files that get a version, relative to the folder.
        others: how many further things go along as they are: links, pipes, what belongs to git.
    """

    files: tuple[str, ...]
    others: int

    @property
    def fingerprint(self) -> str:
        """What an approval is bound to."""
        return fingerprint(self.files)


class FolderMover:
    """Moves folders of one store, one at a time under ``lock``."""

    def __init__(
        self,
        *,
        store: FileStore,
        journal: FileJournal,
        history: FileHistory,
        runner: ChangeRunner,
        noter: Noter,
        lock: StoreLock,
        vault: Path,
    ) -> None:
        self._store = store
        self._journal = journal
        self._history = history
        self._runner = runner
        self._noter = noter
        self._lock = lock
        self._vault = Path(os.path.realpath(vault))  # as the places of files are

    def plan(self, locator: str, target: str) -> FolderPlan:
        """What is in the folder, where it can be moved. Touches nothing. Raises ``FileError``."""
        with explaining(locator):
            found, files = self._look(locator, target)
            folder = Path(locator)
            names = tuple(str(Path(path).relative_to(folder)) for path in files)
            kept = set(files)
            return FolderPlan(names, found.others + sum(p not in kept for p in found.unkept))

    def run(self, move: FolderMove, gate: Gate) -> Ended:
        """Do it, unless ``gate`` is stopped first.

        A typed error from before the move was announced is raised; one from after it comes in
        ``Ended``. Notes that were taken of single files stay: nothing was changed by them.
        """
        with explaining(move.locator):
            for _ in range(_TRIES):
                _, files = self._look(move.locator, move.target)
                self._require_bound(move, files)
                for path in files:
                    gate.check()
                    self._noter.run(path, Gate(), first_seen=True)
                with self._lock.held(gate):
                    self._settle_leftovers(move)
                    if self._look(move.locator, move.target)[1] != files:
                        continue  # someone put a file in, or took one out
                    gate.go()
                    return self._carry_out(move, files)
        raise changed(move.locator)

    # -- inside ----------------------------------------------------------------------------

    def _look(self, locator: str, target: str) -> tuple[FolderContent, tuple[str, ...]]:
        """What is in the folder, and which of it gets a version."""
        self._runner.keep_out_of_vault(locator, target)
        if self._vault.is_relative_to(locator):
            raise FileError(
                f"{locator} holds Steward's own vault and is never moved.",
                details={"path": locator},
            )
        if Path(target).is_relative_to(locator):
            raise FileError(
                f"{locator} cannot be moved into itself.",
                hint="Choose a place outside it.",
                details={"path": locator, "target": target},
            )
        self._require_free(target)
        found = self._store.look_into(locator)
        known = [path for path in found.unkept if self._is_known(path)]
        require_short_enough(locator, target, (*found.files, *found.unkept))
        return found, tuple(sorted([*found.files, *known]))

    def _is_known(self, path: str) -> bool:
        record = self._history.find(self._store.name_of(path), path)
        return record is not None and record.present

    def _require_bound(self, move: FolderMove, files: tuple[str, ...]) -> None:
        folder = Path(move.locator)
        names = [str(Path(path).relative_to(folder)) for path in files]
        if move.bound is not None and move.bound.hash != fingerprint(names):
            raise changed(move.locator)

    def _require_free(self, target: str) -> None:
        try:
            is_free = self._store.probe(target) is None
        except NotAFileError:
            is_free = False
        if not is_free:
            raise exists(target)

    def _settle_leftovers(self, move: FolderMove) -> None:
        """End what was left open in the folder; under the lock it belongs to nobody alive."""
        for operation in self._journal.open_operations():
            places = [Path(str(operation.change.get(key) or "")) for key in ("locator", "target")]
            if any(p.is_relative_to(q) for p in places for q in (move.locator, move.target)):
                self._runner.settle(operation)

    def _carry_out(self, move: FolderMove, files: tuple[str, ...]) -> Ended:
        op_id = uuid.uuid4().hex
        change = self._store.prepare(
            Change(op_id, ChangeKind.MOVE_FOLDER, move.locator, move.target, None, None)
        )
        count = self._journal.announce_folder(
            FolderAnnouncement(
                op_id=op_id,
                store=self._store.name_of(move.locator),
                operation=move.operation,
                locator=move.locator,
                target=move.target,
                files=files,
                origin=move.origin,
                metadata={
                    **move.metadata,
                    "folder_move": op_id,
                    "folder_from": move.locator,
                    "folder_to": move.target,
                },
                change=change.to_json(),
            )
        )
        if count:
            return self._runner.perform(change)
        # Nothing in it has a history, and none of its names can be lost: nothing to record.
        return self._runner.perform_unrecorded(change)
