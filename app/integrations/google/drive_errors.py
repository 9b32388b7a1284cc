"""What a failed request means, in the words and types of ``app.domain.drive``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from app.domain.drive import (
    DriveBusyError,
    DriveError,
    DriveExistsError,
    DriveForbiddenError,
    DriveFullError,
    DriveMissingError,
    DriveOfflineError,
    DriveStaleError,
)
from app.integrations.google.failures import Refusal, Unreached


class Deed(StrEnum):
    """What a request would do: it decides what is safe after a failure."""

    READ = "read"
    REPEATABLE = "repeatable"
    ONCE = "once"


_FULL: Final = frozenset(["storageQuotaExceeded", "quotaExceeded"])
_SCOPE: Final = frozenset(
    ["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"]
)
_SWITCHED_OFF: Final = frozenset(["accessNotConfigured", "SERVICE_DISABLED"])
_DAILY: Final = frozenset(["dailyLimitExceeded", "quotaExceededDaily", "sharingRateLimitExceeded"])

_NOTHING: Final = "Nothing was changed."
_HARMLESS: Final = "It may have happened all the same; trying again does no harm."
_UNKNOWN: Final = (
    "Whether Drive did it is not known: look at the file's revisions before trying again."
)


def drive_error(failure: Refusal | Unreached, deed: Deed, *, given_id: bool = False) -> DriveError:
    """The error to raise; ``given_id``: a file was to be made with an id we had chosen."""
    if isinstance(failure, Unreached):
        return DriveOfflineError(failure.message, hint=_when_unknown(deed))
    return _refused(failure, deed, given_id=given_id)


@contextmanager
def as_drive_errors(deed: Deed, *, given_id: bool = False) -> Iterator[None]:
    """Within it failures become errors of ``app.domain.drive``, the library's own ones too."""
    from googleapiclient.errors import Error as LibraryError

    try:
        yield
    except (Refusal, Unreached) as failure:
        # The failure is not kept as the cause: it holds Google's answer whole.
        raise drive_error(failure, deed, given_id=given_id) from None
    except (LibraryError, UnicodeDecodeError, RecursionError):  # the last two: it reads any JSON
        raise no_sense(deed) from None


def no_sense(deed: Deed) -> DriveOfflineError:
    """For an answer that is none of those which Drive is known to give."""
    return DriveOfflineError("Drive gave an answer that makes no sense.", hint=_when_unknown(deed))


def changed_since() -> DriveStaleError:
    """For a file that is not as it was when it was looked at."""
    return DriveStaleError(
        "The file in Drive was changed since it was looked at.",
        hint="Nothing was overwritten. Look at it again.",
    )


def forgotten(deed: Deed, *, unsure: bool) -> DriveOfflineError:
    """For an upload that Drive no longer knows; ``unsure``: all of it had been sent."""
    return DriveOfflineError(
        "Drive forgot the upload before it was whole.",
        hint=_when_unknown(deed) if unsure else f"{_NOTHING} Try again.",
    )


def _when_unknown(deed: Deed) -> str:
    words = {Deed.READ: _NOTHING, Deed.REPEATABLE: _HARMLESS, Deed.ONCE: _UNKNOWN}[deed]
    return f"{words} Try again when the connection is back." if deed is Deed.READ else words


def _refused(failure: Refusal, deed: Deed, *, given_id: bool) -> DriveError:
    status, reason = failure.status, failure.reason
    details: dict[str, object] = {"status": status, "reason": reason, "said": failure.words}
    if failure.retry_after is not None:
        details["retry_after"] = failure.retry_after
    if failure.is_rate or reason in _DAILY:
        return DriveBusyError(
            "Google Drive takes no more requests just now.",
            hint=f"{_NOTHING} Try again in a few minutes.",
            details=details,
        )
    if status >= 500:
        return DriveOfflineError(
            "Google Drive is out of order just now.", hint=_when_unknown(deed), details=details
        )
    if reason in _FULL:
        return DriveFullError(
            "The storage of this Google account is full.",
            hint=f"{_NOTHING} Make room in Drive, Gmail or Photos, or get more storage.",
            details=details,
        )
    if status == 403:
        return _forbidden(reason, details)
    if status == 404:
        return DriveMissingError(
            "Drive knows no such file, or this account may not see it.",
            hint=f"{_NOTHING} Search for the file again; if it was shared, ask its owner. With "
            "access to chosen files only, Steward sees just those.",
            details=details,
        )
    if status == 409 and given_id:
        return DriveExistsError(
            "A file with this id is in Drive already.",
            hint="It was not made a second time.",
            details=details,
        )
    if status == 412:
        return DriveStaleError(
            "The file in Drive was changed since it was looked at.",
            hint="Nothing was overwritten. Look at it again.",
            details=details,
        )
    return DriveError(
        f"Drive refused the request ({status}{f', {reason}' if reason else ''}).",
        hint=f"{_NOTHING} Trying the same again will not help.",
        details=details,
    )


def _forbidden(reason: str, details: dict[str, object]) -> DriveForbiddenError:
    if reason in _SWITCHED_OFF:
        hint = "Switch on the Google Drive API for the client that is used to sign in."
        message = "The Google Drive API is not switched on for this client."
    elif reason in _SCOPE:
        hint = "Connect Google Drive again, and allow the access that is asked for."
        message = "The access that was given to Steward does not allow this."
    elif reason == "appNotAuthorizedToFile":
        hint = "Give Steward access to this file, or connect with access to all files."
        message = "Steward was not given access to this file."
    elif reason == "domainPolicy":
        hint = "Ask the administrator of the organisation."
        message = "The organisation does not allow apps to use Google Drive."
    else:
        hint = "Ask the file's owner, or work on a copy."
        message = "This account may not do that with the file."
    return DriveForbiddenError(message, hint=f"{_NOTHING} {hint}", details=details)
