"""Runs the writes of a database, one after the other, in the order they were asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class WriterClosedError(Exception):
    """No more jobs are taken."""


class Writer:
    """One job at a time: on a thread of its own, or on the asker's own thread.

    Who waits for a job anyway does it himself while no other job is under way or waiting: to
    hand it to another thread and be woken again takes longer than a small write. Only the main
    thread never does: Ctrl+C can interrupt it anywhere, also between the lines of a transaction.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=_take_name)
        # Its thread starts here, or not at all: later a job may be queued although that failed.
        self._thread.submit(_take_name).result()
        self._counting = threading.Lock()
        self._asked = 0
        """Jobs that were asked for and are not done."""
        self._turn = threading.Lock()
        self._at_work: int | None = None
        self._closed = False

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread is in the middle of a job."""
        return self._at_work == threading.get_ident()

    def run(self, job: Callable[[], T]) -> T:
        """Do it and give back what it returns; not from within a job.

        Raises what it raises, and ``WriterClosedError``.
        """
        if threading.current_thread() is threading.main_thread():
            return self.submit(job).result()
        with self._counting:
            if self._closed:
                raise WriterClosedError
            # Whoever had his turn last has let go, or his job would count.
            is_free = self._asked == 0 and self._turn.acquire(blocking=False)
            if is_free:
                self._asked = 1
        if not is_free:
            return self.submit(job).result()
        try:
            self._at_work = threading.get_ident()
            return job()
        finally:
            self._done()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Have it done on the writer's thread. Raises ``WriterClosedError``."""
        with self._counting:
            if self._closed:
                raise WriterClosedError
            self._asked += 1  # first: one too many makes nobody wait for ever, one too few does
            return self._thread.submit(self._do, job)

    def close(self) -> None:
        """Finish what was asked for, and end the thread."""
        with self._counting:
            self._closed = True
        self._thread.shutdown(wait=True)
        with self._turn:  # of somebody who does his job himself
            pass

    def _do(self, job: Callable[[], T]) -> T:
        self._turn.acquire()
        try:
            self._at_work = threading.get_ident()
            return job()
        finally:
            self._done()

    def _done(self) -> None:
        self._at_work = None
        with self._counting:
            self._turn.release()
            self._asked -= 1


def _take_name() -> None:
    threading.current_thread().name = "steward-db-writer"
