"""Google Drive in the settings: signing in and out with a real browser's requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog

from app.assembly import Assembly
from app.domain.drive import DriveSignedOutError
from app.ui.main_window import MainWindow
from app.ui.settings.dialog import SettingsDialog
from tests.keyrings import LockedKeyring, WorkingKeyring
from tests.standins.google_drive import COLLEAGUE, ME, DriveServer
from tests.standins.google_drive.consent import client_file
from tests.standins.openrouter_site import visit
from tests.ui.conftest import settled
from tests.ui.driving import click, press, until
from tests.ui.walking import shared_keys, without_keys


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[DriveServer]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with DriveServer() as server:
        monkeypatch.setenv("STEWARD_GOOGLE_API_URL", server.root_url)
        yield server


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


@pytest.fixture
def opened(window: MainWindow) -> list[str]:
    addresses: list[str] = []

    def open_address(address: str) -> bool:
        addresses.append(address)
        return True

    assert window.session is not None
    window.session.open_address = open_address
    return addresses


@pytest.fixture
async def dialog(
    google: DriveServer, keyring: WorkingKeyring, window: MainWindow, tmp_path: Path
) -> AsyncIterator[SettingsDialog]:
    client_file(tmp_path, google.root_url)
    window.show_settings("drive")
    assert window._settings is not None
    await settled(window)
    yield window._settings
    if window._settings is not None:
        window._settings.reject()
    await settled(window)


async def signed_in(dialog: SettingsDialog, opened: list[str], tmp_path: Path) -> None:
    page, before = dialog.drive, len(opened)
    page.use_file(str(tmp_path / "client_secret.json"))
    page.ensureWidgetVisible(page.sign_in_button)
    click(page.sign_in_button)
    await until(lambda: len(opened) > before, "the browser")
    await asyncio.to_thread(visit, opened[-1])
    await until(lambda: "is signed in" in page.attempt.words.text(), "the account")


async def test_a_person_signs_in_and_the_account_stands_there(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path, desk: Assembly
) -> None:
    page = dialog.drive
    click(page.sign_in_button)
    await until(lambda: "OAuth client file" in page.attempt.words.text(), "what is missing")
    assert opened == []

    page.use_file(str(tmp_path / "client_secret.json"))
    click(page.sign_in_button)
    await until(lambda: opened, "the browser")
    assert page.attempt.words.text().startswith("Waiting for your browser (0:00 of 10:00)")
    assert page.attempt.cancel_button.isVisible()
    assert not page.sign_in_button.isEnabled()
    assert parse_qs(urlsplit(opened[0]).query)["scope"][0].endswith("/drive.file")
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: page.accounts, "the account")

    await until(
        lambda: page.attempt.words.text() == f"{ME} is signed in: only files Steward makes.",
        "what came of it",
    )
    assert page.accounts[0].state.text().endswith(": only files Steward makes.")
    assert page.sign_in_button.text() == "&Add an account …"
    drive = await asyncio.to_thread(desk.google.of, "root")
    assert (await asyncio.to_thread(drive.account)).email == ME


async def test_all_files_are_asked_for_once_that_is_chosen(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path
) -> None:
    choice = dialog.rows["google_access"].control
    assert isinstance(choice, QComboBox)
    assert "read and change everything" in choice.accessibleDescription()
    choice.setFocus()
    press(choice, Qt.Key.Key_Down)
    await until(lambda: choice.currentText() == "All files", "the choice")

    await signed_in(dialog, opened, tmp_path)

    assert parse_qs(urlsplit(opened[0]).query)["scope"][0].endswith("/auth/drive")
    assert dialog.drive.accounts[0].state.text().endswith(": all files.")


async def test_cancel_and_closing_end_the_wait(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path,
    window: MainWindow,
) -> None:  # fmt: skip
    page = dialog.drive
    page.use_file(str(tmp_path / "client_secret.json"))
    click(page.sign_in_button)
    await until(lambda: opened, "the browser")
    click(page.attempt.cancel_button)
    await until(lambda: page.attempt.words.text().startswith("Cancelled"), "the end")
    assert page.sign_in_button.isEnabled()

    click(page.sign_in_button)
    await until(lambda: len(opened) == 2, "the browser")
    dialog.reject()
    await settled(window)
    for address in opened:
        callback = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        with pytest.raises(OSError, match="refused"):
            await asyncio.to_thread(visit, callback)


async def test_a_person_who_says_no_is_told_what_to_do(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path
) -> None:
    page = dialog.drive
    google.sign_ins.consent.says_no = True
    page.use_file(str(tmp_path / "client_secret.json"))
    click(page.sign_in_button)
    await until(lambda: opened, "the browser")
    await asyncio.to_thread(visit, opened[0])

    await until(lambda: "refused in the browser" in page.attempt.words.text(), "the refusal")
    assert "test users" in page.attempt.words.text()
    assert page.accounts == []


async def test_signing_out_can_be_taken_back(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path, desk: Assembly
) -> None:
    await signed_in(dialog, opened, tmp_path)
    page = dialog.drive

    click(page.accounts[0].out_button)
    await until(dialog.undo_button.isVisible, "the offer")
    assert dialog.notice.whole == f"{ME} is signed out."
    assert page.accounts == []
    with pytest.raises(DriveSignedOutError):
        await asyncio.to_thread(desk.google.of, "root")
    assert not google.asked("POST", "/revoke")

    click(dialog.undo_button)
    await until(lambda: page.accounts, "the account again")
    drive = await asyncio.to_thread(desk.google.of, "root")
    assert (await asyncio.to_thread(drive.account)).email == ME


async def test_google_is_told_when_it_is_not_taken_back(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path,
    window: MainWindow, keyring: WorkingKeyring,
) -> None:  # fmt: skip
    await signed_in(dialog, opened, tmp_path)
    click(dialog.drive.accounts[0].out_button)
    await until(dialog.undo_button.isVisible, "the offer")
    dialog.drive._undo_time.setInterval(0)
    dialog.drive._undo_time.start()

    await until(lambda: "Google knows it" in dialog.notice.whole, "the end")
    assert not dialog.undo_button.isVisible()
    assert all(grant.revoked for grant in google.sign_ins.grants.values())
    assert keyring.kept == {}


async def test_closing_the_settings_finishes_a_sign_out(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path,
    window: MainWindow,
) -> None:  # fmt: skip
    await signed_in(dialog, opened, tmp_path)
    click(dialog.drive.accounts[0].out_button)
    await until(dialog.undo_button.isVisible, "the offer")
    dialog.reject()
    await settled(window)

    assert all(grant.revoked for grant in google.sign_ins.grants.values())


async def test_a_sign_in_that_google_ended_shows_at_once_and_is_mended_there(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path, desk: Assembly
) -> None:
    await signed_in(dialog, opened, tmp_path)
    page = dialog.drive
    drive = await asyncio.to_thread(desk.google.of, "root")
    for grant in google.sign_ins.grants.values():
        grant.revoked = True
    with pytest.raises(DriveSignedOutError):
        await asyncio.to_thread(drive.account)

    await until(lambda: "expired or was revoked" in page.accounts[0].state.text(), "the state")
    async with asyncio.timeout(10):  # it is told in its own time
        while not any(
            ME in one.message and one.source == "google"
            for one in await desk.notifications.recent(5)
        ):
            continue
    click(page.accounts[0].again_button)
    await until(lambda: len(opened) == 2, "the browser")
    await asyncio.to_thread(visit, opened[1])
    await until(lambda: "Signed in" in page.accounts[0].state.text(), "the account")
    assert len(page.accounts) == 1


async def test_without_a_keyring_it_is_said_while_the_browser_is_waited_for(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, desk: Assembly,
) -> None:  # fmt: skip
    LockedKeyring(monkeypatch)
    page = dialog.drive
    page.use_file(str(tmp_path / "client_secret.json"))
    click(page.sign_in_button)
    await until(lambda: opened, "the browser")
    assert "will hold until you close Steward" in page.attempt.words.text()
    await asyncio.to_thread(visit, opened[0])
    await until(lambda: page.accounts, "the account")

    assert "no keyring works" in page.accounts[0].state.text()


async def test_the_client_file_is_chosen_with_the_systems_dialog(
    dialog: SettingsDialog, tmp_path: Path, desk: Assembly
) -> None:
    page = dialog.drive
    page.ensureWidgetVisible(page.choose_button)
    click(page.choose_button)
    chooser = await until(lambda: page.findChild(QFileDialog), "the dialog")
    chooser.fileSelected.emit(str(tmp_path / "client_secret.json"))
    chooser.reject()

    assert desk.settings.google_oauth_client_file == tmp_path / "client_secret.json"


async def test_several_accounts_and_a_file_that_cannot_be_read(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path, desk: Assembly
) -> None:
    await signed_in(dialog, opened, tmp_path)
    google.sign_ins.consent.user = COLLEAGUE
    page = dialog.drive
    click(page.sign_in_button)
    await until(lambda: len(opened) == 2, "the browser")
    await asyncio.to_thread(visit, opened[1])
    await until(lambda: len(page.accounts) == 2, "the second account")
    assert [row.account.email for row in page.accounts] == [ME, COLLEAGUE]
    for grant in google.sign_ins.grants.values():
        grant.revoked = grant.user == ME
    with pytest.raises(DriveSignedOutError):
        await asyncio.to_thread(desk.google.look, page.accounts[0].account)
    await until(lambda: not page.accounts[0].again_button.isHidden(), "the way back")
    assert without_keys(dialog) == []
    assert shared_keys(dialog) == []

    desk.running_settings.change("google_token_file", str(tmp_path / "gone.json"))
    page._show()
    assert "gone.json cannot be read" in page.accounts[2].state.text()
    assert not page.accounts[2].out_button.isVisible()


async def test_nothing_secret_stands_in_the_data_directory(
    dialog: SettingsDialog, opened: list[str], google: DriveServer, tmp_path: Path,
    steward_home: Path,
) -> None:  # fmt: skip
    await signed_in(dialog, opened, tmp_path)

    secrets = {*google.sign_ins.consent.codes, *google.sign_ins.grants, *google.sign_ins._tokens}
    secrets.add("GOCSPX-secret-of-steward.apps")
    files = [path for path in steward_home.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    assert json.loads((steward_home / "settings.json").read_text())["google_accounts"]
    for secret in secrets:
        assert secret not in written


async def test_without_an_account_the_files_pane_leads_here(window: MainWindow) -> None:
    window.show_pane("Files")
    pane = window.files
    assert pane is not None
    await settled(window)
    assert pane.drive.state.text().startswith("Not connected.")
    assert not pane.drive.browse.isVisible()
    click(pane.drive.connect_button)
    assert window._settings is not None
    assert window._settings.drive.isVisible()
    window._settings.reject()
    await settled(window)
