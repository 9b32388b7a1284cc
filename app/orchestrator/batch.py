"""The calls of one answer while they run: who is done, whether to stop, who waits for whom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from app.domain.errors import StewardError
from app.domain.tool_calls import ToolCall, ToolResult
from app.orchestrator.schedule import may_be_same
from app.orchestrator.turn_scope import TurnScope
from app.orchestrator.uninterrupted import uninterrupted
from app.orchestrator.waits import Waits

logger = logging.getLogger(__name__)

MAX_PARALLEL: Final = 8

Record = Callable[[ToolResult], Awaitable[None] | None]
"""Takes a result and stores it; called once a call, one after the other."""


class Batch:
    """State of one ``ToolDispatch.run``. Made in the task that runs it."""

    def __init__(
        self,
        calls: Sequence[ToolCall],
        scope: TurnScope,
        waits: Waits,
        *,
        record: Record,
        publish: Callable[[ToolResult], None],
    ) -> None:
        self.calls = calls
        self.scope = scope
        self.waits = waits
        self.gate = asyncio.Semaphore(MAX_PARALLEL)
        self.asking = asyncio.Lock()
        """Held by the call whose preview is made and asked about: one at a time, in order."""
        self._record = record
        self._publish = publish
        self._settled: set[int] = set()
        self._recording = asyncio.Lock()
        self._touched: dict[int, frozenset[str]] = {}
        self._released = asyncio.Event()
        self._stopped = False
        owner = asyncio.current_task()
        assert owner is not None
        self._owner = owner
        self._cancels = owner.cancelling()
        self.failure: StewardError | None = None
        """The first failure to store a result."""

    # -- stopping --------------------------------------------------------------------------

    @property
    def cancelled(self) -> bool:
        """Whether the run's task was told to end. True from that very moment on."""
        return self._owner.cancelling() > self._cancels

    def is_stopping(self) -> bool:
        """Whether nothing more may begin."""
        return self._stopped or self.cancelled

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True

    # -- results ---------------------------------------------------------------------------

    def is_settled(self, at: int) -> bool:
        """Whether the call at this position has its result."""
        return at in self._settled

    async def settle(self, at: int, result: ToolResult) -> None:
        """Store and tell a call's one result; not cut by a cancel."""
        assert at not in self._settled
        self._settled.add(at)
        await uninterrupted(self._store(result))

    async def _store(self, result: ToolResult) -> None:
        async with self._recording:
            try:
                storing = self._record(result)
                if storing is not None:
                    await storing
            except StewardError as error:
                logger.exception("result not stored", extra={"call_id": result.call_id})
                self.failure = self.failure or error
            finally:
                self._publish(result)
                self.waits.again()

    # -- files -----------------------------------------------------------------------------

    @contextmanager
    def touching(self, at: int, paths: Iterable[str]) -> Iterator[None]:
        """Within: the call at this position may change ``paths`` (absolute, resolved)."""
        self._touched[at] = frozenset(paths)
        try:
            yield
        finally:
            del self._touched[at]
            self._released.set()

    async def free_of(self, paths: Iterable[str]) -> bool:
        """Wait until no other call changes any of ``paths``; whether there was one to wait for."""
        wanted, waited = list(paths), False
        while self._overlaps(wanted):
            waited = True
            self._released.clear()
            await self._released.wait()
        return waited

    def _overlaps(self, wanted: Sequence[str]) -> bool:
        return any(
            may_be_same(one, other)
            for touched in self._touched.values()
            for one in touched
            for other in wanted
        )
