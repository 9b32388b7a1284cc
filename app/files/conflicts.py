"""Conflicts that wait for the person: theirs, ours, or both merged. Touches nothing.

Blocking: for worker threads.
"""

from __future__ import annotations

from typing import Final

from app.domain.errors import (
    FileError,
    FileMissingError,
    NotAFileError,
    NotFoundError,
    UncleanMergeError,
)
from app.domain.files import ConflictChoice, FileAction, FileConflict, OperationType, Origin
from app.files.blobs import BlobStore, hash_of
from app.files.contents import Content, kept
from app.files.failures import changed, explaining
from app.files.merging import merged, require_mergeable_size
from app.files.plans import Side
from app.files.request import MAX_BYTES, Bound, Request
from app.files.store import ChangeKind, FileStore
from app.storage.file_conflicts import ConflictHistory, OpenConflict

_REMEMBERED: Final = 256


class Conflicts:
    """Reads conflicts and works out what each choice means."""

    def __init__(self, store: FileStore, blobs: BlobStore, history: ConflictHistory) -> None:
        self._store = store
        self._blobs = blobs
        self._history = history
        # Contents never change under their hash, so whether three of them merge does not either.
        self._merges: dict[tuple[str | None, str | None, str | None], bool] = {}

    def open(self) -> list[FileConflict]:
        """Every undecided conflict, newest first."""
        return [self._described(one) for one in self._history.open()]

    def get(self, op_id: str) -> OpenConflict:
        """One undecided conflict. Raises ``NotFoundError``."""
        found = self._history.find(op_id)
        if found is None:
            raise NotFoundError(
                "This conflict is decided already, or never was.",
                hint="`steward files conflicts` lists those that are open.",
                details={"op_id": op_id},
            )
        return found

    def request(
        self, op_id: str, choice: ConflictChoice, origin: Origin, bound: Bound | None = None
    ) -> Request | None:
        """The change that ``choice`` asks for; ``None`` where the file stays as it is.

        Raises ``NotFoundError``, ``FileChangedError`` where the file is no longer as they left
        it, ``UncleanMergeError``, ``NotTextError``, ``BlobDamagedError``.
        """
        one = self.get(op_id)
        if choice is ConflictChoice.THEIRS:
            return None
        with explaining(one.path):
            self._require_as_they_left_it(one)
        made = self._merged(one) if choice is ConflictChoice.MERGE and not one.target else None
        after = one.ours if made is None else hash_of(made)
        kind, action = _change(one, after)
        if kind is None:
            return None
        return Request(
            kind,
            one.path,
            action,
            OperationType.SKILL_EDIT,
            origin,
            target=one.target,
            make=None if made is None else lambda _: made,
            content=(lambda: self._kept(after)) if made is None and after is not None else None,
            metadata={"resolves": op_id, "choice": choice.value},
            file_id=one.file_id,
            bound=bound or Bound(one.theirs),
        )

    def theirs(self, op_id: str) -> Side | None:
        """What they have; ``None`` where they took the file away."""
        digest = self.get(op_id).theirs
        if digest is None:
            return None
        content = self._kept(digest)
        return Side(content.hash, content.size, content.whole)

    # -- inside ----------------------------------------------------------------------------

    def _described(self, one: OpenConflict) -> FileConflict:
        return FileConflict(
            file_id=one.file_id,
            path=one.path,
            op_id=one.op_id,
            at=one.at,
            by=one.by,
            base=one.base,
            ours=one.ours,
            theirs=one.theirs,
            their_version=one.their_version,
            merges=self._is_mergeable(one),
            action=one.action,
            target=one.target,
        )

    def _is_mergeable(self, one: OpenConflict) -> bool:
        sides = (one.base, one.ours, one.theirs)
        if one.target is not None and one.theirs is not None:
            return True
        if sides not in self._merges:
            if len(self._merges) >= _REMEMBERED:
                self._merges.clear()
            try:
                self._merged(one)
            except FileError:  # not text, too large, not clean, or a damaged blob
                self._merges[sides] = False
            else:
                self._merges[sides] = True
        return self._merges[sides]

    def _require_as_they_left_it(self, one: OpenConflict) -> None:
        try:
            now = self._store.probe(one.path)
        except NotAFileError as error:
            raise changed(one.path) from error
        if now != one.theirs:
            raise changed(one.path)

    def _kept(self, digest: str) -> Content:
        return kept(self._blobs, digest, MAX_BYTES)

    def _merged(self, one: OpenConflict) -> bytes:
        if one.ours is None or one.theirs is None:
            raise UncleanMergeError(
                f"The two versions of {one.path} cannot be merged: one of them is a removal. "
                "Nothing was written.",
                hint="Take theirs or ours.",
                details={"path": one.path},
            )
        require_mergeable_size(one.size, one.path)
        base = b"" if one.base is None else self._blobs.read(one.base)
        return merged(base, self._blobs.read(one.ours), self._blobs.read(one.theirs), one.path)


def _change(one: OpenConflict, after: str | None) -> tuple[ChangeKind | None, FileAction]:
    """What leads from what they have to ``after``; ``None`` where that is the same."""
    if one.target is not None:
        if one.theirs is None:
            raise FileMissingError(
                f"There is no {one.path} to move any more: someone else took it away.",
                hint="Restore one of its versions, or leave it as they have it (theirs).",
                details={"path": one.path},
            )
        return ChangeKind.MOVE, FileAction.MOVE
    if one.theirs == after:
        return None, one.action
    if after is None:
        return ChangeKind.REMOVE, FileAction.REMOVE
    if one.theirs is None:
        return ChangeKind.CREATE, FileAction.CREATE
    return ChangeKind.REPLACE, FileAction.EDIT
