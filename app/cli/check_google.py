"""The doctor's call to Google Drive: one for each account, and none where nobody signed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.cli.checks import ATTENTION, OK, TROUBLE, Check
from app.cli.google_accounts import access_words, accounts_of, storage_words

if TYPE_CHECKING:
    from app.config import Settings, SettingsStore
    from app.domain.google_accounts import GoogleAccount
    from app.integrations.google.accounts import GoogleAccounts


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
