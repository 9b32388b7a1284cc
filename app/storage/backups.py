"""Copies of the database in ``backups/``: made, found, and named when the database is damaged.

A copy is a single file that opens on its own; it appears under its name only when it is whole.
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.domain.errors import DatabaseCorruptError
from app.storage.failures import os_failure

logger = logging.getLogger(__name__)

_NAME: Final = re.compile(r"steward-(\d+)-(\d{8}T\d{12}Z)\.db")
_PAGES: Final = 1_000
_STEPS: Final = 100_000
_LEFT_OVER: Final = 24 * 3600.0
_TIME: Final = "%Y%m%dT%H%M%S%fZ"


def folder(database: Path) -> Path:
    """Where the copies of ``database`` stand."""
    return database.parent / "backups"


def newest(database: Path) -> Path | None:
    """The newest copy, if there is one."""
    return max(_all(database), key=_moment, default=None)


def age(database: Path, now: datetime) -> float | None:
    """Seconds since the newest copy was made; ``None`` where there is none."""
    found = newest(database)
    return None if found is None else (now - _moment(found)).total_seconds()


def make(
    source: sqlite3.Connection,
    database: Path,
    now: datetime,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Copy what ``source`` sees now. Safe while others write.

    ``stopped`` is asked now and then whether to give up: that is a ``sqlite3.OperationalError``.
    Raises ``DiskFullError``, ``StorageError`` or ``sqlite3.Error``; then no copy was added.
    """
    try:
        return _make(source, database, now, stopped)
    except OSError as error:
        raise os_failure(database, error) from error


def _make(
    source: sqlite3.Connection, database: Path, now: datetime, stopped: Callable[[], bool]
) -> Path:
    def go_on(*_: int) -> None:
        if stopped():
            raise sqlite3.OperationalError("the copy was not wanted any more")

    (schema,) = source.execute("PRAGMA user_version").fetchone()
    where = folder(database)
    where.mkdir(mode=0o700, exist_ok=True)
    target = where / f"steward-{schema}-{now.astimezone(UTC).strftime(_TIME)}.db"
    part = target.with_suffix(f".{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            source.backup(copy, pages=_PAGES, progress=go_on)
            # The copied header asks for a write-ahead log; a backup is to be one file.
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.set_progress_handler(stopped, _STEPS)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {verdict}")
        _sync(part)
        part.replace(target)
        _sync(where)
    finally:
        part.unlink(missing_ok=True)
    logger.info("database backed up", extra={"backup": str(target)})
    return target


def prune(database: Path, schema: int, keep: int) -> None:
    """Let go of all but the newest ``keep`` copies of this schema. Older schemas' copies stay.

    Also of unfinished copies that a process left behind when it was killed.
    """
    own = sorted((p for p in _all(database) if _schema(p) == schema), key=_moment)
    for old in own[:-keep]:
        old.unlink(missing_ok=True)
    for part in folder(database).glob("steward-*.part"):
        if time.time() - part.stat().st_mtime > _LEFT_OVER:
            part.unlink(missing_ok=True)


def corrupt_error(database: Path, reason: str = "") -> DatabaseCorruptError:
    """The error for a damaged database: names the newest copy and how to put it back."""
    backup = newest(database)
    aside = f"{database.name}, {database.name}-wal and {database.name}-shm"
    if backup is None:
        hint = (
            f"There is no backup yet. Close Steward and move {aside} out of {database.parent}; "
            "Steward then begins with an empty history. Your files and the vault stay as they are."
        )
    else:
        hint = (
            f"The newest backup is {backup}. To put it back: close Steward, move {aside} out of "
            f"{database.parent}, copy the backup to {database}, and start Steward again."
        )
    return DatabaseCorruptError(
        f"The database {database} is damaged{f' ({reason})' if reason else ''}. "
        "Nothing was changed.",
        hint=hint,
        details={"database": str(database), "backup": str(backup) if backup else None},
    )


def _all(database: Path) -> list[Path]:
    where = folder(database)
    if not where.is_dir():
        return []
    return [path for path in where.iterdir() if _NAME.fullmatch(path.name)]


def _schema(backup: Path) -> int:
    found = _NAME.fullmatch(backup.name)
    assert found is not None
    return int(found[1])


def _moment(backup: Path) -> datetime:
    found = _NAME.fullmatch(backup.name)
    assert found is not None
    return datetime.strptime(found[2], _TIME).replace(tzinfo=UTC)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows has no handle to a folder that could be flushed
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
