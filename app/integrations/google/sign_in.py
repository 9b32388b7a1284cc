"""Google's sign-in in the browser (OAuth for desktop apps, PKCE S256): it ends in a token.

Verifier, state, code and tokens are in nobody's hands but the caller's: none of them reaches a log,
an error or an event, and none is sent anywhere but to Google. Nothing is kept here.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import SignInError, SignInRefusedError, SignInTimeoutError
from app.domain.google_accounts import DriveAccess
from app.integrations.browser_callback import BrowserCallback, CameBack
from app.integrations.google.credential_files import GUIDE, OAuthClient
from app.redaction import Secret

if TYPE_CHECKING:
    from google_auth_oauthlib.flow import InstalledAppFlow

SCOPES: Final[Mapping[DriveAccess, str]] = {
    DriveAccess.FILE: "https://www.googleapis.com/auth/drive.file",
    DriveAccess.ALL: "https://www.googleapis.com/auth/drive",
}
WAIT_SECONDS: Final = 600.0
"""So long the browser is waited for: a person may have to find a password first."""

_EXCHANGE_SECONDS: Final = 10.0
_UNCHANGED: Final = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Granted:
    """What the person allowed: a token to keep, and the access it gives."""

    refresh_token: Secret
    access: DriveAccess


class BrowserSignIn:
    """One attempt, made by ``browser_sign_in``.

    Attributes:
        address: what the person's browser is to open.
        seconds: how long is waited for it to come back.
    """

    def __init__(
        self, flow: InstalledAppFlow, callback: BrowserCallback, address: str, seconds: float
    ) -> None:
        self._flow = flow
        self._callback = callback
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self.address = address
        self.seconds = seconds

    async def granted(self) -> Granted:
        """Wait for the browser, and get the token. May be cancelled; once only.

        Raises:
            SignInRefusedError: the person or Google said no.
            SignInTimeoutError: the browser did not come back within ``seconds``.
            SignInError: Google cannot be reached, or its answer cannot be used.
        """
        try:
            async with asyncio.timeout_at(self._ends_at):
                came_back = await self._callback.came_back()
        except TimeoutError:
            raise SignInTimeoutError(
                f"The browser did not come back from Google within {self.seconds / 60:g} minutes. "
                f"{_UNCHANGED}",
                hint="Sign in again, and finish it in the browser.",
            ) from None
        code = _code_in(came_back)
        # Who cancels now waits for nothing: the thread ends by itself within its own deadline, and
        # what it got is kept nowhere.
        found = await asyncio.to_thread(_exchanged, self._flow, code)
        return _granted(found)


@asynccontextmanager
async def browser_sign_in(
    client: OAuthClient, access: DriveAccess, *, seconds: float = WAIT_SECONDS
) -> AsyncIterator[BrowserSignIn]:
    """Listen for the browser; leaving the block closes the port, whatever happened.

    Args:
        client: the person's own client at Google.
        access: what is asked for.
        seconds: how long the browser is waited for, from now on.

    Raises:
        SignInError: this computer has no port to listen on.
    """
    state = Secret(secrets.token_urlsafe(32))
    async with AsyncExitStack() as closing:
        try:
            callback = await closing.enter_async_context(
                # Google's advice: the name "localhost" may lead elsewhere (RFC 8252, 8.3).
                BrowserCallback(state=state, name="127.0.0.1")
            )
        except OSError as error:
            raise SignInError(
                "The browser has no way back to Steward: no port can be opened on this computer "
                f"({error.strerror or type(error).__name__}). {_UNCHANGED}",
                hint="Sign in on another computer and use its token file: "
                "STEWARD_GOOGLE_TOKEN_FILE.",
            ) from error
        flow, address = await asyncio.to_thread(_asked, client, access, callback.address, state)
        yield BrowserSignIn(flow, callback, address, seconds)


# -- in a worker thread: Google's library is heavy and blocks ----------------------------------


def _asked(
    client: OAuthClient, access: DriveAccess, callback: str, state: Secret
) -> tuple[InstalledAppFlow, str]:
    """The flow, and the address that asks the person."""
    from google_auth_oauthlib.flow import InstalledAppFlow
    from oauthlib.oauth2 import InsecureTransportError

    # At that level it writes codes and tokens into the log.
    logging.getLogger("requests_oauthlib").setLevel(logging.WARNING)
    installed = {
        "client_id": client.client_id,
        "client_secret": client.client_secret.reveal(),
        "auth_uri": client.auth_url,
        "token_uri": client.token_url,
    }
    flow = InstalledAppFlow.from_client_config(
        {"installed": installed}, [SCOPES[access]], redirect_uri=callback
    )
    try:
        # "consent": only then a token that lasts is given again to who has allowed it before.
        address, _ = flow.authorization_url(prompt="consent select_account", state=state.reveal())
    except InsecureTransportError:
        raise _not_https() from None
    return flow, str(address)


def _exchanged(flow: InstalledAppFlow, code: Secret) -> Mapping[str, Any]:
    """What Google gives for a code."""
    import requests
    from oauthlib.oauth2 import InsecureTransportError, OAuth2Error

    try:
        found: Mapping[str, Any] = flow.fetch_token(code=code.reveal(), timeout=_EXCHANGE_SECONDS)
        return found
    except InsecureTransportError:
        raise _not_https() from None
    except OAuth2Error as error:
        raise _refused(str(error.error)) from None  # without its words: they may repeat the code
    except requests.RequestException as error:
        raise _unreached(error) from None
    except Warning as changed:  # how the library says that the scopes are not those asked for
        token = getattr(changed, "token", None)
        if not isinstance(token, Mapping):
            raise
        return token
    except ValueError:
        raise _no_sense() from None
    finally:
        flow.oauth2session.close()


def _granted(found: Mapping[str, Any]) -> Granted:
    scopes = found.get("scope")
    if isinstance(scopes, str):
        scopes = scopes.split()
    given = set(map(str, scopes)) if isinstance(scopes, list | tuple | set) else set()
    access = next(
        (one for one in (DriveAccess.ALL, DriveAccess.FILE) if SCOPES[one] in given), None
    )
    if access is None:
        raise SignInRefusedError(
            f"You are known to Google now, but Steward was not allowed to see Drive. {_UNCHANGED}",
            hint="Sign in again, and leave the box for Google Drive ticked.",
        )
    token = found.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise SignInError(
            f"Google gave access for one hour only, and no token that lasts. {_UNCHANGED}",
            hint="Take Steward out at myaccount.google.com/connections, then sign in again.",
        )
    return Granted(Secret(token), access)


# -- what went wrong ---------------------------------------------------------------------------


def _code_in(came_back: CameBack) -> Secret:
    if came_back.code is not None:
        return came_back.code
    word = came_back.refusal
    if word in ("access_denied", ""):
        raise SignInRefusedError(
            f"The sign-in was refused in the browser. {_UNCHANGED}",
            hint="Sign in again and allow it. While your client is in testing, Google lets in only "
            "the test users that are listed in its console.",
        )
    raise _refused(word)


def _refused(code: str) -> SignInError:
    details = {"error": code if code.isascii() and len(code) < 80 else "?"}
    match code:
        case "invalid_client" | "unauthorized_client" | "deleted_client":
            return SignInRefusedError(
                f"Google does not know the client in your OAuth client file. {_UNCHANGED}",
                hint=f"Download the file again, or make another client ({GUIDE}).",
                details=details,
            )
        case "redirect_uri_mismatch":
            return SignInRefusedError(
                f"Google does not let this client come back to this computer. {_UNCHANGED}",
                hint=f"Make a client of the type “Desktop app” ({GUIDE}).",
                details=details,
            )
        case "admin_policy_enforced" | "org_internal" | "access_not_configured":
            return SignInRefusedError(
                f"Your organisation, or the client, does not let this account in. {_UNCHANGED}",
                hint="Ask its administrator, or sign in with another account.",
                details=details,
            )
        case "invalid_grant":
            return SignInRefusedError(
                f"Google refused the sign-in: its code was used already or too old. {_UNCHANGED}",
                hint="Sign in again; see that this computer's clock is right.",
                details=details,
            )
    return SignInError(
        f"Google could not finish the sign-in ({details['error']}). {_UNCHANGED}",
        hint="Sign in again in a while.",
        details=details,
    )


def _unreached(error: Exception) -> SignInError:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        why = "its certificate is not trusted here"
    elif isinstance(error, requests.Timeout):
        why = f"no answer in {_EXCHANGE_SECONDS:g} seconds"
    elif isinstance(error, requests.exceptions.JSONDecodeError):
        return _no_sense()
    else:
        why = "no connection"
    return SignInError(
        f"Google cannot be reached to finish the sign-in: {why}. {_UNCHANGED}",
        hint="Check this computer's connection, then sign in again.",
    )


def _no_sense() -> SignInError:
    return SignInError(
        f"Google's answer to the sign-in makes no sense. {_UNCHANGED}",
        hint="Sign in again in a while.",
    )


def _not_https() -> SignInError:
    return SignInError(
        f"Your OAuth client file names addresses without TLS. {_UNCHANGED}",
        hint=f"Download it again from Google's console ({GUIDE}).",
    )
