"""From a pane to the file itself: opened, shown in its folder, a version to read; never run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.ui.main_window import MainWindow
from app.ui.panes.versions import VersionsPane
from app.ui.programs import may_be_run
from tests.ui.conftest import REPORT
from tests.ui.driving import Person, choose, click, until
from tests.ui.test_panes import EDIT, allow


async def pane_of(person: Person, window: MainWindow) -> VersionsPane:
    """The pane, after a change of ``report.md``."""
    await allow(person, EDIT)
    window.show_pane("Versions")
    pane = window.versions
    assert pane is not None
    await until(lambda: pane.card.version is not None, "the versions")
    return pane


def take(pane: VersionsPane, entry: str) -> None:
    """Open the card's menu and choose."""
    click(pane.places)
    choose(pane.places.menu_shown, entry)


async def test_the_file_is_opened_as_it_is_today(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path
) -> None:
    pane = await pane_of(person, window)
    take(pane, "Open the file")
    await until(lambda: opened, "the desktop to be asked")
    assert opened == [QUrl.fromLocalFile(str(folder / "report.md"))]


@pytest.mark.parametrize("kind", ["executable", "desktop entry", "link to one"])
async def test_what_may_be_a_program_is_shown_in_its_folder_and_never_opened(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path, kind: str
) -> None:
    assert window.session is not None
    target = folder / {"desktop entry": "go.desktop"}.get(kind, "go.md")
    if kind == "link to one":
        (folder / "real.exe").write_text("x")
        target.symlink_to(folder / "real.exe")
    else:
        target.write_text("x")
    if kind == "executable":
        target.chmod(0o755)

    window.session.places.open(str(target))

    await until(lambda: "never runs it" in window.status_line.text, "the reason")
    assert opened == [QUrl.fromLocalFile(str(folder))]


@pytest.mark.parametrize(
    "name",
    [
        "a.command", "a.webloc", "a.inetloc", "a.fileloc", "a.terminal", "a.workflow", "a.pyw",
        "a.scf", "a.URL", "a.lnk", "a.msc", "a.settingcontent-ms", "a.appref-ms", "a.jnlp",
        "a.mobileconfig", "a.scpt", "a.pkg", "a.flatpakref", "a.exe. ",
    ],
)  # fmt: skip
async def test_what_any_desktop_runs_or_follows_is_never_opened(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path, name: str
) -> None:
    assert window.session is not None
    (folder / name).write_text("x")

    window.session.places.open(str(folder / name))

    await until(lambda: "never runs it" in window.status_line.text, "the reason")
    assert opened == [QUrl.fromLocalFile(str(folder))]


@pytest.mark.parametrize("name", ["a.py", "a.sh", "a.rb"])
def test_a_script_is_text_on_linux_and_a_program_elsewhere(name: str) -> None:
    assert not may_be_run(name, "linux")
    assert may_be_run(name, "darwin")
    assert may_be_run(name, "win32")


@pytest.mark.parametrize(
    "name", ["a.md", "a.pdf", "a.docx", "a.png", "py", ".command", "", "a.zip"]
)
def test_what_is_read_is_opened(name: str) -> None:
    for platform in ("linux", "darwin", "win32"):
        assert not may_be_run(name, platform)


async def test_a_past_version_is_opened_as_a_copy_to_read(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path
) -> None:
    pane = await pane_of(person, window)
    pane.timeline.setCurrentIndex(pane.timeline.model().index(1, 0))
    take(pane, "Open a copy of this version")
    await until(lambda: opened, "the desktop to be asked")
    copy = Path(opened[0].toLocalFile())
    assert copy.name == "report (version 1).md"
    assert copy.read_text() == REPORT
    assert copy.stat().st_mode & 0o777 == 0o400
    assert copy.parent.stat().st_mode & 0o077 == 0
    assert folder not in copy.parents
    await until(lambda: "only for reading" in window.status_line.text, "what it is")
    assert window.session is not None
    window.session.places.close()
    assert not copy.exists()


async def test_a_file_that_is_gone_is_shown_where_it_stood(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path
) -> None:
    pane = await pane_of(person, window)
    (folder / "report.md").unlink()
    take(pane, "Open the file")
    await until(lambda: "cannot be opened" in window.status_line.text, "the reason")
    assert opened == []
    take(pane, "Show in folder")
    await until(lambda: opened, "the folder")
    assert opened == [QUrl.fromLocalFile(str(folder))]


async def test_the_menu_key_offers_it_in_the_timeline_and_the_path_can_be_copied(
    person: Person, window: MainWindow, folder: Path
) -> None:
    pane = await pane_of(person, window)
    view = pane.timeline.viewport()
    corner = view.rect().bottomRight()
    keyboard = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, corner, view.mapToGlobal(corner)
    )
    QApplication.sendEvent(view, keyboard)
    menu = pane.menu.shown
    assert isinstance(menu, QMenu)
    choose(menu, "Copy path")
    assert QApplication.clipboard().text() == str(folder / "report.md")
    assert pane.timeline.contextMenuPolicy() is Qt.ContextMenuPolicy.CustomContextMenu


async def test_versions_of_files_with_one_name_are_told_apart(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path
) -> None:
    session = window.session
    assert session is not None
    for name in ("here", "there"):
        (folder / name).mkdir()
        (folder / name / "same.md").write_text(f"from {name}")
        await session.workspace().edit(str(folder / name / "same.md"), lambda _: b"now")

    for name in ("here", "there"):
        session.places.open_version(str(folder / name / "same.md"), 1)
        await until(lambda: len(opened) == 1, "the desktop to be asked")
        assert Path(opened.pop().toLocalFile()).read_text() == f"from {name}"


@pytest.mark.parametrize("name", ["二" * 84 + ".md", "я" * 120 + ".txt", "a\nb -rf.md", "-rf"])
async def test_a_version_opens_whatever_its_file_is_called(
    person: Person, window: MainWindow, opened: list[QUrl], folder: Path, name: str
) -> None:
    session = window.session
    assert session is not None
    (folder / name).write_text("before")
    await session.workspace().edit(str(folder / name), lambda _: b"now")

    session.places.open_version(str(folder / name), 1)

    await until(lambda: opened, "the desktop to be asked")
    copy = Path(opened[0].toLocalFile())
    assert copy.read_text() == "before"
    assert copy.suffix == Path(name).suffix


SHOWS = """
import asyncio, subprocess, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.ui.event_loop import StewardEventLoop
from app.ui.file_manager import show_items

daemon = None
if sys.argv[2:]:
    daemon = subprocess.Popen([sys.executable, "-m", "tests.standins.file_manager"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert daemon.stdout.readline() == b"ready\\n"
application = QApplication([])
with asyncio.Runner(loop_factory=lambda: StewardEventLoop(application)) as runner:
    print("taken", runner.run(show_items(Path(sys.argv[1]))))
if daemon is not None:
    print(daemon.communicate()[0].decode())
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="there is no D-Bus here")
@pytest.mark.parametrize("there", [True, False])
def test_the_file_manager_is_asked_to_choose_the_file(tmp_path: Path, there: bool) -> None:
    place = tmp_path / "a b.md"
    command = ["dbus-run-session", "--", sys.executable, "-c", SHOWS, str(place)]
    done = subprocess.run(
        [*command, *(["daemon"] if there else [])],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"taken {there}" in done.stdout
    shown = f"ass ['file://{tmp_path}/a%20b.md']"
    assert (shown in done.stdout) is there
