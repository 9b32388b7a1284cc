"""A window on a Steward of its own, driven by a person; garbage is collected on Qt's thread."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.assembly import Assembly
from app.ui.chat.accessible import install
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.transcript import Transcript
from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.scripted_model import ScriptedModel, Step
from tests.ui.driving import Person, until

# As `app.ui.language` does in the program, where the window speaks English.
QLocale.setDefault(QLocale("en_US"))

HERE = Path(__file__).parent
MANY_OBJECTS = 5_000
NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
REPORT = "# Report\n\nstatus: draft\ntotal: 4,301\n"


@pytest.fixture(autouse=True)
def _garbage_stays_on_this_thread() -> Iterator[None]:
    """As `app.ui.collector` does in the program: a worker must not destroy Qt's objects."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Leave nothing of the window to the tests that come next: a thread of theirs would find it."""
    ran = yield
    if nextitem is None or HERE not in nextitem.path.parents:
        gc.collect()
    elif len(gc.get_objects()) > MANY_OBJECTS:
        # Modules that tests have imported, for the most part: each test's collection would walk
        # through all of them. What tests made is gone by now, and with it what was garbage.
        gc.collect()
        gc.freeze()
    return ran


@pytest.fixture
def application() -> QApplication:
    """The one application."""
    one = QApplication.instance() or QApplication([])
    assert isinstance(one, QApplication)
    one.setStyle("fusion")
    one.setQuitOnLastWindowClosed(False)
    return one


@pytest.fixture
def theme(application: QApplication) -> Iterator[Theme]:
    """The light theme."""
    one = Theme(application, Look(theme="light"))
    yield one
    one.deleteLater()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A granted folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text(REPORT)
    (folder / "notes.md").write_text("# Notes\n\nbuy milk\n")
    return folder


@pytest.fixture
async def desk(folder: Path) -> AsyncIterator[Assembly]:
    """Everything behind the window, on the folder, with the offline commands."""
    assembly = await Assembly.open(folders=(folder,), theme="light")
    try:
        yield assembly
    finally:
        await assembly.close()


@pytest.fixture
async def window(
    desk: Assembly, theme: Theme, steward_home: Path, application: QApplication
) -> AsyncIterator[MainWindow]:
    """The window, shown and attached."""
    one = MainWindow(theme, WindowState(steward_home))
    one.show()
    one.activateWindow()
    await until(one.isActiveWindow, "the active window")
    one.attach(desk)
    await settled(one)
    yield one
    one.close()
    await one.detach()
    one.deleteLater()


async def settled(window: MainWindow) -> None:
    """Wait until nothing runs.

    pytest-qt lets Qt work between the phases of a test, when asyncio has no running loop: a task
    that is left over from a fixture would fail there.
    """
    session = window.session
    assert session is not None
    await until(lambda: session.tasks.idle, "the window to settle")


@pytest.fixture
def person(window: MainWindow) -> Person:
    """Someone at the window."""
    return Person(window)


@pytest.fixture
def opened() -> Iterator[list[QUrl]]:
    """What the desktop was asked to open."""
    urls: list[QUrl] = []

    class Handler(QWidget):
        @Slot(QUrl)
        def take(self, url: QUrl) -> None:
            urls.append(url)

    handler = Handler()
    QDesktopServices.setUrlHandler("file", handler, "take")  # type: ignore[arg-type]  # the stub
    yield urls
    QDesktopServices.unsetUrlHandler("file")
    handler.deleteLater()


class Puppet:
    """Lets a test say what the model answers."""

    def __init__(self, desk: Assembly) -> None:
        self._desk = desk

    def answers(self, *steps: Step) -> ScriptedModel:
        """Answer the next requests with ``steps``; the last one repeats."""
        model = ScriptedModel(steps)
        self._desk.model.llm = model
        return model


@pytest.fixture
def model(desk: Assembly) -> Puppet:
    """A scripted model in place of the offline commands, once it has answers."""
    return Puppet(desk)


@pytest.fixture
def rows() -> ConversationModel:
    """The rows of a conversation, on a day in March."""
    return ConversationModel(lambda: NOW)


@pytest.fixture
def view(theme: Theme, rows: ConversationModel) -> Iterator[Transcript]:
    """A transcript of its own that shows them."""
    install()
    one = Transcript(theme, lambda _row: QLabel("a widget"))
    one.resize(700, 500)
    one.show()
    one.show_model(rows)
    yield one
    one.show_model(None)
    one.close()
    one.deleteLater()
