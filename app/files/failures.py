"""What a failed or refused change means to a person."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.domain.errors import (
    ConflictError,
    DiskFullError,
    FileChangedError,
    FileError,
    FileExistsAlreadyError,
    FileMissingError,
    NotAFileError,
)
from app.domain.files import FileVersion
from app.domain.names import shown
from app.files.drive_places import is_drive
from app.files.store import Change, Outcome
from app.files.vault_folders import VaultFailure

_PLACES: Final = ("path", "target", "stands_at")
"""Details that name a file which a message may name as well."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def explained(error: OSError, path: str) -> FileError:
    """The typed error for ``error``, which happened while working on ``path``."""
    details = {"path": path, "errno": error.errno}
    path = shown(path)
    if isinstance(error, VaultFailure) and error.errno not in _FULL:
        return FileError(
            f"Steward's vault cannot be used ({error.strerror or error}); {path} is as it was.",
            hint="Nothing is changed without the vault. Check that the folder `vault` in "
            "Steward's home is there and may be written to, then start Steward again.",
            details=details,
        )
    match error.errno:
        case errno.ENOENT:
            return FileMissingError(f"There is no file {path}.", details=details)
        case errno.EEXIST:
            return exists(str(details["path"]))
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return DiskFullError(
                f"There is no space left to change {path}; the file is as it was.",
                hint="Free some space and try again.",
                details=details,
            )
        case errno.EACCES | errno.EPERM:
            return FileError(
                f"The system does not allow this for {path}.",
                hint="Check that you may read and write the file and its folder.",
                details=details,
            )
        case errno.EROFS:
            return FileError(f"{path} is on a disk that can only be read.", details=details)
        case errno.EISDIR:
            return NotAFileError(f"{path} is a folder, not a file.", details=details)
        case errno.ELOOP | errno.ENOTDIR:
            return NotAFileError(
                f"{path} does not lead to a file: a link or a file stands in the way.",
                details=details,
            )
        case errno.ENAMETOOLONG:
            return FileError(
                f"The name {path} is too long for this disk.",
                hint="Choose a shorter name.",
                details=details,
            )
        case errno.EILSEQ | errno.EINVAL:
            return FileError(
                f"This disk cannot hold a file with the name {path}.",
                hint="Choose another name.",
                details=details,
            )
        case _:
            return FileError(
                f"The disk failed while Steward worked on {path} ({error.strerror or error}).",
                hint="The file is as it was. Check the disk, then try again.",
                details=details,
            )


@contextmanager
def explaining(path: str) -> Iterator[None]:
    """``OSError`` from the body becomes the typed error for ``path``."""
    try:
        yield
    except OSError as error:
        raise explained(error, path) from error


@contextmanager
def naming(display: Callable[[str], str]) -> Iterator[None]:
    """A ``FileError`` from the body names files in the short form that ``display`` gives them.

    Its details keep the absolute paths; ``details["display"]`` is the short form of ``path``.
    """
    try:
        yield
    except FileError as error:
        places = {str(error.details[key]) for key in _PLACES if key in error.details}
        short = {
            place: display(place)
            for place in places
            if Path(place).is_absolute() or is_drive(place)
        }
        if not short:
            raise
        display_of_path = short.get(str(error.details.get("path")))
        raise type(error)(
            _shortened(error.message, short),
            hint=_shortened(error.hint, short),
            details={**error.details, "display": display_of_path},
        ) from error


def _shortened(words: str, short: Mapping[str, str]) -> str:
    for place in sorted(short, key=len, reverse=True):  # one may be the beginning of another
        if short[place] != ".":  # a granted folder itself is named in full
            words = words.replace(shown(place), short[place]).replace(place, short[place])
    return words


def exists(path: str) -> FileExistsAlreadyError:
    """The name is taken."""
    return FileExistsAlreadyError(
        f"Something stands at {shown(path)} already; it was not touched.",
        hint="Choose another name, or edit the file that is there.",
        details={"path": path},
    )


def apart(locator: str, target: str) -> FileError:
    """One is in Google Drive, and one is on this machine."""
    return FileError(
        "A file does not move between Google Drive and a folder of this machine.",
        hint="Copy it (drive.copy, drive.export or drive.create), then remove the other.",
        details={"path": locator, "target": target},
    )


def changed(locator: str) -> FileChangedError:
    """The bytes are not those that were read or approved."""
    return FileChangedError(
        f"{shown(locator)} is not what it was when this was asked for; nothing was changed.",
        hint="Read it again and decide anew.",
        details={"path": locator},
    )


def changed_again(locator: str) -> FileChangedError:
    """Someone saved once more before a conflict was decided."""
    return FileChangedError(
        f"{locator} is not as they left it; nothing was changed.",
        hint="What stands there now is kept as their version. Look at it, then decide again.",
        details={"path": locator},
    )


def vault_gone(vault: str) -> FileError:
    """The history names versions, and there is no vault with their bytes."""
    return FileError(
        f"Steward's vault {shown(vault)} is missing or empty: versions from before cannot be shown "
        "or restored. Your files are as they are, and the history still tells what was done.",
        hint="If you have a backup of that folder, close Steward and put it back before anything "
        "is changed; without one, changes continue with a new vault.",
        details={"vault": vault},
    )


def conflict(change: Change, outcome: Outcome, theirs: tuple[FileVersion, ...]) -> ConflictError:
    """Someone else saved during the change."""
    did = "removed" if outcome.reason == "gone" else "saved"
    kept = f" Theirs is version {theirs[-1].version}." if theirs else ""
    return ConflictError(
        f"Someone else {did} {shown(change.locator)} at the same moment. "
        f"Nothing was overwritten; both versions are kept.{kept}",
        hint="Read the file again; then make the change anew, or leave it as they have it. "
        "Or decide under Versions in the window, or with `steward files resolve PATH "
        "theirs|ours|merge`.",
        details={
            "path": change.locator,
            "op_id": change.op_id,
            "theirs": theirs[-1].hash_after if theirs else None,
            "ours": change.hash_after,
        },
    )


def stuck(change: Change, outcome: Outcome) -> FileError:
    """Something stands in the way that can neither be kept nor put back."""
    return FileError(
        f"{shown(change.locator)} could not be changed: something that is not a file came in "
        "between.",
        hint=f"Steward {outcome.reason}; look at it there.",
        details={"path": change.locator},
    )
