"""OpenRouter's sign-in in the browser (OAuth with PKCE, S256): it ends in a key of the person's.

The verifier, the code and the key are in nobody's hands but the caller's: none of them reaches a
log, an error or an event, and none is sent anywhere but to OpenRouter. Nothing is kept here.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urlencode

from app.domain.errors import (
    ModelError,
    SignInError,
    SignInRefusedError,
    SignInTimeoutError,
)
from app.integrations.browser_callback import BrowserCallback, CameBack
from app.integrations.http import HttpClient, HttpFailureError, HttpResponse
from app.integrations.model_errors import Peer, error_from_failure
from app.redaction import Secret

OPENROUTER_SITE: Final = "https://openrouter.ai"
WAIT_SECONDS: Final = 600.0
"""So long a code would be good for; then the browser is waited for no more."""

_METHOD: Final = "S256"
_CONNECT_SECONDS: Final = 10.0
_EXCHANGE_SECONDS: Final = 30.0
_MAX_ANSWER: Final = 64 * 1024
_LONGEST_KEY: Final = 1024

logger = logging.getLogger(__name__)

_UNCHANGED: Final = "Nothing was changed."
_GIVE_A_KEY: Final = "make a key at openrouter.ai/keys and give that"


class OpenRouterSignIn:
    """One attempt, made by ``openrouter_sign_in``.

    Attributes:
        address: what the person's browser is to open.
        seconds: how long is waited for it to come back.
    """

    def __init__(self, callback: BrowserCallback, site: str, seconds: float) -> None:
        self._callback = callback
        self._site = site
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self.seconds = seconds
        self._verifier = Secret(secrets.token_urlsafe(64))
        asked = {
            "callback_url": callback.address,
            "code_challenge": challenge_of(self._verifier),
            "code_challenge_method": _METHOD,
        }
        self.address = f"{site}/auth?{urlencode(asked)}"

    async def key(self) -> Secret:
        """Wait for the browser, and get the key. May be cancelled; once only.

        Raises:
            SignInRefusedError: the person or OpenRouter said no.
            SignInTimeoutError: the browser did not come back within ``seconds``.
            SignInError: OpenRouter's answer cannot be used.
            ModelError: OpenRouter cannot be reached.
        """
        try:
            async with asyncio.timeout_at(self._ends_at):
                came_back = await self._callback.came_back()
        except TimeoutError:
            raise SignInTimeoutError(
                "The browser did not come back from OpenRouter within "
                f"{self.seconds / 60:g} minutes. {_UNCHANGED}",
                hint="Sign in again, and finish it in the browser.",
            ) from None
        key = await self._exchanged(_code_in(came_back))
        logger.info("signed in with OpenRouter")
        return key

    async def _exchanged(self, code: Secret) -> Secret:
        asked = {
            "code": code.reveal(),
            "code_verifier": self._verifier.reveal(),
            "code_challenge_method": _METHOD,
        }
        client = HttpClient(
            self._site, connect_timeout=_CONNECT_SECONDS, idle_timeout=_EXCHANGE_SECONDS
        )
        try:
            async with (
                asyncio.timeout(_EXCHANGE_SECONDS),
                client.request(
                    "POST",
                    f"{self._site}/api/v1/auth/keys",
                    headers={"accept": "application/json", "content-type": "application/json"},
                    content=json.dumps(asked).encode(),
                ) as response,
            ):
                return await _key_in(response)
        except HttpFailureError as failure:
            raise self._unreached(failure) from failure
        except TimeoutError:
            raise SignInError(
                f"OpenRouter took longer than {_EXCHANGE_SECONDS:g} seconds to give the key. "
                f"{_UNCHANGED}",
                hint="Sign in again in a while.",
            ) from None
        finally:
            await client.aclose()

    def _unreached(self, failure: HttpFailureError) -> ModelError:
        peer = Peer("OpenRouter", self._site, "OPENROUTER_API_KEY")
        return error_from_failure(peer, failure, idle=_EXCHANGE_SECONDS)


@asynccontextmanager
async def openrouter_sign_in(
    site: str = "", *, seconds: float = WAIT_SECONDS
) -> AsyncIterator[OpenRouterSignIn]:
    """Listen for the browser; leaving the block closes the port, whatever happened.

    Args:
        site: OpenRouter's address; by default its own.
        seconds: how long the browser is waited for, from now on.

    Raises:
        SignInError: this computer has no port to listen on.
    """
    async with AsyncExitStack() as closing:
        try:
            callback = await closing.enter_async_context(BrowserCallback())
        except OSError as error:
            raise SignInError(
                "The browser has no way back to Steward: no port can be opened on this computer "
                f"({error.strerror or type(error).__name__}). {_UNCHANGED}",
                hint=f"Do without it: {_GIVE_A_KEY}.",
            ) from error
        yield OpenRouterSignIn(callback, (site or OPENROUTER_SITE).rstrip("/"), seconds)


def challenge_of(verifier: Secret) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _code_in(came_back: CameBack) -> Secret:
    if came_back.code is not None:
        return came_back.code
    raise SignInRefusedError(
        f"The sign-in was refused in the browser. {_UNCHANGED}",
        hint=f"Sign in again and allow it, or {_GIVE_A_KEY}.",
    )


async def _key_in(response: HttpResponse) -> Secret:
    body = await response.read(_MAX_ANSWER)
    if response.status != 200:
        raise _refused(response.status)  # without the answer's words: they may repeat the code
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    key = answer.get("key") if isinstance(answer, dict) else None
    if not isinstance(key, str) or not _is_key(key):
        raise SignInError(
            f"OpenRouter's answer to the sign-in holds no key. {_UNCHANGED}",
            hint=f"Sign in again in a while, or {_GIVE_A_KEY}.",
        )
    return Secret(key)


def _is_key(key: str) -> bool:
    return 0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key


def _refused(status: int) -> SignInError:
    details = {"status": status}
    match status:
        case 403:
            return SignInRefusedError(
                f"OpenRouter refused the sign-in (403): its code was used already or too old, or "
                f"this account may not make keys. {_UNCHANGED}",
                hint=f"Sign in again; if it stays so, {_GIVE_A_KEY}.",
                details=details,
            )
        case 400 | 405:
            return SignInError(
                f"OpenRouter does not take this way of signing in ({status}). {_UNCHANGED}",
                hint=f"Do without it: {_GIVE_A_KEY}.",
                details=details,
            )
        case 429:
            return SignInError(
                f"OpenRouter gets more sign-ins than it allows (429). {_UNCHANGED}",
                hint="Wait a few minutes, then sign in again.",
                details=details,
            )
    return SignInError(
        f"OpenRouter could not finish the sign-in ({status}). {_UNCHANGED}",
        hint=f"Sign in again in a while, or {_GIVE_A_KEY}.",
        details=details,
    )
