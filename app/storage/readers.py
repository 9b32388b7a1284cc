"""Reading connections: each thread that reads has one of its own, made when it first reads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.storage.connections import connect
from app.storage.failures import closed_error


class Readers:
    """Lends each thread its connection to ``path``; ``timeout`` seconds for another's lock."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._lock = threading.Lock()
        self._own = threading.local()
        self._all: dict[threading.Thread, _Reader] = {}
        self._is_open = False

    def open(self) -> None:
        """From now on connections may be made."""
        self._is_open = True

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """The calling thread's connection, for as long as the block runs.

        Not within itself. Raises ``StorageError`` when closed, ``sqlite3.Error``.
        """
        reader: _Reader | None = getattr(self._own, "reader", None)
        if reader is None or reader.closed:
            reader = self._own.reader = self._make()
        with reader.busy:
            if reader.closed:
                raise closed_error(self._path)
            yield reader.connection

    def close(self) -> None:
        """Wait until nobody reads, then close every connection."""
        with self._lock:
            self._is_open = False
            readers = list(self._all.values())
            self._all.clear()
        for reader in readers:
            reader.close()

    def _make(self) -> _Reader:
        with self._lock:
            if not self._is_open:
                raise closed_error(self._path)
            for thread in [one for one in self._all if not one.is_alive()]:
                self._all.pop(thread).close()
            reader = _Reader(connect(self._path, timeout=self._timeout, read_only=True))
            self._all[threading.current_thread()] = reader
            return reader


class _Reader:
    """A connection, and whether its thread is using it just now."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.busy = threading.Lock()
        self.closed = False

    def close(self) -> None:
        """Close the connection when its thread is done with it."""
        with self.busy:
            self.closed = True
            self.connection.close()
