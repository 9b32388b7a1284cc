"""The doctor's calls to Google: Drive, one for each account, and the events of a Chat app."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.cli.checks import ATTENTION, OK, TROUBLE, Check
from app.cli.google_accounts import access_words, accounts_of, storage_words

if TYPE_CHECKING:
    from app.config import Settings
    from app.domain.google_accounts import GoogleAccount
    from app.integrations.google.accounts import GoogleAccounts
    from app.redaction import Secret
    from app.settings_store import SettingsStore


async def check_google(store: SettingsStore, settings: Settings) -> Check:
    """Whether Drive answers for every account. Raises ``ConfigurationError``."""
    accounts = accounts_of(store, settings)
    listed = await asyncio.to_thread(accounts.all)
    if not listed:
        return Check("google", OK, "Nobody is signed in; Google Drive is not used.")
    found = await asyncio.gather(
        *(asyncio.to_thread(_looked_at, accounts, account) for account in listed)
    )
    worst = next((one for one in (TROUBLE, ATTENTION) if any(c[0] == one for c in found)), OK)
    return Check(
        "google",
        worst,
        " ".join(words for _, words, _ in found),
        next((hint for status, _, hint in found if status == worst and hint), ""),
    )


def _looked_at(accounts: GoogleAccounts, account: GoogleAccount) -> tuple[str, str, str]:
    from app.domain.drive import DriveError, DriveSignedOutError

    try:
        drive = accounts.look(account)
    except DriveSignedOutError as error:
        return ATTENTION, f"{account.email}: {error.message}", error.hint
    except DriveError as error:
        return TROUBLE, f"{account.email}: {error.message}", error.hint
    words = f"{drive.email} answers ({access_words(account.access)}; {storage_words(drive)})."
    return OK, words, ""


async def check_google_chat(settings: Settings) -> Check:
    """Whether a Chat app's events can be pulled. Raises ``ChatApiError``, ``ConfigurationError``.

    One that waits is handed out by it; as it is not acknowledged, it comes again.
    """
    if not settings.google_chat_subscription:
        return Check("google chat", OK, "No subscription is set; Google Chat is not used.")
    from app.integrations.google.chat import connect

    known: dict[str, Secret] = {}
    client = await asyncio.to_thread(
        connect,
        settings.google_chat_subscription,
        settings.google_service_account_file,
        settings.google_api_url,
        known.__setitem__,
    )
    try:
        waiting = await asyncio.to_thread(client.pull, 1, wait=False)
    finally:
        client.close()
    what = "something waits" if waiting else "nothing waits"
    return Check("google chat", OK, f"{settings.google_chat_subscription} answers; {what}.")
