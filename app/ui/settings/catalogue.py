"""The settings in the window's words: what each is called, what it does, on which page it stands.

A setting that is missing here has no control in the window, and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.setting_fields import field_named
from app.setting_kinds import Dollars, Kind, Seconds, Whole

_NO_BREAK: Final = "\u00a0"

PAGES: Final[Mapping[str, str]] = {
    "model": "Model",
    "folders": "Folders",
    "approvals": "Approvals",
    "limits": "Limits",
    "notifications": "Notifications",
    "you": "You and the look",
}
"""Pages in their order, and their titles."""


@dataclass(frozen=True, slots=True)
class SettingWords:
    """One setting in words.

    Attributes:
        page: one of ``PAGES``.
        unit: stands behind the field.
        blank: what an empty field, or no choice, means.
        choices: words for the names of a choice.
        also: other words it may be looked for by.
    """

    title: str
    says: str
    page: str
    unit: str = ""
    blank: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    also: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A setting that was found."""

    name: str
    words: SettingWords


SETTINGS: Final[Mapping[str, SettingWords]] = {
    "provider": SettingWords(
        "Who answers",
        "The offline commands, OpenRouter, or a server with OpenAI's interface.",
        "model",
        also="provider connect ollama lm studio llama.cpp vllm local",
    ),
    "llm_base_url": SettingWords(
        "Address of the server",
        "Where a server with OpenAI's interface answers. Your messages go there.",
        "model",
        also="url base ollama",
    ),
    "openrouter_api_key": SettingWords(
        "OpenRouter key",
        "Kept in the system's keyring, sent to OpenRouter only, never shown again.",
        "model",
        also="api token secret password",
    ),
    "llm_api_key": SettingWords(
        "Key of the server",
        "Kept in the system's keyring, sent to that server only, never shown again.",
        "model",
        also="api token secret password",
    ),
    "model": SettingWords(
        "Model",
        "Answers in every conversation that has no model of its own.",
        "model",
        also="default llm",
    ),
    "reasoning_effort": SettingWords(
        "Thinking",
        "How long the model thinks before it answers, where it can be told.",
        "model",
        blank="As the model likes",
        choices={
            "none": "Not at all",
            "minimal": "As little as it can",
            "low": "A little",
            "medium": "Some time",
            "high": "Long",
        },
        also="reasoning",
    ),
    "context_tokens": SettingWords(
        "What the model can take in",
        "Longer conversations are summed up. Empty: what the provider says, else 128,000 tokens.",
        "model",
        unit="tokens",
        blank="automatic",
        also="context window length",
    ),
    "fallback_models": SettingWords(
        "If the model fails",
        "OpenRouter only: up to 10 models to ask in turn, with commas between their names.",
        "model",
        blank="no others",
        also="fallback alternative",
    ),
    "provider_routing": SettingWords(
        "Who may run the model",
        "OpenRouter only, as JSON: order, only, ignore, allow_fallbacks, require_parameters, "
        "data_collection, zdr, sort, max_price, quantizations.",
        "model",
        blank='anyone; for instance {"data_collection": "deny"}',
        also="provider routing privacy",
    ),
    "folders": SettingWords(
        "Folders Steward may work in",
        "It can touch nothing outside them.",
        "folders",
        also="directory access grant",
    ),
    "trusted_folders": SettingWords(
        "Folders whose AGENTS.md is followed",
        "Its instructions then count as yours. Only for folders whose content you trust.",
        "folders",
        also="trust instructions",
    ),
    "watch_folders": SettingWords(
        "Record changes made outside Steward",
        "Files in the folders are kept as they are now (not very large ones, and at most 10,000 a "
        "folder), and what other programs save becomes a version too. Off, such a change is kept "
        "when Steward next touches the file.",
        "folders",
        also="watch versions",
    ),
    "approval_mode": SettingWords(
        "Changes of files",
        "Everything Steward changes is archived first. What leaves this computer, or cannot be "
        "taken back, is asked about either way.",
        "approvals",
        choices={
            "ask": "Ask before each change",
            "reversible": "No asking",
        },
        also="permission mode reversible",
    ),
    "max_iterations": SettingWords(
        "Model calls",
        "How often the model may be asked in one turn.",
        "limits",
        unit="calls",
        also="iterations steps",
    ),
    "max_tool_calls": SettingWords(
        "Skill calls",
        "How many skills the model may use in one turn.",
        "limits",
        unit="calls",
        also="tools",
    ),
    "max_turn_seconds": SettingWords(
        "Time",
        "How long one turn may take; what you take to decide does not count.",
        "limits",
        unit="seconds",
        also="duration timeout",
    ),
    "max_turn_tokens": SettingWords(
        "Tokens",
        "Of all model calls of one turn, sent and answered.",
        "limits",
        unit="tokens",
        blank="no limit",
    ),
    "max_turn_cost": SettingWords(
        "Cost of a turn",
        "As the service says, or its prices make it.",
        "limits",
        unit="US dollars",
        blank="no limit",
        also="money budget price",
    ),
    "max_day_cost": SettingWords(
        "Cost of a day",
        "Of all turns of a day, counted likewise.",
        "limits",
        unit="US dollars",
        blank="no limit",
        also="money budget price daily",
    ),
    "skill_timeout": SettingWords(
        "Time for a skill",
        "One that takes longer is stopped. What it changed until then can be taken back.",
        "limits",
        unit="seconds",
        also="timeout deadline",
    ),
    "breaker_threshold": SettingWords(
        "Failures before a pause",
        "After so many failures in a row a skill, or the model's service, is left alone for a "
        "while.",
        "limits",
        unit="failures",
        also="circuit breaker threshold",
    ),
    "breaker_cooldown": SettingWords(
        "Length of the pause",
        "Then one call is tried. Each pause that follows is twice as long.",
        "limits",
        unit="seconds",
        also="circuit breaker cooldown",
    ),
    "notification_rules": SettingWords(
        "Where notifications go",
        "Errors, warnings and information: to the window, the system's tray, the log.",
        "notifications",
        also="alerts sources silence mute",
    ),
    "instructions": SettingWords(
        "Your own instructions",
        "Every model reads them before your message.",
        "you",
        blank="For instance: Write British English. Keep it short.",
        also="system prompt custom style",
    ),
    "theme": SettingWords(
        "Theme",
        "Holds at once.",
        "you",
        choices={"system": "As the system", "light": "Light", "dark": "Dark"},
        also="colour dark mode light appearance",
    ),
    "contrast": SettingWords(
        "Contrast",
        "High: black on white or white on black, and clear lines around everything.",
        "you",
        choices={"system": "As the system", "normal": "Normal", "high": "High"},
        also="high contrast accessibility visibility",
    ),
    "accent": SettingWords(
        "Accent colour",
        "The system's is made darker or lighter where it could not be read.",
        "you",
        choices={"steward": "Steward's", "system": "As the system"},
        also="color highlight",
    ),
    "font_size": SettingWords(
        "Size of text",
        "Compared with the system's. Ctrl+Plus, Ctrl+Minus and Ctrl+0 in the window do the same.",
        "you",
        unit="%",
        also="font zoom larger smaller scale",
    ),
    "reduced_motion": SettingWords(
        "Reduced motion",
        "On: nothing moves or blinks by itself.",
        "you",
        choices={"system": "As the system", "on": "On", "off": "Off"},
        also="animation accessibility still",
    ),
    "language": SettingWords(
        "Language",
        "Of the window, with its dates and numbers. Holds from the next start.",
        "you",
        choices={"system": "As the system", "en": "English", "de": "Deutsch"},
        also="translation locale german english sprache",
    ),
    "close_to_tray": SettingWords(
        "Stay in the tray when the window is closed",
        "Steward goes on working, and its icon leads back to it. Ctrl+Q ends it. Where there is "
        "no tray, closing the window ends it as usual.",
        "you",
        also="background quit minimise close icon",
    ),
    "quick_key": SettingWords(
        "A key for a quick question",
        "At its next start Steward asks your desktop for a key, and proposes Ctrl+Alt+Space; your "
        "desktop asks you. On desktops that give none, bind a key to “steward ask --window”.",
        "you",
        also="global shortcut hotkey ask window",
    ),
}


def range_words(kind: Kind) -> str:
    """What a number may be; empty for what is no number."""
    match kind:
        case Whole(low, high) | Seconds(low, high):
            return f"{_number(low)}{_NO_BREAK}to{_NO_BREAK}{_number(high)}"
        case Dollars():
            return f"above{_NO_BREAK}0"
        case _:
            return ""


def value_words(name: str, value: object) -> str:
    """A value of the setting ``name`` as the window says it."""
    words = SETTINGS[name]
    written = field_named(name).kind.write(value)
    if written in words.choices:
        return words.choices[written]
    return f"{written} {words.unit}".strip() if written else words.blank or "empty"


def search(text: str) -> list[Hit]:
    """Settings that have every word of ``text`` somewhere, the best first."""
    wanted = text.casefold().split()
    found = [
        (sum(word not in words.title.casefold() for word in wanted), Hit(name, words))
        for name, words in SETTINGS.items()
        if wanted and all(word in _all_words(name, words) for word in wanted)
    ]
    return [hit for _, hit in sorted(found, key=lambda one: one[0])]


def _all_words(name: str, words: SettingWords) -> str:
    known = (
        words.title, words.says, PAGES[words.page], words.unit, words.also,
        *words.choices.values(), name, field_named(name).env,
    )  # fmt: skip
    return " ".join(known).casefold()


def _number(value: float) -> str:
    return f"{value:,.15g}"
