"""The window's door: Qt, qasync, the assembly, and the order in which they come and go.

The window is shown before anything heavy is imported. ``STEWARD_BENCH`` makes the program say
when it got somewhere and end there: ``visible`` (painted for the first time), ``interactive`` (the
event loop runs and takes input) or ``ready`` (everything is attached).
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtWidgets import QApplication

    from app.assembly import Assembly
    from app.domain.errors import StewardError
    from app.last_run import EndedRun
    from app.ui.main_window import MainWindow
    from app.ui.quick_ask import QuickAsk
    from app.ui.single_instance import SingleInstance

_CLOSING_SECONDS: Final = 3.5
_CUT_SECONDS: Final = 4.5
_EXIT_NOT_CONFIGURED: Final = 3
_EXIT_INTERRUPTED: Final = 130
_ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP")
_WINDOW_LIBRARIES: Final = ("PySide6", "shiboken6", "qasync")


def open_window(question: str | None = None) -> int:
    """``main`` for a door: where the window's libraries are not there, it is said in words."""
    try:
        return main(question=question)
    except ImportError as error:
        if not any(name in f"{error.name} {error}" for name in _WINDOW_LIBRARIES):
            raise
        sys.stderr.write(
            f"steward: The window cannot be opened: {error}.\n"
            "Install Steward again (in a clone: `make run`); `steward chat` works without it.\n"
        )
        return _EXIT_NOT_CONFIGURED


def main(argv: Sequence[str] | None = None, *, question: str | None = None) -> int:
    """Open the window; returns the exit code when it is closed.

    ``question``: the small window for a question in its place, which asks it unless it is empty.
    """
    if _has_no_display():
        print(  # noqa: T201
            "steward: there is no display to open a window on.\n"
            "         Use the terminal (`steward chat`, `steward --help`), or start it in a "
            "desktop session.",
            file=sys.stderr,
        )
        return _EXIT_NOT_CONFIGURED
    os.environ["QT_API"] = "pyside6"
    gc.disable()  # there is nothing to collect yet; `ui.collector` sees to it from then on
    _end_at_once_when_told()
    import PySide6  # noqa: F401 - and nothing of it, until the next line

    import_as_usual()
    from PySide6.QtWidgets import QApplication

    from app.home import default_home
    from app.ui.language import Language
    from app.ui.look import first_look
    from app.ui.main_window import MainWindow
    from app.ui.single_instance import SingleInstance
    from app.ui.theme import Theme
    from app.ui.window_state import WindowState

    home = default_home()
    name, *others = argv if argv is not None else sys.argv[:1]
    # As an option: `setStyle` gives back a QStyle, whose names take 5 ms to make.
    application = QApplication([name, "-style", "fusion", *others])
    application.setApplicationName("steward")
    application.setApplicationDisplayName("Steward")
    application.setDesktopFileName("steward")
    application.setQuitOnLastWindowClosed(False)
    instance = SingleInstance(home)
    if not instance.claim():
        return _second_start(instance, question)
    state = WindowState(home)
    look = first_look(home)
    Language(application, look.language)
    theme = Theme(application, look)
    window = MainWindow(theme, state)
    if question is None:
        window.show()
        _wait_for_paint(application, window)
    else:
        _wait_for_paint(application, window.ask_quickly(question))
    try:
        return _run(application, window, instance, home)
    finally:
        instance.close()


def import_as_usual() -> None:
    """Put Python's own ``import`` back.

    PySide6 replaces it by one that reads the source of every importing module, to see whether it
    asks for ``__feature__`` names. Nothing here does, and it takes a tenth of the start. The
    sources it has read so far are let go of, too.
    """
    import builtins
    import linecache

    original = getattr(builtins, "__orig_import__", None)
    if original is not None:
        builtins.__import__ = original
        linecache.clearcache()


def _end_at_once_when_told() -> None:
    """Let a signal end the program until the event loop looks after it: nothing is open yet.

    Python's own way, an exception at any line, kills the process where Qt is being loaded and is
    swallowed where Qt calls us.
    """
    if threading.current_thread() is threading.main_thread():
        for number in _ending_signals():
            signal.signal(number, lambda *_: os._exit(_EXIT_INTERRUPTED))


def _ignore_signals() -> None:
    """It ends already, in its time: see ``_CUT_SECONDS``."""
    for number in _ending_signals():
        signal.signal(number, signal.SIG_IGN)


def _ending_signals() -> list[signal.Signals]:
    numbers = [signal.Signals[name] for name in _ENDING if hasattr(signal, name)]
    # What was to be ignored from the start (``nohup``) stays so.
    return [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]


def _has_no_display() -> bool:
    # Without one Qt aborts the process, and says so in words for programmers.
    chosen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in chosen)


def _second_start(instance: SingleInstance, question: str | None) -> int:
    if instance.ask_to_come(question):
        if question is None:
            print("Steward is open already: its window was brought to the front.")  # noqa: T201
        return 0
    print(  # noqa: T201
        "Steward is open already but does not answer. Close it, or set STEWARD_HOME to "
        "another folder.",
        file=sys.stderr,
    )
    return 1


def _wait_for_paint(application: QApplication, window: MainWindow | QuickAsk) -> None:
    from PySide6.QtCore import QEventLoop

    painted: list[bool] = []

    def note() -> None:
        painted.append(True)
        _bench("visible")  # here, for other events may be due, too

    window.painted.connect(note)
    deadline = time.monotonic() + 5
    while not painted and time.monotonic() < deadline:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)


def _bench(moment: str) -> None:
    if os.environ.get("STEWARD_BENCH") == moment:
        print(moment, flush=True)  # noqa: T201
        os._exit(0)


def _run(
    application: QApplication, window: MainWindow, instance: SingleInstance, home: Path
) -> int:
    import asyncio

    from app.ui.collector import Collector
    from app.ui.event_loop import StewardEventLoop

    collector = Collector(application)
    # What cannot be stopped must not keep the program: the journal makes a cut safe.
    cut = threading.Timer(_CUT_SECONDS, os._exit, (1,))
    cut.daemon = True
    cut.name = "steward-cut"
    # It goes on at the end of the loop: the program's threads, too, have to end in time.
    try:
        with asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner:
            return runner.run(_live(application, window, instance, home, cut))
    finally:
        _ignore_signals()
        collector.close()


async def _live(
    application: QApplication,
    window: MainWindow,
    instance: SingleInstance,
    home: Path,
    cut: threading.Timer,
) -> int:
    import asyncio

    from app.last_run import RunMark

    closing = asyncio.Event()

    def close_soon() -> None:
        if not closing.is_set():
            cut.start()
            closing.set()

    application.lastWindowClosed.connect(close_soon)
    window.quit_wanted.connect(close_soon)
    if sys.platform != "win32":
        for number in _ending_signals():
            asyncio.get_running_loop().add_signal_handler(number, close_soon)
    if not window.is_shown:  # it was closed before there was anybody to notice
        close_soon()
    await asyncio.sleep(0)
    _bench("interactive")
    _show_icon(application)
    instance.wanted.connect(window.come_to_front)
    instance.asked.connect(window.ask_quickly)
    instance.listen()
    window.theme.system.listen()
    mark, assembly = RunMark(home), None
    if not closing.is_set():  # else nobody waits for what takes long to import
        ended = await asyncio.to_thread(mark.begin)
        assembly = await _open(window, home, closing, ended)
    if assembly is not None:
        if os.environ.get("STEWARD_BENCH") == "ready":
            print("ready", flush=True)  # noqa: T201
            closing.set()
        await closing.wait()
    await asyncio.to_thread(mark.end)
    window.remember()
    window.hide()
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await window.detach()
            if assembly is not None:
                await assembly.close()
    except TimeoutError:
        logging.getLogger(__name__).error("closing took too long and was cut short")
    window.close()
    window.deleteLater()
    return 0


def _show_icon(application: QApplication) -> None:
    from PySide6.QtGui import QIcon

    from app.ui.icons import FOLDER

    application.setWindowIcon(QIcon(str(FOLDER / "steward.svg")))


async def _open(
    window: MainWindow, home: Path, closing: asyncio.Event, ended: EndedRun | None = None
) -> Assembly | None:
    """Open the assembly, as often as the person wants to try; ``None`` if they close instead."""
    import asyncio

    again: asyncio.Queue[bool] = asyncio.Queue()
    window.retry_wanted.connect(again.put_nowait)
    offline = False
    while True:
        opening = asyncio.create_task(_assemble(home, offline=offline), name="open the assembly")
        await _first(opening, closing)
        if not opening.done():
            opening.cancel()
            await asyncio.wait([opening])
            return None
        error = opening.exception() or await _attach(window, opening.result(), ended)
        if error is None:
            assembly = opening.result()
            logging.getLogger(__name__).info("the window is open")
            assembly.start_report.announce(assembly.router, crash_is_told=ended is not None)
            assert window.session is not None
            tasks = window.session.tasks  # what fails in one of them is told
            if window.set_up is None:  # else nothing is asked before the person says so
                tasks.start(
                    assembly.model.offer_local_servers(assembly.router),
                    name="look for model servers",
                )
            tasks.start(assembly.model.learn_models(), name="learn the models")
            return assembly
        window.show_trouble(_explained(error), home)
        retry = asyncio.create_task(again.get(), name="wait for another try")
        await _first(retry, closing)
        if closing.is_set():
            retry.cancel()
            return None
        offline = retry.result()
        window.clear_trouble()


async def _attach(
    window: MainWindow, assembly: Assembly, ended: EndedRun | None
) -> Exception | None:
    """Show what the assembly has; where that fails, nothing is left open."""
    try:
        window.attach(assembly, ended)
    except Exception as error:  # noqa: BLE001 - a bug of a pane: it must be seen
        await window.detach()
        await assembly.close()
        return error
    return None


async def _assemble(home: Path, *, offline: bool) -> Assembly:
    import asyncio
    from importlib import import_module

    # In a thread: these imports take longer than the window took to show.
    await asyncio.to_thread(import_module, "app.assembly")
    from app.assembly import Assembly
    from app.settings_store import SettingsStore

    overrides = {"provider": "guided"} if offline else {}
    return await Assembly.open(SettingsStore(home), **overrides)


async def _first(task: asyncio.Task[Any], closing: asyncio.Event) -> None:
    """Wait until ``task`` has ended or the window is closed."""
    import asyncio

    closed = asyncio.create_task(closing.wait(), name="wait for the end")
    await asyncio.wait([task, closed], return_when=asyncio.FIRST_COMPLETED)
    closed.cancel()


def _explained(error: BaseException) -> StewardError:
    """What a person is told; a bug of ours goes to the log with its traceback."""
    from app.bugs import tell_of_bug
    from app.domain.errors import StewardError

    if isinstance(error, StewardError):
        return error
    tell_of_bug(type(error), error, error.__traceback__)
    return StewardError(
        f"Something unexpected happened: {type(error).__name__}.",
        hint="Try again. If it stays, the log in the data folder says where it comes from.",
    )


if __name__ == "__main__":
    sys.exit(main())
