"""Where what an error is about is set, in words for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import StewardError
from app.setting_fields import field_named


def explained(error: StewardError) -> str:
    """What went wrong, what to do, and how it is set here."""
    return " ".join(part for part in (error.message, hint_of(error)) if part)


def hint_of(error: StewardError) -> str:
    """What to do, and how it is set here."""
    return " ".join(part for part in (error.hint, how_to_set(error.settings)) if part)


def how_to_set(names: Sequence[str]) -> str:
    """How to set the settings called ``names``; empty for none."""
    ways = [
        f"`steward config set {field.name} {'-' if field.secret else 'VALUE'}` or {field.env} "
        "in the environment"
        for field in map(field_named, names)
    ]
    return f"Use {', and '.join(ways)}." if ways else ""
