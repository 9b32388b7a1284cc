"""The skills there are, by name. Readers never wait: ``load`` swaps one immutable snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import UnknownSkillError
from app.domain.skills import Skill, ToolDefinition
from app.domain.tool_calls import wire_name
from app.skill_runtime.arguments import validate_arguments, warm_up
from app.skill_runtime.loader import Catalogue, load_catalogue
from app.skill_runtime.manual import SkillManual

__all__ = ["SkillManual", "SkillRegistry", "validate_arguments", "warm_up"]

_MOST_NAMES: Final = 40


@dataclass(frozen=True, slots=True)
class _Snapshot:
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}, {}))
    by_wire_name: dict[str, Skill] = field(default_factory=dict)
    definitions: tuple[ToolDefinition, ...] = ()


class SkillRegistry:
    """All skills, discovered at start.

    ``load`` may run in any thread. It replaces the snapshot in one assignment, so a reader sees
    all of the old skills or all of the new ones, and needs no lock.
    """

    def __init__(self) -> None:
        self._now = _Snapshot()

    def load(self, folders: Sequence[Path]) -> None:
        """Discover, import and check the skills of ``folders``, then swap them in; blocking.

        Raises ``DuplicateSkillError`` or ``InvalidSkillError``; then nothing changes.
        """
        self._now = _snapshot(load_catalogue(folders))

    def add(self, skill: Skill) -> None:
        """Add one that is made by Steward itself, in place of any of the same name."""
        now = self._now.catalogue
        skills = {**now.skills, skill.tool_definition.name: skill}
        self._now = _snapshot(Catalogue(dict(sorted(skills.items())), now.manuals))

    def get(self, name: str) -> Skill:
        """The skill of a dotted name or of its form on the model's wire.

        Raises ``UnknownSkillError``; its ``details["near"]`` lists names that are like it.
        """
        now = self._now
        skill = now.catalogue.skills.get(name) or now.by_wire_name.get(name)
        if skill is None:
            raise _unknown(name, list(now.catalogue.skills))
        return skill

    @property
    def skills(self) -> tuple[Skill, ...]:
        """Every skill, sorted by name."""
        return tuple(self._now.catalogue.skills.values())

    def definitions(self) -> tuple[ToolDefinition, ...]:
        """Every skill as a model sees it, sorted by name."""
        return self._now.definitions

    def manual(self, domain: str) -> SkillManual | None:
        """What the domain's SKILL.md says; ``None`` where there is no such domain.

        Raises ``InvalidSkillError`` where a packaged manual is damaged.
        """
        file = self._now.catalogue.manuals.get(domain)
        return None if file is None else file.manual


def _snapshot(catalogue: Catalogue) -> _Snapshot:
    return _Snapshot(
        catalogue,
        {wire_name(name): skill for name, skill in catalogue.skills.items()},
        tuple(skill.tool_definition for skill in catalogue.skills.values()),
    )


def _unknown(name: str, names: list[str]) -> UnknownSkillError:
    import difflib

    spelt = name.casefold().replace("_", ".", 1)
    near = difflib.get_close_matches(spelt, names, n=3)
    near += [one for one in names if one.rpartition(".")[2] == spelt and one not in near]
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif names:
        more = " …" if len(names) > _MOST_NAMES else ""
        hint = f"There are: {', '.join(names[:_MOST_NAMES])}{more}."
    else:
        hint = "No skills are loaded."
    return UnknownSkillError(
        f"There is no skill called {name!r}.", hint=hint, details={"name": name, "near": near}
    )
