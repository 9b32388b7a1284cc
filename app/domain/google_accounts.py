"""The Google accounts that Steward may use: what is known of each without asking Google."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DriveAccess(StrEnum):
    """What an account's sign-in lets Steward see.

    ``FILE``: only files that Steward made there, or that were opened with it. ``ALL``: every file
    of the account.
    """

    FILE = "file"
    ALL = "all"


class AccountState(StrEnum):
    """How an account stands, as far as is known: Google may have ended a sign-in meanwhile.

    ``UNREADABLE``: the file it comes from cannot be used.
    """

    READY = "ready"
    SIGN_IN_AGAIN = "sign_in_again"
    UNREADABLE = "unreadable"


class AccountSource(StrEnum):
    """Where an account comes from: a sign-in in the browser, or a file that was named."""

    SIGN_IN = "sign_in"
    SERVICE_ACCOUNT = "service_account"
    TOKEN_FILE = "token_file"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """One account.

    Attributes:
        email: names it; for a file that names nobody, or cannot be read, the file.
        access: what Steward may see there; ``None`` where only Google knows.
        state: whether it can be used.
        source: where it comes from. Only a sign-in can be ended by Steward.
        signed_in_at: UTC; ``None`` for files.
        lasting: whether it is there in later runs.
        problem: why its file cannot be used, and what to do.
    """

    email: str
    access: DriveAccess | None
    state: AccountState = AccountState.READY
    source: AccountSource = AccountSource.SIGN_IN
    signed_in_at: datetime | None = None
    lasting: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of a sign-in.

    Attributes:
        account: who it is, with the access that was given.
        asked: the access that was asked for; the person may have given less, or Google more.
    """

    account: GoogleAccount
    asked: DriveAccess


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What came of a sign-out.

    Attributes:
        email: whose it was.
        problem: why Google could not be told, in words; empty where it was. The sign-in is out of
            Steward's hands either way.
    """

    email: str
    problem: str = ""
