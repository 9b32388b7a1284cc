"""The settings one by one: their names, environment, readers, and words for a person."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.errors import UsageError
from app.domain.notification_rules import NotificationRules
from app.routing_setting import read_routing

PROVIDERS: Final = ("openrouter", "openai-compatible", "guided")
EFFORTS: Final = ("none", "minimal", "low", "medium", "high")
APPROVAL_MODES: Final = ("ask", "reversible")

_MOST_FALLBACKS: Final = 10


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its name, environment variable, reader, and words for a person."""

    name: str
    env: str
    read: Callable[[object], object]
    help: str
    secret: bool = False


def _text(value: object) -> str | None:
    text = str(value).strip()
    return text or None


def _words(value: object) -> str:
    return str(value)


def _choice(*allowed: str) -> Callable[[object], str | None]:
    def read(value: object) -> str | None:
        text = _text(value)
        if text is not None and text not in allowed:
            raise ValueError(f"use one of {', '.join(allowed)}")
        return text

    return read


def _url(value: object) -> str | None:
    text = _text(value)
    if text is not None and not text.startswith(("http://", "https://")):
        raise ValueError("use a URL that starts with http:// or https://")
    if text is not None and "@" in text.partition("//")[2].partition("/")[0]:
        raise ValueError("a URL may hold no user or password; set llm_api_key instead")
    return text.rstrip("/") if text else None


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        text = str(value).strip()
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"use a whole number from {low} to {high}")
        return int(text)

    return read


def _maybe_whole(low: int, high: int) -> Callable[[object], int | None]:
    read_number = _whole(low, high)

    def read(value: object) -> int | None:
        return None if _is_none(value) else read_number(value)

    return read


def _dollars(value: object) -> float | None:
    if _is_none(value):
        return None
    try:
        number = float(str(value).strip().removeprefix("$"))
    except ValueError:
        number = math.nan
    if not 0 < number <= 1_000_000:  # also refuses NaN
        raise ValueError("use US dollars above 0, or none")
    return number


def _is_none(value: object) -> bool:
    return str(value).strip().casefold() in ("", "none")


def _seconds(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not low <= number <= high:  # also refuses NaN
            raise ValueError(f"use seconds from {low:g} to {high:g}")
        return number

    return read


def _notification_rules(value: object) -> str:
    return str(NotificationRules.read(str(value)))


def _switch(value: object) -> bool:
    text = str(value).strip().casefold()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise ValueError("use on or off")


def _folders(value: object) -> tuple[Path, ...]:
    parts = value if isinstance(value, list | tuple) else str(value).split(os.pathsep)
    return tuple(
        Path(os.path.abspath(Path(str(part)).expanduser()))  # noqa: PTH100 - keeps links
        for part in parts
        if str(part).strip()
    )


def _models(value: object) -> tuple[str, ...]:
    """Model ids out of a list, or a text with commas or blanks between them."""
    parts = value if isinstance(value, list | tuple) else [value]
    found = dict.fromkeys(name for part in parts for name in str(part).replace(",", " ").split())
    if len(found) > _MOST_FALLBACKS or not all(name.isprintable() for name in found):
        raise ValueError(f"use up to {_MOST_FALLBACKS} names of models")
    return tuple(found)


FIELDS: Final[tuple[Field, ...]] = (
    Field("folders", "STEWARD_FOLDERS", _folders, "Folders the assistant may touch."),
    Field(
        "provider",
        "STEWARD_PROVIDER",
        _choice(*PROVIDERS),
        "openrouter, openai-compatible or guided; empty: what is configured.",
    ),
    Field(
        "openrouter_api_key",
        "OPENROUTER_API_KEY",
        _text,
        "OpenRouter's key, sent to OpenRouter only.",
        secret=True,
    ),
    Field("llm_base_url", "STEWARD_LLM_BASE_URL", _url, "An OpenAI-compatible server's base URL."),
    Field("llm_api_key", "STEWARD_LLM_API_KEY", _text, "That server's key.", secret=True),
    Field("model", "STEWARD_MODEL", _text, "Model; empty: openrouter/auto, or the server's first."),
    Field(
        "reasoning_effort",
        "STEWARD_REASONING_EFFORT",
        _choice(*EFFORTS),
        "How long a model thinks: none, minimal, low, medium or high; empty: as it likes.",
    ),
    Field(
        "fallback_models",
        "STEWARD_FALLBACK_MODELS",
        _models,
        "OpenRouter's models to ask in turn where the first one fails.",
    ),
    Field(
        "provider_routing",
        "STEWARD_PROVIDER_ROUTING",
        read_routing,
        "Which providers OpenRouter may use, as JSON: order, only, ignore, allow_fallbacks, "
        "require_parameters, data_collection, zdr, sort, max_price, quantizations.",
    ),
    Field(
        "max_iterations",
        "STEWARD_MAX_ITERATIONS",
        _whole(1, 100),
        "Model calls in one turn, 1 to 100.",
    ),
    Field(
        "max_tool_calls",
        "STEWARD_MAX_TOOL_CALLS",
        _whole(1, 1000),
        "Tool calls in one turn, 1 to 1000.",
    ),
    Field(
        "max_turn_seconds",
        "STEWARD_MAX_TURN_SECONDS",
        _seconds(1, 86_400),
        "Wall time of one turn, in seconds; what you take to decide does not count.",
    ),
    Field(
        "max_turn_tokens",
        "STEWARD_MAX_TURN_TOKENS",
        _maybe_whole(100, 1_000_000_000),
        "Tokens of one turn, both ways; none: no limit.",
    ),
    Field(
        "max_turn_cost",
        "STEWARD_MAX_TURN_COST",
        _dollars,
        "US dollars for one turn, as the server says or its prices make it; none: no limit.",
    ),
    Field(
        "max_day_cost",
        "STEWARD_MAX_DAY_COST",
        _dollars,
        "US dollars for all turns of a day, likewise.",
    ),
    Field(
        "context_tokens",
        "STEWARD_CONTEXT_TOKENS",
        _maybe_whole(2_000, 100_000_000),
        "Tokens the model takes; none: what the provider says, else 128,000.",
    ),
    Field(
        "skill_timeout",
        "STEWARD_SKILL_TIMEOUT",
        _seconds(0.1, 3600),
        "Deadline of one skill call, in seconds.",
    ),
    Field(
        "breaker_threshold",
        "STEWARD_BREAKER_THRESHOLD",
        _whole(1, 1000),
        "Failures in a row that open a skill's circuit.",
    ),
    Field(
        "breaker_cooldown",
        "STEWARD_BREAKER_COOLDOWN",
        _seconds(0.1, 86_400),
        "Seconds an open circuit waits before one probe.",
    ),
    Field(
        "instructions", "STEWARD_INSTRUCTIONS", _words, "Your own instructions for the assistant."
    ),
    Field(
        "trusted_folders",
        "STEWARD_TRUSTED_FOLDERS",
        _folders,
        "Folders whose AGENTS.md is followed as your instructions.",
    ),
    Field("theme", "STEWARD_THEME", _choice("system", "light", "dark"), "system, light or dark."),
    Field(
        "watch_folders",
        "STEWARD_WATCH_FOLDERS",
        _switch,
        "on: every change someone else makes in the folders becomes a version too.",
    ),
    Field(
        "notification_rules",
        "STEWARD_NOTIFICATION_RULES",
        _notification_rules,
        "Where notifications go, for instance info=log; error=window,tray,log; any/watch=none.",
    ),
    Field(
        "approval_mode",
        "STEWARD_APPROVAL_MODE",
        lambda value: _choice(*APPROVAL_MODES)(value) or APPROVAL_MODES[0],
        "ask, or reversible: changes of files, each archived first, need no approval.",
    ),
)
_BY_NAME: Final = {f.name: f for f in FIELDS} | {f.env: f for f in FIELDS}


def field_named(name: str) -> Field:
    """The setting called ``name`` (its own or its environment name). Raises ``UsageError``."""
    found = _BY_NAME.get(name) or _BY_NAME.get(name.lower().replace(".", "_").replace("-", "_"))
    if found is None:
        known = ", ".join(f.name for f in FIELDS)
        raise UsageError(f"There is no setting called {name!r}.", hint=f"Known: {known}.")
    return found
