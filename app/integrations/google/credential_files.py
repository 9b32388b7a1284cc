"""The files that say who Steward is at Google: read, checked, and never written.

A wrong file is the commonest way for a sign-in to fail, so each one that is taken for another is
told by its name. None of its secrets stands in an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.domain.errors import ConfigurationError
from app.redaction import Secret

AUTH_URL: Final = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GUIDE: Final = "docs/google-drive.md says how, step by step"

_TOKEN: Final = "token file"  # noqa: S105 - how the file is called
_MOST_BYTES: Final = 64 * 1024
_HERE: Final = frozenset(["localhost", "127.0.0.1", "::1"])


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The person's own registration of Steward at Google.

    Attributes:
        client_id, client_secret: name it. Google calls the second a secret, although every copy
            of a desktop program has it.
        auth_url, token_url: where the browser is sent, and where a code is exchanged.
    """

    client_id: str
    client_secret: Secret
    auth_url: str = AUTH_URL
    token_url: str = TOKEN_URL


@dataclass(frozen=True, slots=True)
class UserToken:
    """A sign-in that somebody else made: google-auth's ``authorized_user``."""

    client: OAuthClient
    refresh_token: Secret
    account: str = ""


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """The key of a service account; ``info`` is what google-auth takes."""

    email: str
    token_url: str
    info: Mapping[str, object] = field(repr=False)


def read_client(path: Path | None) -> OAuthClient:
    """The OAuth client file. Raises ``ConfigurationError`` with what to do."""
    if path is None:
        raise ConfigurationError(
            "No OAuth client file is set, and signing in with Google needs one of your own.",
            hint=f"Make one ({GUIDE}), then set GOOGLE_OAUTH_CLIENT_FILE or choose it in "
            "Settings → Google Drive.",
        )
    found = _object(path, "OAuth client file")
    installed = found.get("installed")
    if not isinstance(installed, dict):
        raise _another(path, found)
    client_id, secret = installed.get("client_id"), installed.get("client_secret")
    if not _is_word(client_id) or not _is_word(secret):
        raise _wrong(path, "OAuth client file", "it names no client_id and client_secret")
    return OAuthClient(
        str(client_id),
        Secret(str(secret)),
        _address(path, installed.get("auth_uri", AUTH_URL)),
        _address(path, installed.get("token_uri", TOKEN_URL)),
    )


def read_token(path: Path) -> UserToken:
    """A ready token file. Raises ``ConfigurationError`` with what to do."""
    found = _object(path, _TOKEN)
    names = ("client_id", "client_secret", "refresh_token")
    if found.get("type", "authorized_user") != "authorized_user" or not all(
        _is_word(found.get(name)) for name in names
    ):
        raise _wrong(
            path, _TOKEN, "it is not google-auth's authorized_user JSON with a refresh_token"
        )
    client = OAuthClient(
        str(found["client_id"]),
        Secret(str(found["client_secret"])),
        token_url=_address(path, found.get("token_uri", TOKEN_URL)),
    )
    account = found.get("account")
    return UserToken(
        client, Secret(str(found["refresh_token"])), account if isinstance(account, str) else ""
    )


def read_service_key(path: Path) -> ServiceKey:
    """A service account's key file. Raises ``ConfigurationError`` with what to do."""
    found = _object(path, "service account file")
    email, key = found.get("client_email"), found.get("private_key")
    if found.get("type") != "service_account" or not _is_word(email) or not isinstance(key, str):
        raise _wrong(path, "service account file", "it is not a service account's JSON key")
    return ServiceKey(str(email), _address(path, found.get("token_uri", TOKEN_URL)), found)


# -- inside ------------------------------------------------------------------------------------


def _object(path: Path, what: str) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(
            f"The {what} {path} cannot be read: {error.strerror or error}.",
            hint="Choose the file again, in Settings → Google Drive or in the environment.",
        ) from error
    try:
        found = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _wrong(path, what, "it holds no JSON object")
    return found


def _another(path: Path, found: Mapping[str, object]) -> ConfigurationError:
    what = "OAuth client file"
    if "web" in found:
        return ConfigurationError(
            f"{path} is the client of a web application; Steward needs that of a desktop app.",
            hint="In Google's console, under Clients, create another client of the type "
            "“Desktop app”, download its JSON and choose that.",
        )
    if found.get("type") == "service_account":
        return _wrong(path, what, "it is a service account's key", "GOOGLE_APPLICATION_CREDENTIALS")
    if found.get("type") == "authorized_user":
        return _wrong(path, what, "it is a ready token", "STEWARD_GOOGLE_TOKEN_FILE")
    return _wrong(path, what, "it describes no client of the type “Desktop app”")


def _wrong(path: Path, what: str, why: str, belongs: str = "") -> ConfigurationError:
    hint = f"Download it again from Google's console ({GUIDE})."
    if what == _TOKEN:
        hint = (
            "google-auth writes such a file (Credentials.to_json); or do without it, and sign in."
        )
    if belongs:
        hint = f"That file belongs to {belongs}. {hint}"
    return ConfigurationError(f"{path} cannot be used as the {what}: {why}.", hint=hint)


def _address(path: Path, value: object) -> str:
    """Secrets are sent there: so by TLS, or not beyond this computer."""
    text = str(value)
    try:
        place = urlsplit(text)
        is_safe = place.scheme == "https" or (place.scheme == "http" and place.hostname in _HERE)
    except ValueError:
        is_safe = False
    if not is_safe or not text.isascii() or not text.isprintable() or " " in text:
        raise _wrong(path, "file for Google", "it names an address that is not https")
    return text


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()
