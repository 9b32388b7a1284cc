"""What stands around the history in a model request, as settings, folders and skills hold now."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

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


class ModelContext:
    """Makes it for each turn (``orchestrator.engine_parts.ContextSource``).

    ``settings``: asked each time.
    """

    def __init__(
        self, registry: SkillRegistry, folders: GrantedFolders, settings: Callable[[], Settings]
    ) -> None:
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
        """Definitions of every skill, sorted by name."""
        return self._registry.definitions()

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
        return {d: m.description for d in domains if (m := self._registry.manual(d))}
