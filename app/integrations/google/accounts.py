"""The Google accounts Steward may use: signing in and out, and which of them sees a file.

Google's libraries are imported when somebody signs in or a file of Drive is touched, not before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.domain.drive import DriveMissingError, DriveSignedOutError
from app.domain.errors import ConfigurationError, KeyringError
from app.domain.google_accounts import (
    AccountSource,
    AccountState,
    DriveAccess,
    GoogleAccount,
)
from app.integrations.google.account_access import (
    SIGN_IN_HINT,
    access_of,
    connected,
    learn_secrets,
    named_in_files,
)
from app.integrations.google.account_book import AccountBook, Hide
from app.integrations.google.credential_files import (
    OAuthClient,
    UserToken,
    read_client,
)
from app.integrations.google.listeners import Listeners

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from app.config import Settings
    from app.domain.drive import DriveAccount
    from app.domain.google_accounts import SignedOut
    from app.domain.skills import Clock
    from app.files.drive_client import DriveClient
    from app.integrations.google.access import Access
    from app.integrations.google.drive import GoogleDrive
    from app.integrations.google.signing_in import SigningIn
    from app.settings_store import SettingsStore

logger = logging.getLogger(__name__)

_ROOT: Final = "root"


@dataclass(frozen=True, slots=True)
class _Open:
    """A client, and the sign-in it was made for."""

    client: GoogleDrive
    signed_in_at: datetime | None


class GoogleAccounts:
    """Several accounts, one client each. Safe from any thread; what asks Google blocks.

    Args:
        settings: as they hold now.
        hide: is told each secret before it is used.
        on_end: is told, in any thread, of an account whose sign-in Google has ended.
    """

    def __init__(
        self,
        store: SettingsStore,
        *,
        settings: Callable[[], Settings],
        clock: Clock,
        hide: Hide,
        on_end: Callable[[GoogleAccount], None] | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.book = AccountBook(store, hide)
        self._hide = hide
        self._on_end = on_end
        self._listeners = Listeners()
        self._lock = threading.Lock()
        self._clients: dict[str, _Open] = {}
        self._files: dict[str, str] = {}
        self._ended: set[str] = set()  # files' accounts that Google does not take any more
        self._closed = False

    # -- who there is ------------------------------------------------------------------------------

    def all(self) -> tuple[GoogleAccount, ...]:
        """Every account, the default one first; asks nobody.

        Raises ``ConfigurationError`` where the settings file cannot be read.
        """
        with self._lock:
            ended = frozenset(self._ended)
        return (*self.book.all(), *named_in_files(self.settings(), ended))

    def learn_secrets(self) -> None:
        """Let redaction know what there is, before it is used: a file may hold it, too.

        May wait for the keyring; asks nobody else. What cannot be read is told when it is used.
        """
        self.learn_secrets_of_files()
        with suppress(ConfigurationError):
            self._learn(self.book.all())

    def learn_secrets_of_files(self) -> None:
        """The same of the files that the settings name; opens no keyring."""
        if self.settings().google_oauth_client_file is not None:
            with suppress(ConfigurationError):
                self.oauth_client()
        self._learn(named_in_files(self.settings(), ()))

    def _learn(self, accounts: Sequence[GoogleAccount]) -> None:
        for account in accounts:
            with suppress(ConfigurationError, KeyringError):
                learn_secrets(account, self.book, self.settings(), self._hide)

    def of(self, file_id: str) -> DriveClient:
        """The account that sees the file, or the folder; ``root`` is the default account's.

        Raises ``DriveSignedOutError`` where no account can be used, and what asking them raises.
        """
        return self._of(file_id)[1]

    def account(self, file_id: str) -> str:
        """The address of the account that ``of`` gives. Raises as that."""
        return self._of(file_id)[0]

    def is_signed_in(self, account: str) -> bool:
        """Whether an account can be used just now; asks nobody."""
        ready = (one.email for one in self._accounts() if one.state is AccountState.READY)
        return account in ready

    def lost(self, file_id: str) -> bool:
        """The account that saw a file does not any more. Returns whether another one may."""
        with self._lock:
            known = self._files.pop(file_id, None)
        return known is not None and len(self._accounts()) > 1

    def clients(self) -> Sequence[DriveClient]:
        """Those of every account that is not signed out, the default one first.

        Raises ``DriveSignedOutError`` where there is none.
        """
        accounts = self._accounts()
        ready = [one for one in accounts if one.state is AccountState.READY]
        if not ready:
            raise _signed_out(accounts)
        return [self.client(account) for account in ready]

    def client(self, account: GoogleAccount) -> GoogleDrive:
        """An account's Drive. Raises ``DriveSignedOutError``, with no request to Google."""
        if account.state is not AccountState.READY:
            raise _signed_out([account])
        with self._lock:
            found = self._clients.get(account.email)
        if found is not None and found.signed_in_at == account.signed_in_at:
            return found.client
        access = access_of(account, self.book, self.settings(), self._hide)
        made = self.connected(access, on_end=lambda: self._end(account))
        with self._lock:
            now = self._clients.get(account.email)
            if now is not None and now.signed_in_at == account.signed_in_at:
                used, spare = now.client, [made]  # another thread was first
            else:
                used, spare = made, [now.client] if now is not None else []
                self._clients[account.email] = _Open(made, account.signed_in_at)
            if self._closed:
                spare.append(used)
        for one in spare:
            one.close()
        return used

    def close(self) -> None:
        """Close every connection; what is under way is still finished."""
        with self._lock:
            self._closed = True
            clients = [one.client for one in self._clients.values()]
        for client in clients:
            client.close()

    def look(self, account: GoogleAccount) -> DriveAccount:
        """Ask Google about an account, once. Raises ``DriveError``."""
        if account.state is not AccountState.READY:
            raise _signed_out([account])
        access = access_of(account, self.book, self.settings(), self._hide)
        drive = self.connected(access, on_end=lambda: self._end(account), patient=False)
        try:
            return drive.account()
        finally:
            drive.close()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` on each change; see ``Listeners``."""
        return self._listeners.subscribe(listener)

    # -- signing in and out ------------------------------------------------------------------------

    def oauth_client(self) -> OAuthClient:
        """The person's OAuth client. Raises ``ConfigurationError`` with what to do."""
        client = read_client(self.settings().google_oauth_client_file)
        self._hide("GOOGLE_CLIENT_SECRET", client.client_secret)
        return client

    def sign_in(
        self, access: DriveAccess | None = None, *, seconds: float | None = None
    ) -> AbstractAsyncContextManager[SigningIn]:
        """A sign-in in the browser; see ``signing_in``. ``None``: as the settings say.

        Raises ``ConfigurationError`` or ``SignInError`` when it is entered.
        """
        from app.integrations.google.signing_in import signing_in

        return signing_in(self, access or DriveAccess(self.settings().google_access), seconds)

    def adopt(self, account: GoogleAccount, token: UserToken) -> GoogleAccount:
        """Keep an account from now on; as it was kept. Blocking."""
        kept = self.book.keep(account, token)
        self._forget_files()
        self._listeners.tell()
        return kept

    def take_out(self, account: GoogleAccount) -> UserToken | None:
        """Use an account no more; gives what ``sign_out`` still tells Google, if it can be read.

        Versions of its files stay. Raises ``KeyringError`` where the keyring does not let go.
        """
        token: UserToken | None
        try:
            token = self.book.token(account.email)
        except KeyringError:
            token = None
        try:
            self.book.forget(account.email)
        finally:
            with self._lock:
                found = self._clients.pop(account.email, None)
            if found is not None:
                found.client.close()
            self._forget_files()
            self._listeners.tell()
        return token

    def sign_out(self, account: GoogleAccount) -> SignedOut:
        """Use an account no more, and tell Google. Blocking; raises ``KeyringError``."""
        return self.revoke(account.email, self.take_out(account))

    def revoke(self, email: str, token: UserToken | None) -> SignedOut:
        """Tell Google that a sign-in is over. Blocking; says what went wrong, raises nothing."""
        from app.integrations.google.revoking import revoked

        return revoked(email, token)

    # -- inside ------------------------------------------------------------------------------------

    def connected(
        self, access: Access, *, on_end: Callable[[], None] | None = None, patient: bool = True
    ) -> GoogleDrive:
        """A client that is not kept; for ``patient`` see ``connected``."""
        root_url = self.settings().google_api_url
        return connected(
            access,
            root_url,
            on_end=on_end,
            on_token=lambda token: self._hide("GOOGLE_ACCESS_TOKEN", token),
            patient=patient,
        )

    def _accounts(self) -> tuple[GoogleAccount, ...]:
        try:
            return self.all()
        except ConfigurationError as error:
            raise DriveSignedOutError(error.message, hint=error.hint) from error

    def _of(self, file_id: str) -> tuple[str, DriveClient]:
        """The account that sees a file: its address, and its client."""
        accounts = self._accounts()
        ready = [one for one in accounts if one.state is AccountState.READY]
        if not ready:
            raise _signed_out(accounts)
        with self._lock:
            known = self._files.get(file_id)
        seen_by = next((one for one in accounts if one.email == known), None)
        if seen_by is not None:
            return seen_by.email, self.client(seen_by)
        if file_id == _ROOT or len(accounts) == 1:
            return accounts[0].email, self.client(accounts[0])
        return self._asked_in_turn(file_id, accounts, ready)

    def _asked_in_turn(
        self, file_id: str, accounts: tuple[GoogleAccount, ...], ready: list[GoogleAccount]
    ) -> tuple[str, DriveClient]:
        over: list[GoogleAccount] = [one for one in accounts if one not in ready]
        for account in ready:
            try:
                client = self.client(account)
                client.get(file_id)
            except DriveMissingError:
                continue
            except DriveSignedOutError:
                over.append(account)
                continue
            with self._lock:
                self._files[file_id] = account.email
            return account.email, client
        if over:  # it may be in theirs
            raise _signed_out(over)
        return ready[0].email, self.client(ready[0])  # which says so itself

    def _end(self, account: GoogleAccount) -> None:
        """Google has ended a sign-in: said once, and no request is made for it any more."""
        logger.info("a sign-in with Google is over", extra={"source": account.source.value})
        if account.source is AccountSource.SIGN_IN:
            try:
                self.book.mark(account, AccountState.SIGN_IN_AGAIN)
            except ConfigurationError as error:  # it is known in this run all the same
                logger.warning("that could not be noted", extra={"kind": error.kind})
        else:
            with self._lock:
                self._ended.add(account.email)
        if self._on_end is not None:
            self._on_end(account)
        self._listeners.tell()

    def _forget_files(self) -> None:
        with self._lock:
            self._files.clear()
            self._ended.clear()


def _signed_out(accounts: Sequence[GoogleAccount]) -> DriveSignedOutError:
    if not accounts:
        return DriveSignedOutError("Nobody is signed in with Google.", hint=SIGN_IN_HINT)
    details = {"accounts": [one.email for one in accounts]}
    over = [one.email for one in accounts if one.state is not AccountState.UNREADABLE]
    if not over:
        return DriveSignedOutError(accounts[0].problem, details=details)
    return DriveSignedOutError(
        f"The sign-in of {', '.join(over)} has expired or was revoked.",
        hint=f"No file was touched. {SIGN_IN_HINT}",
        details=details,
    )
