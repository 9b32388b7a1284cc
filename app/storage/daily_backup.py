"""Sees to it that there is a copy of the database of each day, also where copying takes long.

A small database is copied on the spot. A large one is copied by a thread of its own while Steward
runs, so that neither a start nor an end waits for it; only where there was no copy for a week,
the end waits.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from app.domain.errors import StewardError
from app.storage import backups
from app.storage.connections import connect

logger = logging.getLogger(__name__)

EVERY: Final = 24 * 3600.0
OVERDUE: Final = 7 * EVERY
KEPT: Final = 7
KEPT_LARGE: Final = 2
LARGE: Final = 32 * 1024 * 1024
"""Bytes. Copying a smaller database takes no time that anybody would notice."""
QUIET: Final = 10.0
"""Seconds after the start before a large one is copied: a short command is over by then."""


class DailyBackup:
    """Copies the database at ``path`` when a copy is due. Owned by whoever opens the database.

    Args:
        path: the database.
        now: the time.
        failed: told why there is no copy, in any thread.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        failed: Callable[[str], object] = lambda _reason: None,
    ) -> None:
        self._path = path
        self._now = now
        self._failed = failed
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def at_start(self, connection: sqlite3.Connection) -> None:
        """The database was opened; ``connection`` is used here and now only."""
        if not self._is_due(connection, EVERY):
            return
        if not self._is_large():
            self._make(connection, KEPT)
            return
        self._thread = threading.Thread(target=self._make_later, name="steward-db-backup")
        self._thread.start()

    def at_end(self, connection: sqlite3.Connection, *, written: bool) -> None:
        """The database is about to be closed; ``written``: something was written to it."""
        self.stop()
        large = self._is_large()
        if written and self._is_due(connection, OVERDUE if large else EVERY):
            self._make(connection, KEPT_LARGE if large else KEPT)

    def stop(self) -> None:
        """Give up a copy that is being made; blocking until its thread has ended."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            thread.join()
            self._stopping.clear()

    # -- inside ----------------------------------------------------------------------------

    def _is_large(self) -> bool:
        return self._path.stat().st_size > LARGE

    def _is_due(self, connection: sqlite3.Connection, after: float) -> bool:
        if connection.execute("SELECT 1 FROM users").fetchone() is None:
            return False  # nobody has done anything yet
        age = backups.age(self._path, self._now())
        return age is None or not 0 <= age < after

    def _make_later(self) -> None:
        if self._stopping.wait(QUIET):
            return
        try:
            with closing(connect(self._path, timeout=1.0, read_only=True)) as connection:
                # One snapshot for the whole copy: else it began anew with every write of others.
                connection.execute("BEGIN")
                connection.execute("SELECT 1 FROM users").fetchone()
                self._make(connection, KEPT_LARGE)
        except sqlite3.Error as error:
            self._fail(str(error))

    def _make(self, connection: sqlite3.Connection, keep: int) -> None:
        # A failed backup must not keep the person from their data; a damaged copy is not kept.
        try:
            size = self._path.stat().st_size
            if keep == KEPT_LARGE and shutil.disk_usage(self._path.parent).free < 3 * size:
                self._fail("there is too little room on the disk")
                return
            backups.make(connection, self._path, self._now(), stopped=self._stopping.is_set)
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            backups.prune(self._path, number, keep)
        except (sqlite3.Error, OSError, StewardError) as error:
            self._fail(str(error))

    def _fail(self, reason: str) -> None:
        logger.info("database not backed up", extra={"reason": reason})
        self._failed(reason)
