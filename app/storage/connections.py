"""SQLite connections: how they are opened, lent to peewee, and what their errors mean.

Every model is bound to ``current``, one peewee database that owns no connection: ``Database``
lends it the calling thread's connection for the length of one ``read`` or ``write``. So several
databases can be open in one process, and a query outside ``read`` or ``write`` is an error.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import peewee

from app.domain.errors import StewardError, StorageError
from app.storage.backups import corrupt_error
from app.storage.failures import busy_error, disk_full_error, refused_error

DATABASE_ERRORS: Final = (sqlite3.Error, peewee.DatabaseError, peewee.InterfaceError)
"""What SQLite raises, plain or through peewee."""

_ALMOST_FULL: Final = 1024 * 1024
_PRIMARY: Final = 0xFF  # the low byte of an extended result code


def connect(path: Path, *, timeout: float, read_only: bool = False) -> sqlite3.Connection:
    """Open ``path``, which must exist. Waits ``timeout`` seconds for another's lock.

    The connection may be closed, but must not be used, by another thread. ``read_only``
    connections refuse every change and never fold the write-ahead log into the file.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            # WAL with NORMAL may lose the newest commits at a power cut; a journal must not.
            connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class CurrentDatabase(peewee.SqliteDatabase):
    """The connection lent to the calling thread, as peewee sees it."""

    def __init__(self) -> None:
        self._lent = threading.local()
        super().__init__(":memory:", autoconnect=False)

    @property
    def lender(self) -> object:
        """Who lent the calling thread a connection; ``None`` while it has none."""
        return getattr(self._lent, "lender", None)

    @property
    def in_a_transaction(self) -> bool:
        """Whether the calling thread's transaction is still under way: SQLite may end one."""
        connection: sqlite3.Connection = self._lent.connection
        return connection.in_transaction

    @contextmanager
    def using(self, connection: sqlite3.Connection, begin: str, lender: object) -> Iterator[None]:
        """Lend ``connection`` for one transaction, begun with ``BEGIN`` + ``begin``.

        A thread that was lent one connection cannot be lent another: ``RuntimeError``.
        """
        if self.lender is not None:
            raise RuntimeError("this thread already uses another Steward database")
        self._lent.connection = connection
        self.connect()
        self._lent.lender = lender
        try:
            with self.transaction(begin):
                yield
        finally:
            self._lent.lender = None
            self.close()
            self._lent.connection = None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query written in SQL."""
        return self.run(sql, parameters).fetchall()

    def change(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one change written in SQL."""
        return self.run(sql, parameters)

    def each(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one by one; it may be left early."""
        with closing(self.run(sql, parameters)) as cursor:
            yield from cursor

    def run(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """What the three above have in common. Peewee's own way takes longer than SQLite does."""
        if self.lender is None:
            raise peewee.InterfaceError("a query outside of read and write")
        connection: sqlite3.Connection = self._lent.connection
        return connection.execute(sql, parameters)

    def rollback(self) -> None:
        """Roll back, unless SQLite already did so itself (disk full, for instance)."""
        if self.in_a_transaction:
            super().rollback()

    def _connect(self) -> sqlite3.Connection:
        lent: sqlite3.Connection = self._lent.connection
        return lent

    def _close(self, conn: sqlite3.Connection) -> None:
        """A lent connection goes back to its owner, open."""


current: Final = CurrentDatabase()


def translated(error: Exception, path: Path) -> StewardError | None:
    """What a SQLite error means to a person, or ``None`` where it is a mistake in our SQL."""
    cause = _cause(error)
    code = error_code(error)
    if code is None:
        if isinstance(cause, sqlite3.DatabaseError) and "not a database" in str(cause):
            return corrupt_error(path)
        return None
    match code:
        case sqlite3.SQLITE_FULL:
            return disk_full_error(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy_error(path)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return corrupt_error(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return refused_error(path, str(cause))
        case sqlite3.SQLITE_IOERR:
            if _disk_is_full(path):
                return disk_full_error(path)
            return StorageError(
                f"The disk failed while Steward used its database {path} ({cause}).",
                hint="Check the disk, then start Steward again; what was saved before is kept.",
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return StorageError(
                f"The database refused a change that does not fit its rules ({cause}).",
                details={"constraint": str(cause)},
            )
        case _:
            return None


def error_code(error: Exception) -> int | None:
    """SQLite's primary result code, also where peewee wrapped the error."""
    code: int | None = getattr(_cause(error), "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY


def _cause(error: Exception) -> Exception:
    original = getattr(error, "orig", None)  # where peewee keeps the error it wraps
    return original if isinstance(original, sqlite3.Error) else error


def _disk_is_full(path: Path) -> bool:
    # The shared-memory file of the WAL reports a full disk as a plain I/O error.
    try:
        return shutil.disk_usage(path.parent).free < _ALMOST_FULL
    except OSError:
        return False
