"""A keyring in memory, and one that is locked, in place of the system's."""

from __future__ import annotations

import keyring
import keyring.errors
import pytest


class WorkingKeyring:
    """Keeps secrets in memory."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.kept: dict[str, str] = {}
        patch.setattr(keyring, "get_password", lambda _, name: self.kept.get(name))
        patch.setattr(keyring, "set_password", lambda _, name, value: self._set(name, value))
        patch.setattr(keyring, "delete_password", lambda _, name: self.kept.pop(name))

    def _set(self, name: str, value: str) -> None:
        self.kept[name] = value


class LockedKeyring:
    """Fails at every call, as one that the person does not unlock."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("get_password", "set_password", "delete_password"):
            patch.setattr(keyring, name, self._fail)

    def _fail(self, *_: str) -> None:
        raise keyring.errors.KeyringLocked("locked")
