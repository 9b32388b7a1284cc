"""What the skills are now, for who compares it with what they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.skills import ToolDefinition
from app.skill_runtime.registry import SkillRegistry


@dataclass(frozen=True, slots=True)
class SkillsNow:
    """What the skills are now.

    Attributes:
        manuals: each domain and what it is for.
        tools: what a model may call.
        changes: whether the tool of this name can change something.
        registry: finds them by name; none of them is run.
    """

    manuals: Mapping[str, str]
    tools: Sequence[ToolDefinition]
    changes: Callable[[str], bool]
    registry: SkillRegistry
