"""What lets Steward act for an account: read from the keyring, or from the file that was named."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.domain.drive import DriveSignedOutError
from app.domain.errors import ConfigurationError, KeyringError
from app.domain.google_accounts import AccountSource, AccountState, DriveAccess, GoogleAccount
from app.integrations.google.credential_files import (
    ServiceKey,
    UserToken,
    read_service_key,
    read_token,
)
from app.redaction import Secret

if TYPE_CHECKING:
    from app.config import Settings
    from app.integrations.google.access import Access
    from app.integrations.google.account_book import AccountBook, Hide
    from app.integrations.google.drive import GoogleDrive

_TOKEN_FILE: Final = "token file"  # noqa: S105 - how an account is called that names nobody
_HURRIED: Final = 8.0
SIGN_IN_HINT: Final = "Sign in: Settings → Google Drive, or `steward google sign-in`."


def access_of(account: GoogleAccount, book: AccountBook, settings: Settings, hide: Hide) -> Access:
    """What is exchanged for tokens. Raises ``DriveSignedOutError`` where it cannot be read."""
    try:
        found = _read(account, book, settings, hide)
    except (ConfigurationError, KeyringError) as error:
        raise DriveSignedOutError(
            f"The sign-in of {account.email} cannot be read. {error.message}", hint=error.hint
        ) from error
    if found is None:
        raise DriveSignedOutError(
            f"The sign-in of {account.email} is not in the keyring any more.", hint=SIGN_IN_HINT
        )
    return found


def learn_secrets(
    account: GoogleAccount, book: AccountBook, settings: Settings, hide: Hide
) -> UserToken | ServiceKey | None:
    """Read what ``account`` is signed in with, and let redaction know its secrets.

    Raises ``ConfigurationError``, ``KeyringError``.
    """
    match account.source:
        case AccountSource.SERVICE_ACCOUNT if settings.google_service_account_file is not None:
            key = read_service_key(settings.google_service_account_file)
            hide = _also_without_frame(hide)
            hide("GOOGLE_SERVICE_KEY", Secret(str(key.info.get("private_key"))))
            return key
        case AccountSource.TOKEN_FILE if settings.google_token_file is not None:
            token = read_token(settings.google_token_file)
            book.hide(token)
            return token
        case AccountSource.SERVICE_ACCOUNT | AccountSource.TOKEN_FILE:
            return None
    return book.token(account.email)


def _also_without_frame(hide: Hide) -> Hide:
    """A key in PEM may be told without its first and last line."""

    def both(name: str, pem: Secret) -> None:
        hide(name, pem)
        lines = pem.reveal().split("\n")
        hide(name, Secret("\n".join(one for one in lines if not one.startswith("-----"))))

    return both


def named_in_files(settings: Settings, ended: Collection[str]) -> list[GoogleAccount]:
    """The accounts of files that the settings name; ``ended``: those that Google refused."""
    found = []
    if (path := settings.google_service_account_file) is not None:
        source = AccountSource.SERVICE_ACCOUNT
        found.append(_from_file(path, source, DriveAccess.ALL, _email_of_service, ended))
    if (path := settings.google_token_file) is not None:
        found.append(_from_file(path, AccountSource.TOKEN_FILE, None, _email_of_token, ended))
    return found


def _from_file(
    path: Path,
    source: AccountSource,
    access: DriveAccess | None,
    email_in: Callable[[Path], str],
    ended: Collection[str],
) -> GoogleAccount:
    try:
        email = email_in(path)
    except ConfigurationError as error:
        state = AccountState.UNREADABLE
        return GoogleAccount(str(path), access, state, source, problem=str(error))
    state = AccountState.SIGN_IN_AGAIN if email in ended else AccountState.READY
    return GoogleAccount(email, access, state, source)


def _email_of_service(path: Path) -> str:
    return read_service_key(path).email


def _email_of_token(path: Path) -> str:
    return read_token(path).account or _TOKEN_FILE


def connected(
    access: Access,
    root_url: str | None,
    *,
    on_end: Callable[[], None] | None = None,
    on_token: Callable[[Secret], None] | None = None,
    patient: bool = True,
) -> GoogleDrive:
    """A client for an account.

    Args:
        access: what is exchanged for tokens.
        root_url: where Google's interface is; ``None``: at Google.
        on_end: called once when Google has said that the sign-in is over.
        on_token: called with each short-lived token before it is used.
        patient: requests are repeated as Drive advises; else each is tried once, and not for long.
    """
    from app.integrations.google.attempts import RetryPolicy
    from app.integrations.google.drive import GoogleDrive
    from app.integrations.google.drive_session import DriveSession
    from app.integrations.google.services import GOOGLE

    root = f"{(root_url or GOOGLE).rstrip('/')}/"
    if patient:
        return GoogleDrive(DriveSession(access, on_end=on_end, on_token=on_token, root_url=root))
    return GoogleDrive(
        DriveSession(
            access,
            on_end=on_end,
            on_token=on_token,
            root_url=root,
            timeout=_HURRIED,
            policy=RetryPolicy(tries=1, unreached_tries=1),
        )
    )


def _read(
    account: GoogleAccount, book: AccountBook, settings: Settings, hide: Hide
) -> Access | None:
    from app.integrations.google.access import GoogleAccess
    from app.integrations.google.service_account import ServiceAccess
    from app.integrations.google.sign_in import SCOPES

    found = learn_secrets(account, book, settings, hide)
    if found is None:
        return None
    if isinstance(found, ServiceKey):
        return ServiceAccess(found, SCOPES[DriveAccess.ALL])
    client = found.client
    return GoogleAccess(
        client.client_id, client.client_secret, found.refresh_token, client.token_url
    )
