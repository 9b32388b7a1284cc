"""What the history of files takes in and gives out, beside the versions themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.files import FileAction, FileVersion, OperationState, OperationType, Origin


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change as it is announced.

    Attributes:
        op_id: new and unique.
        store: name of the ``FileStore``.
        action, operation: what the version will say.
        locator: where the file stands (or will stand, or stood).
        target: where a move takes it.
        hash_before, size_before: the bytes found; ``None`` where no file stands.
        hash_after, size_after: the bytes to be; ``None`` for a removal.
        origin: who asked.
        metadata: further facts of the version.
        change: what the store needs to take the change forward or back.
        file_id: the file, where it is not simply the newest one known at ``locator``.
    """

    op_id: str
    store: str
    action: FileAction
    operation: OperationType
    locator: str
    target: str | None
    hash_before: str | None
    size_before: int | None
    hash_after: str | None
    size_after: int | None
    origin: Origin
    metadata: Mapping[str, object]
    change: Mapping[str, object]
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class FolderAnnouncement:
    """The move of a whole folder as it is announced.

    Attributes:
        op_id: new and unique.
        store: name of the ``FileStore``.
        operation: what the versions will say.
        locator, target: the folder, and where it is moved.
        files: its files, each known to the history as it stands there; absolute.
        origin: who asked.
        metadata: further facts of each version.
        change: what the store needs to take the change forward or back.
    """

    op_id: str
    store: str
    operation: OperationType
    locator: str
    target: str
    files: Sequence[str]
    origin: Origin
    metadata: Mapping[str, object]
    change: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OpenOperation:
    """A change that has been announced and has not ended."""

    op_id: str
    file_id: str
    state: OperationState
    path: str
    change: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file the history knows: where it stands now, or stood last."""

    file_id: str
    store: str
    locator: str
    present: bool


@dataclass(frozen=True, slots=True)
class VersionState:
    """A version in any state, for checking: ``pending``, ``done``, ``aborted``, ``conflict``."""

    version: FileVersion
    state: str
    op_id: str
    ended: str | None
