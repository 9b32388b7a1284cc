"""Writes skill folders for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

MANUAL = "---\nname: {domain}\ndescription: What {domain} is for.\n---\n\n# Manual\n"

MODULE = """
from app.domain.skills import ReadSkill, SkillResult, ToolDefinition

class Skill(ReadSkill):
    domain = "{domain}"
    tool_definition = ToolDefinition(
        "{domain}.{action}",
        "Says {words}.",
        {{"type": "object", "properties": {{}}, "additionalProperties": False}},
    )

    async def execute(self, params, context):
        return SkillResult.ok("{words}")

skill = Skill()
"""


def write_skill(root: Path, domain: str, action: str, words: str = "hello") -> Path:
    """A good skill, with a manual for its folder if there is none."""
    folder = root / domain
    folder.mkdir(parents=True, exist_ok=True)
    manual = folder / "SKILL.md"
    if not manual.exists():
        manual.write_text(MANUAL.format(domain=domain))
    return write_module(folder / f"{action}.py", MODULE.format(**locals()))


def write_module(path: Path, source: str) -> Path:
    """A module as it stands."""
    path.write_text(dedent(source))
    return path
