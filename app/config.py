"""Typed settings: everything the person can set, and the names of every secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.redaction import Secret
from app.setting_fields import FIELDS, field_named


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the person can set. See ``FIELDS`` for names, meaning and environment.

    Attributes:
        home: data directory: ``steward.db``, ``vault/``, ``logs/``, ``skills/``.
        folders: folders the assistant may touch, absolute.
        provider: one of ``PROVIDERS``, or ``None`` to take what is configured.
        fallback_models, provider_routing: for OpenRouter only.
        skill_timeout, breaker_cooldown, max_turn_seconds: seconds.
        max_turn_cost, max_day_cost: US dollars; ``None``: no limit.
        context_tokens: what the model takes, in place of what its provider says.
        instructions: the person's own words, joined to the system prompt.
        trusted_folders: granted folders whose ``AGENTS.md`` joins the system prompt.
        theme, contrast, accent, font_size, reduced_motion, language: how the window looks;
            ``font_size`` is in per cent of the system's.
        close_to_tray: whether closing the window leaves Steward running in the tray.
        quick_key: whether the desktop is asked for a key for a quick question.
        watch_folders: whether outside changes in the folders are recorded as they happen.
        notification_rules: see ``app.domain.notification_rules``; empty: the defaults.
        approval_mode: one of ``APPROVAL_MODES``: what needs no asking.
        google_oauth_client_file, google_service_account_file, google_token_file: files that say
            who Steward is at Google; they are only read.
        google_access: one of ``GOOGLE_ACCESSES``: what a sign-in with Google asks for.
        google_api_url: where Google's interface is; ``None``: at Google.
        telegram_on: whether the bot is listened to.
        telegram_api_url: the root of the Bot API; ``None``: Telegram's.
        stale_minutes: how old a message from a phone may be to be done without asking.
        webhook_port, webhook_secret, webhook_url: see ``steward serve``; no port: no webhook.
        google_chat_subscription: where a Google Chat app's events are pulled from.
        other_secrets: secrets of services this program knows only to hide them.
        kept_keys: keys of other servers than the one at ``llm_base_url``, by origin.
        notices: what the person should know about their keys.
    """

    home: Path
    folders: tuple[Path, ...] = ()
    provider: str | None = None
    openrouter_api_key: Secret | None = None
    llm_base_url: str | None = None
    llm_api_key: Secret | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    fallback_models: tuple[str, ...] = ()
    provider_routing: Mapping[str, object] = field(default_factory=dict)
    max_iterations: int = 25
    max_tool_calls: int = 100
    max_turn_seconds: float = 900.0
    max_turn_tokens: int | None = None
    max_turn_cost: float | None = None
    max_day_cost: float | None = None
    context_tokens: int | None = None
    skill_timeout: float = 30.0
    breaker_threshold: int = 5
    breaker_cooldown: float = 30.0
    instructions: str = ""
    trusted_folders: tuple[Path, ...] = ()
    theme: str = "system"
    contrast: str = "system"
    accent: str = "steward"
    font_size: int = 100
    reduced_motion: str = "system"
    language: str = "system"
    close_to_tray: bool = False
    quick_key: bool = False
    watch_folders: bool = False
    notification_rules: str = ""
    approval_mode: str = "ask"
    google_oauth_client_file: Path | None = None
    google_access: str = "file"
    google_service_account_file: Path | None = None
    google_token_file: Path | None = None
    google_api_url: str | None = None
    telegram_bot_token: Secret | None = None
    telegram_on: bool = True
    telegram_api_url: str | None = None
    stale_minutes: int = 30
    webhook_port: int | None = None
    webhook_secret: Secret | None = None
    webhook_url: str | None = None
    google_chat_subscription: str | None = None
    other_secrets: Mapping[str, Secret] = field(default_factory=dict)
    kept_keys: Mapping[str, Secret] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def effective_provider(self) -> str:
        """The provider to use: the chosen one, else what is configured, else ``guided``."""
        if self.provider:
            return self.provider
        if self.openrouter_api_key:
            return "openrouter"
        if self.llm_base_url:
            return "openai-compatible"
        return "guided"

    @property
    def secrets(self) -> dict[str, Secret]:
        """Every secret this run knows, by setting name: what redaction hides."""
        own = {
            f.env: value
            for f in FIELDS
            if f.secret and isinstance(value := getattr(self, f.name), Secret)
        }
        return {**self.other_secrets, **own}


def default_of(name: str) -> object:
    """What a setting is where nobody has set it."""
    return getattr(Settings(home=Path()), field_named(name).name)


# Secrets of services that come later: hidden from today on, wherever they are set. Those of a
# sign-in with Google stand in files and in the keyring, and become known when those are read.
_OTHER_SECRET_ENV: Final = (
    "GOOGLE_REFRESH_TOKEN",
    "GOOGLE_ACCESS_TOKEN",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_SERVICE_KEY",
)

SECRET_NAMES: Final = (*_OTHER_SECRET_ENV, *(f.env for f in FIELDS if f.secret))
"""Every secret there can be; what was stored may hold the placeholder of one that is unset now."""
