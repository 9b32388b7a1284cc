"""The only part that changes the person's files, and keeper of every version they ever had.

PULL → MANIPULATE → ARCHIVE → REPLACE, journalled; nothing here deletes or overwrites bytes that
are not in the vault. Work blocks, so it runs in named worker threads; this class is used on one
event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from app.domain.errors import FileChangedError
from app.domain.files import (
    ConflictChoice,
    FileVersion,
    Origin,
)
from app.domain.skills import Clock
from app.files.attachments import Attachments
from app.files.failures import changed_again
from app.files.folder_move import FolderMove, FolderPlan
from app.files.fs_ops import FsOps
from app.files.gate import FileLocks, Gate, StoppedError
from app.files.reports import Finding, Recovered, RecoveryReport, VerifyReport
from app.files.request import (
    MAX_BYTES,
    Bound,
    Ended,
    Request,
    create_request,
    edit_request,
    move_request,
    remove_request,
    rewrite_request,
)
from app.files.store import FileStore
from app.files.undoing import in_a_turn
from app.files.vault_parts import put_together
from app.files.version_reader import VersionReader
from app.files.workers import Workers
from app.storage.database import Database

if TYPE_CHECKING:
    from app.files.bringing_back import BroughtBack
    from app.files.export import ExportReport
    from app.files.pruning import PrunePlan, PruneReport, PruneRule
    from app.files.undo_steps import UndoStep
    from app.files.verifying import Progress

__all__ = [
    "MAX_BYTES",
    "Bound",
    "Finding",
    "Recovered",
    "RecoveryReport",
    "VerifyReport",
    "VersionManager",
]

T = TypeVar("T")


class VersionManager(VersionReader):
    """Changes files of one store and knows their history. Paths are absolute and resolved.

    Neither a deadline nor Cancel cuts a change once it is announced: a cancelled caller gets its
    result as usual. Before that, the change does not happen and ``CancelledError`` is raised.

    Args:
        database: open when the first method is called.
        vault: folder of the bytes; made when it is first used.
        store: where the person's files are.
        clock: time of the versions.
        on_version: called on the loop's thread with each version a change made, and with the
            other's version after a conflict. What was only noted on the way (first seen, changed
            outside) comes before the change it was noted for and is not announced by itself.
        fs: the file system of the vault.
    """

    def __init__(
        self,
        *,
        database: Database,
        vault: Path,
        store: FileStore,
        clock: Clock,
        on_version: Callable[[FileVersion], None] | None = None,
        fs: FsOps | None = None,
        hide_secrets: Callable[[str], str] = str,
    ) -> None:
        parts = put_together(
            database=database,
            vault=vault,
            store=store,
            clock=clock,
            fs=fs or FsOps(),
            hide_secrets=hide_secrets,
        )
        super().__init__(parts, Workers())
        self.attachments = Attachments(parts.attachments, self._workers)
        self._on_version = on_version
        self._file_locks = FileLocks()
        self._runner = parts.runner
        self._folder_mover = parts.folder_mover
        self._undoer = parts.undoer
        self._marks = parts.marks
        self.noter = parts.noter
        self.care = parts.care

    async def close(self) -> None:
        """Wait for what has begun, then end the worker threads."""
        await self._workers.close()

    # -- changes ---------------------------------------------------------------------------

    async def create(
        self, path: str, content: bytes, *, origin: Origin, bound: Bound | None = None
    ) -> FileVersion:
        """Make a file. Raises ``FileExistsAlreadyError`` and other ``FileError``."""
        request = create_request(path, content, origin, bound)
        return await self._change([path], lambda: request)

    async def edit(
        self,
        path: str,
        change: Callable[[bytes], bytes],
        *,
        origin: Origin,
        bound: Bound | None = None,
    ) -> FileVersion:
        """Replace the content by ``change(content)``, both in memory: ``MAX_BYTES`` at most.

        ``change`` runs in a worker thread, perhaps more than once, and may raise ``FileError``.
        Raises ``FileError`` with ``details["unchanged"]`` where it changes nothing;
        ``ConflictError``, ``FileChangedError``, ``DiskFullError``.
        """
        request = edit_request(path, change, origin, bound)
        return await self._change([path], lambda: request)

    async def rewrite(
        self,
        path: str,
        change: Callable[[BinaryIO, BinaryIO], None],
        *,
        origin: Origin,
        bound: Bound | None = None,
    ) -> FileVersion:
        """Replace the content, of any size, by what ``change(old, new)`` writes to ``new``.

        ``old`` can be sought in; ``new`` is written from its start to its end. Both are files in
        a private folder of the vault. Otherwise as ``edit``.
        """
        request = rewrite_request(path, change, origin, bound)
        return await self._change([path], lambda: request)

    async def move(
        self, path: str, target: str, *, origin: Origin, bound: Bound | None = None
    ) -> FileVersion:
        """Give the file another name, which must be free. Its history goes along."""
        request = move_request(path, target, origin, bound)
        return await self._change([path, target], lambda: request)

    async def move_folder(
        self, path: str, target: str, *, origin: Origin, bound: Bound | None = None
    ) -> list[FileVersion]:
        """Give a folder another name or place, which must be free, with all that is in it.

        One operation, whole or not at all; the versions are those of its files. ``bound`` is
        the fingerprint of a ``FolderPlan``.
        """
        move = FolderMove(path, target, origin, bound=bound)
        async with self._file_locks.held([path, target]):
            ended = await self._workers.uncut(lambda gate: self._folder_mover.run(move, gate))
        return list(self._published(ended))

    def plan_folder(self, path: str, target: str) -> FolderPlan:
        """What ``move_folder`` would take along; blocking."""
        return self._folder_mover.plan(path, target)

    async def remove(self, path: str, *, origin: Origin, bound: Bound | None = None) -> FileVersion:
        """Take the file out of its folder; its bytes stay in the vault."""
        request = remove_request(path, origin, bound)
        return await self._change([path], lambda: request)

    async def restore(
        self, path: str, version: int, *, origin: Origin, bound: Bound | None = None
    ) -> FileVersion:
        """Bring back the content of a version, also where the file was removed."""
        return await self._change(
            [path],
            lambda: dataclasses.replace(
                self.plans.restore_request(path, version, origin), bound=bound
            ),
        )

    async def undo(
        self,
        turn_id: str | None,
        *,
        origin: Origin,
        check: Callable[[Sequence[UndoStep]], None] = lambda _: None,
    ) -> list[FileVersion]:
        """Take back a turn; without ``turn_id`` the newest of ``origin.conversation_id``.

        ``check`` sees the steps, in a worker thread, before the first is made, and may raise.
        An undo outside a turn is given a turn id of its own, so that it can be undone too.
        """
        first, turn = await self.in_worker(
            lambda: self.plans.undo_steps(turn_id, origin.conversation_id)
        )
        by = in_a_turn(origin)

        def work(gate: Gate) -> Ended:
            steps, _ = self.plans.undo_steps(turn, origin.conversation_id)
            check(steps)
            return self._undoer.run(steps, {"undo_of": turn}, by, gate)

        return await self._undo(first, work)

    async def undo_version(
        self,
        path: str,
        version: int,
        *,
        origin: Origin,
        check: Callable[[Sequence[UndoStep]], None] = lambda _: None,
    ) -> list[FileVersion]:
        """Take back what one version did to the file known at ``path``, and that alone.

        What later versions changed stays. ``check`` and turns as in ``undo``. Raises
        ``FileChangedError`` where a later version stands in the way, ``FileError`` where there
        is nothing to take back.
        """
        first = await self.in_worker(lambda: self.plans.undo_version_step(path, version))
        by = in_a_turn(origin)

        def work(gate: Gate) -> Ended:
            steps = [self.plans.undo_version_step(path, version)]
            check(steps)
            return self._undoer.run(steps, {"undo_of_version": version}, by, gate)

        return await self._undo([first], work)

    async def note(self, path: str, *, first_seen: bool = False) -> FileVersion | None:
        """Take note of what someone else did to the file: its bytes become a version.

        ``None`` where the file is as its history says, or has none and ``first_seen`` is not
        asked for. A file that is gone gets a version that says so. The caller sees to it that
        ``path`` lies in a granted folder that can be reached. Raises ``FileError``.
        """
        async with self._file_locks.held([path]):
            ended = await self._workers.uncut(
                lambda gate: self.noter.run(path, gate, first_seen=first_seen)
            )
        versions = self._published(ended)
        return versions[-1] if versions else None

    async def note_moved(self, path: str, target: str) -> FileVersion | None:
        """Take note that someone else gave the file another name: its history goes along.

        ``None`` where that is not what the bytes say: then ``note`` both. Raises ``FileError``.
        """
        async with self._file_locks.held([path, target]):
            ended = await self._workers.uncut(lambda gate: self.noter.run_move(path, target, gate))
        versions = self._published(ended)
        return versions[-1] if versions else None

    async def resolve(
        self, op_id: str, choice: ConflictChoice, *, origin: Origin, bound: Bound | None = None
    ) -> FileVersion | None:
        """End a conflict as the person chose; see ``Workspace.resolve``."""
        one = await self.in_worker(lambda: self.open_conflicts.get(op_id))

        def work(gate: Gate) -> Ended:
            request = self.open_conflicts.request(op_id, choice, origin, bound)
            if request is not None:
                return self._runner.run(request, gate)
            gate.go()
            self._marks.decide(op_id, choice.value, origin.by)
            return Ended()

        try:
            async with self._file_locks.held([one.path, one.target or one.path]):
                versions = self._published(await self._workers.uncut(work))
        except FileChangedError as error:
            await self.note(one.path)  # so that the next decision is about what they have now
            raise changed_again(one.path) from error
        if versions:
            return versions[-1]
        standing = await self.in_worker(lambda: self.history.newest(one.file_id))
        return standing if one.their_version else None

    # -- care ------------------------------------------------------------------------------

    async def recover(self, *, in_drive: bool = True) -> RecoveryReport:
        """End what a crash left open. Raises ``FileError`` where another Steward stays busy.

        Not ``in_drive``: Google Drive is not asked yet; ``recover_drive`` does it then.
        """
        return await self._workers.uncut(lambda gate: self.care.recover(gate, in_drive=in_drive))

    async def recover_drive(self) -> tuple[Recovered, ...]:
        """End what was left open in Google Drive: it can be reached again. Asks only if it must."""
        return await self._workers.uncut(self.care.recover_drive)

    async def verify(self, progress: Progress | None = None) -> VerifyReport:
        """Check every invariant against what is on disk; Cancel stops it.

        Others can change files meanwhile. ``progress`` is called in a worker thread.
        """
        return await self._workers.uncut(lambda gate: self.care.verify(gate, progress))

    async def export(
        self, archive: Path, paths: Sequence[str] = (), progress: Progress | None = None
    ) -> ExportReport:
        """Write all versions of these files or folders (for none: of all) into a new archive.

        Cancel leaves nothing behind. Raises ``FileExistsAlreadyError``, ``FileMissingError``,
        ``DiskFullError`` and other ``FileError``.
        """
        return await self._workers.uncut(
            lambda gate: self.care.export(archive, paths, gate, progress)
        )

    async def plan_prune(self, rule: PruneRule) -> PrunePlan:
        """What ``prune`` would let go of."""
        return await self.in_worker(lambda: self.care.plan_prune(rule))

    async def prune(
        self, rule: PruneRule, archive: Path | None = None, progress: Progress | None = None
    ) -> PruneReport:
        """Export the versions that ``rule`` lets go of, then drop their bytes from the vault.

        Without ``archive`` it is a new one in ``exports`` beside the vault.
        Cancel during the export leaves everything as it was. Raises as ``export`` does.
        """
        return await self._workers.uncut(
            lambda gate: self.care.prune(rule, archive, gate, progress)
        )

    async def bring_back(self, archive: Path, progress: Progress | None = None) -> BroughtBack:
        """Bring the bytes of pruned versions back from the archive they went to.

        Cancel stops it between two contents. Raises ``FileError``.
        """
        return await self._workers.uncut(lambda gate: self.care.bring_back(archive, gate, progress))

    # -- inside ----------------------------------------------------------------------------

    async def _change(self, paths: Iterable[str], request: Callable[[], Request]) -> FileVersion:
        """Make one change; files named in ``paths`` wait for each other."""
        async with self._file_locks.held(paths):
            ended = await self._workers.uncut(lambda gate: self._runner.run(request(), gate))
        return self._published(ended)[-1]

    def _published(self, ended: Ended) -> tuple[FileVersion, ...]:
        if self._on_version is not None:
            for version in ended.versions:
                self._on_version(version)
        if isinstance(ended.error, StoppedError):  # its caller was cancelled, and it was given up
            raise asyncio.CancelledError from ended.error
        if ended.error is not None:
            raise ended.error
        return ended.versions

    async def _undo(
        self, steps: Sequence[UndoStep], work: Callable[[Gate], Ended]
    ) -> list[FileVersion]:
        paths = [path for step in steps for path in (step.path, step.target) if path]
        async with self._file_locks.held(paths):
            ended = await self._workers.uncut(work)
        return list(self._published(ended))
