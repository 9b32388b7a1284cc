"""Brings a database file to today's schema: checked first, backed up before each step.

``PRAGMA user_version`` is the schema's number. A step is ``migrations/NNNN_name.sql``, plain SQL
without ``BEGIN`` or ``COMMIT``; it runs in one transaction, with foreign keys checked at its end.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from app.domain.errors import NewerSchemaError, StorageError
from app.storage import backups
from app.storage.connections import connect, error_code

MIGRATIONS: Final = Path(__file__).with_name("migrations")
FULL_CHECK_LIMIT: Final = 32 * 1024 * 1024
"""Bytes. A larger file is not read through at each start; SQLite still checks each page it uses."""

_STEP: Final = re.compile(r"(\d{4})_\w+\.sql")
_STEP_FAULTS: Final = (None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT)


def steps(folder: Path) -> list[Path]:
    """The migrations, in order: the one at index 0 makes schema 1."""
    found = sorted(path for path in folder.iterdir() if _STEP.fullmatch(path.name))
    if [int(path.name[:4]) for path in found] != list(range(1, len(found) + 1)):
        raise StorageError(
            f"The database's migrations in {folder} are not numbered without a gap from 0001.",
            hint="Install Steward again.",
        )
    return found


def inspect(path: Path, newest: int, *, timeout: float) -> int:
    """The schema number of the file at ``path``, which is only read.

    Raises ``DatabaseCorruptError``, ``NewerSchemaError``, or ``StorageError`` where the file is
    a database of something else; also ``sqlite3.Error``.
    """
    size = path.stat().st_size
    if size == 0:
        return 0
    with closing(connect(path, timeout=timeout, read_only=True)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        if schema > newest:
            raise NewerSchemaError(
                f"The database {path} was written by a newer Steward (schema {schema}; this "
                f"one knows {newest}). Nothing was changed.",
                hint="Start the newer Steward, or update this one.",
                details={"schema": schema, "newest_known": newest},
            )
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if (schema == 0 and tables) or (schema > 0 and "conversations" not in tables):
            raise StorageError(
                f"{path} is a database, but not one of Steward's. Nothing was changed.",
                hint="Move it away, or set STEWARD_HOME to another folder.",
            )
        if size <= FULL_CHECK_LIMIT:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise backups.corrupt_error(path, str(verdict))
    return int(schema)


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: list[Path], now: datetime
) -> None:
    """Run the steps the database has not had yet. A step that fails leaves no trace.

    ``connection`` comes back with foreign keys on. Raises ``StorageError``, ``DiskFullError``
    or ``sqlite3.Error``.
    """
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(migrations[schema:], start=schema + 1):
        backup = backups.make(connection, path, now) if schema > 0 else None
        try:
            _run(connection, number, step)
        except sqlite3.Error as error:
            if error_code(error) not in _STEP_FAULTS:
                raise  # the disk or another process
            raise StorageError(
                f"The database {path} could not be brought up to date: step {step.name} "
                f"failed ({error}). It is as it was.",
                hint="Start the Steward you used before, and report this.",
                details={"step": step.name, "backup": str(backup) if backup else None},
            ) from error


def _run(connection: sqlite3.Connection, number: int, step: Path) -> None:
    # A step that rebuilds a table needs the keys off; inside a transaction the switch is ignored.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.executescript("BEGIN IMMEDIATE;\n" + step.read_text(encoding="utf-8"))
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"{len(broken)} references would lead nowhere")
        connection.execute(f"PRAGMA user_version = {number:d}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")
