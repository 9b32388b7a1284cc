"""Small writes that wait for company: they are stored in the transaction of the next write.

A transaction of its own, and the way to another thread, take longer than the row they are for.
Each of them, and the write they go along with, is done whole or not at all: one that fails takes
nothing of the others with it. They are done in the order they came, before that write.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, Final, Generic, Protocol, TypeVar

from app.storage.connections import current

T = TypeVar("T")

_SAVEPOINT: Final = "one"

Explained = Callable[[], AbstractContextManager[None]]


class Transact(Protocol):
    """Runs a function in a transaction."""

    def __call__(self, fn: Callable[[], T], /) -> T:
        """What it returns."""
        ...


class _Part(Generic[T]):
    """One write of several in a transaction; known to have succeeded once that is committed."""

    def __init__(self, fn: Callable[[], T]) -> None:
        self.future: Future[T] = Future()
        self.future.set_running_or_notify_cancel()
        self._fn = fn
        self._result: T
        self._error: Exception | None = None

    def run(self) -> None:
        """Do it, or leave no trace of it. Raises only what has ended the whole transaction."""
        current.run(f"SAVEPOINT {_SAVEPOINT}")
        try:
            self._result = self._fn()
        except Exception as error:  # whatever it is: it is this write's, and no other's
            if not current.in_a_transaction:  # a full disk, for instance: all is undone
                raise
            current.run(f"ROLLBACK TO {_SAVEPOINT}")
            self._error = error
        current.run(f"RELEASE {_SAVEPOINT}")

    def outcome(self) -> T:
        """What came of it, once all is committed. Raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class Companions:
    """The writes that wait. Safe from any thread."""

    def __init__(self) -> None:
        self._waiting: list[_Part[Any]] = []
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, fn: Callable[[], T]) -> Future[T]:
        """One more; its future cannot be cancelled."""
        part = _Part(fn)
        with self._lock:
            self._waiting.append(part)
        return part.future

    def is_first(self, future: Future[Any]) -> bool:
        """Whether the write with this future still waits, and for longer than all others."""
        with self._lock:
            return bool(self._waiting) and self._waiting[0].future is future

    def go_with(self, fn: Callable[[], T], transact: Transact, explained: Explained) -> Together[T]:
        """``fn`` as a job, with all that wait now.

        Args:
            fn: a write.
            transact: runs a function in a transaction.
            explained: within, what SQLite raises becomes an error for people.
        """
        with self._lock:
            taken, self._waiting = self._waiting, []
        return Together(taken, fn, transact, explained)


class Together(Generic[T]):
    """A write and its companions. To be called once, or told that it ``failed``."""

    def __init__(
        self,
        companions: Sequence[_Part[Any]],
        fn: Callable[[], T],
        transact: Transact,
        explained: Explained,
    ) -> None:
        self._companions = companions
        self._fn = fn
        self._transact = transact
        self._explained = explained

    def __call__(self) -> T:
        """Do it in one transaction; what the write returns.

        Raises what the write raises, with its companions stored, or what the transaction itself
        raises, with nothing stored.
        """
        if not self._companions:
            return self._transact(self._fn)
        last = _Part(self._fn)

        def all_of_them() -> None:
            for part in (*self._companions, last):
                part.run()

        try:
            self._transact(all_of_them)
        except BaseException as error:  # an interrupt too: somebody may wait for each of them
            self.failed(error)
            raise
        for part in self._companions:
            try:
                with self._explained():
                    result = part.outcome()
            except Exception as error:  # noqa: BLE001 - told, whatever it is, to who waits for it
                part.future.set_exception(error)
            else:
                part.future.set_result(result)
        with self._explained():
            return last.outcome()

    def failed(self, error: BaseException) -> None:
        """Nothing of it is stored."""
        for part in self._companions:
            part.future.set_exception(error)
