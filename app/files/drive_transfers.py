"""What is on its way to and from Google Drive just now. From any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from app.domain.drive import DriveTransfer
from app.files.drive_client import Progress

_AT_ONCE: Final = 1.0
"""Seconds; what takes no longer is not worth a word."""


class Transfers:
    """Each is told of by who makes it, and forgotten when it ends, however it does."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._under_way: dict[int, tuple[float, DriveTransfer]] = {}
        self._next = 0

    @contextmanager
    def under_way(self, locator: str, total: int | None, *, upload: bool) -> Iterator[Progress]:
        """Bytes of a file go up or come down; the result is told how many."""
        with self._lock:
            self._next += 1
            key, began = self._next, self._monotonic()
            self._under_way[key] = (began, DriveTransfer(locator, upload, 0, total))

        def progress(done: int, of: int | None) -> None:
            with self._lock:
                self._under_way[key] = (began, DriveTransfer(locator, upload, done, of or total))

        try:
            yield progress
        finally:
            with self._lock:
                del self._under_way[key]

    @contextmanager
    def download(
        self, locator: str, total: int | None, chunks: Iterator[bytes]
    ) -> Iterator[Iterator[bytes]]:
        """The same for pieces that are read one after the other."""
        with self.under_way(locator, total, upload=False) as progress:
            yield _counted(chunks, progress)

    def slow(self) -> Sequence[DriveTransfer]:
        """Those that take longer than a moment, the oldest first."""
        now = self._monotonic()
        with self._lock:
            return [one for began, one in self._under_way.values() if now - began >= _AT_ONCE]


def _counted(chunks: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        done += len(chunk)
        progress(done, None)
        yield chunk
