"""What the window's benchmarks share: the real window, its heartbeat, and a look at each paint."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.assembly import Assembly
from app.settings_store import SettingsStore
from app.storage.database import Database
from app.ui.collector import Collector
from app.ui.event_loop import StewardEventLoop
from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState

T = TypeVar("T")

BEAT: Final = 0.002
"""Seconds between two beats."""
_PATIENCE: Final = 60.0

Gaps = list[tuple[float, float]]
"""For each beat: seconds it came late, and seconds this thread worked since the one before."""


def run_in_window(measure: Callable[[QApplication, Path], Awaitable[T]]) -> T:
    """What ``measure`` finds on the window's own loop, with an empty folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("fusion")
    application.setQuitOnLastWindowClosed(False)
    collector = Collector(application)

    async def measured(folder: Path) -> T:
        return await measure(application, folder)

    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner,
    ):
        found = runner.run(measured(Path(folder)))
    collector.close()
    gc.collect()
    return found


def new_database(home: Path) -> Database:
    """The opened database of a data directory that does not exist yet; to be closed."""
    home.mkdir()
    database = Database(home / "steward.db")
    database.open()
    return database


@asynccontextmanager
async def open_window(
    application: QApplication, home: Path, folders: Sequence[Path] = ()
) -> AsyncIterator[tuple[MainWindow, Assembly]]:
    """The window on a data directory, shown and attached."""
    assembly = await Assembly.open(SettingsStore(home, {}), folders=tuple(folders), theme="light")
    theme = Theme(application, Look(theme="light"))
    window = MainWindow(theme, WindowState(home))
    try:
        window.resize(1360, 860)
        window.show()
        window.attach(assembly)
        assert window.session is not None
        await window.session.warm_up.done()  # as once something is written
        yield window, assembly
    finally:
        window.close()
        await window.detach()
        await assembly.close()
        window.deleteLater()
        theme.deleteLater()


class _Painted(QObject):
    """Notices when one of some widgets is painted."""

    def __init__(self, watched: Sequence[QWidget]) -> None:
        super().__init__()
        self.since = asyncio.Event()
        self._watched = watched
        for one in watched:
            one.installEventFilter(self)

    def stop(self) -> None:
        """Watch no more."""
        for one in self._watched:
            one.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """See every event; take none."""
        if event.type() == QEvent.Type.Paint:
            self.since.set()
        return False


async def until_painted(watched: Sequence[QWidget], shown: Callable[[], bool]) -> None:
    """Until ``shown`` holds and one of the widgets was painted since."""
    painted = _Painted(watched)
    try:
        async with asyncio.timeout(_PATIENCE):
            while not shown():
                painted.since.clear()
                await asyncio.sleep(0.001)
            await painted.since.wait()
    finally:
        painted.stop()


@asynccontextmanager
async def heartbeat() -> AsyncIterator[Gaps]:
    """Each beat of ``BEAT`` seconds until the end; never empty."""
    gaps: Gaps = [(0.0, 0.0)]
    last, worked = time.perf_counter(), time.thread_time()

    async def beat() -> None:
        nonlocal last, worked
        while True:
            await asyncio.sleep(BEAT)
            now, work = time.perf_counter(), time.thread_time()
            gaps.append((now - last - BEAT, work - worked))
            last, worked = now, work

    task = asyncio.create_task(beat())
    try:
        yield gaps
    finally:
        task.cancel()


def milliseconds(seconds: float) -> float:
    """For a report: rounded to a tenth."""
    return round(seconds * 1000, 1)
