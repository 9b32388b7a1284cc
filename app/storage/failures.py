"""What can go wrong around the database file, in words for a person."""

from __future__ import annotations

import errno
from pathlib import Path

from app.domain.errors import DiskFullError, StewardError, StorageError


def busy_error(path: Path) -> StorageError:
    """Another process holds the database longer than this one waits."""
    return StorageError(
        f"Another Steward is busy with the database {path}.",
        hint="Nothing was changed. Try again in a moment, or close the other Steward.",
        details={"busy": True},
    )


def closed_error(path: Path) -> StorageError:
    """The database is not open, or no longer."""
    return StorageError(f"The database {path} is closed.", hint="Start Steward again.")


def disk_full_error(path: Path) -> DiskFullError:
    """No space for the database."""
    return DiskFullError(
        f"The disk that holds {path.parent} is full, so this could not be saved.",
        hint="What was saved before is kept. Free some space and try again.",
    )


def refused_error(path: Path, reason: str) -> StorageError:
    """The operating system does not let us use the file."""
    return StorageError(
        f"Steward cannot use its database {path} ({reason}).",
        hint="Check that you may read and write this file and its folder, "
        "or set STEWARD_HOME to a folder that you own.",
    )


def os_failure(path: Path, error: OSError) -> StewardError:
    """An error of the operating system at the database or its backups."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full_error(path)
    return refused_error(path, error.strerror or str(error))
