"""Typed settings: environment beats the settings file, the file beats the default.

Secrets never stand in the settings file. They come from the environment, else from the OS
keyring; where no keyring works they are kept for this run only, and the caller is told.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import ConfigurationError, KeyringError, UsageError
from app.home import default_home
from app.kept_secrets import Kept, KeptSecrets
from app.keyring_secrets import SystemKeyring
from app.origins import origin_of, password_in
from app.redaction import Redactor, Secret
from app.setting_fields import FIELDS, Field, field_named

_FILE_NAME: Final = "settings.json"


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

_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")

SECRET_NAMES: Final = (*_OTHER_SECRET_ENV, *(f.env for f in FIELDS if f.secret))
"""Every secret there can be; what was stored may hold the placeholder of one that is unset now."""


_BOUND: Final = "llm_api_key"
"""The secret that belongs to one server of several; the others each have a service of their own."""


@dataclass(slots=True)
class _Keys:
    """Kept secrets, sorted while settings are read."""

    hidden: dict[str, Secret]
    usable: dict[str, Secret] = field(default_factory=dict)
    elsewhere: dict[str, Secret] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


class SettingsStore:
    """Reads and writes the settings file and the keyring of one data directory."""

    def __init__(
        self,
        home: Path | None = None,
        environ: Mapping[str, str] | None = None,
        keyring: SystemKeyring | None = None,
    ) -> None:
        self.home = home or default_home()
        self._environ = os.environ if environ is None else environ
        self.keyring = keyring or SystemKeyring()
        self._kept = KeptSecrets(self.keyring)
        self._known: dict[str, Secret] = {}
        self._writing = threading.RLock()

    @property
    def path(self) -> Path:
        """The settings file."""
        return self.home / _FILE_NAME

    def load(self) -> Settings:
        """All settings as they hold now; may wait for the keyring, but not for long.

        What the person should know about their keys is in ``Settings.notices``.

        Raises:
            ConfigurationError: a value cannot be used; says which and where it stands.
        """
        stored = self._read_file()
        values = {f.name: value for f in FIELDS if (value := self._value(f, stored)) is not None}
        known = self.environment_secrets()
        own = {f.env for f in FIELDS if f.secret}
        keys = _Keys({name: secret for name, secret in known.items() if name not in own})
        base_url = values.get("llm_base_url")
        for f in FIELDS:
            if f.secret and f.name not in values:
                self._take(keys, f, stored, str(base_url) if base_url else None)
        settings = dataclasses.replace(
            Settings(home=self.home),
            **{**values, **keys.usable},  # type: ignore[arg-type]  # each was read by its field
            other_secrets=keys.hidden,
            kept_keys=keys.elsewhere,
            notices=tuple(keys.notices),
        )
        self._known = {**self._known, **settings.secrets}
        return settings

    def value(self, name: str) -> object:
        """One setting that is not secret as it holds now, without opening the keyring."""
        f = field_named(name)
        found = self._value(f, self._read_file())
        return default_of(f.name) if found is None else found

    def environment_secrets(self) -> dict[str, Secret]:
        """Secrets of the environment alone, where the settings as a whole cannot be read."""
        read = {name: self._environ.get(name, "").strip() for name in SECRET_NAMES}
        # The system's proxy is used, and its address may hold a password.
        for name in _PROXIES:
            for spelt in (name, name.upper()):
                if password := password_in(self._environ.get(spelt, "")):
                    read[name.upper()] = password
        return {name: Secret(value) for name, value in read.items() if value}

    def source(self, name: str) -> str:
        """Where a setting comes from now: ``environment``, ``keyring``, ``file``, ``default``.

        ``run``: a secret that no keyring would keep and that holds until the end of this run.
        """
        f = field_named(name)
        if self._environ.get(f.env):
            return "environment"
        stored = self._read_file()
        if f.secret:
            if not self._kept.is_kept(f, stored):
                return "default"
            return "keyring" if self._kept.is_lasting(f, stored) else "run"
        return "file" if f.name in stored else "default"

    def save(self, name: str, value: object) -> None:
        """Write one setting that is not secret to the settings file.

        ``None`` or an empty text takes it out again. Raises ``UsageError`` for a value that
        cannot be used or holds a secret known by now; the file is then as it was.
        """
        f = field_named(name)
        if f.secret:
            raise UsageError(f"{f.name} is a secret.", hint="Secrets go to the keyring.")
        with self._writing:
            self._save(f, value)

    def _save(self, f: Field, value: object) -> None:
        stored = self._read_file()
        before = dict(stored)
        if value is None or value == "":
            stored.pop(f.name, None)
        else:
            try:
                parsed = f.read(value)
            except ValueError as error:
                # What is refused may be an address with a password in it.
                said = repr(value).replace(password_in(str(value)) or "\0", "***")
                raise UsageError(f"{f.name} cannot be {said}: {error}.") from error
            plain = [str(p) for p in parsed] if isinstance(parsed, tuple) else parsed
            plain = str(plain) if isinstance(plain, Path) else plain
            if Redactor({**self._known, **self.environment_secrets()}).holds_secret(plain):
                raise UsageError(
                    f"{f.name} holds a secret, which must not stand in the settings file.",
                    hint="Leave it out. Keys have settings of their own and go to the keyring.",
                )
            stored[f.name] = plain
            if plain is None:  # written out as "none": the same as not set
                del stored[f.name]
        if f.name == "llm_base_url":
            self._bind_key(before.get(f.name), stored)
        self._write_file(stored)

    def store_secret(self, name: str, secret: Secret | None, *, url: str | None = None) -> bool:
        """Put a secret into the OS keyring, or take it out (``None``).

        A server's key is sent to that server only: the one at ``url``, or at the address that
        holds now. Returns ``True`` where it is kept for later runs, ``False`` where no keyring
        works and it holds for this run only. Raises ``KeyringError`` where it could not be
        taken out.
        """
        f = field_named(name)
        if not f.secret:
            raise UsageError(f"{f.name} is not a secret.", hint="Use `steward config set`.")
        stored = self._read_file()
        if secret is None:
            try:
                self._kept.forget(f, stored)
            finally:
                self._write_file(stored)
            return True
        self._known = {**self._known, f.env: secret}
        address = url or self._value(field_named("llm_base_url"), stored)
        origin = origin_of(str(address)) if f.name == _BOUND and address else None
        try:
            self._kept.keep(f, Kept(secret, origin), stored)
        except KeyringError:
            return False
        self._write_file(stored)
        return True

    def noted(self, name: str) -> object:
        """What was noted under ``name``, which is no setting; ``None`` where nothing was."""
        return self._read_file().get(name)

    def note(self, name: str, change: Callable[[object], object]) -> None:
        """Put what ``change`` makes of a note in its place; from any thread.

        It must be plain JSON without secrets: raises ``UsageError`` for one that is known.
        ``None`` takes the note out.
        """
        with self._writing:
            stored = self._read_file()
            noted = change(stored.pop(name, None))
            if Redactor({**self._known, **self.environment_secrets()}).holds_secret(noted):
                raise UsageError(f"{name} holds a secret, which must not stand in a file.")
            if noted is not None:
                stored[name] = noted
            self._write_file(stored)

    def check_keyring(self) -> None:
        """Raise ``KeyringError`` where a secret could not be kept; may wait for the keyring."""
        self._kept.check()

    def _value(self, f: Field, stored: Mapping[str, object]) -> object:
        raw: object = self._environ.get(f.env) or None
        source = f"the environment ({f.env})"
        if raw is None and not f.secret and f.name in stored:
            raw, source = stored[f.name], f"the settings file ({self.path})"
        return None if raw is None else self._parse(f, raw, source)

    def _take(self, keys: _Keys, f: Field, stored: dict[str, object], base_url: str | None) -> None:
        """Sort a kept secret into ``keys``: to be used, or only to be hidden."""
        try:
            kept = self._kept.get(f, stored)
        except KeyringError as error:
            if not keys.notices:  # once: the next one would say the same
                keys.notices.append(f"Keys kept in the keyring are not used now. {error}")
            return
        if kept is None:
            return
        wanted = origin_of(base_url)
        # Kept before origins were noted: it was for the server in the settings file.
        given_for = kept.origin or origin_of(str(stored.get("llm_base_url") or ""))
        if f.name != _BOUND or wanted is None or given_for == wanted:
            keys.usable[f.name] = kept.secret
            return
        keys.hidden[f.env] = kept.secret
        if given_for is not None:
            keys.elsewhere[given_for] = kept.secret
        keys.notices.append(
            f"The key kept for {given_for or 'a server that was not named'} is not sent to "
            f"{wanted}: a key goes only to the server it was given for. If {wanted} wants one, "
            f"give it in Settings → Model, or with `steward config set {f.name} -`."
        )

    def _bind_key(self, old_url: object, stored: dict[str, object]) -> None:
        """A key that was kept with no address said is for the one before the change, else after."""
        url = old_url or stored.get("llm_base_url")
        if url:
            self._kept.bind(field_named(_BOUND), origin_of(str(url)), stored)

    def _parse(self, f: Field, raw: object, source: str) -> object:
        try:
            value = f.read(raw)
        except ValueError as error:
            raise ConfigurationError(
                f"The setting {f.name} cannot be used: {error}.", hint=f"It stands in {source}."
            ) from error
        return Secret(str(value)) if f.secret else value

    def _read_file(self) -> dict[str, object]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The settings file cannot be read: {error}.",
                hint=f"Mend or move away {self.path}; nothing else depends on it.",
            ) from error
        if not isinstance(data, dict):
            raise ConfigurationError(
                "The settings file does not hold settings.", hint=f"Move away {self.path}."
            )
        return data

    def _write_file(self, stored: Mapping[str, object]) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self.path.with_suffix(".part")
            part.write_text(
                json.dumps(stored, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
                encoding="utf-8",
            )
            part.replace(self.path)
        except OSError as error:
            raise ConfigurationError(
                f"The settings could not be saved: {error.strerror or error}.",
                hint=f"Check that {self.home} can be written to.",
            ) from error
