"""Fills a real database with a long history: many files in many folders, and one file changed most.

The rows are those that the journal would have written, put in through the models in bulk.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from app.domain.files import OperationState
from app.storage.database import Database
from app.storage.models import Conversation, File
from app.storage.users import ensure_user

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STEPS: Final = (
    OperationState.INTENT,
    OperationState.PULLED,
    OperationState.STAGED,
    OperationState.ARCHIVING,
    OperationState.ARCHIVED,
    OperationState.REPLACING,
    OperationState.DONE,
)
_PER_TURN: Final = 3
_UNDO_EVERY: Final = 20
_CONVERSATIONS: Final = 100


@dataclass(frozen=True, slots=True)
class BigHistory:
    """What was filled in.

    Attributes:
        root: the folder above all files.
        folder: one of its folders.
        busiest: the file with the most versions.
        files, versions: how many in all.
    """

    root: Path
    folder: Path
    busiest: Path
    files: int
    versions: int


def fill(
    database: Database, root: Path, *, folders: int = 20, per_folder: int = 500, busiest: int
) -> BigHistory:
    """Write ``per_folder`` files of nine versions in each of ``folders``; one has ``busiest``.

    No file is made on disk and no bytes in the vault: queries of the history look at neither.
    """
    paths = [
        root / f"folder {number % folders:02}" / f"report {number}.md"
        for number in range(folders * per_folder)
    ]

    def write() -> int:
        user = ensure_user(database, "bench")
        at = stored_time(_START)
        for number in range(_CONVERSATIONS):
            Conversation.create(id=_conversation(number), user_id=user, created_at=_START,
                                updated_at=_START)  # fmt: skip
        files = (
            {"id": _id(number), "store": "folder", "locator": str(path), "present": True,
             "created_at": at, "updated_at": at}
            for number, path in enumerate(paths)
        )  # fmt: skip
        insert_rows("files", files)
        numbers = [(number, version) for version in range(1, 10) for number in range(len(paths))]
        numbers += [(0, version) for version in range(10, busiest + 1)]
        rows = (
            _version(order, number, paths[number], version, user)
            for order, (number, version) in enumerate(numbers)
        )
        insert_rows("file_versions", rows)
        changed = (
            (order, number, paths[number])
            for order, (number, version) in enumerate(numbers)
            if version > 1
        )
        insert_rows("file_operations", (row for one in changed for row in _journal(*one)))
        return len(numbers)

    versions = database.write(write)
    return BigHistory(root, paths[0].parent, paths[0], len(paths), versions)


def _version(order: int, number: int, path: Path, version: int, user: int) -> dict[str, object]:
    turn = order // _PER_TURN
    seen = version == 1
    undo = not seen and turn % _UNDO_EVERY == 0
    return {
        "op_id": f"{order:032x}",
        "original_file_id": _id(number),
        "archived_file_id": None if seen else _hash(number, version - 1),
        "new_file_id": _id(number),
        "filename": path.name,
        "path": str(path),
        "version": version,
        "operation_type": "user_upload" if seen else "restore" if undo else "skill_edit",
        "action": "seen" if seen else "restore" if undo else "edit",
        "state": "done",
        "skill": None if seen else "files.edit",
        "by": "first seen" if seen else "files.edit",
        "hash_before": None if seen else _hash(number, version - 1),
        "hash_after": _hash(number, version),
        "size": 4000 + version,
        "metadata": json.dumps({"undo_of": _turn(turn - 1), "restored_from": 1} if undo else {}),
        "user_id": user,
        "conversation_id": None if seen else _conversation(turn % _CONVERSATIONS),
        "turn_id": None if seen else _turn(turn),
        "execution_id": None if seen else f"e-{order:030x}",
        "created_at": stored_time(_START + timedelta(seconds=order * 60)),
    }


def _journal(order: int, number: int, path: Path) -> Iterator[dict[str, object]]:
    at = stored_time(_START + timedelta(seconds=order * 60))
    change = {
        "kind": "replace",
        "locator": str(path),
        "target": None,
        "hash_before": _hash(number, 1),
        "hash_after": _hash(number, 2),
        "mode": None,
        "swap": f".{path.name[:40]}.{order:032x}.steward-swap",
    }
    for state in _STEPS:
        yield {
            "op_id": f"{order:032x}",
            "file_id": _id(number),
            "state": state.value,
            "detail": json.dumps(change) if state is OperationState.INTENT else "{}",
            "created_at": at,
        }


def insert_rows(table: str, rows: Iterator[dict[str, object]]) -> None:
    """``rows`` hold values as they are stored; all have the same columns."""
    first = next(rows)
    marks = ", ".join("?" * len(first))
    sql = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({marks})"
    connection = File._meta.database.connection()
    every = itertools.chain([first], rows)
    connection.executemany(sql, (tuple(row.values()) for row in every))


def _id(number: int) -> str:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _hash(number: int, version: int) -> str:
    return hashlib.sha256(f"{number} {version}".encode()).hexdigest()


def _turn(number: int) -> str:
    return f"t-{number:030x}"


def _conversation(number: int) -> str:
    return f"c-{number:030x}"


def stored_time(at: datetime) -> str:
    """``at`` as the database has it."""
    return at.isoformat(timespec="microseconds")
