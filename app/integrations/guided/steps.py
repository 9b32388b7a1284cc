"""One step of the guide: a call to make, what came of it, or the final reply. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.tool_calls import ToolStatus


@dataclass(frozen=True, slots=True)
class Ask:
    """A tool call to make: the skill's dotted name and its arguments."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to.

    Attributes:
        name, arguments: the call's.
        status: how it ended.
        text: the result's words.
        metadata: the result's typed facts; any of them may be missing.
    """

    name: str
    arguments: Mapping[str, object]
    status: ToolStatus
    text: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status is ToolStatus.OK

    @property
    def error_type(self) -> str:
        """The kind of a typed error, or nothing."""
        return self.string("type") or ""

    def answers(self, ask: Ask) -> bool:
        """Whether this is what came of ``ask``."""
        return self.name == ask.name and dict(self.arguments) == dict(ask.arguments)

    def string(self, key: str) -> str | None:
        """A text fact."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) and value else None

    def integer(self, key: str) -> int | None:
        """A whole-number fact."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def rows(self, key: str) -> list[Mapping[str, object]] | None:
        """A list of facts; ``None`` where there is no list. What is no mapping is left out."""
        value = self.metadata.get(key)
        if not isinstance(value, list | tuple):
            return None
        return [row for row in value if isinstance(row, Mapping)]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, as Markdown, and messages to offer as buttons."""

    text: str
    suggestions: tuple[str, ...] = ()
