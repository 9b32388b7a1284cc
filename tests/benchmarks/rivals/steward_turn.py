"""The turn in Steward as it is used: streamed, recorded, every message on disk."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from app.assembly import Assembly
from app.clock import SystemClock
from app.domain.messages import Channel
from app.integrations.openrouter import OpenAICompatibleClient
from app.settings_store import SettingsStore

WARM_UP = 3
_SKILL = """
from app.domain.skills import ReadSkill, SkillResult, ToolDefinition


class Skill(ReadSkill):
    domain = "bench"
    tool_definition = ToolDefinition(
        "bench.read",
        "Read a file.",
        {
            "type": "object",
            "properties": {"path": {"type": "string"}},
            "required": ["path"],
            "additionalProperties": False,
        },
    )

    async def execute(self, params, context):
        return SkillResult.ok(f"The text of {params['path']}.")


skill = Skill()
"""


async def main(address: str, runs: int) -> list[tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        skills = home / "skills" / "bench"
        skills.mkdir(parents=True)
        (skills / "SKILL.md").write_text(
            "---\nname: bench\ndescription: To measure.\n---\n\n# Bench\n"
        )
        (skills / "read.py").write_text(_SKILL)
        assembly = await Assembly.open(SettingsStore(home, {}))
        try:
            assert not assembly.start_report.notices, assembly.start_report.notices
            await assembly.llm.aclose()
            assembly.model.llm = OpenAICompatibleClient(
                base_url=address,
                api_key=None,
                provider="openai-compatible",
                default_model="test-model",
                clock=SystemClock(),
            )
            return [await turn(assembly) for _ in range(WARM_UP + runs)][WARM_UP:]
        finally:
            await assembly.close()


async def turn(assembly: Assembly) -> tuple[float, float]:
    """Seconds on the wall, and of the processor in all threads."""
    engine = await assembly.engines.get(None)
    began, used = time.perf_counter(), time.process_time()
    outcome = await engine.run_turn("Read ten files.", channel=Channel.TERMINAL)
    took = time.perf_counter() - began, time.process_time() - used
    assert outcome.text == "Done.", outcome
    return took


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))))
