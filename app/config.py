"""Typed settings: environment beats the settings file, the file beats the default.

Secrets never stand in the settings file. They come from the environment, else from the OS
keyring; where no keyring works they are kept for this run only, and the caller is told.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.errors import ConfigurationError, UsageError
from app.home import default_home
from app.keyring_secrets import forget_secret, read_secret, write_secret
from app.redaction import Secret
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
        watch_folders: whether outside changes in the folders are recorded as they happen.
        other_secrets: secrets of services this program knows only to hide them.
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
    watch_folders: bool = False
    other_secrets: Mapping[str, Secret] = field(default_factory=dict)

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


# Secrets of services that come later: hidden from today on, wherever they are set.
_OTHER_SECRET_ENV: Final = ("TELEGRAM_BOT_TOKEN", "STEWARD_WEBHOOK_SECRET")


class SettingsStore:
    """Reads and writes the settings file and the keyring of one data directory."""

    def __init__(self, home: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self.home = home or default_home()
        self._environ = os.environ if environ is None else environ
        self._run_secrets: dict[str, Secret] = {}

    @property
    def path(self) -> Path:
        """The settings file."""
        return self.home / _FILE_NAME

    def load(self) -> Settings:
        """All settings as they hold now.

        Raises:
            ConfigurationError: a value cannot be used; says which and where it stands.
        """
        stored = self._read_file()
        values: dict[str, object] = {}
        for f in FIELDS:
            raw: object | None = self._environ.get(f.env) or None
            source = f"the environment ({f.env})"
            if raw is None and f.secret:
                secret = self._stored_secret(f, stored)
                if secret is not None:
                    values[f.name] = secret
                continue
            if raw is None and f.name in stored:
                raw, source = stored[f.name], f"the settings file ({self.path})"
            if raw is not None:
                values[f.name] = self._parse(f, raw, source)
        known = self.environment_secrets()
        others: dict[str, Secret] = {n: known[n] for n in _OTHER_SECRET_ENV if n in known}
        return dataclasses.replace(
            Settings(home=self.home),
            **values,  # type: ignore[arg-type]  # each value was read by its field
            other_secrets=others,
        )

    def environment_secrets(self) -> dict[str, Secret]:
        """Secrets of the environment alone, where the settings as a whole cannot be read."""
        names = (*_OTHER_SECRET_ENV, *(f.env for f in FIELDS if f.secret))
        return {n: Secret(value) for n in names if (value := self._environ.get(n, "").strip())}

    def source(self, name: str) -> str:
        """Where a setting comes from now: ``environment``, ``keyring``, ``file``, ``default``."""
        f = field_named(name)
        if self._environ.get(f.env):
            return "environment"
        stored = self._read_file()
        if f.secret:
            return "keyring" if self._stored_secret(f, stored) else "default"
        return "file" if f.name in stored else "default"

    def save(self, name: str, value: object) -> None:
        """Write one setting that is not secret to the settings file.

        ``None`` or an empty text takes it out again. Raises ``UsageError`` for a value that
        cannot be used; the file is then as it was.
        """
        f = field_named(name)
        if f.secret:
            raise UsageError(f"{f.name} is a secret.", hint="Secrets go to the keyring.")
        stored = self._read_file()
        if value is None or value == "":
            stored.pop(f.name, None)
        else:
            try:
                parsed = f.read(value)
            except ValueError as error:
                raise UsageError(f"{f.name} cannot be {value!r}: {error}.") from error
            is_paths = isinstance(parsed, tuple)
            stored[f.name] = [str(p) for p in parsed] if is_paths else parsed  # type: ignore[attr-defined]
        self._write_file(stored)

    def store_secret(self, name: str, secret: Secret | None) -> bool:
        """Put a secret into the OS keyring, or take it out (``None``).

        Returns ``True`` where it is kept for later runs, ``False`` where no keyring works and
        it holds for this run only.
        """
        f = field_named(name)
        if not f.secret:
            raise UsageError(f"{f.name} is not a secret.", hint="Use `steward config set`.")
        stored = self._read_file()
        names = {str(n) for n in _as_list(stored.get("secrets_in_keyring"))}
        self._run_secrets.pop(f.name, None)
        if secret is None:
            if f.name in names:
                forget_secret(f.env)
            names.discard(f.name)
        else:
            self._run_secrets[f.name] = secret
            if not write_secret(f.env, secret):
                return False
            names.add(f.name)
        stored["secrets_in_keyring"] = sorted(names)
        self._write_file(stored)
        return True

    def _parse(self, f: Field, raw: object, source: str) -> object:
        try:
            value = f.read(raw)
        except ValueError as error:
            raise ConfigurationError(
                f"The setting {f.name} cannot be used: {error}.", hint=f"It stands in {source}."
            ) from error
        return Secret(str(value)) if f.secret else value

    def _stored_secret(self, f: Field, stored: Mapping[str, object]) -> Secret | None:
        if f.name in self._run_secrets:
            return self._run_secrets[f.name]
        # The keyring is slow to open and may ask for a password: only where we put something.
        if f.name in _as_list(stored.get("secrets_in_keyring")):
            return read_secret(f.env)
        return None

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


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
