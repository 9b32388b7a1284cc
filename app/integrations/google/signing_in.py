"""From an OAuth client file to an account that works: asked, allowed, tried, and then kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.domain.drive import DriveError
from app.domain.errors import KeyringError, SignInError
from app.domain.google_accounts import DriveAccess, GoogleAccount, SignedIn
from app.integrations.google.credential_files import OAuthClient, UserToken
from app.integrations.google.sign_in import WAIT_SECONDS, BrowserSignIn, Granted, browser_sign_in

if TYPE_CHECKING:
    from app.integrations.google.accounts import GoogleAccounts


class SigningIn:
    """One attempt, made by ``signing_in``.

    Attributes:
        address: what the person's browser is to open.
        seconds: how long is waited for it to come back.
        lasting: whether the keyring will keep it; else it holds for this run only. Known before
            the browser is opened.
    """

    def __init__(
        self,
        accounts: GoogleAccounts,
        client: OAuthClient,
        asked: DriveAccess,
        browser: BrowserSignIn,
        *,
        lasting: bool,
    ) -> None:
        self._accounts = accounts
        self._client = client
        self._asked = asked
        self._browser = browser
        self.address = browser.address
        self.seconds = browser.seconds
        self.lasting = lasting

    async def account(self) -> SignedIn:
        """Wait for the browser, try what it brings, and keep it. May be cancelled; once only.

        Raises:
            SignInError: nothing was kept; says why.
            ConfigurationError: it holds for this run only, because the settings cannot be written.
        """
        granted = await self._browser.granted()
        account = await asyncio.to_thread(self._tried, granted)
        token = UserToken(self._client, granted.refresh_token)
        kept = await asyncio.to_thread(self._accounts.adopt, account, token)
        return SignedIn(kept, self._asked)

    def _tried(self, granted: Granted) -> GoogleAccount:
        """Whose it is, as Drive says with the new token. Blocking."""
        from app.integrations.google.access import GoogleAccess

        client = self._client
        self._accounts.book.hide(UserToken(client, granted.refresh_token))
        access = GoogleAccess(
            client.client_id, client.client_secret, granted.refresh_token, client.token_url
        )
        drive = self._accounts.connected(access, patient=False)
        try:
            found = drive.account()
        except DriveError as error:
            raise SignInError(
                f"You signed in, but Drive does not answer with it: {error.message} "
                "Nothing was changed.",
                hint=error.hint.removeprefix("Nothing was changed. "),
                details={**error.details, "kind": error.kind},
            ) from error
        finally:
            drive.close()
        return GoogleAccount(
            email=found.email, access=granted.access, signed_in_at=self._accounts.clock.now()
        )


@asynccontextmanager
async def signing_in(
    accounts: GoogleAccounts, access: DriveAccess, seconds: float | None = None
) -> AsyncIterator[SigningIn]:
    """Get ready for the browser; leaving the block ends it, and keeps nothing that was not kept.

    Raises:
        ConfigurationError: there is no OAuth client file, or a wrong one.
        SignInError: this computer has no port to listen on.
    """
    client = await asyncio.to_thread(accounts.oauth_client)
    try:
        await asyncio.to_thread(accounts.store.check_keyring)
        lasting = True
    except KeyringError:
        lasting = False
    async with browser_sign_in(client, access, seconds=seconds or WAIT_SECONDS) as browser:
        yield SigningIn(accounts, client, access, browser, lasting=lasting)
