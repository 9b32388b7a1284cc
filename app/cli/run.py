"""What one ``steward`` command runs on: its output, its event loop, and the signals that end it.

Ctrl+C, SIGTERM and a closed terminal cancel what is under way, which leaves everything
consistent. What does not end within ``GRACE_SECONDS`` is cut: the journal makes that safe.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from app.cli.output import Output
from app.domain.errors import (
    ConfigurationError,
    ModelCredentialsError,
    SignInRefusedError,
    StewardError,
    UsageError,
)

if TYPE_CHECKING:
    import asyncio

    from app.assembly import Assembly

T = TypeVar("T")

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
NOT_CONFIGURED: Final = 3
INTERRUPTED: Final = 130

GRACE_SECONDS: Final = 4.0
"""So that SIGTERM ends any command within 5 seconds."""


def exit_code(error: StewardError) -> int:
    """The exit code that says what kind of failure it was."""
    from app.channels.bot_api import BotTokenError

    match error:
        case UsageError():
            return WRONG_USAGE
        case (
            ConfigurationError() | ModelCredentialsError() | SignInRefusedError() | BotTokenError()
        ):
            return NOT_CONFIGURED
        case _:
            return FAILED


class Run:
    """One command from its start to its exit code. Owned by the main thread.

    A context: within it signals end the command; at its end the loop is closed.
    """

    def __init__(self, output: Output) -> None:
        self.output = output
        self.stopping = False
        self._runner: asyncio.Runner | None = None
        self._task: asyncio.Task[object] | None = None
        self._gently: Callable[[], bool] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                before = signal.getsignal(number)
                if number is signal.SIGHUP and before is signal.SIG_IGN:
                    continue  # started by nohup
                self._before[number] = before
                signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._runner is not None:
                self._runner.close()
        finally:
            for number, before in self._before.items():
                signal.signal(number, before)

    def until_done(self, work: Coroutine[Any, Any, T], *, closing: bool = False) -> T:
        """Run ``work`` on the loop; may be called again. Raises ``KeyboardInterrupt`` if ended.

        ``closing``: it also runs where the command was told to end.
        """
        import asyncio

        if self._runner is None:
            self._runner = asyncio.Runner()
        if self.stopping and not closing:
            work.close()
            raise KeyboardInterrupt
        try:
            return self._runner.run(self._watched(work))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    def cut_soon(self, code: int, seconds: float) -> None:
        """End the process with ``code`` in ``seconds``, unless it has ended by itself."""
        last_resort = threading.Timer(seconds, os._exit, (code,))
        last_resort.daemon = True
        last_resort.start()

    @contextmanager
    def first_interrupt(self, gently: Callable[[], bool]) -> Iterator[None]:
        """Within: the first Ctrl+C calls ``gently`` on the loop instead of ending the command.

        ``gently`` returns whether there was something to stop; else the command ends.
        """
        self._gently = gently
        try:
            yield
        finally:
            self._gently = None

    # -- inside ----------------------------------------------------------------------------

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        self._task = asyncio.current_task()
        try:
            with _woken_by_signals(asyncio.get_running_loop()):
                return await work
        finally:
            self._task = None

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        task = self._task
        if task is None:
            if number != signal.SIGINT:
                self._stop_soon()
            raise KeyboardInterrupt
        # Through the loop, which this wakes; the handler may run in the middle of anything.
        loop = task.get_loop()
        gently, self._gently = self._gently, None
        if number == signal.SIGINT and gently is not None:
            loop.call_soon_threadsafe(self._stop_gently, gently, task)
        elif not self.stopping:
            self._stop_soon()
            loop.call_soon_threadsafe(task.cancel)

    def _stop_gently(self, gently: Callable[[], bool], task: asyncio.Task[object]) -> None:
        if not gently():
            self._stop_soon()
            task.cancel()

    def _stop_soon(self) -> None:
        if not self.stopping:
            self.stopping = True
            self.cut_soon(INTERRUPTED, GRACE_SECONDS)


@asynccontextmanager
async def opened(
    folders: tuple[Path, ...] = (),
    *,
    offline: bool = False,
    tell: Output | None = None,
    warn: bool = True,
) -> AsyncIterator[Assembly]:
    """The whole program without a window, closed at the end.

    Args:
        folders: what may be touched in this run, instead of the folders in the settings.
        offline: no model is needed, so none is required to be configured.
        tell: is told what was done about a crash before this start, and what did not load.
        warn: says on stderr that the vault is gone; only who says it otherwise does without.
    """
    from app.assembly import Assembly

    overrides: dict[str, Any] = {}
    if folders:
        overrides["folders"] = folders
    if offline:
        overrides["provider"] = "guided"
        overrides["watch_folders"] = False  # it is over before there is anything to hear
    assembly = await Assembly.open(**overrides)
    try:
        for folder in folders:
            assembly.folders.grant(folder)  # says what is wrong with one that cannot be
        if warn and assembly.start_report.recovery.missing_vault is not None:
            (tell or Output()).note(str(assembly.start_report.recovery.missing_vault), "red")
        if tell is not None:
            for words in (
                *assembly.start_report.notices,
                *map(str, assembly.start_report.recovery.operations),
            ):
                tell.note(words, "yellow")
        yield assembly
    finally:
        await assembly.close()


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Within: a signal wakes the loop, also one that comes just before the loop goes to sleep.

    Python runs a signal's handler between two steps of the main thread, so a loop that sleeps
    already would keep it waiting until something else happens.
    """
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    hearing, told = socket.socketpair()
    with hearing, told:
        hearing.setblocking(False)
        told.setblocking(False)
        loop.add_reader(hearing, hearing.recv, 4096)
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(hearing)
