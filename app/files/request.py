"""A change to a file as it is asked for, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from app.domain.errors import StewardError
from app.domain.files import FileAction, FileVersion, OperationType, Origin
from app.files.contents import Content
from app.files.store import ChangeKind

MAX_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of a content that is held in memory; larger ones go through in pieces."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A change is allowed only on these bytes (``None``: only where no file stands)."""

    hash: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A change as it is asked for.

    Attributes:
        kind, locator, target: what is done to which file.
        action, operation, metadata, origin: what its version will say.
        make: the new content from the old, both in memory; for ``CREATE`` from nothing.
        rewrite: the new content from the old, as streams; instead of ``make``.
        content: the new content itself; instead of ``make``. Called in a worker thread.
        mode: permission bits for a file made anew.
        file_id: the file it belongs to, where that is not the newest one at ``locator``.
        bound: what it was approved for, if that was asked.
    """

    kind: ChangeKind
    locator: str
    action: FileAction
    operation: OperationType
    origin: Origin
    target: str | None = None
    make: Callable[[bytes], bytes] | None = None
    rewrite: Callable[[BinaryIO, BinaryIO], None] | None = None
    content: Callable[[], Content] | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    mode: int | None = None
    file_id: str | None = None
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a change ended: the versions that are new, and the error where it failed."""

    versions: tuple[FileVersion, ...] = ()
    error: StewardError | None = None


def create_request(
    path: str, content: bytes, origin: Origin, bound: Bound | None = None
) -> Request:
    """Make a new file."""
    return Request(
        ChangeKind.CREATE,
        path,
        FileAction.CREATE,
        OperationType.SKILL_EDIT,
        origin,
        make=lambda _: content,
        bound=bound,
    )


def edit_request(
    path: str, change: Callable[[bytes], bytes], origin: Origin, bound: Bound | None = None
) -> Request:
    """Replace the content."""
    return Request(
        ChangeKind.REPLACE,
        path,
        FileAction.EDIT,
        OperationType.SKILL_EDIT,
        origin,
        make=change,
        bound=bound,
    )


def rewrite_request(
    path: str,
    change: Callable[[BinaryIO, BinaryIO], None],
    origin: Origin,
    bound: Bound | None = None,
) -> Request:
    """Replace the content, as streams."""
    return Request(
        ChangeKind.REPLACE,
        path,
        FileAction.EDIT,
        OperationType.SKILL_EDIT,
        origin,
        rewrite=change,
        bound=bound,
    )


def move_request(path: str, target: str, origin: Origin, bound: Bound | None = None) -> Request:
    """Give another name."""
    return Request(
        ChangeKind.MOVE,
        path,
        FileAction.MOVE,
        OperationType.SKILL_EDIT,
        origin,
        target=target,
        bound=bound,
    )


def remove_request(path: str, origin: Origin, bound: Bound | None = None) -> Request:
    """Take out of the folder."""
    return Request(
        ChangeKind.REMOVE,
        path,
        FileAction.REMOVE,
        OperationType.SKILL_EDIT,
        origin,
        bound=bound,
    )
