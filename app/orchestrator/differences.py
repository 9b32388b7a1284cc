"""A difference between what was recorded and what is now, as a person reads it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CONTEXT_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that was not as it had been: where, what it was, and what it is now."""

    where: str
    recorded: str
    now: str

    def diff(self) -> str:
        """Both as a unified diff."""
        import difflib

        lines = difflib.unified_diff(
            self.recorded.splitlines(),
            self.now.splitlines(),
            "recorded",
            "now",
            lineterm="",
            n=_CONTEXT_LINES,
        )
        return "\n".join(lines)


def shown(value: object, indent: str = "") -> str:
    """A value as lines that can be compared: long texts keep theirs."""
    if isinstance(value, str):
        return "\n".join(f"{indent}{line}" for line in value.splitlines())
    if isinstance(value, Mapping):
        parts = [f"{indent}{key}:\n{shown(value[key], indent + '  ')}" for key in sorted(value)]
        return "\n".join(parts)
    if isinstance(value, list | tuple):
        return "\n".join(f"{indent}-\n{shown(one, indent + '  ')}" for one in value)
    return indent + json.dumps(value, ensure_ascii=False, default=str)
