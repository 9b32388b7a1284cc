"""Checks the history of one file against itself and against the file. Touches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from app.domain.drive import DriveOfflineError, DriveSignedOutError
from app.domain.errors import FileError
from app.domain.files import FileAction, OperationState, OperationType
from app.files.reports import Finding
from app.files.store import FileStore
from app.storage.file_contents import PRUNED
from app.storage.file_history import RESOLVED
from app.storage.file_records import FileRecord, VersionState


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What one file's history came to.

    Attributes:
        versions: how many it has.
        pruned: how many of them are pruned.
        findings: what is wrong or worth knowing.
        needed: each hash that must be in the vault, and a version that says so.
        spare: hashes that may be there as well: of pruned versions and of changes not made.
    """

    versions: int = 0
    pruned: int = 0
    findings: tuple[Finding, ...] = ()
    needed: dict[str, str] = field(default_factory=dict)
    spare: frozenset[str] = frozenset()


def check_file(
    record: FileRecord, states: list[VersionState], store: FileStore, *, is_waiting: bool
) -> FileCheck:
    """Check one file; blocking, for its bytes are read.

    Args:
        record: the file.
        states: its version rows in any state, by number.
        store: where it stands.
        is_waiting: whether one of its changes waits for its folder to come back, or for Drive.

    Raises what says that Google Drive cannot be reached.
    """
    done = [state for state in states if state.state == "done"]
    kept = [state for state in done if PRUNED not in state.version.metadata]
    findings = [Finding(kind, words, record.locator) for kind, words in _told(states, done)]
    if done and not is_waiting:
        findings += _now(record, done[-1], store)
    return FileCheck(
        versions=len(done),
        pruned=len(done) - len(kept),
        findings=tuple(findings),
        needed={
            state.version.hash_after: f"{record.locator}, version {state.version.version}"
            for state in reversed(kept)
            if state.version.hash_after is not None
        },
        spare=frozenset(
            digest
            for state in states
            for digest in (state.version.hash_before, state.version.hash_after)
            if digest is not None
        ),
    )


def _told(states: list[VersionState], done: list[VersionState]) -> Iterator[tuple[str, str]]:
    """What the history itself shows: kind and words."""
    for state in done:
        version = state.version
        noted = version.action is FileAction.SEEN or version.operation is OperationType.EXTERNAL
        if not noted and state.ended != OperationState.DONE.value:
            ended = state.ended or "not in the journal"
            yield (
                "journal",
                f"Version {version.version} is in the history, but its change is {ended}.",
            )
    numbers = [state.version.version for state in done]
    if numbers != list(range(1, len(done) + 1)):
        yield "numbers", f"The versions are numbered {numbers}."
    for before, after in pairwise(done):
        if after.version.hash_before != before.version.hash_after:
            number = after.version.version
            yield "chain", f"Version {number} does not follow from the one before it."
    for state in states:
        if state.state == "conflict" and not _is_resolved(state, done):
            words = "Someone else changed it too; both versions are kept."
            yield "conflict", f"{words} `steward files resolve` decides."


def _now(record: FileRecord, last: VersionState, store: FileStore) -> Iterator[Finding]:
    version = last.version
    if record.present != (version.hash_after is not None) or record.locator != version.path:
        words = "The file's row does not say what its history says."
        yield Finding("record", words, record.locator)
    if not record.present:
        return  # what stands there now, if anything, is another file
    try:
        now = store.probe(record.locator)
    except (DriveOfflineError, DriveSignedOutError):
        raise  # of all its files, not of this one
    except (OSError, FileError) as error:
        yield Finding("unreadable", f"It cannot be read now: {error}", record.locator)
        return
    if now is None:
        words = "Someone else took it away; its versions are kept."
        yield Finding("outside", words, record.locator)
    elif now != version.hash_after:
        words = "Someone else changed it since the last version."
        yield Finding("outside", words, record.locator)


def _is_resolved(conflict: VersionState, done: list[VersionState]) -> bool:
    """Whether the person decided, or the file was changed on purpose after the conflict."""
    return RESOLVED in conflict.version.metadata or any(
        state.version.at >= conflict.version.at
        and state.op_id != conflict.op_id
        and state.version.operation is not OperationType.EXTERNAL
        and state.version.version >= conflict.version.version
        for state in done
    )
