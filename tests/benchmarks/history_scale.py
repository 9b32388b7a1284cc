"""What a history of 100,000 versions in 10,000 files costs: lists, pages, looks and changes.

Everything is asked in one process of a real database; the start of a terminal command is not in
it. Each figure stands beside the same question of a history of a hundred files: the ratio says
what the length of the history adds, whatever the machine.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from app.clock import SystemClock
from app.domain.files import FileAction, OperationState, OperationType, Origin
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.storage.database import Database
from app.storage.file_journal import FileJournal
from app.storage.file_records import Announcement
from tests.benchmarks.big_history import BigHistory, fill

GOALS_MS: Final = {
    "list_all_10000_files": 100.0,
    "list_one_folder_of_500": 100.0,
    "first_page_of_10000_versions": 100.0,
    "all_10000_versions": 100.0,
    "start_of_the_database": 200.0,
    "recovery_check": 200.0,
}
PAGE: Final = 200

Ask = Callable[[], Awaitable[object]]


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds, big and small, goals in milliseconds, and whether each is met."""
    with tempfile.TemporaryDirectory() as folder:
        small = asyncio.run(_measure(Path(folder) / "small", runs, per_folder=5, busiest=20))
        big = asyncio.run(_measure(Path(folder) / "big", runs, per_folder=500, busiest=10_009))
    figures, facts = big
    return {
        **facts,
        "median_ms": figures,
        "median_ms_of_a_hundred_files": small[0],
        "ratio_to_a_hundred_files": {
            name: round(figures[name] / max(small[0][name], 0.001), 2) for name in figures
        },
        "goal_ms": GOALS_MS,
        "met": {name: figures[name] <= goal for name, goal in GOALS_MS.items()},
    }


async def _measure(
    home: Path, runs: int, *, per_folder: int, busiest: int
) -> tuple[dict[str, float], dict[str, object]]:
    home.mkdir()
    docs = home / "docs"
    docs.mkdir()
    path = home / "steward.db"
    with closing(Database(path)) as database:
        database.open()
        history = fill(database, docs, per_folder=per_folder, busiest=busiest)
        database.backup()  # the daily one is due else, and would be measured
    history.folder.mkdir(parents=True)
    figures = {"start_of_the_database": _median(runs, lambda: _open_and_close(path))}
    with closing(Database(path)) as database:
        database.open()
        manager = VersionManager(
            database=database,
            vault=home / "vault",
            store=FolderStore(FsOps()),
            clock=SystemClock(),
        )
        try:
            for name, ask in _questions(manager, docs, history).items():
                figures[name] = await _median_async(runs, ask)
        finally:
            await manager.close()
        figures |= _change(database, history, runs)
    facts: dict[str, object] = {
        "files": history.files,
        "versions": history.versions,
        "database_mb": round(path.stat().st_size / 1e6, 1),
    }
    return {name: round(ms, 3) for name, ms in figures.items()}, facts


def _questions(manager: VersionManager, docs: Path, history: BigHistory) -> dict[str, Ask]:
    work = Workspaces(manager, GrantedFolders([docs])).bind(Origin(user="bench", by="bench"))
    busiest = str(history.busiest)
    newest = manager.history.log(limit=_FAR_BACK)[-1]
    assert newest.turn_id is not None
    turn = newest.turn_id

    async def worked(ask: Callable[[], object]) -> object:
        return await manager.in_worker(ask)

    look = manager.history
    return {
        "list_all_10000_files": work.tracked,
        "list_one_folder_of_500": lambda: work.tracked(str(history.folder)),
        "find_200_files_by_words": lambda: work.find_tracked("report 1"),
        "first_page_of_10000_versions": lambda: work.versions(busiest, limit=PAGE),
        "all_10000_versions": lambda: work.versions(busiest),
        "log_of_200": lambda: manager.log(limit=200),
        "turn_changes": lambda: worked(lambda: look.turn_changes(turn)),
        "changing_turns": lambda: worked(lambda: look.changing_turns(newest.conversation_id)),
        "undone_by": lambda: worked(lambda: look.undone_by(turn)),
        "find_moved": lambda: worked(lambda: look.find_moved("folder", busiest + "x")),
        "recovery_check": manager.recover,
    }


def _change(database: Database, history: BigHistory, runs: int) -> dict[str, float]:
    """Each step of a change of the busiest file as the journal writes it."""
    journal = FileJournal(database, SystemClock())
    times: dict[str, list[float]] = {"announce": [], "replacing": [], "finish": []}
    for number in range(runs * 3):
        change = _announcement(str(history.busiest), f"{number + 1:064x}")
        for name, step in (
            ("announce", lambda: journal.announce(change)),  # noqa: B023 - called at once
            ("replacing", lambda: journal.replacing(change.op_id)),  # noqa: B023
            ("finish", lambda: journal.finish(change.op_id, OperationState.DONE)),  # noqa: B023
        ):
            times[name].append(_timed(step))
    return {f"journal_{name}": statistics.median(values) for name, values in times.items()}


def _announcement(path: str, after: str) -> Announcement:
    return Announcement(
        op_id=uuid.uuid4().hex,
        store="folder",
        action=FileAction.EDIT,
        operation=OperationType.SKILL_EDIT,
        locator=path,
        target=None,
        hash_before=f"{int(after, 16) - 1:064x}",
        size_before=1,
        hash_after=after,
        size_after=1,
        origin=Origin(user="bench", by="bench"),
        metadata={},
        change={"kind": "replace", "locator": path},
    )


_FAR_BACK: Final = 100


def _open_and_close(path: Path) -> None:
    database = Database(path)
    database.open()
    database.close()


def _median(runs: int, act: Callable[[], object]) -> float:
    return statistics.median(_timed(act) for _ in range(runs))


async def _median_async(runs: int, ask: Ask) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
