"""asyncio on Qt's event loop: qasync with exact timers and asynchronous generators that are closed.

Measured (docs/architecture.md, "Threads"): qasync's own timers are coarse, up to 5 % off and
sometimes early, and it does not install asyncio's hooks for generators that nobody finished.
"""

from __future__ import annotations

import asyncio
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import qasync
from PySide6.QtCore import Qt, QTimerEvent
from PySide6.QtWidgets import QApplication

_WORKERS: Final = 6


class _ExactTimer(qasync._SimpleTimer):  # type: ignore[misc]  # noqa: SLF001 - pinned to 0.28.0
    """Never early, at most a few milliseconds late; what it runs always has its running loop."""

    def __init__(self, loop: StewardEventLoop) -> None:
        super().__init__()
        self._loop = loop

    def timerEvent(self, event: QTimerEvent) -> None:
        """Run the callback that is due.

        Qt may deliver it outside ``run_forever``: qasync itself handles events once more at the
        end of ``run_until_complete``. A task that takes a step there needs its loop all the same.
        """
        outside = asyncio._get_running_loop() is None  # noqa: SLF001 - made for event loops
        if outside:
            asyncio._set_running_loop(self._loop)  # noqa: SLF001
        try:
            super().timerEvent(event)
        finally:
            if outside:
                asyncio._set_running_loop(None)  # noqa: SLF001

    def add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """Run ``handle`` after ``delay`` seconds."""
        milliseconds = math.ceil(max(0.0, delay) * 1000)
        number = self.startTimer(milliseconds, Qt.TimerType.PreciseTimer)
        self._SimpleTimer__callbacks[number] = handle
        return handle


class StewardEventLoop(qasync.QEventLoop):  # type: ignore[misc]
    """The window's loop."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._timer = _ExactTimer(self)
        # qasync's own pool leaves a future unresolved when a worker raises SystemExit.
        self.set_default_executor(
            ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="steward-worker")
        )

    def run_forever(self) -> Any:
        """Run until stopped, generators watched."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        try:
            return super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*before)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """``close`` shuts the pool down; asyncio's own way would start a thread for it."""
