"""Secrets in the system's keyring."""

from __future__ import annotations

from typing import Final

from app.redaction import Secret

_KEYRING_SERVICE: Final = "steward"


def read_secret(name: str) -> Secret | None:
    """The secret, or ``None`` where there is none or no keyring works."""
    import keyring
    import keyring.errors

    try:
        value = keyring.get_password(_KEYRING_SERVICE, name)
    except keyring.errors.KeyringError:
        return None
    return Secret(value) if value else None


def write_secret(name: str, secret: Secret) -> bool:
    """Keep a secret. Returns whether it is kept."""
    import keyring
    import keyring.errors

    try:
        keyring.set_password(_KEYRING_SERVICE, name, secret.reveal())
        # The null backend accepts and forgets; only a value that reads back is kept.
        return keyring.get_password(_KEYRING_SERVICE, name) == secret.reveal()
    except keyring.errors.KeyringError:
        return False


def forget_secret(name: str) -> None:
    """Take a secret out, if it is there."""
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(_KEYRING_SERVICE, name)
    except keyring.errors.KeyringError:
        return
