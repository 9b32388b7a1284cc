"""A service account's way to a token: an assertion, signed with its key (RFC 7523)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from app.domain.errors import ConfigurationError
from app.integrations.google.credential_files import TOKEN_URL, ServiceKey

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS: Final = 3600


class ServiceAccess:
    """Signs an assertion each time a token is needed; the key does not leave this computer.

    Raises ``ConfigurationError`` for a key that is none.
    """

    def __init__(
        self, key: ServiceKey, scope: str, *, seconds: Callable[[], float] = time.time
    ) -> None:
        from google.auth.crypt import RSASigner

        try:
            self._signer = RSASigner.from_service_account_info(key.info)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError):  # whose words may quote the key
            raise ConfigurationError(
                f"The key of {key.email} in the service account file cannot be read.",
                hint="Download it again from Google's console.",
            ) from None
        self._key = key
        self._scope = scope
        self._seconds = seconds

    @property
    def token_url(self) -> str:
        """Where the assertion is exchanged."""
        return self._key.token_url

    def form(self) -> dict[str, str]:
        """The assertion, good for an hour from now."""
        from google.auth import jwt

        now = int(self._seconds())
        claims = {
            "iss": self._key.email,
            "scope": self._scope,
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + _LASTS,
        }
        signed: bytes = jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return {"grant_type": _GRANT, "assertion": signed.decode("ascii")}
