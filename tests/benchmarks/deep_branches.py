"""Reading a conversation of 500 branches, each of which left the one before.

Beside it the same number of messages without a branch: what a long chain of edits costs is the
ratio. Each figure is the best of the runs.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from app.clock import SystemClock
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.search import MessageQuery
from tests.benchmarks.long_conversations import add_branched, add_conversation

BRANCHES: Final = 500
EACH: Final = 100
GOALS: Final = {"page": 3.0, "count": 5.0, "search": 3.0, "export": 1.5}
"""Times as long as without branches, at most."""
_FLAT, _DEEP = "f" * 32, "d" * 32


def measure(runs: int) -> dict[str, object]:
    """Milliseconds with and without branches, and how often one is the other."""
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "steward.db")
        database.open()
        try:
            add_conversation(database, _FLAT, (BRANCHES + 1) * EACH)
            add_branched(database, _DEEP, BRANCHES, EACH)
            stored = Conversations(database, Redactor(), SystemClock(), user="bench")
            flat = await _times(stored, _FLAT, runs)
            deep = await _times(stored, _DEEP, runs)
        finally:
            database.close()
    ratios = {name: round(deep[name] / flat[name], 2) for name in GOALS}
    met = {name: ratios[name] <= goal for name, goal in GOALS.items()}
    return {"flat_ms": flat, "deep_ms": deep, "ratio": ratios, "goal": GOALS, "met": met}


async def _times(stored: Conversations, conversation: str, runs: int) -> dict[str, float]:
    words = MessageQuery(text="report", conversation_id=conversation, shown=True, limit=1000)
    middle = (await stored.messages(conversation))[BRANCHES * EACH // 2].id
    return {
        "page": await _best(runs, lambda: stored.page(conversation, before=middle, limit=60)),
        "count": await _best(runs, lambda: stored.get(conversation)),
        "search": await _best(runs, lambda: stored.find(words)),
        "export": await _best(min(runs, 3), lambda: stored.export(conversation)),
    }


async def _best(runs: int, work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return round(min(times) * 1000, 2)
