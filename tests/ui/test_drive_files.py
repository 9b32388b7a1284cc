"""Google Drive in the files pane: its accounts, watched folders, and a look around in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.domain.drive import FOLDER_TYPE, DriveFile
from app.domain.errors import FileError
from app.ui.drive_dialog import DriveDialog
from app.ui.main_window import MainWindow
from app.ui.panes.files import FilesPane
from tests.standins.google_drive import Answer, DriveServer, Hold, StoredFile
from tests.ui.conftest import settled
from tests.ui.drive_at_window import connected
from tests.ui.driving import click, press, type_text, until


@pytest.fixture(autouse=True)
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DriveServer]:
    with connected(monkeypatch, tmp_path) as server:
        yield server


@pytest.fixture
def invoices(google: DriveServer) -> StoredFile:
    folder = google.state.add_folder("Invoices")
    google.state.add("march.txt", b"1\n", folder=folder.id)
    google.state.add("april 2026.txt", b"2\n", folder=folder.id)
    google.state.add("plan.md", b"We meet on Monday.\n")
    return folder


@pytest.fixture
async def pane(window: MainWindow) -> FilesPane:
    window.show_pane("Files")
    assert window.files is not None
    pane = window.files
    await until(pane.drive.browse.isVisible, "the way into Drive")
    return pane


@pytest.fixture
async def dialog(window: MainWindow, pane: FilesPane) -> AsyncIterator[DriveDialog]:
    click(pane.drive.browse)
    one = await until(lambda: window.findChild(DriveDialog), "the dialog")
    yield one
    with contextlib.suppress(RuntimeError):  # it was closed in the test
        one.reject()
    await settled(window)


async def test_the_accounts_stand_in_the_files_pane(pane: FilesPane) -> None:
    (line,) = pane.drive.lines
    assert line.state.text() == "signed in"
    assert not line.again.isVisible()
    assert not pane.drive.connect_button.isVisible()
    assert pane.drive.browse.accessibleName() == "Browse Drive …"


async def test_a_sign_in_that_is_over_leads_to_the_settings(
    window: MainWindow, pane: FilesPane, google: DriveServer, desk: Assembly
) -> None:
    google.fail(
        Answer(400, body=b'{"error": "invalid_grant"}'), on=lambda one: one.path == "/token"
    )
    google.fail(Answer(401, "authError"), times=4)
    desk.drive.look_now()
    await until(lambda: pane.drive.lines[0].state.text() == "sign in again", "what is to be done")
    assert pane.drive.lines[0].again.accessibleName().endswith("sign in again. Open the settings")
    click(pane.drive.lines[0].again)
    await until(lambda: window._settings is not None, "the settings")
    assert window._settings is not None
    assert window._settings.drive.isVisible()
    window._settings.reject()
    await settled(window)


async def test_a_file_is_found_by_its_folder_and_put_into_the_message(
    window: MainWindow, dialog: DriveDialog, invoices: StoredFile, google: DriveServer
) -> None:
    await until(lambda: not dialog.busy, "My Drive")
    assert dialog.names == ["Invoices", "plan.md"]
    assert dialog.place.whole == "My Drive"
    assert dialog.take.text() == "&Open"
    press(dialog.search, Qt.Key.Key_Return)
    await until(lambda: "march.txt" in dialog.names, "the folder")
    assert dialog.names == ["april 2026.txt", "march.txt"]
    assert dialog.place.whole.endswith("Invoices")
    press(dialog.list, Qt.Key.Key_Backspace)
    await until(lambda: "plan.md" in dialog.names, "the folder above")
    press(dialog.search, Qt.Key.Key_Return)
    await until(lambda: "march.txt" in dialog.names, "the folder")
    assert dialog.take.text() == "&Put into the message"

    type_text(window.chat.composer.editor, "Read")
    click(dialog.take)
    file = next(one for one in google.state.files.values() if one.name == "april 2026.txt")
    text = f'Read "drive:{file.id}/april 2026.txt" '
    await until(lambda: window.chat.composer.text == text, "the name in the message")


async def test_words_find_files_everywhere(
    dialog: DriveDialog, invoices: StoredFile, google: DriveServer
) -> None:
    await until(lambda: not dialog.busy, "My Drive")
    before = len(google.asked())
    type_text(dialog.search, "march")
    await until(lambda: dialog.names == ["march.txt"], "what was found")
    assert len(google.asked()) == before + 1, "it is asked once the person stops to type"
    assert dialog.place.whole == "Found in Google Drive"
    dialog.search.clear()
    type_text(dialog.search, "weather")
    await until(lambda: dialog.state.text() == "Nothing was found.", "that there is nothing")
    click(dialog.up)
    await until(lambda: "plan.md" in dialog.names, "My Drive again")


async def test_a_long_folder_comes_in_pages(
    dialog: DriveDialog, invoices: StoredFile, google: DriveServer
) -> None:
    await until(lambda: not dialog.busy, "My Drive")
    for number in range(5):
        google.state.add(f"page {number}.txt", b"x", folder=invoices.id)
    google.page_limit = 3
    press(dialog.search, Qt.Key.Key_Return)
    await until(lambda: dialog.names[-1:] == ["Show more"], "the first page")
    assert len(dialog.names) == 4
    dialog.list.setCurrentRow(3)
    press(dialog.list, Qt.Key.Key_Return)
    await until(lambda: not dialog.busy and len(dialog.names) > 4, "the second page")
    dialog.list.setCurrentRow(len(dialog.names) - 1)
    press(dialog.list, Qt.Key.Key_Return)
    await until(lambda: not dialog.busy and "Show more" not in dialog.names, "the last page")
    assert len(dialog.names) == 7


async def test_shared_drives_are_offered_beside_my_drive(
    window: MainWindow, pane: FilesPane, google: DriveServer, invoices: StoredFile
) -> None:
    team = google.state.add_drive("Team")
    google.state.add("goals.md", b"more\n", folder=team)
    click(pane.drive.browse)
    dialog = await until(lambda: window.findChild(DriveDialog), "the dialog")
    await until(lambda: dialog.names == ["My Drive", "Team"], "where to begin")
    dialog.list.setCurrentRow(1)
    click(dialog.take)
    await until(lambda: dialog.names == ["goals.md"], "the shared drive")
    click(dialog.up)
    await until(lambda: dialog.names == ["My Drive", "Team"], "where it began")
    dialog.reject()
    await settled(window)


async def test_what_fails_can_be_tried_again(
    window: MainWindow, pane: FilesPane, google: DriveServer, invoices: StoredFile
) -> None:
    hold = Hold()
    google.fail(hold)
    google.fail(Answer(503), times=50)
    click(pane.drive.browse)
    dialog = await until(lambda: window.findChild(DriveDialog), "the dialog")
    assert dialog.state.text() == "Asking Google Drive …"
    hold.release()
    await until(dialog.retry.isVisible, "the way to try again")
    assert dialog.names == []
    google.heal()
    click(dialog.retry)
    await until(lambda: "plan.md" in dialog.names, "what is there")
    assert not dialog.retry.isVisible()
    empty = google.state.add_folder("Empty")
    dialog.reject()
    await settled(window)
    assert empty.id not in (pane._session.drive.watched)


async def test_a_folder_is_watched_shown_and_let_go_again(
    window: MainWindow,
    pane: FilesPane,
    dialog: DriveDialog,
    invoices: StoredFile,
    desk: Assembly,
) -> None:
    await until(lambda: not dialog.busy, "My Drive")
    assert dialog.watch.accessibleName() == "Watch this folder: Invoices"
    click(dialog.watch)
    await until(lambda: pane.model.rowCount() == 2, "the folder")
    assert await asyncio.to_thread(desk.drive.folders) == {invoices.id: "Invoices"}
    index = pane.model.index(1, 0)
    assert index.data() == "Invoices  ·  Google Drive"
    pane.tree.expand(index)
    await until(lambda: pane.model.rowCount(index) == 2, "what is in it")
    assert pane.model.index(0, 0, index).data() == "april 2026.txt"
    assert "Google Drive, id" in pane.model.index(0, 0, index).data(Qt.ItemDataRole.ToolTipRole)

    pane.tree.setCurrentIndex(index)
    assert pane.remove.text() == "Stop &watching"
    press(pane.tree, Qt.Key.Key_Delete)
    await until(lambda: not pane.undo_bar.isHidden(), "the way back")
    assert pane.undo_bar.text == "Invoices is not watched any more; its versions stay"
    await until(lambda: pane.model.rowCount() == 1, "its end")
    click(pane.undo_bar.button)
    await until(lambda: pane.model.rowCount() == 2, "the folder again")
    await until(lambda: "Invoices is watched" in window.status_line.text, "that it is")


async def test_a_file_of_a_watched_folder_leads_to_its_versions(
    window: MainWindow, pane: FilesPane, invoices: StoredFile
) -> None:
    assert window.session is not None
    assert window.versions is not None
    await window.session.drive.watch(invoices.id, "Invoices")
    await until(lambda: pane.model.rowCount() == 2, "the folder")
    index = pane.model.index(1, 0)
    pane.tree.expand(index)
    await until(lambda: pane.model.rowCount(index) == 2, "what is in it")
    pane.tree.setCurrentIndex(pane.model.index(1, 0, index))
    click(pane.versions)
    await until(
        lambda: window.versions.chooser.choice == "march.txt · Google Drive",  # type: ignore[union-attr]
        "the file",
    )
    # The watcher may have noted it meanwhile, as it is to.
    told = ("Not changed by Steward yet", "1 version, every one restorable")
    assert window.versions.heading in told


async def test_drive_that_cannot_be_reached_is_told_with_the_last_look(
    window: MainWindow, pane: FilesPane, google: DriveServer, desk: Assembly
) -> None:
    await until(lambda: desk.drive.status.looked_at, "a first look")
    google.fail(Answer(503), times=100)
    desk.drive.look_now()
    await until(pane.drive.retry.isVisible, "that it cannot be reached")
    assert pane.drive.state.text().startswith(
        "Google Drive cannot be reached; it is tried again. Last look: "
    )
    assert window.status_line.text.endswith("Google Drive cannot be reached")
    google.heal()
    click(pane.drive.retry)
    await until(lambda: not pane.drive.state.isVisible(), "that it can")
    assert "cannot be reached" not in window.status_line.text


async def test_nobody_who_works_in_drive_alone_is_told_to_add_a_folder(
    window: MainWindow, pane: FilesPane, desk: Assembly, folder: Path
) -> None:
    assert window.session is not None
    await until(lambda: window.session and window.session.drive.is_ready, "the account")
    desk.folders.revoke(folder)
    window.session.files_changed.emit()
    assert window.status_line.text.startswith("Every change is kept as a version · Google Drive ·")


async def test_a_change_that_waits_for_drive_is_shown_with_what_is_safe(
    window: MainWindow, pane: FilesPane, google: DriveServer, desk: Assembly, invoices: StoredFile
) -> None:
    assert window.session is not None
    plan = next(one for one in google.state.files.values() if one.name == "plan.md")
    first = await until(lambda: desk.drive.status.looked_at, "a first look")
    desk.drive.look_now()  # so that the feed says no more of this file
    await until(lambda: desk.drive.status.looked_at != first, "a second one")
    google.fail(Answer(503), on=lambda one: "upload" in one.target, times=1)

    def down(request: object) -> None:
        if "upload" in str(getattr(request, "target", "")):
            google.fail(Answer(503), times=1_000)

    google.before = down
    with pytest.raises(FileError, match="Drive"):
        await window.session.workspace("files.edit").edit(
            f"drive:{plan.id}", lambda old: old.replace(b"Monday", b"Friday")
        )
    google.before = lambda _: None
    google.fail(Answer(503), times=1_000)
    desk.drive.look_now()
    await until(pane.drive.waiting.isVisible, "that it waits")
    assert pane.drive.waiting.text().startswith(
        "Waiting for Google Drive: plan.md. Nothing is lost"
    )
    assert window.status_line.text.endswith("cannot be reached; a change waits for it")
    google.heal()
    click(pane.drive.retry)
    await until(lambda: not pane.drive.waiting.isVisible(), "its end")
    await until(lambda: desk.drive.status.waiting == (), "nothing open")


async def test_at_offers_files_of_drive_with_a_history_by_name(
    window: MainWindow, google: DriveServer, invoices: StoredFile
) -> None:
    assert window.session is not None
    plan = next(one for one in google.state.files.values() if one.name == "plan.md")
    await window.session.workspace().edit(f"drive:{plan.id}", lambda old: old + b"more\n")
    composer = window.chat.composer
    composer.editor.setFocus()

    def offered() -> bool:
        composer.set_text("")
        type_text(composer.editor, "look at @pla")
        return composer.offer_list is not None and composer.offer_list.offers is not None

    await until(offered, "the file")
    assert composer.offer_list is not None
    assert composer.offer_list.offers is not None
    (offer,) = composer.offer_list.offers.offers
    assert (offer.label, offer.summary) == ("plan.md", "Google Drive")
    press(composer.editor, Qt.Key.Key_Tab)
    assert composer.text == f"look at drive:{plan.id}/plan.md "


async def test_a_folder_can_be_watched_without_any_local_one(
    window: MainWindow, pane: FilesPane, desk: Assembly, folder: Path, invoices: StoredFile
) -> None:
    pane.revoke(folder)
    await until(pane.nothing.isVisible, "what will stand there")
    assert pane.drive.browse.isVisible()
    pane.browsing.watch(DriveFile(invoices.id, "Invoices", FOLDER_TYPE))
    await until(lambda: pane.tree.isVisible() and pane.model.rowCount() == 1, "the folder")
