"""Files of Google Drive beside local ones: by name, never taken for a path of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget

from app.domain.errors import ConflictError
from app.orchestrator.approvals import Decision
from app.ui import words
from app.ui.chat.rows import CallRow, WaitRow
from app.ui.file_names import copied, name_of, place_of, tip_of, without_ids
from app.ui.main_window import MainWindow
from app.ui.panes.file_filters import Order
from app.ui.panes.versions import VersionsPane
from app.ui.panes.versions_model import VersionRole
from tests.standins.google_drive import DriveServer, Hold, StoredFile
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.drive_at_window import connected
from tests.ui.driving import Person, choose, click, until


@pytest.fixture(autouse=True)
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DriveServer]:
    with connected(monkeypatch, tmp_path) as server:
        yield server


@pytest.fixture
def plan(google: DriveServer) -> StoredFile:
    folder = google.state.add_folder("Invoices")
    return google.state.add("100% a/b plan.md", b"We meet on Monday.\n", folder=folder.id)


@pytest.fixture
def web() -> Iterator[list[QUrl]]:
    """What the browser was asked to open."""
    urls: list[QUrl] = []

    class Handler(QWidget):
        @Slot(QUrl)
        def take(self, url: QUrl) -> None:
            urls.append(url)

    handler = Handler()
    QDesktopServices.setUrlHandler("https", handler, "take")  # type: ignore[arg-type]  # the stub
    yield urls
    QDesktopServices.unsetUrlHandler("https")
    handler.deleteLater()


async def edited(window: MainWindow, plan: StoredFile) -> VersionsPane:
    """The pane, after a change of the plan."""
    assert window.session is not None
    assert window.versions is not None
    work = window.session.workspace("files.edit")
    await work.edit(f"drive:{plan.id}", lambda old: old.replace(b"Monday", b"Friday"))
    window.show_pane("Versions")
    await until(lambda: len(window.versions.versions) == 2, "two versions")  # type: ignore[union-attr]
    return window.versions


async def test_a_drive_file_stands_there_by_its_name_and_is_restored(
    window: MainWindow, plan: StoredFile
) -> None:
    pane = await edited(window, plan)

    assert pane.chooser.choice == "100% a/b plan.md · Google Drive"
    assert f"Google Drive, id {plan.id}" in pane.chooser.toolTip()
    await until(lambda: pane.card.diff.lines, "the difference")
    assert [line.text for line in pane.card.diff.lines if "Friday" in line.text]
    click(pane.card.lines)
    await until(lambda: pane.card.blame.lines, "who wrote it")
    click(pane.card.lines)
    click(pane.card.restore)

    said = "Restored version 1 of 100% a/b plan.md as version 3."
    await until(lambda: window.status_line.text == said, "what was done")
    assert plan.content == b"We meet on Monday.\n"
    await until(lambda: len(pane.versions) == 3, "three versions")
    click(pane.card.undo)
    choose(pane.card.undo.menu_shown, "Undo this change")
    await until(lambda: "Took back version 3 of 100% a/b plan.md" in window.status_line.text, "it")
    assert plan.content == b"We meet on Friday.\n"


async def test_it_is_found_and_grouped_by_the_folder_it_is_in(
    window: MainWindow, plan: StoredFile, google: DriveServer
) -> None:
    assert window.session is not None
    pane = await edited(window, plan)
    await window.session.workspace().edit("notes.md", lambda old: old + b"more\n")
    click(pane.chooser)
    await until(lambda: len(pane.files.files) == 2, "both files")
    line = next(one for one in pane.files.files if one.path.startswith("drive:"))
    assert (line.name, line.folder) == ("100% a/b plan.md", "Google Drive")

    await window.session.drive.watch(plan.parents[0], "Invoices")
    await settled(window)
    click(pane.files.filters.orders[Order.FOLDER])
    expected = ["Google Drive · Invoices", "Top of a folder"]
    await until(lambda: sorted(pane.files.headings) == expected, "the folders")
    pane.files.filter.setText("plan")
    await until(lambda: len(pane.files.files) == 1, "the file that is meant")
    index = pane.files.list.model().index(1, 0)
    tip = index.data(3)  # Qt.ItemDataRole.ToolTipRole
    assert tip == f"100% a/b plan.md\nGoogle Drive, id {plan.id}"


async def test_it_is_opened_in_the_browser_once_the_person_has_said_so(
    window: MainWindow, plan: StoredFile, web: list[QUrl], opened: list[QUrl]
) -> None:
    pane = await edited(window, plan)
    click(pane.places)
    menu = pane.places.menu_shown
    shown = [one.text().replace("&", "") for one in menu.actions() if one.isVisible()]
    assert shown == ["Open in browser …", "Open a copy of this version", "Copy path"]
    choose(menu, "Open in browser …")

    box = await until(lambda: window.findChild(QMessageBox), "the question")
    assert plan.id in box.informativeText()
    assert not web
    yes = next(one for one in box.findChildren(QAbstractButton) if one.text() == "&Open")
    click(yes)
    await until(lambda: web, "the browser")
    assert plan.id in web[0].toString()
    assert not opened


async def test_nothing_takes_its_name_for_a_path(
    window: MainWindow, plan: StoredFile, web: list[QUrl], opened: list[QUrl]
) -> None:
    pane = await edited(window, plan)
    assert window.session is not None
    places = window.session.places
    for act in (places.open, places.show_in_folder):
        act(pane.path)
        box = await until(lambda: window.findChild(QMessageBox), "the question")
        box.reject()
        await until(lambda: window.findChild(QMessageBox) is None, "its end")
    assert not opened

    places.open_version(pane.path, 1)
    await until(lambda: opened, "the copy")
    copy = Path(opened[0].toLocalFile())
    assert copy.name == "100% a_b plan (version 1).md"
    assert copy.read_bytes() == b"We meet on Monday.\n"
    places.copy_path(pane.path)
    assert QApplication.clipboard().text() == f"drive:{plan.id}/100%25 a%2Fb plan.md"


async def test_a_local_file_still_has_its_folder_and_program(window: MainWindow) -> None:
    assert window.session is not None
    assert window.versions is not None
    await window.session.workspace("files.edit").edit("notes.md", lambda old: old + b"more\n")
    window.show_pane("Versions")
    pane = window.versions
    await until(lambda: pane.versions, "the versions")
    click(pane.places)
    menu = pane.places.menu_shown
    shown = [one.text().replace("&", "") for one in menu.actions() if one.isVisible()]
    assert shown[0] == "Open the file"
    assert "Show in folder" in shown
    menu.close()


async def test_the_approval_and_the_call_say_the_name(
    person: Person, window: MainWindow, google: DriveServer, model: Puppet
) -> None:
    file = google.state.add("plan.md", b"We meet on Monday.\n")
    path = f"drive:{file.id}/plan.md"
    edit = ("files.edit", {"path": path, "old": "Monday", "new": "Friday"})
    model.answers(calls(edit), says("Done."))
    person.say("Move the meeting")
    card = await person.card()
    assert file.id not in card.accessibleName()
    assert "Google Drive/plan.md" in card.accessibleName()
    assert file.id in " ".join(one.toolTip() for one in card.findChildren(QWidget))
    click(card.button(Decision.ALLOW_ONCE))
    await person.idle()
    (row,) = person.rows_of(CallRow)
    assert row.gist.startswith("Google Drive/plan.md · ")
    assert file.content == b"We meet on Friday.\n"
    trace = window.trace
    assert trace is not None
    window.show_pane("Trace")
    tree = trace.tree.model()
    texts = [
        str(tree.index(step, 0, tree.index(turn, 0)).data())
        for turn in range(tree.rowCount())
        for step in range(tree.rowCount(tree.index(turn, 0)))
    ]
    assert any("plan.md" in text for text in texts), texts
    assert not any("drive:" in text for text in texts)


async def test_a_long_upload_is_told_with_its_bytes(
    person: Person, window: MainWindow, google: DriveServer, model: Puppet
) -> None:
    file = google.state.add("plan.md", b"We meet on Monday.\n")
    edit = ("files.edit", {"path": f"drive:{file.id}", "old": "Monday", "new": "Friday"})
    model.answers(calls(edit), says("Done."))
    hold = Hold()
    google.fail(hold, on=lambda one: "upload" in one.target and one.method == "PUT")
    person.say("Move the meeting")
    await person.decide(Decision.ALLOW_ONCE)
    said = "sending plan.md to Google Drive: 0 bytes of 19 bytes"
    await until(lambda: any(said in row.text for row in person.rows_of(WaitRow)), "the bytes")
    hold.release()
    await person.idle()
    assert file.content == b"We meet on Friday.\n"
    assert window.session is not None
    assert window.session.desk.drive.transfers() == []


async def test_a_conflict_is_told_by_name(
    window: MainWindow, google: DriveServer, plan: StoredFile
) -> None:
    assert window.session is not None
    assert window.versions is not None
    work = window.session.workspace("files.edit")

    def theirs_first(request: object) -> None:
        if getattr(request, "method", "") in ("PUT", "POST") and "upload" in str(
            getattr(request, "target", "")
        ):
            google.before = lambda _: None
            google.state.edit(plan.id, b"We meet on Tuesday.\n")

    google.before = theirs_first
    with pytest.raises(ConflictError):
        await work.edit(f"drive:{plan.id}", lambda old: old.replace(b"Monday", b"Friday"))
    window.show_pane("Versions")
    conflict = window.versions.conflict
    await until(conflict.isVisible, "the conflict")
    assert "100% a/b plan.md: changed twice" in conflict._title.text()


async def test_a_notification_names_the_file(window: MainWindow, plan: StoredFile) -> None:
    from app.domain.events import Severity

    assert window.session is not None
    window.session.desk.router.notify(
        Severity.WARNING, "watch", f"drive:{plan.id}/plan.md cannot be read."
    )
    card = await until(lambda: next(iter(window.cards.cards), None), "the card")
    assert "Google Drive/plan.md cannot be read." in card.accessibleName()


def test_names_and_places() -> None:
    path = "drive:1AbC/folder9/r%2Fs 100%25.md"
    assert name_of(path) == "r/s 100%.md"
    assert name_of("drive:1AbC") == "drive:1AbC"
    assert name_of("/home/ada/report.md") == "report.md"
    assert place_of(path, "", {}) == "Google Drive"
    assert place_of(path, "", {"folder9": "Taxes"}) == "Google Drive · Taxes"
    assert place_of("/home/ada/a/b.md", "a/b.md", {}) == "a"
    assert place_of("/home/ada/b.md", "b.md", {}) == ""
    assert tip_of(path) == "r/s 100%.md\nGoogle Drive, id 1AbC"
    assert tip_of("/home/ada/b.md") == "/home/ada/b.md"
    assert copied(path) == "drive:1AbC/r%2Fs 100%25.md"
    assert copied('drive:1AbC/f/"a".md') == "drive:1AbC"
    assert without_ids("Change drive:1AbC/plan.md?") == "Change Google Drive/plan.md?"
    assert without_ids("drive:1AbC/f9/plan.md: done") == "Google Drive/plan.md: done"
    assert without_ids("hard-drive:x/y and drive:1AbC") == "hard-drive:x/y and drive:1AbC"
    assert words.gist({"path": "drive:1AbC/plan.md"}) == "Google Drive/plan.md"


async def test_a_file_that_went_to_another_folder_is_not_said_to_be_renamed(
    window: MainWindow, google: DriveServer, plan: StoredFile
) -> None:
    pane = await edited(window, plan)
    assert window.session is not None
    other = google.state.add_folder("Archive")
    await window.session.workspace().move(f"drive:{plan.id}", f"drive:{other.id}")
    await until(lambda: len(pane.versions) == 3, "the move")
    await until(lambda: "Moved to another folder." in said_of(pane), "what it was")
    newest = pane.timeline.model().index(0, 0)
    assert "moved from another folder" in str(newest.data(VersionRole.LINE))


def said_of(pane: VersionsPane) -> list[str]:
    return [line.text for line in pane.card.diff.lines]
