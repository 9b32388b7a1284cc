"""Pictures the program makes of itself: the real window, the real assembly, the sample folder.

``python -m tests.ui.screens FOLDER`` writes one for each scene, theme and size.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly, ensure_sample_folder
from app.config import SettingsStore
from app.orchestrator.approvals import Decision
from app.ui.collector import Collector
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.ui.driving import Person, click, until

WIDE: Final = QSize(1360, 860)
SMALL: Final = QSize(900, 600)
EDIT: Final = "replace 'draft' with 'final' in report.md"

Scene = Callable[[Person], Awaitable[None]]


def render_screenshot(path: Path, *, theme: str = "light", size: QSize = WIDE) -> None:
    """The main job, done: a guided edit was approved, then version 1 was restored."""
    render(path, restored, theme=theme, size=size)


def render(path: Path, scene: Scene, *, theme: str = "light", size: QSize = WIDE) -> None:
    """A picture of the window after ``scene``."""
    from app.ui.event_loop import StewardEventLoop

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("fusion")
    application.setQuitOnLastWindowClosed(False)
    collector = Collector(application)
    with (
        tempfile.TemporaryDirectory() as home,
        asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner,
    ):
        runner.run(_render(application, Path(home), path, scene, theme, size))
    collector.close()
    gc.collect()


async def _render(
    application: QApplication, home: Path, path: Path, scene: Scene, theme: str, size: QSize
) -> None:
    look = Theme(application, theme)
    assembly = await Assembly.open(SettingsStore(home, {}), theme=theme)
    window = MainWindow(look, WindowState(home))
    try:
        ensure_sample_folder(assembly)
        window.resize(size)
        window.show()
        window.attach(assembly)
        await scene(Person(window))
        await asyncio.sleep(0.15)  # hover and focus settle
        if not window.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")
    finally:
        window.close()
        await window.detach()
        await assembly.close()
        window.deleteLater()
        look.deleteLater()


# --- scenes -----------------------------------------------------------------------------------


async def nothing_yet(person: Person) -> None:
    """The window as it opens for the first time."""
    await asyncio.sleep(0.3)


async def asked(person: Person) -> None:
    """A change waits for approval."""
    await person.ask("/files")
    person.say(EDIT)
    await person.card()
    person.window.show_pane("Trace")


async def allowed(person: Person) -> None:
    """The change was made."""
    person.say(EDIT)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    pane = person.window.versions
    assert pane is not None
    person.window.show_pane("Versions")
    await until(lambda: len(pane.versions) >= 2, "two versions")


async def restored(person: Person) -> None:
    """And taken back."""
    await allowed(person)
    pane = person.window.versions
    assert pane is not None
    click(pane.card.restore)
    await until(lambda: len(pane.versions) >= 3, "three versions")


async def read(person: Person) -> None:
    """A longer answer, and the trace."""
    await person.ask("what is in notes.md")
    await person.ask("/help")
    person.window.show_pane("Trace")


async def circuits(person: Person) -> None:
    """The circuits pane."""
    await person.ask("/files")
    person.window.show_pane("Circuits")


async def files(person: Person) -> None:
    """The files pane."""
    person.window.show_pane("Files")
    await asyncio.sleep(0.3)


async def settings(person: Person) -> None:
    """The settings."""
    person.window.show_settings("model")
    await asyncio.sleep(0.8)


SCENES: Final[dict[str, Scene]] = {
    "nothing_yet": nothing_yet,
    "asked": asked,
    "allowed": allowed,
    "restored": restored,
    "read": read,
    "circuits": circuits,
    "files": files,
}


def main() -> int:
    """Write all pictures into the folder named on the command line."""
    folder = Path(sys.argv[1])
    wanted = sys.argv[2:] or list(SCENES)
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        for theme in ("light", "dark"):
            for size in (WIDE, SMALL):
                path = folder / f"{name}-{theme}-{size.width()}.png"
                render(path, SCENES[name], theme=theme, size=size)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
