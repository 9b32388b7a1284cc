"""One durable edit of a file of 100 kB, against the least that a durable replacement costs.

Ours is ``VersionManager.edit`` from an event loop to its return. The baseline writes a temporary
file, syncs it, renames it over the file and commits one row to an SQLite database of its own
(WAL, ``synchronous=FULL``). A second baseline also syncs the folder after the rename. The first,
which is the harder to come near, is judged. All take turns in one run, on one disk.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.clock import SystemClock
from app.domain.files import Origin
from app.files.folder_store import FolderStore
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.storage.database import Database

SIZE = 100_000
GOAL = 3.0
ROUNDS = 12
"""Edits of each kind for every run asked for."""


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds, and the ratio of ours to the baseline."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), runs * ROUNDS))


async def _measure(root: Path, count: int) -> dict[str, object]:
    documents = root / "documents"
    documents.mkdir()
    database = Database(root / "home" / "steward.db")
    database.open()
    manager = VersionManager(
        database=database,
        vault=root / "home" / "vault",
        store=FolderStore(FsOps()),
        clock=SystemClock(),
    )
    try:
        ours = _Ours(manager, documents / "ours.txt")
        plain = _Baseline(documents, root / "baseline.db")
        kinds = {
            "ours": ours.edit,
            "baseline": lambda edit: plain.edit(edit, sync_folder=False),
            "baseline_with_folder_sync": lambda edit: plain.edit(edit, sync_folder=True),
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        dice = random.Random(1)
        for _ in range(3):  # first of its kind: folders are made, modules loaded
            await ours.edit(_edited(dice))
        for _ in range(count):
            edit = _edited(dice)
            for name, make in kinds.items():
                started = time.perf_counter()
                done = make(edit)
                if done is not None:
                    await done
                times[name].append(time.perf_counter() - started)
        plain.close()
    finally:
        await manager.close()
        database.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["ours"] / medians["baseline"]
    return {
        "bytes": SIZE,
        "edits": count,
        "median_ms": {name: round(value * 1000, 3) for name, value in medians.items()},
        "min_ms": {name: round(min(values) * 1000, 3) for name, values in times.items()},
        "ratio_to_baseline": round(ratio, 2),
        "ratio_to_baseline_with_folder_sync": round(
            medians["ours"] / medians["baseline_with_folder_sync"], 2
        ),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }


def _edited(dice: random.Random) -> Callable[[bytes], bytes]:
    """A change of one line somewhere, as a person or a model makes it."""
    line = f"{dice.random():.16f} is a line of usual length in this document\n".encode()
    place = dice.randrange(SIZE - len(line))
    return lambda content: content[:place] + line + content[place + len(line) :]


def _first() -> bytes:
    dice = random.Random(2)
    words = [f"{dice.randrange(10**6):x}" for _ in range(SIZE // 4)]
    return " ".join(words).encode()[:SIZE]


class _Ours:
    """Edits through the version manager."""

    def __init__(self, manager: VersionManager, path: Path) -> None:
        self._manager = manager
        self._path = path
        path.write_bytes(_first())

    async def edit(self, change: Callable[[bytes], bytes]) -> None:
        await self._manager.edit(str(self._path), change, origin=Origin("bench", "bench"))


class _Baseline:
    """Replaces a file and keeps one row about it, without versions."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._path = folder / "baseline.txt"
        self._temporary = folder / "baseline.tmp"
        self._path.write_bytes(_first())
        self._folder = os.open(folder, os.O_RDONLY)
        self._connection = sqlite3.connect(database, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE edits (path TEXT, size INTEGER, at REAL)")

    def edit(self, change: Callable[[bytes], bytes], *, sync_folder: bool) -> None:
        content = change(self._path.read_bytes())
        handle = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        self._temporary.replace(self._path)
        if sync_folder:
            os.fsync(self._folder)
        self._connection.execute(
            "INSERT INTO edits VALUES (?, ?, ?)", (str(self._path), len(content), time.time())
        )

    def close(self) -> None:
        os.close(self._folder)
        self._connection.close()
