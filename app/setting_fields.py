"""The settings one by one: their names, environment, kinds, and words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.errors import UsageError
from app.setting_kinds import (
    Address,
    Choice,
    Dollars,
    ExistingFile,
    Folders,
    Key,
    Kind,
    Line,
    Names,
    NotificationPlaces,
    Passage,
    Routing,
    Seconds,
    Subscription,
    Switch,
    Whole,
)

PROVIDERS: Final = ("openrouter", "openai-compatible", "guided")
EFFORTS: Final = ("none", "minimal", "low", "medium", "high")
LANGUAGES: Final = ("system", "en", "de")
APPROVAL_MODES: Final = ("ask", "reversible")
GOOGLE_ACCESSES: Final = ("file", "all")

_MOST_FALLBACKS: Final = 10


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its name, environment variable, kind, and words for a person."""

    name: str
    env: str
    kind: Kind
    help: str

    @property
    def secret(self) -> bool:
        """Whether it goes to the keyring and is never shown."""
        return isinstance(self.kind, Key)

    def read(self, value: object) -> object:
        """The value that a text, or what the file holds, stands for. Raises ``ValueError``."""
        return self.kind.read(value)


FIELDS: Final[tuple[Field, ...]] = (
    Field("folders", "STEWARD_FOLDERS", Folders(), "Folders the assistant may touch."),
    Field(
        "provider",
        "STEWARD_PROVIDER",
        Choice(PROVIDERS),
        "openrouter, openai-compatible or guided; empty: what is configured.",
    ),
    Field(
        "openrouter_api_key",
        "OPENROUTER_API_KEY",
        Key(),
        "OpenRouter's key, sent to OpenRouter only.",
    ),
    Field(
        "llm_base_url", "STEWARD_LLM_BASE_URL", Address(), "An OpenAI-compatible server's base URL."
    ),
    Field("llm_api_key", "STEWARD_LLM_API_KEY", Key(), "That server's key."),
    Field(
        "model", "STEWARD_MODEL", Line(), "Model; empty: openrouter/auto, or the server's first."
    ),
    Field(
        "reasoning_effort",
        "STEWARD_REASONING_EFFORT",
        Choice(EFFORTS),
        "How long a model thinks: none, minimal, low, medium or high; empty: as it likes.",
    ),
    Field(
        "fallback_models",
        "STEWARD_FALLBACK_MODELS",
        Names("models", _MOST_FALLBACKS),
        "OpenRouter's models to ask in turn where the first one fails.",
    ),
    Field(
        "provider_routing",
        "STEWARD_PROVIDER_ROUTING",
        Routing(),
        "Which providers OpenRouter may use, as JSON: order, only, ignore, allow_fallbacks, "
        "require_parameters, data_collection, zdr, sort, max_price, quantizations.",
    ),
    Field(
        "max_iterations",
        "STEWARD_MAX_ITERATIONS",
        Whole(1, 100),
        "Model calls in one turn, 1 to 100.",
    ),
    Field(
        "max_tool_calls",
        "STEWARD_MAX_TOOL_CALLS",
        Whole(1, 1000),
        "Tool calls in one turn, 1 to 1000.",
    ),
    Field(
        "max_turn_seconds",
        "STEWARD_MAX_TURN_SECONDS",
        Seconds(1, 86_400),
        "Wall time of one turn, in seconds; what you take to decide does not count.",
    ),
    Field(
        "max_turn_tokens",
        "STEWARD_MAX_TURN_TOKENS",
        Whole(100, 1_000_000_000, optional=True),
        "Tokens of one turn, both ways; none: no limit.",
    ),
    Field(
        "max_turn_cost",
        "STEWARD_MAX_TURN_COST",
        Dollars(),
        "US dollars for one turn, as the server says or its prices make it; none: no limit.",
    ),
    Field(
        "max_day_cost",
        "STEWARD_MAX_DAY_COST",
        Dollars(),
        "US dollars for all turns of a day, likewise.",
    ),
    Field(
        "context_tokens",
        "STEWARD_CONTEXT_TOKENS",
        Whole(2_000, 100_000_000, optional=True),
        "Tokens the model takes; none: what the provider says, else 128,000.",
    ),
    Field(
        "skill_timeout",
        "STEWARD_SKILL_TIMEOUT",
        Seconds(0.1, 3600),
        "Deadline of one skill call, in seconds.",
    ),
    Field(
        "breaker_threshold",
        "STEWARD_BREAKER_THRESHOLD",
        Whole(1, 1000),
        "Failures in a row that open a skill's circuit.",
    ),
    Field(
        "breaker_cooldown",
        "STEWARD_BREAKER_COOLDOWN",
        Seconds(0.1, 86_400),
        "Seconds an open circuit waits before one probe.",
    ),
    Field(
        "instructions",
        "STEWARD_INSTRUCTIONS",
        Passage(),
        "Your own instructions for the assistant.",
    ),
    Field(
        "trusted_folders",
        "STEWARD_TRUSTED_FOLDERS",
        Folders(),
        "Folders whose AGENTS.md is followed as your instructions.",
    ),
    Field("theme", "STEWARD_THEME", Choice(("system", "light", "dark")), "system, light or dark."),
    Field(
        "contrast",
        "STEWARD_CONTRAST",
        Choice(("system", "normal", "high"), blank="system"),
        "The window's contrast: system, normal or high.",
    ),
    Field(
        "accent",
        "STEWARD_ACCENT",
        Choice(("steward", "system"), blank="steward"),
        "The window's accent colour: steward, or system to follow the desktop's.",
    ),
    Field(
        "font_size",
        "STEWARD_FONT_SIZE",
        Whole(80, 200),
        "Size of text in the window, in per cent of the system's, 80 to 200.",
    ),
    Field(
        "reduced_motion",
        "STEWARD_REDUCED_MOTION",
        Choice(("system", "on", "off"), blank="system"),
        "on: nothing in the window moves by itself; system: as the desktop says.",
    ),
    Field(
        "language",
        "STEWARD_LANGUAGE",
        Choice(LANGUAGES, blank=LANGUAGES[0]),
        "The window's language: system, en or de.",
    ),
    Field(
        "close_to_tray",
        "STEWARD_CLOSE_TO_TRAY",
        Switch(),
        "on: closing the window leaves Steward running in the system's tray, where there is one.",
    ),
    Field(
        "quick_key",
        "STEWARD_QUICK_KEY",
        Switch(),
        "on: the window asks your desktop for a key that opens a quick question.",
    ),
    Field(
        "watch_folders",
        "STEWARD_WATCH_FOLDERS",
        Switch(),
        "on: every change someone else makes in the folders becomes a version too.",
    ),
    Field(
        "notification_rules",
        "STEWARD_NOTIFICATION_RULES",
        NotificationPlaces(),
        "Where notifications go, for instance info=log; error=window,tray,log; any/watch=none.",
    ),
    Field(
        "approval_mode",
        "STEWARD_APPROVAL_MODE",
        Choice(APPROVAL_MODES, blank=APPROVAL_MODES[0]),
        "ask, or reversible: changes of files, each archived first, need no approval.",
    ),
    Field(
        "google_oauth_client_file",
        "GOOGLE_OAUTH_CLIENT_FILE",
        ExistingFile(),
        "Your OAuth client file (a desktop app's, from Google's console), to sign in with Google.",
    ),
    Field(
        "google_access",
        "STEWARD_GOOGLE_ACCESS",
        Choice(GOOGLE_ACCESSES, blank=GOOGLE_ACCESSES[0]),
        "What a sign-in with Google asks for: file (only files Steward made there), or all.",
    ),
    Field(
        "google_service_account_file",
        "GOOGLE_APPLICATION_CREDENTIALS",
        ExistingFile(),
        "A service account's key file, used for Google Drive without signing in.",
    ),
    Field(
        "google_token_file",
        "STEWARD_GOOGLE_TOKEN_FILE",
        ExistingFile(),
        "A ready token file (google-auth's authorized_user JSON); it is only read.",
    ),
    Field(
        "google_api_url",
        "STEWARD_GOOGLE_API_URL",
        Address(),
        "Where Google's interface is, in place of https://www.googleapis.com.",
    ),
    Field(
        "telegram_bot_token",
        "TELEGRAM_BOT_TOKEN",
        Key(),
        "The token of your Telegram bot, from @BotFather; sent to Telegram only.",
    ),
    Field(
        "telegram_on",
        "STEWARD_TELEGRAM_ON",
        Switch(),
        "off: the bot is not listened to; its token is kept.",
    ),
    Field(
        "telegram_api_url",
        "STEWARD_TELEGRAM_API_URL",
        Address(),
        "Where the Bot API is, in place of https://api.telegram.org.",
    ),
    Field(
        "stale_minutes",
        "STEWARD_STALE_MINUTES",
        Whole(1, 1440),
        "A message from a phone that is older, in minutes, is asked about before it is done.",
    ),
    Field(
        "webhook_port",
        "STEWARD_WEBHOOK_PORT",
        Whole(1, 65_535, optional=True),
        "The port on this machine that `steward serve` takes Telegram's updates on, behind your "
        "own web server; none: it asks Telegram for them.",
    ),
    Field(
        "webhook_secret",
        "STEWARD_WEBHOOK_SECRET",
        Key(),
        "The secret token that each update to the webhook must carry.",
    ),
    Field(
        "webhook_url",
        "STEWARD_WEBHOOK_URL",
        Address(),
        "The public https address of the webhook, to have Telegram told of it; empty: you tell it.",
    ),
    Field(
        "google_chat_subscription",
        "STEWARD_GOOGLE_CHAT_SUBSCRIPTION",
        Subscription(),
        "A Pub/Sub subscription with a Google Chat app's events: projects/…/subscriptions/….",
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
