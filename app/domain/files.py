"""Versions of files: what was, what is, who changed it and how to name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class OperationType(StrEnum):
    """Why a version exists (column ``operation_type``)."""

    SKILL_EDIT = "skill_edit"
    USER_UPLOAD = "user_upload"
    SYSTEM_MIGRATION = "system_migration"
    RESTORE = "restore"
    EXTERNAL = "external"


class FileAction(StrEnum):
    """What a change does to the file as a whole."""

    CREATE = "create"
    EDIT = "edit"
    MOVE = "move"
    REMOVE = "remove"
    RESTORE = "restore"
    SEEN = "seen"


class OperationState(StrEnum):
    """States of one change in the journal (``file_operations``), in order, then the ends."""

    INTENT = "INTENT"
    PULLED = "PULLED"
    STAGED = "STAGED"
    ARCHIVING = "ARCHIVING"
    ARCHIVED = "ARCHIVED"
    REPLACING = "REPLACING"
    DONE = "DONE"
    ABORTED = "ABORTED"
    CONFLICT = "CONFLICT"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to the operation."""
        return self in (
            OperationState.DONE,
            OperationState.ABORTED,
            OperationState.CONFLICT,
            OperationState.FAILED,
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked for a change: enough to answer "why is this line here?".

    Attributes:
        user: name of the person (``users.name``).
        by: short text for a timeline: ``"you"``, ``"files.edit"``, ``"terminal"``.
        conversation_id, turn_id, execution_id: where it was asked; ``None`` for the CLI and panes.
        skill: dotted skill name, if a skill did it.
        approved_by: the face or rule that allowed it, if asked.
    """

    user: str
    by: str
    conversation_id: str | None = None
    turn_id: str | None = None
    execution_id: str | None = None
    skill: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One row of a file's history.

    Attributes:
        file_id: stable id of the file (survives moves).
        path: where the file stood after this version (absolute path text).
        filename: last part of ``path``.
        version: 1, 2, 3 …; version 1 is the bytes first seen.
        operation: why it exists.
        action: what it did to the file.
        hash_before, hash_after: SHA-256 hex of the bytes; ``None`` where there was no file.
        size: bytes after, ``None`` where there is no file.
        at: UTC.
        by: short text for the timeline.
        skill: dotted skill name, if any.
        turn_id: the turn that asked for it, if any.
        metadata: further facts: ``restored_from``, ``moved_from``, ``approved_by``; of an undo
            ``undo_of`` (a turn) or ``undo_of_version``, the latter with ``merged`` and
            ``kept_versions`` where later changes stayed.
        execution_id: the call of a skill that made it, if any.
    """

    file_id: str
    path: str
    filename: str
    version: int
    operation: OperationType
    action: FileAction
    hash_before: str | None
    hash_after: str | None
    size: int | None
    at: datetime
    by: str
    skill: str | None = None
    turn_id: str | None = None
    conversation_id: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    execution_id: str | None = None


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file that has a history.

    Attributes:
        file_id: stable id.
        path: where it stands now, or stood when it was removed.
        present: whether a file stands there as far as the history knows.
        versions: how many versions there are.
        changed_at: UTC time of the newest version.
        conversation_id: conversation that last changed it, if any.
    """

    file_id: str
    path: str
    present: bool
    versions: int
    changed_at: datetime
    conversation_id: str | None = None


class ConflictChoice(StrEnum):
    """How the person ends a conflict."""

    THEIRS = "theirs"
    OURS = "ours"
    MERGE = "merge"


_BY_THE_PERSON: Final = frozenset({"you", "terminal", "you, on Telegram", "you, in Google Chat"})
"""``Origin.by`` of what the person does themselves, whichever face they use."""


@dataclass(frozen=True, slots=True)
class FileConflict:
    """A change that was not made because someone else changed the file at the same moment.

    Attributes:
        file_id: the file.
        path: where it stands (absolute path text).
        op_id: names the conflict, and the change that was not made.
        at: UTC.
        by: who asked for the change that was not made.
        base: SHA-256 hex of the bytes both started from; ``None`` where there was no file.
        ours: of the bytes the change would have made; ``None`` for a removal.
        theirs: of the bytes someone else put there; ``None`` where they took the file away.
        their_version: number of the version that holds ``theirs``; 0 where none does (they took
            the file away, and that is not noted yet).
        merges: whether both changes merge cleanly, line by line.
        action: what the change that was not made would have done. A move is about the name
            only: ``OURS`` and ``MERGE`` both move the file with the bytes it has now.
        target: where a move would have led.
    """

    file_id: str
    path: str
    op_id: str
    at: datetime
    by: str
    base: str | None
    ours: str | None
    theirs: str | None
    their_version: int
    merges: bool
    action: FileAction = FileAction.EDIT
    target: str | None = None

    @property
    def who(self) -> str:
        """Who wanted the change, in a sentence to the person: ``you``, or a skill."""
        return "you" if self.by in _BY_THE_PERSON else self.by


@dataclass(frozen=True, slots=True)
class BlameLine:
    """One line of a file and where it comes from.

    Attributes:
        number: 1, 2, 3 …
        text: the line without its end.
        version: the version that brought it in.
        at, by, skill, turn_id, conversation_id: of that version.
        asked: the person's message that led to it, shortened; empty where nobody asked in words.
        approved_by: the face or rule that allowed it, if it was asked.
    """

    number: int
    text: str
    version: int
    at: datetime
    by: str
    skill: str | None = None
    turn_id: str | None = None
    conversation_id: str | None = None
    asked: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class VaultSize:
    """How much the vault holds.

    Attributes:
        blobs: how many different contents.
        content_bytes: their length in all, as they were in the files.
        stored_bytes: what they take in the vault, compressed.
    """

    blobs: int
    content_bytes: int
    stored_bytes: int
