"""Secrets that outlive their typing: in the keyring, else for this run; each for its own server.

The settings file says which secrets are in the keyring and for which server they were given,
never what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.keyring_secrets import SystemKeyring
from app.redaction import Secret
from app.setting_fields import Field

_NAMES: Final = "secrets_in_keyring"
_ORIGINS: Final = "secret_origins"


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret, and the origin of the server it was given for (``None``: not said yet)."""

    secret: Secret
    origin: str | None


class KeptSecrets:
    """Secrets of one data directory. ``stored`` is what stands in its settings file."""

    def __init__(self, keyring: SystemKeyring) -> None:
        self._keyring = keyring
        self._run: dict[str, Kept] = {}

    def is_kept(self, f: Field, stored: dict[str, object]) -> bool:
        """Whether there is one, without opening the keyring."""
        return f.name in self._run or f.name in _names(stored)

    def is_lasting(self, f: Field, stored: dict[str, object]) -> bool:
        """Whether it is there in later runs too."""
        return f.name in _names(stored)

    def get(self, f: Field, stored: dict[str, object]) -> Kept | None:
        """The secret of a setting, if there is one. Raises ``KeyringError``."""
        if f.name in self._run:
            return self._run[f.name]
        # The keyring is slow to open and may ask for a password: only where we put something.
        if f.name not in _names(stored):
            return None
        secret = self._keyring.read(f.env)
        return Kept(secret, _origins(stored).get(f.name)) if secret else None

    def keep(self, f: Field, kept: Kept, stored: dict[str, object]) -> None:
        """Keep a secret for this run, then for later ones, and note it in ``stored``.

        Raises ``KeyringError`` where it holds for this run only.
        """
        self._run[f.name] = kept
        self._keyring.write(f.env, kept.secret)
        _note(f, stored, kept=True, origin=kept.origin)

    def check(self) -> None:
        """Raise ``KeyringError`` where no secret could be kept for later runs."""
        self._keyring.check()

    def forget(self, f: Field, stored: dict[str, object]) -> None:
        """Take a secret out; it is out of ``stored`` even where ``KeyringError`` is raised."""
        self._run.pop(f.name, None)
        if f.name in _names(stored):
            _note(f, stored, kept=False, origin=None)
            self._keyring.forget(f.env)

    def bind(self, f: Field, origin: str | None, stored: dict[str, object]) -> None:
        """Say which server a secret belongs to, where that was not said before."""
        run = self._run.get(f.name)
        if run is not None and run.origin is None:
            self._run[f.name] = Kept(run.secret, origin)
        if f.name in _names(stored) and f.name not in _origins(stored):
            _note(f, stored, kept=True, origin=origin)


def _names(stored: dict[str, object]) -> set[str]:
    names = stored.get(_NAMES)
    return {str(name) for name in names} if isinstance(names, list) else set()


def _origins(stored: dict[str, object]) -> dict[str, str]:
    origins = stored.get(_ORIGINS)
    return {str(k): str(v) for k, v in origins.items()} if isinstance(origins, dict) else {}


def _note(f: Field, stored: dict[str, object], *, kept: bool, origin: str | None) -> None:
    names, origins = _names(stored) - {f.name}, _origins(stored)
    origins.pop(f.name, None)
    if kept:
        names.add(f.name)
        if origin is not None:
            origins[f.name] = origin
    stored[_NAMES] = sorted(names)
    if origins or _ORIGINS in stored:
        stored[_ORIGINS] = origins
