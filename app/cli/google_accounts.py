"""What several commands need of the Google accounts: how to get at them, and words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.output import Output, size_in_words
from app.domain.google_accounts import DriveAccess

if TYPE_CHECKING:
    from app.config import Settings
    from app.domain.drive import DriveAccount
    from app.integrations.google.accounts import GoogleAccounts
    from app.settings_store import SettingsStore


def accounts_of(
    store: SettingsStore, settings: Settings, output: Output | None = None
) -> GoogleAccounts:
    """The accounts, for one command. Its output hides what a sign-in gives."""
    from app.clock import SystemClock
    from app.integrations.google.accounts import GoogleAccounts
    from app.redaction import Redactor

    redactor = Redactor(settings.secrets)
    if output is not None:
        output.hide_secrets = redactor.text
    return GoogleAccounts(store, settings=lambda: settings, clock=SystemClock(), hide=redactor.add)


def access_words(access: DriveAccess | None) -> str:
    """What Steward may see, for a person."""
    match access:
        case DriveAccess.ALL:
            return "all files"
        case DriveAccess.FILE:
            return "files Steward made"
    return "as its token says"


def storage_words(drive: DriveAccount) -> str:
    """How full it is, for a person."""
    used = size_in_words(drive.used or 0)
    return f"{used} used" if drive.limit is None else f"{used} of {size_in_words(drive.limit)} used"
