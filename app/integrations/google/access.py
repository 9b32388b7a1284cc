"""What lets a program act for a person at Google, and the short-lived tokens that come of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlencode

from app.domain.drive import DriveSignedOutError
from app.integrations.google.failures import Refusal, Unreached
from app.redaction import Secret

TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SIGN_IN_AGAIN: Final = (
    "No file was touched. Sign in again: Settings → Google Drive, or `steward google sign-in`. A "
    "sign-in that a token file holds is made anew by what wrote the file."
)
_EARLY: Final = 60.0
"""A token is renewed so many seconds before it would expire."""


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """What a sign-in at Google gave.

    Attributes:
        client_id, client_secret: name this program, or the person's own registration of it.
        refresh_token: what the person allowed; good until it expires or is revoked.
        token_url: where it is exchanged for a token for the next hour.
    """

    client_id: str
    client_secret: Secret
    refresh_token: Secret
    token_url: str = TOKEN_URL

    def form(self) -> dict[str, str]:
        """What is sent there."""
        return {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
            "refresh_token": self.refresh_token.reveal(),
        }


class Access(Protocol):
    """What is exchanged for a token for the next hour: see ``GoogleAccess``."""

    @property
    def token_url(self) -> str:
        """Where it is exchanged."""
        ...

    def form(self) -> dict[str, str]:
        """What is sent there; it holds secrets."""
        ...


class Post(Protocol):
    """Sends a form and gives status and body; raises ``Unreached``."""

    def __call__(self, url: str, form: bytes) -> tuple[int, bytes]:
        """Send ``form`` to ``url``."""
        ...


class AccessTokens:
    """The token that requests carry, for several threads; renewed once when several need it.

    Once Google has said that the sign-in is over, it is not asked again.

    Args:
        on_end: called then, once, in the thread that was told so.
        on_token: called with each token before it is used.
    """

    def __init__(
        self,
        access: Access,
        *,
        on_end: Callable[[], None] | None = None,
        on_token: Callable[[Secret], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._on_end = on_end
        self._on_token = on_token
        self._over: DriveSignedOutError | None = None
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: Secret | None = None
        self._good_until = 0.0

    def current(self, post: Post) -> Secret:
        """A token that should still be good.

        Raises ``DriveSignedOutError``, ``Refusal`` or ``Unreached``.
        """
        with self._renewing():
            if self._token is None or self._monotonic() >= self._good_until:
                self._renew(post)
            assert self._token is not None
            return self._token

    def replaced(self, refused: Secret, post: Post) -> Secret:
        """Another token than the one that was refused; raises as ``current``."""
        with self._renewing():
            if self._token is None or self._token == refused:
                self._renew(post)
            assert self._token is not None
            return self._token

    def end(self, error: DriveSignedOutError) -> DriveSignedOutError:
        """A new token was refused, too: the sign-in is over. Gives ``error`` back."""
        with self._lock:
            first, self._over = self._over is None, self._over or error
        self._tell(first)
        return error

    @contextmanager
    def _renewing(self) -> Iterator[None]:
        """Within it one thread renews, unless the sign-in is over."""
        first = False
        try:
            with self._lock:
                if self._over is not None:
                    over = self._over
                    raise DriveSignedOutError(over.message, hint=over.hint)
                try:
                    yield
                except DriveSignedOutError as error:
                    self._over, first = error, True
                    raise
        finally:
            self._tell(first)

    def _tell(self, first: bool) -> None:
        if first and self._on_end is not None:
            self._on_end()

    def _renew(self, post: Post) -> None:
        form = urlencode(self._access.form())
        status, body = post(self._access.token_url, form.encode("ascii"))
        answer = _object(body)
        if status != 200:
            raise _refused(status, answer)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            raise Unreached("Google's sign-in gave an answer that makes no sense.")
        lasts = float(seconds) if isinstance(seconds, int) and 0 < seconds < 10**6 else 0.0
        self._token = Secret(token)
        if self._on_token is not None:
            self._on_token(self._token)
        self._good_until = self._monotonic() + max(lasts - _EARLY, lasts / 2)


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


_ENDED: Final = frozenset(["invalid_grant", "invalid_rapt", "invalid_scope"])
_UNKNOWN: Final = frozenset(["invalid_client", "unauthorized_client", "deleted_client"])


def _refused(status: int, answer: dict[str, object]) -> Exception:
    """The error for an answer that is no token. Google's words are left out: they are not ours."""
    code = str(answer.get("error"))
    if code in _ENDED:
        return DriveSignedOutError(
            "The sign-in to Google Drive has expired or was revoked.",
            hint=SIGN_IN_AGAIN,
        )
    if code in _UNKNOWN:
        return DriveSignedOutError(
            "Google does not know the client that was used to sign in.",
            hint="No file was touched. Check the OAuth client's file, then sign in again: "
            "Settings → Google Drive, or `steward google sign-in`.",
        )
    return Refusal(status)
