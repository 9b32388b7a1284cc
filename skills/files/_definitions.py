"""What the definitions of the file skills have in common, and typed access to arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.skills import ToolDefinition

DOMAIN: Final = "files"
LARGE_FILE_TIMEOUT: Final = 900.0
"""Seconds a change may take: gigabytes are read and written several times on a slow disk."""

DRIVE_TIMEOUT: Final = 900.0
"""Seconds for a file of Google Drive: large ones on slow lines, and Drive asking for patience."""

PATH: Final = {
    "type": "string",
    "minLength": 1,
    "description": "A file: relative to a granted folder, or absolute.",
}


def definition(
    action: str,
    description: str,
    properties: Mapping[str, Mapping[str, object]],
    required: Sequence[str] = (),
    *,
    domain: str = DOMAIN,
) -> ToolDefinition:
    """The definition of ``<domain>.<action>``; other arguments than ``properties`` are refused."""
    return ToolDefinition(
        f"{domain}.{action}",
        description,
        {
            "type": "object",
            "properties": dict(properties),
            "required": list(required),
            "additionalProperties": False,
        },
    )


def drive_timeout(params: Mapping[str, object]) -> float | None:
    """The deadline of a call that is about Google Drive; ``None`` for one that is not."""
    named = (params.get("path"), params.get("target"))
    in_drive = any(str(one).startswith("drive:") for one in named)
    return DRIVE_TIMEOUT if in_drive else None


def text(params: Mapping[str, object], name: str) -> str:
    """A text argument that the schema requires."""
    value = params[name]
    assert isinstance(value, str)
    return value


def maybe_text(params: Mapping[str, object], name: str) -> str | None:
    """A text argument that may be left out."""
    return text(params, name) if params.get(name) is not None else None


def number(params: Mapping[str, object], name: str) -> int:
    """A whole-number argument that the schema requires; JSON may spell 2 as 2.0."""
    value = params[name]
    assert isinstance(value, int | float)
    return int(value)


def maybe_number(params: Mapping[str, object], name: str) -> int | None:
    """A whole-number argument that may be left out."""
    return number(params, name) if params.get(name) is not None else None


def flag(params: Mapping[str, object], name: str) -> bool:
    """A yes-or-no argument; left out means no."""
    return params.get(name) is True
