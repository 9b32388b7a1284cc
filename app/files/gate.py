"""The one moment up to which a change can be stopped, and the locks that changes hold.

What works on files of this machine holds the store-wide lock from its first look to its last word.
What works on files of Google Drive may wait for a slow line: it holds a lock of its own, and the
store-wide one only while it touches the vault. Whoever holds a lock knows that an open change of
its kind belongs to no living process. Both are taken in that order: Drive's first.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.domain.errors import FileError
from app.files.drive_places import is_drive
from app.files.vault_folders import in_vault

if TYPE_CHECKING:
    from filelock import FileLock

_POLL: Final = 0.02


class StoppedError(FileError):
    """The change was stopped before it began; nothing was touched."""

    kind = "stopped"


class Gate:
    """Passed once by each change, just before it is announced. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._passed = False
        self._unwanted = False

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` came first."""
        return self._stopped

    def stop(self) -> bool:
        """Ask the change not to begin. ``False``: it has begun and goes on to its end.

        What has begun and can still be given up without a trace is given up, see ``go_on``.
        """
        with self._lock:
            self._unwanted = True
            if not self._passed:
                self._stopped = True
            return self._stopped

    def check(self) -> None:
        """Raises ``StoppedError`` where the change has been stopped."""
        if self._stopped:
            raise StoppedError("The change was stopped before it began.")

    def go_on(self) -> None:
        """For what has begun and did nothing yet that stays (an upload that is not whole).

        Raises ``StoppedError`` where nobody wants it any more.
        """
        if self._unwanted:
            raise StoppedError("The change was stopped before it was made.")

    def go(self) -> None:
        """Begin: from here on ``stop`` comes too late. Raises ``StoppedError``."""
        with self._lock:
            self.check()
            self._passed = True


_gate: ContextVar[Gate | None] = ContextVar("gate", default=None)


@contextmanager
def passing(gate: Gate) -> Iterator[None]:
    """Within, ``current_gate`` is ``gate``: for what waits far down, on a slow line perhaps."""
    token = _gate.set(gate)
    try:
        yield
    finally:
        _gate.reset(token)


def current_gate() -> Gate:
    """The gate of the work that this thread does; one that nobody stops where there is none."""
    return _gate.get() or Gate()


class StoreLock:
    """Held for each change and for recovery, by one thread of one process at a time.

    Args:
        path: the lock file. The operating system lets go of the lock when a process ends,
            however it ends.
        make_folder: makes the folder of ``path``.
        patience: seconds to wait for others.
    """

    def __init__(
        self, path: Path, *, make_folder: Callable[[], object], patience: float = 30.0
    ) -> None:
        self._path = path
        self._make_folder = make_folder
        self._patience = patience
        self._mine = threading.Lock()
        self._file: FileLock | None = None

    @contextmanager
    def held(self, gate: Gate | None = None, *, patience: float | None = None) -> Iterator[None]:
        """Hold the lock. Raises ``FileError`` when others take too long, ``StoppedError``.

        ``patience``: seconds, instead of the usual ones.
        """
        from filelock import FileLock, Timeout

        gate = gate or Gate()
        deadline = time.monotonic() + (self._patience if patience is None else patience)
        while not self._mine.acquire(timeout=_POLL):
            gate.check()
            if time.monotonic() > deadline:
                raise _busy(self._path)
        try:
            if self._file is None:
                self._file = FileLock(self._path, mode=0o600, thread_local=False)
            lock = self._file
            try:
                with in_vault():
                    self._make_folder()
                    lock.acquire(
                        timeout=max(0.0, deadline - time.monotonic()),
                        poll_interval=_POLL,
                        cancel_check=lambda: gate.stopped,
                    )
            except Timeout as error:
                gate.check()
                raise _busy(self._path) from error
            try:
                yield
            finally:
                lock.release()
        finally:
            self._mine.release()


class Locks:
    """The store-wide lock, and the one of what is done in Google Drive.

    Attributes:
        vault: the store-wide one.
        drive: of changes in Drive.
    """

    def __init__(self, vault: StoreLock, drive: StoreLock) -> None:
        self.vault = vault
        self.drive = drive

    def change(self, locator: str, gate: Gate) -> AbstractContextManager[None]:
        """Held around all that is done to a file. Raises as ``StoreLock.held``."""
        return (self.drive if is_drive(locator) else self.vault).held(gate)

    def writing(self, locator: str, gate: Gate | None = None) -> AbstractContextManager[None]:
        """Held, within ``change``, while the vault is written to. Raises as ``StoreLock.held``."""
        return self.vault.held(gate) if is_drive(locator) else nullcontext()


class FileLocks:
    """Lets changes of one file wait for each other, in the order they came. On one loop."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def held(self, paths: Iterable[str]) -> AsyncIterator[None]:
        """Hold the locks of all ``paths``."""
        names = sorted(set(paths))  # in one order, so that nobody waits in a circle
        async with AsyncExitStack() as stack:
            for name in names:
                lock, users = self._locks.get(name, (asyncio.Lock(), 0))
                self._locks[name] = (lock, users + 1)
                stack.callback(self._forget, name)
                await stack.enter_async_context(lock)
            yield

    def _forget(self, name: str) -> None:
        lock, users = self._locks.pop(name)
        if users > 1:
            self._locks[name] = (lock, users - 1)


def _busy(path: Path) -> FileError:
    return FileError(
        "Another Steward is busy changing files.",
        hint="Nothing was changed. Try again in a moment, or close the other Steward.",
        details={"busy": True, "lock": str(path)},
    )
