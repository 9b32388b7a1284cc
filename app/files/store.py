"""The port of places that hold the person's files: folders of this machine, Google Drive.

A store never decides what is recorded. It reads, makes ready, acts once, and after a failure or
a crash says from what it finds whether that act happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Final, Protocol

from app.domain.errors import FileError
from app.domain.files import OperationState
from app.files.contents import Content

AGAIN: Final = "again"
"""Among the facts of a file to be made: it was there before, and has a history."""


class ChangeKind(StrEnum):
    """What is done to the file."""

    CREATE = "create"
    REPLACE = "replace"
    MOVE = "move"
    REMOVE = "remove"
    MOVE_FOLDER = "move_folder"


@dataclass(frozen=True, slots=True)
class Pulled:
    """A file as it was read.

    Attributes:
        content: its bytes; ``None`` where they are too many to be held in memory.
        hash: their SHA-256 hex.
        size: how many they are.
        mode: its permission bits.
        stamp: what the store can tell it by without reading it anew.
    """

    content: bytes | None
    hash: str
    size: int
    mode: int
    stamp: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with all that is needed to take it forward or back after a crash.

    Attributes:
        op_id: names the operation.
        kind: what is done.
        locator: the file.
        target: where ``MOVE`` takes it, or ``MOVE_FOLDER`` the folder at ``locator``.
        hash_before, hash_after: SHA-256 hex; ``None`` where no file stands.
        mode: permission bits for a file that is made anew, where they are known.
        facts: what the store wants to remember of its own (``FileStore.prepare``).
    """

    op_id: str
    kind: ChangeKind
    locator: str
    target: str | None
    hash_before: str | None
    hash_after: str | None
    mode: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """As the journal keeps it."""
        return {
            "kind": self.kind.value,
            "locator": self.locator,
            "target": self.target,
            "hash_before": self.hash_before,
            "hash_after": self.hash_after,
            "mode": self.mode,
            "facts": dict(self.facts),
        }

    @staticmethod
    def from_json(op_id: str, data: Mapping[str, object]) -> Change:
        """The change as the journal kept it."""
        facts, mode = data.get("facts"), data.get("mode")
        return Change(
            op_id=op_id,
            kind=ChangeKind(str(data["kind"])),
            locator=str(data["locator"]),
            target=_text(data.get("target")),
            hash_before=_text(data.get("hash_before")),
            hash_after=_text(data.get("hash_after")),
            mode=mode if isinstance(mode, int) else None,
            facts=facts if isinstance(facts, Mapping) else {},
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a change ended, and why where it is not ``DONE``."""

    state: OperationState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What is in a folder and the folders below it.

    Attributes:
        files: the regular files, by locator.
        unkept: those of them that belong to a program which keeps a history of its own (git).
        others: how many links, pipes, sockets and devices there are.
    """

    files: tuple[str, ...]
    unkept: tuple[str, ...]
    others: int


class Archive(Protocol):
    """Where a store puts bytes before it lets go of them."""

    def secure(self, digest: str, chunks: Iterable[bytes]) -> None:
        """Make sure that the bytes with this hash are kept; ``chunks`` are those bytes."""
        ...

    def foreign(self, chunks: Iterable[bytes]) -> None:
        """Keep bytes that someone else put in the file, and record them as a version."""
        ...

    def amend(self, change: Change) -> None:
        """Record that the change has to be made another way, before it is."""
        ...


class Ready(Protocol):
    """What ``stage_unseen`` made."""

    def sync(self) -> None:
        """Return when it is on disk. Raises ``OSError``."""
        ...

    def appear(self) -> bool:
        """Put it where ``act`` needs it, once the change is announced. Raises ``OSError``.

        ``False`` where that turns out to be impossible: then only ``stage`` is left.
        """
        ...

    def close(self) -> None:
        """Let go of it, used or not."""
        ...


class UnreachableError(FileError):
    """The place of a file cannot be seen just now (a disk that is not connected)."""

    kind = "unreachable"


Take = Callable[[Iterator[bytes]], object]
"""Uses up the bytes of a file, which come in pieces."""


class FileStore(Protocol):
    """A place of files. Blocking; every method may raise ``OSError``."""

    def name_of(self, locator: str) -> str:
        """Stable name of the place that holds ``locator``, as in ``files.store``."""
        ...

    def pull(self, locator: str, *, limit: int, take: Take | None = None) -> Pulled:
        """Read a file: into memory up to ``limit`` bytes, a larger one in pieces to ``take``.

        ``take`` is called anew where the file was written to meanwhile. Without it a larger file
        raises ``FileTooLargeError``. With a ``limit`` below 0 nothing stays in memory.
        Raises ``FileNotFoundError``, ``NotAFileError``.
        """
        ...

    def reading(self, locator: str) -> AbstractContextManager[BinaryIO]:
        """The file, open to read and seek in. Raises as ``pull`` does."""
        ...

    def probe(self, locator: str) -> str | None:
        """SHA-256 hex of the file's bytes now; ``None`` where no file stands.

        Raises ``NotAFileError`` where something else stands there.
        """
        ...

    def is_as_pulled(self, locator: str, pulled: Pulled) -> bool:
        """Whether the file is as it was read: a quick look, ``act`` finds out for certain."""
        ...

    def require_allowed(self, kind: ChangeKind, locator: str) -> None:
        """Raises ``FileError`` where such a change would fail, or lose more than bytes.

        Asked beforehand, so that a preview can say so; touches nothing.
        """
        ...

    def require_possible(self, locator: str, after: Content) -> None:
        """Raises ``FileError`` where a file that stands there cannot become ``after``.

        Asked beforehand, so that nobody is asked to allow what would be refused; touches nothing.
        """
        ...

    def is_respelled(self, locator: str, target: str) -> bool:
        """Whether ``target`` is only another spelling of the same name, taken for the same."""
        ...

    def look_into(self, folder: str) -> FolderContent:
        """Everything below a folder, no link followed. Raises ``FileError`` for too many files."""
        ...

    def prepare(self, change: Change) -> Change:
        """Complete ``change.facts``. Touches nothing."""
        ...

    def stage(self, change: Change, content: Content | None) -> None:
        """Make ready, durably, all that ``act`` needs; the file itself is not touched."""
        ...

    def stage_unseen(self, change: Change, content: Content | None) -> Ready | None:
        """``stage``, in a way of which nothing is seen or left, whatever happens next.

        So it may come before the change is announced, which waits for ``Ready.sync``. ``None``
        where there is no such way.
        """
        ...

    def act(self, change: Change, archive: Archive, pulled: Pulled | None) -> Outcome:
        """Do it, in one step that happens whole or not at all, durably.

        Someone else's bytes found before or after that step are never lost: they stay in (or
        go back to) their place, go to ``archive``, and the outcome is ``CONFLICT``. ``pulled``
        is the file as it was read, where there was one.
        """
        ...

    def settle(self, change: Change, reached: OperationState, archive: Archive) -> Outcome:
        """After a failure or a crash in state ``reached``: what happened, made tidy.

        May be called again after it failed. Raises ``UnreachableError``.
        """
        ...


def _text(value: object) -> str | None:
    return None if value is None else str(value)
