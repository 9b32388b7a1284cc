"""What stands around the history in a model request, as settings, folders and skills hold now."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Final

import app
from app.config import Settings
from app.domain.errors import SkillError
from app.domain.skills import Effect, ToolDefinition
from app.files.folders import GrantedFolders
from app.orchestrator.context import read_trusted_instructions
from app.orchestrator.limits import bounds_of
from app.orchestrator.prompt_inputs import PromptInputs
from app.orchestrator.skills_now import SkillsNow
from app.orchestrator.untrusted import marking
from app.skill_runtime.registry import SkillRegistry

_OF_GOOGLE: Final = frozenset(["drive", "docs", "sheets"])
"""Domains of skills that need a Google account."""


class ModelContext:
    """Makes it for each turn (``orchestrator.engine_parts.ContextSource``).

    ``settings`` and ``has_drive`` are asked each time. Where no Google account is connected, its
    skills are not offered: a model would only try them in vain, and each takes tokens.
    """

    def __init__(
        self,
        registry: SkillRegistry,
        folders: GrantedFolders,
        settings: Callable[[], Settings],
        *,
        has_drive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._has_drive = has_drive
        self._registry = registry
        self._folders = folders
        self._settings = settings
        self._prompt = PromptInputs()
        self._marks = ""

    async def system_prompt(self) -> str:
        """The system prompt for a model request."""
        trusted = await asyncio.to_thread(
            read_trusted_instructions, self._folders.folders, self._settings().trusted_folders
        )
        self._prompt = PromptInputs(
            folders=tuple(str(folder) for folder in self._folders.folders),
            instructions=self._settings().instructions,
            trusted=tuple(trusted),
        )
        return self._prompt.prompt(self._manuals())

    def tools(self) -> tuple[ToolDefinition, ...]:
        """Definitions of every skill that can be used, sorted by name."""
        found = self._registry.definitions()
        if self._has_drive():
            return found
        return tuple(one for one in found if one.name.partition(".")[0] not in _OF_GOOGLE)

    def changes(self, name: str) -> bool:
        """Whether the skill of this name can change something; one that is not there cannot."""
        try:
            return self._registry.get(name).effect is not Effect.READ
        except SkillError:
            return False

    def skills_now(self) -> SkillsNow:
        """The skills as a replay needs them."""
        return SkillsNow(self._manuals(), self.tools(), self.changes, self._registry)

    def surroundings(self) -> dict[str, object]:
        """What the newest prompt was made from, for the record of its turn."""
        return {
            "prompt": self._prompt.to_json(),
            "limits": dataclasses.asdict(bounds_of(self._settings())),
            "context_tokens": self._settings().context_tokens,
            "marking": self._marking(),
            "steward": app.__version__,
        }

    def _marking(self) -> str:
        if not self._marks:
            self._marks = marking()
        return self._marks

    def _manuals(self) -> dict[str, str]:
        domains = {skill.domain for skill in self._registry.skills}
        if not self._has_drive():
            domains -= _OF_GOOGLE
        return {d: m.description for d in domains if (m := self._registry.manual(d))}
