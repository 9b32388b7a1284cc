"""A log file that several processes write and rotate, none of them losing another's lines.

Each line is one append of its own. Who finds the file too long renames it while holding a lock
that spans processes; the others notice that the name stands for another file now, and follow.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PATIENCE: Final = 1.0
"""Seconds to wait for another process; then the line is written without rotating."""


class SharedLogFile(logging.Handler):
    """Appends to ``path``; older lines are in ``path.1`` (the newest) to ``path.N``.

    Args:
        path: the file; its folder exists.
        max_bytes: a file does not grow over this, unless one line alone does.
        backups: how many older files are kept.
        lost: told in words, in any thread, when lines begin to be lost; must not wait.

    Raises ``OSError`` where the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        backups: int,
        lost: Callable[[str], object] = lambda _words: None,
    ) -> None:
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._backups = backups
        self._lost = lost
        self._losing = False
        self._torn = False
        """Whether the last line in the file is not whole."""
        self._lock_file: BaseFileLock | None = None
        self._file = self._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; where that fails, the terminal is told that a line is lost."""
        try:
            line = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            if self._file < 0:
                self._file = self._open()
            self._follow()
            if self._is_full(len(line)):
                self._rotate_alone(len(line))
            # An append is whole, and where another process renames the file just now, the line
            # is in the older file instead: no lock is needed.
            self._append(line)
            self._losing = False
        except (OSError, ValueError, TypeError):  # the disk; a message that does not fit its values
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say that a line is lost: the library would print what it holds, secrets included."""
        words = f"a line of the log could not be written to {self._path}"
        if sys.stderr is not None and not sys.stderr.closed:
            # Whoever logs must not fail because the terminal is gone, too.
            with suppress(OSError, ValueError):
                sys.stderr.write(f"steward: {words}\n")
        if not self._losing:
            self._losing = True  # first: telling may want to log
            self._lost(f"{words[0].upper()}{words[1:]}.")

    def close(self) -> None:
        """Close the file; what is logged later opens it again."""
        self.acquire()
        try:
            if self._file >= 0:
                os.close(self._file)
            self._file = -1
        finally:
            self.release()
        super().close()

    # -- inside: the caller is the only thread of this process here (`logging` holds the lock) ---

    def _open(self) -> int:
        return os.open(
            self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600
        )

    def _append(self, line: bytes) -> None:
        whole = b"\n" + line if self._torn else line
        written = os.write(self._file, whole)
        self._torn = written < len(whole)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _follow(self) -> None:
        """Open the file of our name where another process has put ours aside."""
        try:
            now = self._path.stat()
            mine = os.fstat(self._file)
            if (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino):
                return
        except FileNotFoundError:
            pass
        os.close(self._file)
        self._file = -1
        self._file = self._open()

    def _is_full(self, more: int) -> bool:
        size = os.fstat(self._file).st_size
        return size > 0 and size + more > self._max_bytes

    def _rotate_alone(self, more: int) -> None:
        with self._alone() as alone:
            self._follow()  # another process may have been first
            if alone and self._is_full(more):
                self._rotate()

    def _rotate(self) -> None:
        os.close(self._file)
        self._file = -1
        older = [self._path, *(self._numbered(n) for n in range(1, self._backups + 1))]
        for number in range(self._backups, 0, -1):
            if older[number - 1].exists():
                older[number - 1].replace(older[number])
        self._file = self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether no other process rotates until the end of the block."""
        from filelock import FileLock, Timeout

        if self._lock_file is None:
            name = self._path.with_name(f".{self._path.name}.lock")
            self._lock_file = FileLock(name, timeout=_PATIENCE, mode=0o600, thread_local=False)
        try:
            self._lock_file.acquire()
        except (Timeout, NotImplementedError, OSError):
            yield False
            return
        try:
            yield True
        finally:
            self._lock_file.release()
