"""Where settings are kept: environment beats the settings file, the file beats the default.

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

from app.config import SECRET_NAMES, Settings, default_of
from app.domain.errors import ConfigurationError, KeyringError, UsageError
from app.home import default_home
from app.kept_secrets import Kept, KeptSecrets
from app.keyring_secrets import SystemKeyring
from app.origins import origin_of, password_in
from app.redaction import Redactor, Secret
from app.setting_fields import FIELDS, Field, field_named

_FILE_NAME: Final = "settings.json"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
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
