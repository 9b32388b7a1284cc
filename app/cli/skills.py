"""``steward skills``: what the assistant can do, and the manuals it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.options import json_option
from app.cli.output import Output, shortened
from app.cli.run import DONE, Run
from app.domain.errors import UnknownSkillError
from app.domain.skills import Skill

if TYPE_CHECKING:
    from app.skill_runtime.registry import SkillManual, SkillRegistry


@click.group(short_help="What the assistant can do.")
def skills() -> None:
    """The skills the assistant may call."""


@skills.command(name="list")
@json_option
@click.pass_obj
def list_command(run: Run, *, as_json: bool) -> int:
    """Every skill, and what it is for."""
    output = run.output
    for skill in load_skills().skills:
        if output.json_lines:
            output.record(_facts(skill))
        else:
            definition = skill.tool_definition
            about = shortened(definition.description.split("\n")[0], 90)
            output.line(f"{definition.name:<20} {skill.effect.value:<9} {about}")
    return DONE


@skills.command()
@click.argument("name")
@json_option
@click.pass_obj
def show(run: Run, *, name: str, as_json: bool) -> int:
    """One skill, with its manual.

    NAME is a skill (files.edit), or a domain (files): then all its skills.
    """
    registry = load_skills()
    manual = registry.manual(name)
    if manual is not None:
        chosen = [skill for skill in registry.skills if skill.domain == name]
    else:
        chosen = [registry.get(name)]
        manual = registry.manual(chosen[0].domain)
    if run.output.json_lines:
        for skill in chosen:
            run.output.record({**_facts(skill), "manual": manual.body if manual else ""})
    else:
        for skill in chosen:
            _show_skill(run.output, skill)
        _show_manual(run.output, manual)
    return DONE


def load_skills() -> SkillRegistry:
    """Every skill of this program and of the person; blocking. Raises ``SkillError``."""
    from app.assembly import BUILT_IN_SKILLS
    from app.home import default_home
    from app.skill_runtime.registry import SkillRegistry

    registry = SkillRegistry()
    registry.load([BUILT_IN_SKILLS, default_home() / "skills"])
    if not registry.skills:
        raise UnknownSkillError("No skills are loaded.", hint="Install Steward again.")
    return registry


def _facts(skill: Skill) -> dict[str, object]:
    definition = skill.tool_definition
    return {
        "name": definition.name,
        "domain": skill.domain,
        "effect": skill.effect.value,
        "description": definition.description,
        "parameters": definition.parameters,
        "timeout": skill.timeout,
    }


def _show_skill(output: Output, skill: Skill) -> None:
    definition = skill.tool_definition
    output.line(f"{definition.name} ({skill.effect.value})", "bold")
    output.line(definition.description)
    properties = definition.parameters.get("properties")
    required = definition.parameters.get("required")
    needed = required if isinstance(required, list | tuple) else ()
    for name, about in (properties if isinstance(properties, dict) else {}).items():
        kind = about.get("type", "") if isinstance(about, dict) else ""
        kinds = " or ".join(kind) if isinstance(kind, list) else str(kind)
        words = str(about.get("description", "")) if isinstance(about, dict) else ""
        must = "" if name in needed else ", optional"
        output.line(f"  {name} ({kinds}{must})  {shortened(words, 300)}")
    output.line()


def _show_manual(output: Output, manual: SkillManual | None) -> None:
    if manual is not None:
        output.line(f"{manual.name}: {manual.description}", "bold")
        output.line()
        output.line(manual.body)
