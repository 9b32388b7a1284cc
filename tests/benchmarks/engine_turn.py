"""What the loop adds to a turn with ten tool calls, against calling the skill directly.

The model answers at once, so all of the time is ours: validation, journal rows, messages on
disk (``synchronous=FULL``), events. One durable SQLite commit is measured beside it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from app.assembly import Assembly
from app.domain.files import Origin
from app.domain.messages import Channel
from app.domain.skills import SkillContext
from app.settings_store import SettingsStore
from tests.standins.scripted_model import ScriptedModel, calls, says

CALLS = 10


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds of a turn, of its direct calls, and of one durable commit."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), runs))


async def _measure(folder: Path, runs: int) -> dict[str, object]:
    work = folder / "work"
    work.mkdir()
    (work / "notes.md").write_text("a line\n" * 100)
    assembly = await Assembly.open(SettingsStore(folder / "home", {}), folders=(work,))
    try:
        turns = {
            "ten_calls_in_one_answer": [await _turn(assembly, together=True) for _ in range(runs)],
            "ten_calls_one_by_one": [await _turn(assembly, together=False) for _ in range(runs)],
        }
        direct = [await _direct(assembly) for _ in range(runs)]
    finally:
        await assembly.close()
    commit = statistics.median(_commits(folder / "commit.db", runs * 5))
    base = statistics.median(direct)
    report: dict[str, object] = {
        "direct_calls_median_ms": round(base * 1000, 2),
        "durable_commit_median_ms": round(commit * 1000, 3),
    }
    for name, values in turns.items():
        median = statistics.median(values)
        report[name] = {
            "median_ms": round(median * 1000, 2),
            "overhead_per_call_ms": round((median - base) / CALLS * 1000, 3),
            "overhead_in_durable_commits_per_call": round((median - base) / CALLS / commit, 2),
        }
    return report


async def _turn(assembly: Assembly, *, together: bool) -> float:
    # Each call asks for something else: the same one over and over would be refused.
    reads = [("files.read", {"path": "notes.md", "limit": 9_000 + n}) for n in range(CALLS)]
    steps = [calls(*reads)] if together else [calls(read) for read in reads]
    assembly.model.llm = ScriptedModel([*steps, says("Done.")])
    engine = await assembly.engines.get(None)
    started = time.perf_counter()
    await engine.run_turn("Read it ten times.", channel=Channel.TERMINAL)
    return time.perf_counter() - started


async def _direct(assembly: Assembly) -> float:
    skill = assembly.registry.get("files.read")
    context = SkillContext(
        conversation_id="bench",
        turn_id="bench",
        execution_id="bench",
        user="bench",
        channel=Channel.TERMINAL,
        workspace=assembly.workspaces.bind(Origin(user="bench", by="bench")),
        clock=assembly.clock,
    )
    started = time.perf_counter()
    for _ in range(CALLS):
        await skill.execute({"path": "notes.md"}, dataclasses.replace(context))
    return time.perf_counter() - started


def _commits(path: Path, count: int) -> list[float]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (x TEXT)")
    times = []
    for _ in range(count):
        started = time.perf_counter()
        connection.execute("INSERT INTO t VALUES ('a message of a usual length')")
        times.append(time.perf_counter() - started)
    connection.close()
    return times
