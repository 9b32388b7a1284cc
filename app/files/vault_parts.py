"""The parts of a version manager, put together: one vault, one store, one history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.skills import Clock
from app.files.attachments import AttachmentKeeper
from app.files.blobs import BlobStore
from app.files.care import VaultCare
from app.files.change_runner import ChangeRunner
from app.files.conflicts import Conflicts
from app.files.folder_move import FolderMover
from app.files.fs_ops import FsOps
from app.files.gate import Locks, StoreLock
from app.files.noting import Noter
from app.files.plans import Plans
from app.files.store import FileStore
from app.files.undoing import Undoer
from app.files.work import WorkFolders
from app.storage.attached_contents import AttachedContents
from app.storage.database import Database
from app.storage.file_conflicts import ConflictHistory
from app.storage.file_contents import NeededContents
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal
from app.storage.file_marks import VersionMarks
from app.storage.file_notes import FileNotes
from app.storage.turn_messages import TurnMessages


@dataclass(frozen=True, slots=True)
class VaultParts:
    """What works on one vault; blocking, for worker threads."""

    vault: Path
    blobs: BlobStore
    journal: FileJournal
    history: FileHistory
    messages: TurnMessages
    marks: VersionMarks
    runner: ChangeRunner
    noter: Noter
    conflicts: Conflicts
    folder_mover: FolderMover
    care: VaultCare
    plans: Plans
    undoer: Undoer
    attachments: AttachmentKeeper


_UPLOADS: Final = 900.0
"""Seconds to wait for other changes in Google Drive: a large file on a slow line takes long."""


def put_together(
    *,
    database: Database,
    vault: Path,
    store: FileStore,
    clock: Clock,
    fs: FsOps,
    hide_secrets: Callable[[str], str],
) -> VaultParts:
    """Make all parts; nothing is opened or made on disk yet."""
    vault = Path(vault).expanduser().absolute()
    blobs = BlobStore(vault, fs)
    journal = FileJournal(database, clock)
    history = FileHistory(database)
    marks = VersionMarks(database, clock)
    needed = NeededContents(database)
    attached = AttachedContents(database, clock)
    lock = StoreLock(vault / "lock", make_folder=blobs.make_ready)
    locks = Locks(
        lock, StoreLock(vault / "drive.lock", make_folder=blobs.make_ready, patience=_UPLOADS)
    )
    work = WorkFolders(vault, fs)
    runner = ChangeRunner(
        store=store,
        blobs=blobs,
        journal=journal,
        history=history,
        locks=locks,
        work=work,
        vault=vault,
    )
    noter = Noter(
        store=store,
        blobs=blobs,
        notes=FileNotes(database, clock),
        history=history,
        runner=runner,
        locks=locks,
    )
    folder_mover = FolderMover(
        store=store,
        journal=journal,
        history=history,
        runner=runner,
        noter=noter,
        lock=lock,
        vault=vault,
    )
    plans = Plans(store, blobs, history, needed, runner)
    return VaultParts(
        vault=vault,
        blobs=blobs,
        journal=journal,
        history=history,
        messages=TurnMessages(database, hide_secrets),
        marks=marks,
        runner=runner,
        noter=noter,
        conflicts=Conflicts(store, blobs, ConflictHistory(database)),
        folder_mover=folder_mover,
        care=VaultCare(
            history=history,
            journal=journal,
            needed=needed,
            attached=attached,
            marks=marks,
            blobs=blobs,
            store=store,
            runner=runner,
            work=work,
            fs=fs,
            locks=locks,
            vault=vault,
            clock=clock,
        ),
        plans=plans,
        undoer=Undoer(runner, plans, folder_mover),
        attachments=AttachmentKeeper(blobs, attached, lock, vault),
    )
