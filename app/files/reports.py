"""What recovery did and what verification found, as values a face can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.errors import FileError
from app.domain.files import OperationState
from app.files.drive_places import display_of


@dataclass(frozen=True, slots=True)
class Recovered:
    """A change that a crash had left open.

    Attributes:
        op_id: the operation.
        path: the file.
        found: the state it was left in.
        became: how it ended, or ``None`` where it could not be ended yet.
        reason: why, where that is not plain.
    """

    op_id: str
    path: str
    found: OperationState
    became: OperationState | None
    reason: str = ""

    def __str__(self) -> str:
        path = display_of(self.path)
        match self.became:
            case OperationState.DONE:
                return f"{path}: a change that was cut off is complete."
            case OperationState.ABORTED:
                return f"{path}: a change that was cut off was taken back."
            case OperationState.CONFLICT:
                return f"{path}: someone else changed it meanwhile; both versions are kept."
            case None:
                return f"{path}: cannot be reached now; finished later. {self.reason}".strip()
            case _:
                return f"{path}: needs a look. {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What ``recover`` did.

    Attributes:
        operations: changes that were open, oldest first.
        parts_removed: unfinished blobs cleared away.
        missing_vault: what to tell the person where the vault is gone that the history needs.
        partial_removed: unfinished archives cleared away, of exports that were cut off.
    """

    operations: tuple[Recovered, ...] = ()
    parts_removed: int = 0
    partial_removed: tuple[str, ...] = ()
    missing_vault: FileError | None = None

    @property
    def did_something(self) -> bool:
        """Whether anything was open."""
        return bool(self.operations)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing verification found: a stable name, a sentence, and the file or blob."""

    kind: str
    message: str
    subject: str = ""


PROBLEMS: Final = frozenset(
    {
        "unfinished",
        "journal",
        "numbers",
        "chain",
        "record",
        "blob_damaged",
        "blob_missing",
        "left_behind",
    }
)
"""Kinds of finding that break an invariant; every other is only worth knowing."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` found.

    Attributes:
        problems: broken invariants.
        notes: things worth knowing that break nothing.
        files, versions, blobs: how much was checked.
        vault_bytes: length of all contents.
        stored_bytes: what they take in the vault.
        pruned: how many of the versions are pruned.
    """

    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    files: int = 0
    versions: int = 0
    blobs: int = 0
    vault_bytes: int = 0
    stored_bytes: int = 0
    pruned: int = 0

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return not self.problems
