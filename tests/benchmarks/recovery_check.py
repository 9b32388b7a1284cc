"""What recovery costs at a start, where the history is long: nothing to do, and ten open changes.

The ratio is to one durable commit of an SQLite database beside it. Ending a change costs several
of those, so only the check itself has a goal.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import statistics
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Final

from app.clock import SystemClock
from app.domain.files import FileAction, OperationType, Origin
from app.files.folder_store import FolderStore
from app.files.fs_ops import FsOps
from app.files.store import Change, ChangeKind
from app.files.version_manager import VersionManager
from app.storage.database import Database
from app.storage.file_journal import FileJournal
from app.storage.file_records import Announcement
from tests.benchmarks.big_history import fill

GOAL_MS: Final = 200.0
OPEN: Final = 10


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds, the goal of the check, and whether it is met."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with closing(Database(home / "steward.db")) as database:
            database.open()
            history = fill(database, home / "history", busiest=10_009)
            database.backup()  # the daily one is due else, and would be measured
        figures = asyncio.run(_measure(home, runs))
        commit = _commit(home / "commit.db", runs)
    return {
        "versions": history.versions,
        "median_ms": {name: round(ms, 2) for name, ms in figures.items()},
        "durable_commit_ms": round(commit, 3),
        "ratio_to_a_durable_commit": {n: round(ms / commit, 1) for n, ms in figures.items()},
        "goal_ms": {"nothing_open": GOAL_MS},
        "met": {"nothing_open": figures["nothing_open"] <= GOAL_MS},
    }


async def _measure(home: Path, runs: int) -> dict[str, float]:
    times: dict[str, list[float]] = {"nothing_open": [], f"{OPEN}_changes_open": []}
    (home / "docs").mkdir()
    with closing(Database(home / "steward.db")) as database:
        database.open()
        for _ in range(runs):
            times["nothing_open"].append(await _recover(database, home, 0))
            _leave_open(database, home / "docs")
            times[f"{OPEN}_changes_open"].append(await _recover(database, home, OPEN))
    return {name: statistics.median(values) for name, values in times.items()}


async def _recover(database: Database, home: Path, wanted: int) -> float:
    """Milliseconds from a manager just made, as at a start."""
    manager = VersionManager(
        database=database, vault=home / "vault", store=FolderStore(FsOps()), clock=SystemClock()
    )
    try:
        started = time.perf_counter()
        report = await manager.recover()
        elapsed = (time.perf_counter() - started) * 1000
    finally:
        await manager.close()
    assert len(report.operations) == wanted
    return elapsed


def _leave_open(database: Database, docs: Path) -> None:
    """Announce changes and go no further, as a crash would."""
    store, journal = FolderStore(FsOps()), FileJournal(database, SystemClock())
    for number in range(OPEN):
        path = docs / f"{number}.md"
        path.write_bytes(b"before")
        before, after = (hashlib.sha256(text).hexdigest() for text in (b"before", b"after"))
        op_id = uuid.uuid4().hex
        change = store.prepare(Change(op_id, ChangeKind.REPLACE, str(path), None, before, after))
        journal.announce(
            Announcement(
                op_id=op_id,
                store=store.name_of(str(path)),
                action=FileAction.EDIT,
                operation=OperationType.SKILL_EDIT,
                locator=str(path),
                target=None,
                hash_before=before,
                size_before=6,
                hash_after=after,
                size_after=5,
                origin=Origin(user="bench", by="bench"),
                metadata={},
                change=change.to_json(),
            )
        )


def _commit(path: Path, runs: int) -> float:
    times = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE t (x TEXT)")
        for _ in range(runs * 5):
            started = time.perf_counter()
            connection.execute("INSERT INTO t VALUES ('a step of a change')")
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
