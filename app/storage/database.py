"""The one door to SQLite: one writer thread, readers with connections of their own.

Nobody outside ``app.storage`` opens the database. A commit that returned is on disk
(``synchronous=FULL``), but for one that asks for less; a ``fn`` that raised left nothing behind.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from app.domain.errors import StorageError
from app.storage import backups, schema
from app.storage.begun import Begun, waited_for
from app.storage.companions import Companions, Transact
from app.storage.connections import DATABASE_ERRORS, connect, current, error_code, translated
from app.storage.daily_backup import DailyBackup
from app.storage.failures import busy_error, closed_error, os_failure
from app.storage.readers import Readers
from app.storage.sessions import Sessions
from app.storage.writer import Writer, WriterClosedError

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger(__name__)

READER_THREADS: Final = 2
ALONG_SECONDS: Final = 0.01
"""So long a write that goes along with the next one waits for that at most."""


class Database:
    """A Steward database file.

    Functions handed to ``read`` and ``write`` use the models of ``app.storage.models``; they
    must finish their queries (no lazy query may be returned) and must not wait for anything.

    Args:
        path: the file; its folder is made, readable by the person only.
        migrations: folder of ``NNNN_name.sql``.
        busy_timeout: seconds to wait for another process's write before ``StorageError``.
        open_timeout: seconds to wait while another process checks or migrates the file.
        now: the time, for the names of backups.
    """

    def __init__(
        self,
        path: Path,
        *,
        migrations: Path = schema.MIGRATIONS,
        busy_timeout: float = 4.0,
        open_timeout: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._busy_timeout = busy_timeout
        self._open_timeout = open_timeout
        self._now = now
        self._sessions = Sessions(path.parent / "sessions", self._file_lock)
        self._writer: Writer | None = None
        self._writing: sqlite3.Connection | None = None
        self._written = False
        self._pool: ThreadPoolExecutor | None = None
        self._readers = Readers(path, busy_timeout)
        self._daily = DailyBackup(path, now, self._not_backed_up)
        self.on_backup_failed: Callable[[str], object] = lambda _reason: None
        """Told, in any thread, why the copy of the day was not made; also while opening."""
        self._companions = Companions()
        self.on_unseen_failure: Callable[[BaseException], None] | None = None
        """Told, in any thread, of a write that failed when nobody waited for it any more."""

    # -- life ------------------------------------------------------------------------------

    def open(self) -> None:
        """Check, back up, migrate and open the file; blocking.

        Raises ``DatabaseCorruptError``, ``NewerSchemaError``, ``DiskFullError`` or
        ``StorageError``; then nothing was overwritten and nothing is left open.
        """
        if self._writer is not None:
            raise StorageError(f"The database {self.path} is already open.")
        try:
            with self._explained():
                self._writing = self._prepare()
        except OSError as error:
            raise os_failure(self.path, error) from error
        self._written = False
        self._readers.open()
        self._writer = Writer()
        self._pool = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="steward-db-reader")

    def close(self) -> None:
        """Finish every write already handed in, join all threads, close all connections.

        Raises ``StorageError`` only from ``read`` and ``write`` called afterwards. May be
        called twice; not from within ``read`` or ``write``.
        """
        self._send_companions()
        writer, self._writer = self._writer, None
        pool, self._pool = self._pool, None
        if writer is None or pool is None or self._writing is None:
            return
        writer.close()
        pool.shutdown(wait=True)
        self._readers.close()
        try:
            # Not left to SQLite: a query object that somebody still holds would prevent it.
            self._writing.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._daily.at_end(self._writing, written=self._written)
        except sqlite3.Error as error:  # everything is in the log file and stays there
            logger.warning("database not tidied", extra={"reason": str(error)})
        finally:
            self._daily.stop()
            self._writing.close()
            self._writing = None
            self._sessions.end()

    @property
    def session(self) -> str:
        """Names this opening of the database; see ``ended_sessions``."""
        return self._sessions.own

    async def ended_sessions(self, named: Callable[[], set[str]]) -> set[str]:
        """Those of the sessions ``named`` reads from the database whose process is no more.

        Raises ``StorageError`` when another process holds the file's lock too long.
        """

        def ended() -> set[str]:
            sessions = self.read(named)
            return sessions - self._sessions.living(sessions) if sessions else sessions

        return await self.compute_async(ended)

    def backup(self) -> Path:
        """Copy the database into ``backups/`` now, whatever its size; blocking, any thread.

        Raises ``DiskFullError`` or ``StorageError``.
        """
        with self._explained(), self._readers.lend() as connection:
            return backups.make(connection, self.path, self._now())

    # -- use -------------------------------------------------------------------------------

    def write(self, fn: Callable[[], T], *, durable: bool = True) -> T:
        """Run ``fn`` in one transaction and give back what it returns.

        Blocking; from any thread. Writes run one at a time in the order they were asked for: in
        the calling thread where no other is under way and it is not the main thread, else on the
        writer thread. Within one
        (``fn`` calls ``write``) it joins the transaction. Raises what ``fn`` raises, with
        nothing written; ``DiskFullError``; ``StorageError`` when another process is busy too long.

        ``durable=False`` spares the sync: a power cut (not the end of the process) may lose the
        transaction, unless a durable one came after it. Only for what can be found out again.
        """
        writer = self._writer
        if writer is not None and writer.is_mine:
            return fn()
        # A thread that is in the middle of a read has no place for a second connection.
        if writer is None or current.lender is not None:
            return self._submit(fn, durable=durable).result()
        return self._hand_in(fn, writer.run, durable=durable)

    async def write_async(self, fn: Callable[[], T], *, durable: bool = True) -> T:
        """``write`` without blocking the loop.

        Cancelling the awaiter does not take the write back: it is done, whole, before any
        write asked for later.
        """
        future = self._submit(fn, durable=durable)
        try:
            return await waited_for(future)
        except asyncio.CancelledError:
            future.add_done_callback(self._unseen_failure)
            raise

    def write_begun(
        self, fn: Callable[[], T], *, durable: bool = True, along: bool = False
    ) -> Begun[T]:
        """``write``, handed in before this returns: it keeps its place among other writes.

        A failure is raised where it is awaited, and only there.

        ``along``, for what need not be durable: in the transaction of the write that is handed
        in next, before it, each whole or not at all whatever becomes of the other; after
        ``ALONG_SECONDS`` in one of its own. Until then the end of the process may lose it, so
        only for what nobody acts on before that next write. From the loop's thread.
        """
        future = self._along(fn) if along else self._submit(fn, durable=durable)
        return Begun(future)

    def write_soon(
        self,
        fn: Callable[[], object],
        *,
        durable: bool = True,
        tell: bool = True,
        along: bool = False,
    ) -> None:
        """``write`` without waiting for its end. ``close`` waits for it.

        A failure is logged and, with ``tell``, handed to ``on_unseen_failure``. ``along`` as in
        ``write_begun``. Raises ``StorageError`` when the database is closed.
        """
        done = self._unseen_failure if tell else _log_unseen_failure
        future = self._along(fn) if along else self._submit(fn, durable=durable)
        future.add_done_callback(done)

    def read(self, fn: Callable[[], T]) -> T:
        """Run ``fn`` in the calling thread on its own connection, on one snapshot.

        Within ``read`` or ``write`` of the same thread it joins what is under way.
        """
        if current.lender is self:
            return fn()
        with (
            self._explained(reading=True),
            self._readers.lend() as connection,
            current.using(connection, "DEFERRED", self),
        ):
            return fn()

    async def read_async(self, fn: Callable[[], T]) -> T:
        """``read`` in a small pool of named threads."""
        return await self.compute_async(lambda: self.read(fn))

    async def compute_async(self, fn: Callable[[], T]) -> T:
        """Run ``fn``, which need not read anything, in the reader pool."""
        pool = self._pool
        if pool is None:
            raise closed_error(self.path)
        return await asyncio.get_running_loop().run_in_executor(pool, fn)

    # -- inside ----------------------------------------------------------------------------

    def _not_backed_up(self, reason: str) -> None:
        self.on_backup_failed(reason)

    def _unseen_failure(self, future: Future[T]) -> None:
        _log_unseen_failure(future)
        error = future.exception()
        if error is not None and self.on_unseen_failure is not None:
            self.on_unseen_failure(error)

    def _prepare(self) -> sqlite3.Connection:
        migrations = schema.steps(self._migrations)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file_lock():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
            found = schema.inspect(self.path, len(migrations), timeout=self._busy_timeout)
            connection = connect(self.path, timeout=self._busy_timeout)
            with ExitStack() as undo:
                undo.callback(connection.close)
                undo.callback(self._daily.stop)
                schema.migrate(connection, self.path, migrations, self._now())
                if found:
                    self._daily.at_start(connection)
                self._sessions.begin()
                undo.pop_all()
        return connection

    def _submit(self, fn: Callable[[], T], *, durable: bool) -> Future[T]:
        if self._writer is None:
            raise closed_error(self.path)
        return self._hand_in(fn, self._writer.submit, durable=durable)

    def _hand_in(
        self, fn: Callable[[], T], take: Callable[[Callable[[], T]], R], *, durable: bool
    ) -> R:
        """Let the writer ``take`` it, with what was to go along with the next write."""
        transact: Transact = self._transact if durable else self._transact_unsynced
        job = self._companions.go_with(fn, transact, self._explained)
        try:
            return take(job)
        except WriterClosedError as error:  # just now
            closed = closed_error(self.path)
            job.failed(closed)
            raise closed from error

    def _along(self, fn: Callable[[], T]) -> Future[T]:
        if self._writer is None:
            raise closed_error(self.path)
        future = self._companions.add(fn)
        if self._companions.is_first(future):
            loop = asyncio.get_running_loop()
            loop.call_later(ALONG_SECONDS, self._end_wait_of, future)
        return future

    def _end_wait_of(self, future: Future[T]) -> None:
        if self._companions.is_first(future):
            self._send_companions()

    def _send_companions(self) -> None:
        """Those that still wait get a transaction of their own, or are told that it is too late."""
        if not self._companions:
            return
        job = self._companions.go_with(lambda: None, self._transact_unsynced, self._explained)
        writer, closed = self._writer, closed_error(self.path)
        if writer is None:
            job.failed(closed)
            return
        try:
            writer.submit(job)
        except WriterClosedError:
            job.failed(closed)

    def _transact(self, fn: Callable[[], T]) -> T:
        assert self._writing is not None
        with self._explained(), current.using(self._writing, "IMMEDIATE", self):
            result = fn()
            self._written = True
        return result

    def _transact_unsynced(self, fn: Callable[[], T]) -> T:
        assert self._writing is not None
        self._writing.execute("PRAGMA synchronous = NORMAL")
        try:
            return self._transact(fn)
        finally:
            self._writing.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _explained(self, *, reading: bool = False) -> Iterator[None]:
        try:
            yield
        except DATABASE_ERRORS as error:
            if reading and error_code(error) == sqlite3.SQLITE_READONLY:
                raise  # ``fn`` tried to write in ``read``: a mistake of ours
            explained = translated(error, self.path)
            if explained is None:
                raise
            raise explained from error

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        name = self.path.with_name(self.path.name + ".lock")
        lock = FileLock(name, timeout=self._open_timeout, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise busy_error(self.path) from error
        try:
            yield
        finally:
            lock.release()


def _log_unseen_failure(future: Future[T]) -> None:
    error = future.exception()
    if error is not None:
        logger.error("a write that nobody waits for failed", exc_info=error)
