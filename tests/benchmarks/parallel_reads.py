"""A hundred reads of 100 ms asked for in one answer, eight at a time: ideally 1.3 seconds.

The whole engine runs, with its database: each result is a durable message. The dispatcher alone
is measured beside it, with results that go nowhere.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.assembly import Assembly
from app.domain.messages import Channel
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.dispatch import MAX_PARALLEL, TurnScope
from app.settings_store import SettingsStore
from tests.standins.scripted_model import ScriptedModel, calls, says

READS: Final = 100
SECONDS: Final = 0.1
IDEAL: Final = -(-READS // MAX_PARALLEL) * SECONDS
GOAL: Final = 1.08

_SKILL: Final = f"""
import asyncio
from app.domain.skills import ReadSkill, SkillResult, ToolDefinition

class Look(ReadSkill):
    domain = "bench"
    tool_definition = ToolDefinition(
        "bench.look",
        "Look.",
        {{
            "type": "object",
            "properties": {{"n": {{"type": "integer", "description": "Which."}}}},
            "additionalProperties": False,
        }},
    )

    async def execute(self, params, context):
        await asyncio.sleep({SECONDS})
        return SkillResult.ok("seen")

skill = Look()
"""
_MANUAL: Final = "---\nname: bench\ndescription: Looks.\n---\nFor a benchmark.\n"


def measure(runs: int) -> dict[str, object]:
    """Medians in seconds, as a ratio to the ideal."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder), min(runs, 5)))


async def _measure(folder: Path, runs: int) -> dict[str, object]:
    domain = folder / "home" / "skills" / "bench"
    domain.mkdir(parents=True)
    (domain / "SKILL.md").write_text(_MANUAL)
    (domain / "look.py").write_text(_SKILL)
    work = folder / "work"
    work.mkdir()
    assembly = await Assembly.open(SettingsStore(folder / "home", {}), folders=(work,))
    try:
        if assembly.start_report.notices:
            raise RuntimeError(assembly.start_report.notices[0])
        await assembly.warm_up()
        turns = [await _turn(assembly) for _ in range(runs)]
        alone = [await _dispatch(assembly) for _ in range(runs)]
    finally:
        await assembly.close()
    turn, dispatch = statistics.median(turns), statistics.median(alone)
    return {
        "ideal_s": IDEAL,
        "turn_median_s": round(turn, 4),
        "turn_ratio": round(turn / IDEAL, 4),
        "dispatch_median_s": round(dispatch, 4),
        "dispatch_ratio": round(dispatch / IDEAL, 4),
        "goal": {"turn_ratio": GOAL, "dispatch_ratio": GOAL},
        "met": turn / IDEAL <= GOAL and dispatch / IDEAL <= GOAL,
    }


def _arguments() -> list[tuple[str, Mapping[str, object]]]:
    return [("bench.look", {"n": number}) for number in range(READS)]


async def _turn(assembly: Assembly) -> float:
    assembly.model.llm = ScriptedModel([calls(*_arguments()), says("Done.")])
    engine = await assembly.engines.get(None)
    started = time.perf_counter()
    await engine.run_turn("Look a hundred times.", channel=Channel.TERMINAL)
    return time.perf_counter() - started


async def _dispatch(assembly: Assembly) -> float:
    engine = await assembly.engines.get(None)
    scope = TurnScope(engine.conversation_id, "bench", Channel.TERMINAL, ApprovalMode.ASK)
    asked = [ToolCall(f"call-{n}", *one) for n, one in enumerate(_arguments())]
    started = time.perf_counter()
    results: list[ToolResult] = []
    await assembly.dispatch.run(asked, scope, results.append)
    spent = time.perf_counter() - started
    if any(result.status is not ToolStatus.OK for result in results):
        raise RuntimeError(f"a read failed: {results[0].content}")
    return spent
