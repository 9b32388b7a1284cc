"""Owns every coroutine the window starts: none is forgotten, none fails without a word."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from app.domain.errors import StewardError
from app.ui.translation import translate

if TYPE_CHECKING:
    import asyncio

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Tasks(QObject):
    """A set of running tasks. ``failed(StewardError)`` says what went wrong in one of them.

    A bug (any other exception) is logged with its traceback and reported as one sentence.
    ``raised(BaseException)`` hands out both as they were raised.
    """

    failed = Signal(object)
    raised = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Run ``work`` on the loop; ``name`` stands in the log."""
        self.run(work, name).set_name(name)

    def run(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """As ``start``, for whom needs the task: to cancel it, or to know when it has ended."""
        import asyncio

        # Remembered, because Qt may deliver a timer or a click when the loop does not run.
        self._loop = self._loop or asyncio.get_running_loop()
        task = self._loop.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    @property
    def idle(self) -> bool:
        """Whether nothing runs."""
        return not self._running

    async def stop(self) -> None:
        """Cancel what runs and wait until it has ended."""
        import asyncio

        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.raised.emit(error)
        if isinstance(error, StewardError):
            self.failed.emit(error)
        elif error is not None:
            logger.error("window task %s failed", task.get_name(), exc_info=error)
            self.failed.emit(
                StewardError(
                    translate("Trouble", "Something in Steward went wrong."),
                    hint=translate("Trouble", "Your files are as they were; the log says more."),
                )
            )


class WorkGroup:
    """Tasks of a part of the window that may go away before they end."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Run ``work`` on the loop."""
        task = self._tasks.run(work, name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """Cancel what runs. The owner of all tasks waits for the end."""
        for task in tuple(self._running):
            task.cancel()
