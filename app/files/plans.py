"""What a change would be, worked out without making it; and versions looked up by path.

Blocking: for worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from app.domain.errors import (
    BlobDamagedError,
    FileError,
    FileMissingError,
    FileTooLargeError,
    NotAFileError,
    PrunedError,
)
from app.domain.files import FileAction, FileVersion, OperationType, Origin, TrackedFile
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.contents import Content, InMemory, kept
from app.files.drive_places import PREFIX
from app.files.failures import explaining
from app.files.request import MAX_BYTES, Bound, Request
from app.files.store import ChangeKind, FileStore
from app.files.undo import UndoPlanner
from app.files.undo_steps import UndoStep
from app.files.undo_version import VersionUndoPlanner
from app.storage.file_contents import NeededContents
from app.storage.file_history import FileHistory
from app.storage.file_records import FileRecord

T = TypeVar("T")

_IN_MEMORY: Final = 4 * 1024 * 1024
"""Most bytes of an earlier version that are held from when it is checked to when it is used."""


@dataclass(frozen=True, slots=True)
class Side:
    """A file before or after a change; ``content`` is ``None`` where it is too large to show."""

    hash: str
    size: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Sides:
    """What a change would do; ``None`` where no file stands."""

    before: Side | None
    after: Side | None


class Plans:
    """Reads files, history and vault; touches nothing."""

    def __init__(
        self,
        store: FileStore,
        blobs: BlobStore,
        history: FileHistory,
        needed: NeededContents,
        runner: ChangeRunner,
    ) -> None:
        self._needed = needed
        self._store = store
        self._blobs = blobs
        self._history = history
        self._runner = runner
        self._undo = UndoPlanner(history, store)
        self._undo_version = VersionUndoPlanner(
            history, store, self.content, lambda path: self.pull(path, limit=MAX_BYTES)
        )

    def work_out(self, request: Request) -> Sides:
        """What stands there and what a change would make of it."""
        with explaining(request.locator), self._runner.planning(request) as (worked, work):
            before, after, old = worked.before, worked.after, None
            if before is not None:
                content = before.content
                if request.rewrite is not None and before.size <= MAX_BYTES:
                    content = b"".join(work.taken())
                old = Side(before.hash, before.size, content)
            if request.kind is ChangeKind.MOVE:
                return Sides(old, old)
            return Sides(old, None if after is None else _side(after))

    def step_sides(self, step: UndoStep) -> Sides:
        """The same for a step of an undo, from what the vault has."""
        if step.kind is ChangeKind.MOVE:
            return Sides(None, None)  # its bytes stay as they are, known to the vault or not
        return Sides(
            None if step.kind is ChangeKind.CREATE else _side(self._kept(step.now)),
            None if step.kind is ChangeKind.REMOVE else _side(self._kept(step.then)),
        )

    def restore_request(self, path: str, version: int, origin: Origin) -> Request:
        """What a restore has to do. Raises ``FileMissingError``, ``NotFoundError``."""
        record = self._history.find(self._store.name_of(path), path)
        if record is None:
            if Path(path).is_dir():
                raise NotAFileError(
                    f"{path} is a folder, and a folder is never restored as a whole.",
                    hint="Restore its files one by one, or undo the turn that changed them.",
                    details={"path": path},
                )
            raise self._unknown(path)
        digest = self._version(record, path, version).hash_after
        with explaining(path):
            is_there = self._store.probe(path) is not None
        return Request(
            ChangeKind.REPLACE if is_there else ChangeKind.CREATE,
            path,
            FileAction.RESTORE,
            OperationType.RESTORE,
            origin,
            content=lambda: self._kept(digest),
            metadata={"restored_from": version},
            mode=None if is_there else self._last_mode(record.file_id),
            file_id=record.file_id,
        )

    def undo_steps(
        self, turn_id: str | None, conversation_id: str | None
    ) -> tuple[list[UndoStep], str]:
        """The steps that take a turn back, and which turn that is; see ``UndoPlanner``."""
        turn_id = turn_id or self._undo.newest_turn(conversation_id)
        return self._undo.plan(turn_id), turn_id

    def undo_version_step(self, path: str, version: int) -> UndoStep:
        """The step that takes one version back; see ``VersionUndoPlanner``."""
        record = self.known_at(path)
        if record is None:
            raise self._unknown(path)
        with explaining(path):
            return self._undo_version.plan(record, version)

    def undo_request(self, step: UndoStep, undone: Mapping[str, object], origin: Origin) -> Request:
        """One step of an undo; ``undone`` says of what, for the version's metadata."""
        made_anew = step.kind is ChangeKind.CREATE
        merged = step.content
        way = (
            {"restored_from": step.restored_from}
            if merged is None
            else {"merged": True, "kept_versions": list(step.kept)}
        )
        return Request(
            step.kind,
            step.path,
            _UNDO_ACTION[step.kind],
            OperationType.RESTORE,
            origin,
            target=step.target,
            make=None if merged is None else lambda _: merged,
            content=(lambda: self._kept(step.then)) if merged is None else None,
            metadata={**undone, **way},
            mode=self._last_mode(step.file_id) if made_anew else None,
            file_id=step.file_id,
            bound=None if made_anew else Bound(step.now),
        )

    def pull(self, path: str, *, limit: int) -> bytes:
        """Content now. Raises ``FileTooLargeError``, ``FileMissingError``, ``NotAFileError``."""
        with explaining(path):
            return self._store.pull(path, limit=limit).content or b""

    def read_with(self, path: str, look: Callable[[BinaryIO], T]) -> T:
        """What ``look`` says of the file, which it reads. Raises as ``pull`` does."""
        with explaining(path), self._store.reading(path) as stream:
            return look(stream)

    def content(self, digest: str | None) -> bytes:
        """Bytes by their hash; empty for ``None``. Raises ``BlobDamagedError``."""
        if digest is None:
            return b""
        with self._telling_pruned(digest):
            return self._blobs.read(digest)

    def _kept(self, digest: str | None) -> Content:
        if digest is None:
            return InMemory(b"")
        with self._telling_pruned(digest):
            return kept(self._blobs, digest, _IN_MEMORY)

    @contextmanager
    def _telling_pruned(self, digest: str) -> Iterator[None]:
        """Bytes that cannot be read may be elsewhere. Raises ``PrunedError``."""
        try:
            yield
        except BlobDamagedError as error:
            archive = self._needed.archive_of(digest)
            if archive is None:
                raise
            raise PrunedError(
                "The bytes of this version were pruned from the vault.",
                hint=f"They are in {archive}: `steward files import` brings them back from there.",
                details={"hash": digest, "archive": archive},
            ) from error

    def known_at(self, path: str) -> FileRecord | None:
        """The file that stands at ``path``, stood there last, or was moved away from there."""
        store = self._store.name_of(path)
        return self._history.find(store, path) or self._history.find_moved(store, path)

    def versions_at(
        self, path: str, *, limit: int | None = None, before: int | None = None
    ) -> list[FileVersion]:
        """History of the file known at ``path``, oldest first; see ``FileHistory.versions``."""
        record = self.known_at(path)
        if record is None:
            return []
        return self._history.versions(record.file_id, limit=limit, before=before)

    def known_below(self, folder: str, *, limit: int | None = None) -> list[TrackedFile]:
        """Files with a history below an absolute folder, newest change first.

        ``drive:`` stands for all of Google Drive.
        """
        below = None if folder == PREFIX else folder
        return self._history.tracked(store=self._store.name_of(folder), folder=below, limit=limit)

    def content_at(self, path: str, version: int) -> bytes:
        """Exact bytes of a version. Raises ``NotFoundError``, ``FileMissingError``,
        ``FileTooLargeError`` where they are too many to be held in memory.
        """
        wanted = self._with_content(path, version)
        if wanted.size is not None and wanted.size > MAX_BYTES:
            raise FileTooLargeError(
                f"Version {version} of {path} has {wanted.size:,} bytes: too large to show.",
                hint="It can be restored; `steward files show` writes it to a file.",
                details={"path": path, "size": wanted.size, "limit": MAX_BYTES},
            )
        return self.content(wanted.hash_after)

    def chunks_at(self, path: str, version: int) -> Iterator[bytes]:
        """``content_at`` of any size, in pieces. Damaged bytes are not given out: they are all
        read once before the first.
        """
        digest = str(self._with_content(path, version).hash_after)
        with self._telling_pruned(digest):
            self._blobs.verify(digest)
        return self._blobs.chunks(digest)

    def _with_content(self, path: str, version: int) -> FileVersion:
        record = self.known_at(path)
        if record is None:
            raise self._unknown(path)
        return self._version(record, path, version)

    def _version(self, record: FileRecord, path: str, version: int) -> FileVersion:
        wanted = self._history.version(record.file_id, version)
        if wanted.hash_after is None:
            raise FileError(
                f"Version {version} of {path} is its removal: it has no content.",
                hint="Choose a version before it.",
                details={"path": path, "version": version},
            )
        return wanted

    def _unknown(self, path: str) -> FileMissingError:
        moved = self._history.find_moved(self._store.name_of(path), path)
        hint = f"It was moved to {moved.locator}." if moved is not None else ""
        details = {"path": path, **({} if moved is None else {"stands_at": moved.locator})}
        return FileMissingError(f"Steward has no versions of {path}.", hint=hint, details=details)

    def _last_mode(self, file_id: str) -> int | None:
        newest = self._history.newest(file_id)
        mode = newest.metadata.get("mode") if newest is not None else None
        return mode if isinstance(mode, int) else None


def _side(content: Content) -> Side:
    if content.whole is None and content.size <= MAX_BYTES:
        return Side(content.hash, content.size, b"".join(content.chunks()))
    return Side(content.hash, content.size, content.whole)


_UNDO_ACTION: Final = {
    ChangeKind.CREATE: FileAction.RESTORE,
    ChangeKind.REPLACE: FileAction.RESTORE,
    ChangeKind.MOVE: FileAction.MOVE,
    ChangeKind.REMOVE: FileAction.REMOVE,
}
