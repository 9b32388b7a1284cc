"""Skills that work, refuse, crash, hang, and end late: as a person's own, in folders on disk."""

from __future__ import annotations

from pathlib import Path

_MANUAL = "---\nname: chaos\ndescription: Skills that go wrong.\n---\n\n# Manual\n"
_MODULE = """
import asyncio

from app.domain.errors import SkillError
from app.domain.skills import ReadSkill, SkillResult, ToolDefinition


class Skill(ReadSkill):
    domain = "chaos"
    timeout = {timeout}
    tool_definition = ToolDefinition(
        "chaos.{action}",
        "It {action}.",
        {{"type": "object", "properties": {properties}, "additionalProperties": False}},
    )

    async def execute(self, params, context):
{body}


skill = Skill()
"""
_BODIES = {
    "works": "        return SkillResult.ok(f\"Took {len(params.get('text', ''))} characters.\")",
    "refuses": '        raise SkillError("Not like this.", hint="Try otherwise.")',
    "crashes": '        raise RuntimeError("a bug")',
    "hangs": "        await asyncio.sleep(3600)",
    "lingers": """\
        for _ in range(8):  # does not want to be stopped, and ends all the same
            try:
                await asyncio.sleep(0.03)
            except asyncio.CancelledError:
                pass
        return SkillResult.ok("Late.")""",
}


def write_chaos_skills(skills: Path) -> None:
    """The folder ``chaos`` in ``skills``, a home's folder of skills."""
    folder = skills / "chaos"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(_MANUAL)
    for action, body in _BODIES.items():
        properties = '{"text": {"type": "string"}}' if action == "works" else "{}"
        module = _MODULE.format(action=action, body=body, properties=properties, timeout=0.15)
        (folder / f"{action}.py").write_text(module)
