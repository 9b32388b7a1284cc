"""The settings in the window's words: what each is called, what it does, on which page it stands.

A setting that is missing here has no control in the window, and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QLocale

from app.setting_fields import field_named
from app.setting_kinds import Dollars, Kind, Seconds, Whole
from app.ui.translation import translate

_NO_BREAK: Final = "\u00a0"

PAGES: Final = (
    "model", "folders", "drive", "channels", "approvals", "limits", "notifications", "you",
)  # fmt: skip
"""Pages in their order."""


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


def page_title(page: str) -> str:
    """What a page is called."""
    return {
        "model": translate("Settings", "Model"),
        "folders": translate("Settings", "Folders"),
        "drive": translate("Settings", "Google Drive"),
        "channels": translate("Settings", "Channels"),
        "approvals": translate("Settings", "Approvals"),
        "limits": translate("Settings", "Limits"),
        "notifications": translate("Settings", "Notifications"),
        "you": translate("Settings", "You and the look"),
    }[page]


def words_of(name: str) -> SettingWords:
    """The words of one setting."""
    return settings()[name]


def settings() -> Mapping[str, SettingWords]:
    """The words of every setting that has a control in the window."""
    return {
        "provider": SettingWords(
            translate("Settings", "Who answers"),
            translate(
                "Settings", "The offline commands, OpenRouter, or a server with OpenAI's interface."
            ),
            "model",
            also="provider connect ollama lm studio llama.cpp vllm local",
        ),
        "llm_base_url": SettingWords(
            translate("Settings", "Address of the server"),
            translate(
                "Settings",
                "Where a server with OpenAI's interface answers. Your messages go there.",
            ),
            "model",
            also="url base ollama",
        ),
        "openrouter_api_key": SettingWords(
            translate("Settings", "OpenRouter key"),
            translate(
                "Settings",
                "Kept in the system's keyring, sent to OpenRouter only, never shown again.",
            ),
            "model",
            also="api token secret password",
        ),
        "llm_api_key": SettingWords(
            translate("Settings", "Key of the server"),
            translate(
                "Settings",
                "Kept in the system's keyring, sent to that server only, never shown again.",
            ),
            "model",
            also="api token secret password",
        ),
        "model": SettingWords(
            translate("Settings", "Model"),
            translate("Settings", "Answers in every conversation that has no model of its own."),
            "model",
            also="default llm",
        ),
        "reasoning_effort": SettingWords(
            translate("Settings", "Thinking"),
            translate(
                "Settings", "How long the model thinks before it answers, where it can be told."
            ),
            "model",
            blank=translate("Settings", "As the model likes"),
            choices={
                "none": translate("Settings", "Not at all"),
                "minimal": translate("Settings", "As little as it can"),
                "low": translate("Settings", "A little"),
                "medium": translate("Settings", "Some time"),
                "high": translate("Settings", "Long"),
            },
            also="reasoning",
        ),
        "context_tokens": SettingWords(
            translate("Settings", "What the model can take in"),
            translate(
                "Settings",
                "Longer conversations are summed up. Empty: what the provider "
                "says, else 128,000 tokens.",
            ),
            "model",
            unit=translate("Settings", "tokens"),
            blank=translate("Settings", "automatic"),
            also="context window length",
        ),
        "fallback_models": SettingWords(
            translate("Settings", "If the model fails"),
            translate(
                "Settings",
                "OpenRouter only: up to 10 models to ask in turn, with commas between their names.",
            ),
            "model",
            blank=translate("Settings", "no others"),
            also="fallback alternative",
        ),
        "provider_routing": SettingWords(
            translate("Settings", "Who may run the model"),
            translate(
                "Settings",
                "OpenRouter only, as JSON: order, only, ignore, "
                "allow_fallbacks, require_parameters, data_collection, zdr, "
                "sort, max_price, quantizations.",
            ),
            "model",
            blank=translate("Settings", 'anyone; for instance {"data_collection": "deny"}'),
            also="provider routing privacy",
        ),
        "folders": SettingWords(
            translate("Settings", "Folders Steward may work in"),
            translate("Settings", "It can touch nothing outside them."),
            "folders",
            also="directory access grant",
        ),
        "trusted_folders": SettingWords(
            translate("Settings", "Folders whose AGENTS.md is followed"),
            translate(
                "Settings",
                "Its instructions then count as yours. Only for folders whose content you trust.",
            ),
            "folders",
            also="trust instructions",
        ),
        "watch_folders": SettingWords(
            translate("Settings", "Record changes made outside Steward"),
            translate(
                "Settings",
                "Files in the folders are kept as they are now (not very large "
                "ones, and at most 10,000 a folder), and what other programs "
                "save becomes a version too. Off, such a change is kept when "
                "Steward next touches the file.",
            ),
            "folders",
            also="watch versions",
        ),
        "google_access": SettingWords(
            translate("Drive", "What Steward may see"),
            translate(
                "Drive",
                "Only files Steward makes: none of your other files can be found, read or changed. "
                "All files: it can read and change everything in your Drive; each file is archived "
                "before it is changed. Holds from the next sign-in on.",
            ),
            "drive",
            choices={
                "file": translate("Drive", "Only files it makes"),
                "all": translate("Drive", "All files"),
            },
            also="scope drive.file permission oauth",
        ),
        "google_oauth_client_file": SettingWords(
            translate("Drive", "Your OAuth client file"),
            translate(
                "Drive",
                "The JSON of a client of the type “Desktop app” from Google's console. It is read "
                "where it lies, when you sign in.",
            ),
            "drive",
            blank=translate("Drive", "none"),
            also="client_secret json console credentials",
        ),
        "google_service_account_file": SettingWords(
            translate("Drive", "Service account's key file"),
            translate(
                "Drive",
                "For an organisation's service account: it sees what is shared with its address.",
            ),
            "drive",
            blank=translate("Drive", "none"),
            also="application credentials robot",
        ),
        "google_token_file": SettingWords(
            translate("Drive", "Ready token file"),
            translate(
                "Drive",
                "A sign-in made elsewhere, as google-auth writes it (authorized_user). It is only "
                "read.",
            ),
            "drive",
            blank=translate("Drive", "none"),
            also="authorized_user refresh token",
        ),
        "google_api_url": SettingWords(
            translate("Drive", "Address of Google's interface"),
            translate("Drive", "For a gateway of your own. Tokens are sent there."),
            "drive",
            blank="https://www.googleapis.com",
            also="endpoint proxy url",
        ),
        "telegram_bot_token": SettingWords(
            translate("Channels", "Token of your bot"),
            translate(
                "Channels",
                "Kept in the system's keyring, sent to Telegram only, never shown again.",
            ),
            "channels",
            also="botfather connect phone mobile secret key password",
        ),
        "telegram_on": SettingWords(
            translate("Channels", "Listen to the bot"),
            translate(
                "Channels",
                "Off, what is written to the bot waits at Telegram for up to a day; the token is "
                "kept.",
            ),
            "channels",
            also="telegram phone switch bridge",
        ),
        "stale_minutes": SettingWords(
            translate("Channels", "Old messages"),
            translate(
                "Channels",
                "Steward asks before it does what was written longer ago than this, for instance "
                "while this computer was off.",
            ),
            "channels",
            unit=translate("Channels", "minutes"),
            also="stale telegram phone late age",
        ),
        "google_chat_subscription": SettingWords(
            translate("Channels", "Pub/Sub subscription"),
            translate(
                "Channels",
                "The Pub/Sub subscription that your Chat app's connection settings name.",
            ),
            "channels",
            blank="projects/…/subscriptions/…",
            also="google chat pubsub workspace pull",
        ),
        "webhook_port": SettingWords(
            translate("Channels", "Port of the webhook"),
            translate(
                "Channels",
                "Where “steward serve” takes updates from your web server on this machine. Empty: "
                "it asks Telegram for them.",
            ),
            "channels",
            blank=translate("Channels", "none"),
            also="webhook telegram serve server",
        ),
        "webhook_secret": SettingWords(
            translate("Channels", "Secret of the webhook"),
            translate("Channels", "Each update must carry it. It is kept in the system's keyring."),
            "channels",
            also="webhook token header telegram serve key password",
        ),
        "webhook_url": SettingWords(
            translate("Channels", "Public address of the webhook"),
            translate(
                "Channels",
                "The https address Telegram is told to send updates to. Empty: you tell it.",
            ),
            "channels",
            blank=translate("Channels", "none"),
            also="webhook url telegram serve",
        ),
        "telegram_api_url": SettingWords(
            translate("Channels", "Address of the Bot API"),
            translate("Channels", "For a Bot API server of your own. The token is sent there."),
            "channels",
            blank="https://api.telegram.org",
            also="endpoint proxy url telegram",
        ),
        "approval_mode": SettingWords(
            translate("Settings", "Changes of files"),
            translate(
                "Settings",
                "Everything Steward changes is archived first. What leaves "
                "this computer, or cannot be taken back, is asked about either "
                "way.",
            ),
            "approvals",
            choices={
                "ask": translate("Settings", "Ask before each change"),
                "reversible": translate("Settings", "No asking"),
            },
            also="permission mode reversible",
        ),
        "max_iterations": SettingWords(
            translate("Settings", "Model calls"),
            translate("Settings", "How often the model may be asked in one turn."),
            "limits",
            unit=translate("Settings", "calls"),
            also="iterations steps",
        ),
        "max_tool_calls": SettingWords(
            translate("Settings", "Skill calls"),
            translate("Settings", "How many skills the model may use in one turn."),
            "limits",
            unit=translate("Settings", "calls"),
            also="tools",
        ),
        "max_turn_seconds": SettingWords(
            translate("Settings", "Time"),
            translate(
                "Settings", "How long one turn may take; what you take to decide does not count."
            ),
            "limits",
            unit=translate("Settings", "seconds"),
            also="duration timeout",
        ),
        "max_turn_tokens": SettingWords(
            translate("Settings", "Tokens"),
            translate("Settings", "Of all model calls of one turn, sent and answered."),
            "limits",
            unit=translate("Settings", "tokens"),
            blank=translate("Settings", "no limit"),
        ),
        "max_turn_cost": SettingWords(
            translate("Settings", "Cost of a turn"),
            translate("Settings", "As the service says, or its prices make it."),
            "limits",
            unit=translate("Settings", "US dollars"),
            blank=translate("Settings", "no limit"),
            also="money budget price",
        ),
        "max_day_cost": SettingWords(
            translate("Settings", "Cost of a day"),
            translate("Settings", "Of all turns of a day, counted likewise."),
            "limits",
            unit=translate("Settings", "US dollars"),
            blank=translate("Settings", "no limit"),
            also="money budget price daily",
        ),
        "skill_timeout": SettingWords(
            translate("Settings", "Time for a skill"),
            translate(
                "Settings",
                "One that takes longer is stopped. What it changed until then can be taken back.",
            ),
            "limits",
            unit=translate("Settings", "seconds"),
            also="timeout deadline",
        ),
        "breaker_threshold": SettingWords(
            translate("Settings", "Failures before a pause"),
            translate(
                "Settings",
                "After so many failures in a row a skill, or the model's "
                "service, is left alone for a while.",
            ),
            "limits",
            unit=translate("Settings", "failures"),
            also="circuit breaker threshold",
        ),
        "breaker_cooldown": SettingWords(
            translate("Settings", "Length of the pause"),
            translate(
                "Settings", "Then one call is tried. Each pause that follows is twice as long."
            ),
            "limits",
            unit=translate("Settings", "seconds"),
            also="circuit breaker cooldown",
        ),
        "notification_rules": SettingWords(
            translate("Settings", "Where notifications go"),
            translate(
                "Settings",
                "Errors, warnings and information: to the window, the system's tray, your phone, "
                "the log.",
            ),
            "notifications",
            also="alerts sources silence mute",
        ),
        "instructions": SettingWords(
            translate("Settings", "Your own instructions"),
            translate("Settings", "Every model reads them before your message."),
            "you",
            blank=translate("Settings", "For instance: Write British English. Keep it short."),
            also="system prompt custom style",
        ),
        "theme": SettingWords(
            translate("Settings", "Theme"),
            translate("Settings", "Holds at once."),
            "you",
            choices={
                "system": translate("Settings", "As the system"),
                "light": translate("Settings", "Light"),
                "dark": translate("Settings", "Dark"),
            },
            also="colour dark mode light appearance",
        ),
        "contrast": SettingWords(
            translate("Settings", "Contrast"),
            translate(
                "Settings",
                "High: black on white or white on black, and clear lines around everything.",
            ),
            "you",
            choices={
                "system": translate("Settings", "As the system"),
                "normal": translate("Settings", "Normal"),
                "high": translate("Settings", "High"),
            },
            also="high contrast accessibility visibility",
        ),
        "accent": SettingWords(
            translate("Settings", "Accent colour"),
            translate(
                "Settings", "The system's is made darker or lighter where it could not be read."
            ),
            "you",
            choices={
                "steward": translate("Settings", "Steward's"),
                "system": translate("Settings", "As the system"),
            },
            also="color highlight",
        ),
        "font_size": SettingWords(
            translate("Settings", "Size of text"),
            translate(
                "Settings",
                "Compared with the system's. Ctrl+Plus, Ctrl+Minus and Ctrl+0 "
                "in the window do the same.",
            ),
            "you",
            unit="%",
            also="font zoom larger smaller scale",
        ),
        "reduced_motion": SettingWords(
            translate("Settings", "Reduced motion"),
            translate("Settings", "On: nothing moves or blinks by itself."),
            "you",
            choices={
                "system": translate("Settings", "As the system"),
                "on": translate("Settings", "On"),
                "off": translate("Settings", "Off"),
            },
            also="animation accessibility still",
        ),
        "language": SettingWords(
            translate("Settings", "Language"),
            translate(
                "Settings", "Of the window, with its dates and numbers. Holds from the next start."
            ),
            "you",
            choices={
                "system": translate("Settings", "As the system"),
                "en": translate("Settings", "English"),
                "de": translate("Settings", "Deutsch"),
            },
            also="translation locale german english sprache",
        ),
        "close_to_tray": SettingWords(
            translate("Settings", "Stay in the tray when the window is closed"),
            translate(
                "Settings",
                "Steward goes on working, and its icon leads back to it. Ctrl+Q ends it. Where "
                "there is no tray, closing the window ends it as usual.",
            ),
            "you",
            also="background quit minimise close icon",
        ),
        "quick_key": SettingWords(
            translate("Settings", "A key for a quick question"),
            translate(
                "Settings",
                "At its next start Steward asks your desktop for a key, and proposes "
                "Ctrl+Alt+Space; your desktop asks you. On desktops that give none, bind a key to "
                "“steward ask --window”.",
            ),
            "you",
            also="global shortcut hotkey ask window",
        ),
    }


def range_words(kind: Kind) -> str:
    """What a number may be; empty for what is no number."""
    match kind:
        case Whole(low, high) | Seconds(low, high):
            between = translate("Settings", "{low} to {high}").replace(" ", _NO_BREAK)
            return between.format(low=_number(low), high=_number(high))
        case Dollars():
            return translate("Settings", "above 0").replace(" ", _NO_BREAK)
        case _:
            return ""


def value_words(name: str, value: object) -> str:
    """A value of the setting ``name`` as the window says it."""
    words = words_of(name)
    written = field_named(name).kind.write(value)
    if written in words.choices:
        return words.choices[written]
    return (
        f"{written} {words.unit}".strip()
        if written
        else words.blank or translate("Settings", "empty")
    )


def search(text: str) -> list[Hit]:
    """Settings that have every word of ``text`` somewhere, the best first."""
    wanted = text.casefold().split()
    found = [
        (sum(word not in words.title.casefold() for word in wanted), Hit(name, words))
        for name, words in settings().items()
        if wanted and all(word in _all_words(name, words) for word in wanted)
    ]
    return [hit for _, hit in sorted(found, key=lambda one: one[0])]


def _all_words(name: str, words: SettingWords) -> str:
    known = (
        words.title, words.says, page_title(words.page), words.unit, words.also,
        *words.choices.values(), name, field_named(name).env,
    )  # fmt: skip
    return " ".join(known).casefold()


def _number(value: float) -> str:
    return QLocale().toString(float(value), "g", 15)
