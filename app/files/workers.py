"""Named worker threads for work on files that may not be cut in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from app.domain.errors import FileError
from app.files.gate import Gate, passing

T = TypeVar("T")

WORKERS: Final = 12
"""Eight calls run side by side, and in Google Drive each may wait long for the others."""


class Workers:
    """A small pool. Used on one event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="steward-files")
        self._running: set[Future[Any]] = set()

    async def close(self) -> None:
        """Wait for what has begun, then end the threads."""
        while self._running:
            waiting = [asyncio.wrap_future(one) for one in set(self._running)]
            # How they end was told to whoever asked, or is of no interest to anyone any more.
            await asyncio.gather(*waiting, return_exceptions=True)
        self._pool.shutdown(wait=True)

    async def look(self, work: Callable[[], T]) -> T:
        """Run work that changes nothing; what it waits for is given up when the caller is."""
        gate = Gate()
        try:
            return await asyncio.wrap_future(self._submit(work, gate))
        except asyncio.CancelledError:
            gate.stop()
            raise

    async def uncut(self, work: Callable[[Gate], T]) -> T:
        """Run ``work`` in a worker thread; once it has passed its gate, wait whatever comes."""
        gate = Gate()
        future = asyncio.wrap_future(self._submit(lambda: work(gate), gate))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if gate.stop():
                # It ends by itself, unseen: with ``StoppedError``, or whatever came before.
                future.add_done_callback(lambda done: done.cancelled() or done.exception())
                raise
            while not future.done():
                try:
                    await asyncio.wait([future])
                except asyncio.CancelledError:
                    continue
            return future.result()

    def _submit(self, work: Callable[[], T], gate: Gate) -> Future[T]:
        def run() -> T:
            with passing(gate):
                return work()

        try:
            future = self._pool.submit(run)
        except RuntimeError as error:  # the worker threads have ended
            raise FileError("Steward is closing; nothing was changed.") from error
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future
