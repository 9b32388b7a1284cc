"""What the system prompt is made from, so that it can be recorded and made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.orchestrator.context import system_prompt


@dataclass(frozen=True, slots=True)
class PromptInputs:
    """What a home brings to the prompt; the rest is Steward's own.

    Attributes:
        folders: granted folders, absolute.
        instructions: the person's own words.
        trusted: pairs of folder and the text of its instructions file.
    """

    folders: tuple[str, ...] = ()
    instructions: str = ""
    trusted: tuple[tuple[str, str], ...] = ()

    def prompt(self, manuals: Mapping[str, str]) -> str:
        """The system prompt, with these skills."""
        return system_prompt(
            folders=self.folders,
            manuals=manuals,
            instructions=self.instructions,
            trusted=self.trusted,
        )

    def to_json(self) -> dict[str, Any]:
        """As it is recorded."""
        return {
            "folders": list(self.folders),
            "instructions": self.instructions,
            "trusted": [list(pair) for pair in self.trusted],
        }

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> PromptInputs:
        """What ``to_json`` wrote."""
        return PromptInputs(
            folders=tuple(form.get("folders", ())),
            instructions=form.get("instructions", ""),
            trusted=tuple((folder, text) for folder, text in form.get("trusted", ())),
        )
