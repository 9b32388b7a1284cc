"""Which Google accounts are signed in: tokens in the system's keyring, all else in the settings.

The settings file says who is signed in, with which access and since when, and whether Google has
ended it; never a token.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.errors import KeyringError
from app.domain.google_accounts import AccountState, DriveAccess, GoogleAccount
from app.integrations.google.credential_files import OAuthClient, UserToken
from app.redaction import Secret
from app.settings_store import SettingsStore

NOTE: Final = "google_accounts"
_ENTRY: Final = "google "
Hide = Callable[[str, Secret], None]


class AccountBook:
    """Accounts of one data directory. Safe from any thread.

    What another process notes is seen at once: ``steward google`` works beside the window.

    Args:
        hide: is told each secret before it is used.
    """

    def __init__(self, store: SettingsStore, hide: Hide) -> None:
        self._store = store
        self._hide = hide
        self._lock = threading.Lock()
        self._run: dict[str, tuple[GoogleAccount, UserToken]] = {}
        self._ended: dict[str, GoogleAccount] = {}

    def all(self) -> tuple[GoogleAccount, ...]:
        """The accounts, those signed in first before the others. Opens no keyring."""
        listed = {account.email: account for account in _read(self._store.noted(NOTE))}
        with self._lock:
            for email, (account, _) in self._run.items():
                listed[email] = account
            for email, account in self._ended.items():
                # Known here although it could not be noted; another sign-in since is another thing.
                if email in listed and listed[email].signed_in_at == account.signed_in_at:
                    listed[email] = account
        return tuple(listed.values())

    def get(self, email: str) -> GoogleAccount | None:
        """One account."""
        return next((one for one in self.all() if one.email == email), None)

    def token(self, email: str) -> UserToken | None:
        """What lets Steward act for an account. Raises ``KeyringError``."""
        with self._lock:
            held = self._run.get(email)
        if held is not None:
            return held[1]
        kept = self._store.keyring.read(_ENTRY + email)
        token = _unpacked(kept) if kept is not None else None
        if token is not None:
            self.hide(token)
        return token

    def hide(self, token: UserToken) -> None:
        """Let redaction know its secrets."""
        self._hide("GOOGLE_REFRESH_TOKEN", token.refresh_token)
        self._hide("GOOGLE_CLIENT_SECRET", token.client.client_secret)

    def keep(self, account: GoogleAccount, token: UserToken) -> GoogleAccount:
        """Keep an account in place of an older sign-in of it.

        In the keyring; where none works for this run only, as the account that is returned says.
        Raises ``ConfigurationError`` where the settings cannot be written: then for this run, too.
        """
        self.hide(token)
        with self._lock:
            self._ended.pop(account.email, None)
            self._run[account.email] = (replace(account, lasting=False), token)
        try:
            self._store.keyring.write(_ENTRY + account.email, _packed(token))
        except KeyringError:
            return replace(account, lasting=False)
        kept = replace(account, lasting=True)
        self._note(lambda accounts: {**accounts, kept.email: kept})
        with self._lock:
            self._run.pop(account.email, None)
        return kept

    def mark(self, account: GoogleAccount, state: AccountState) -> bool:
        """Note how an account stands; ``False`` where that was known, or it is another sign-in."""
        now = self.get(account.email)
        if now is None or now.signed_in_at != account.signed_in_at or now.state is state:
            return False
        marked = replace(now, state=state)
        with self._lock:
            self._ended[account.email] = marked
            if account.email in self._run:
                self._run[account.email] = (marked, self._run[account.email][1])
        if marked.lasting:
            self._note(
                lambda accounts: (
                    {**accounts, marked.email: marked} if marked.email in accounts else accounts
                )
            )
        return True

    def forget(self, email: str) -> None:
        """Take an account out; it is out also where ``KeyringError`` is raised."""
        with self._lock:
            was_here_only = self._run.pop(email, None) is not None
            self._ended.pop(email, None)
        noted = {account.email for account in _read(self._store.noted(NOTE))}
        if email in noted:
            self._note(
                lambda accounts: {name: one for name, one in accounts.items() if name != email}
            )
        if email in noted or not was_here_only:
            self._store.keyring.forget(_ENTRY + email)

    def _note(
        self, change: Callable[[dict[str, GoogleAccount]], Mapping[str, GoogleAccount]]
    ) -> None:
        def changed(noted: object) -> object:
            accounts = {account.email: account for account in _read(noted)}
            return [_written(account) for account in change(accounts).values()] or None

        self._store.note(NOTE, changed)


def _written(account: GoogleAccount) -> dict[str, object]:
    at = account.signed_in_at
    return {
        "email": account.email,
        "access": account.access.value if account.access else None,
        "state": account.state.value,
        "signed_in_at": at.isoformat() if at else None,
    }


def _read(noted: object) -> list[GoogleAccount]:
    """The accounts of the settings file; what makes no sense there is left out."""
    found = []
    for one in noted if isinstance(noted, list) else []:
        try:
            found.append(
                GoogleAccount(
                    email=str(one["email"]),
                    access=DriveAccess(one["access"]),
                    state=AccountState(one["state"]),
                    signed_in_at=datetime.fromisoformat(one["signed_in_at"]),
                )
            )
        except (TypeError, KeyError, ValueError):
            continue
    return found


def _packed(token: UserToken) -> Secret:
    """As google-auth writes an authorised user: a token belongs to the client it was given to."""
    return Secret(
        json.dumps(
            {
                "type": "authorized_user",
                "client_id": token.client.client_id,
                "client_secret": token.client.client_secret.reveal(),
                "refresh_token": token.refresh_token.reveal(),
                "token_uri": token.client.token_url,
            }
        )
    )


def _unpacked(kept: Secret) -> UserToken | None:
    try:
        found = json.loads(kept.reveal())
        client = OAuthClient(
            str(found["client_id"]),
            Secret(str(found["client_secret"])),
            token_url=str(found["token_uri"]),
        )
        return UserToken(client, Secret(str(found["refresh_token"])))
    except (ValueError, TypeError, KeyError):
        return None
