"""The vault in the window: its size, its check, what a crash left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.domain.files import VaultSize
from app.ui.main_window import MainWindow
from app.ui.vault_dialog import VaultDialog
from tests.ui.driving import Person, choose, click, press, until
from tests.ui.test_panes import EDIT, allow
from tests.ui.walking import nameless, without_keys


async def dialog_of(window: MainWindow, entry: str) -> VaultDialog:
    """The dialog that an entry of the menu opens."""
    window.show_pane("Versions")
    assert window.versions is not None
    line = window.versions.vault
    click(line.button)
    choose(line.menu, entry)
    return await until(lambda: window.findChild(VaultDialog), "the dialog")


async def test_the_size_follows_the_changes(person: Person, window: MainWindow) -> None:
    pane = window.versions
    assert pane is not None
    window.show_pane("Versions")
    await until(lambda: pane.vault.text == "Vault: empty", "an empty vault")

    await allow(person, EDIT)

    await until(lambda: "in 2 contents, " in pane.vault.text, "both contents")
    assert pane.vault.text.startswith("Vault: 74 bytes in 2 contents")


async def test_a_check_tells_what_it_read_and_found(
    person: Person, window: MainWindow, folder: Path
) -> None:
    await allow(person, EDIT)
    (folder / "report.md").write_text("by hand\n")

    dialog = await dialog_of(window, "Check the vault …")
    await until(lambda: not dialog.running, "its end")

    assert dialog.headline.text() == "Everything is as it should be."
    assert dialog.detail.text() == "2 versions of 1 file, 2 contents of 74 bytes were read."
    assert "Someone else changed it since the last version." in dialog.report.toPlainText()
    assert nameless(dialog) == []
    assert without_keys(dialog) == []
    click(dialog.button)
    await until(lambda: window.findChild(VaultDialog) is None, "the dialog to go")


async def test_a_damaged_content_is_named(
    person: Person, window: MainWindow, desk: Assembly
) -> None:
    await allow(person, EDIT)
    kept = [one for one in (desk.settings.home / "vault").rglob("*") if one.is_file()]
    for one in kept:
        if one.name != "lock":
            one.chmod(0o600)
            one.write_bytes(b"rotten")

    dialog = await dialog_of(window, "Check the vault …")
    await until(lambda: not dialog.running, "its end")

    assert dialog.headline.text() == "2 problems found."
    assert dialog.report.toPlainText().startswith("Problems\n• ")
    assert "report.md, version 1" in dialog.report.toPlainText()


async def test_recovering_says_that_nothing_was_left(window: MainWindow) -> None:
    dialog = await dialog_of(window, "Recover …")
    await until(lambda: not dialog.running, "its end")

    assert dialog.headline.text() == "Nothing was left unfinished."
    press(dialog, Qt.Key.Key_Escape)


async def test_recovering_says_that_the_vault_is_gone(window: MainWindow) -> None:
    assert window.session is not None
    desk = window.session.desk
    await window.session.workspace().edit("report.md", lambda _: b"new")
    home = desk.settings.home
    (home / "vault").rename(home / "taken away")

    dialog = await dialog_of(window, "Recover …")
    await until(lambda: not dialog.running, "its end")

    assert "is missing or empty" in dialog.headline.text()
    assert "backup" in dialog.detail.text()
    press(dialog, Qt.Key.Key_Escape)


class SlowVault:
    """A vault whose check takes until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled = False
        self.began = False

    async def vault_size(self) -> VaultSize:
        return VaultSize(0, 0, 0)

    async def verify(self, progress: Callable[[int, int, str], None]) -> object:
        progress(3, 12, "files")
        self.began = True
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise AssertionError


@pytest.fixture
async def slow(desk: Assembly, window: MainWindow) -> AsyncIterator[SlowVault]:
    vault, real = SlowVault(), desk.versions
    desk.versions = vault  # type: ignore[assignment]
    yield vault
    desk.versions = real


async def test_cancel_stops_a_check_at_once(window: MainWindow, slow: SlowVault) -> None:
    dialog = await dialog_of(window, "Check the vault …")
    await until(lambda: slow.began, "the check")
    wanted = "Checking the history of files … 3 of 12"
    await until(lambda: dialog.headline.text() == wanted, "the progress")
    assert (dialog.bar.value(), dialog.bar.maximum()) == (3, 12)

    click(dialog.button)

    assert not dialog.isVisible()
    await until(lambda: slow.cancelled, "its end")
    await until(lambda: window.findChild(VaultDialog) is None, "the dialog to go")


async def test_the_window_closes_during_a_check(window: MainWindow, slow: SlowVault) -> None:
    await dialog_of(window, "Check the vault …")
    await until(lambda: slow.began, "the check")

    window.close()
    await window.detach()

    assert slow.cancelled
