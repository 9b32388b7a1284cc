"""Which Stewards are alive on this data directory: one locked file each in ``sessions/``.

The operating system lets go of the lock when a process ends, however it ends, so that a row a
crash left unfinished can be told from one that another living process is still writing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


class Sessions:
    """This process's session and the others'. Guarded by ``lock``, which spans processes."""

    def __init__(self, folder: Path, lock: Callable[[], AbstractContextManager[object]]) -> None:
        self._folder = folder
        self._lock = lock
        self._held: BaseFileLock | None = None
        self.own = uuid.uuid4().hex

    def begin(self) -> None:
        """Announce this session and sweep up after dead ones. The caller holds ``lock``."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for path in self._folder.glob("*.lock"):
            if not _is_held(path):
                path.unlink(missing_ok=True)
        self._held = _file_lock(self._path(self.own))
        self._held.acquire(blocking=False)

    def living(self, sessions: set[str]) -> set[str]:
        """Those of ``sessions`` whose process is alive, this one included."""
        # One prober at a time: a probe holds the lock for a moment and would look alive.
        with self._lock():
            return {one for one in sessions if _is_held(self._path(one))}

    def end(self) -> None:
        """This session is over."""
        if self._held is not None:
            self._path(self.own).unlink(missing_ok=True)
            self._held.release()
            self._held = None

    def _path(self, session: str) -> Path:
        return self._folder / f"{session}.lock"


def _file_lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    return FileLock(path, mode=0o600, thread_local=False)


def _is_held(path: Path) -> bool:
    from filelock import Timeout

    if not path.exists():
        return False
    lock = _file_lock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False
