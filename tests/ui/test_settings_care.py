"""Nothing a person typed into the settings is lost, and nothing goes wrong without words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from app.assembly import Assembly
from app.domain.messages import ConversationSummary
from app.redaction import Secret
from app.ui.main_window import MainWindow
from app.ui.settings.dialog import SettingsDialog
from tests.ui.conftest import settled
from tests.ui.driving import Person, click, press, type_text, until

KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"


@pytest.fixture
async def dialog(window: MainWindow) -> AsyncIterator[SettingsDialog]:
    window.show_settings("model")
    assert window._settings is not None
    await settled(window)
    yield window._settings
    for _ in range(2):
        if window._settings is not None:
            window._settings.reject()
    await settled(window)


async def test_a_key_that_was_not_tried_yet_is_told_of_before_the_settings_close(
    dialog: SettingsDialog, window: MainWindow
) -> None:
    dialog.model.choose("openrouter")
    type_text(dialog.model.key, KEY)

    press(dialog.model.key, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "Connect" in dialog.notice.whole
    assert dialog.model.key.text() == KEY

    press(dialog.model.key, Qt.Key.Key_Escape)
    assert window._settings is None


async def test_a_rule_for_sources_that_cannot_be_used_is_told_of_before_the_settings_close(
    dialog: SettingsDialog, window: MainWindow, desk: Assembly
) -> None:
    dialog.show_page("notifications")
    field = dialog.notifications.sources
    field.setFocus()
    type_text(field, "any/watch")

    press(field, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.notifications.outcome.text().startswith("Not saved")

    type_text(field, "=none")
    press(field, Qt.Key.Key_Escape)
    assert window._settings is None
    assert "any/watch=none" in desk.settings.notification_rules


async def test_settings_open_where_their_file_cannot_be_read(
    window: MainWindow, person: Person, steward_home: Path
) -> None:
    (steward_home / "settings.json").write_text("{ not JSON")

    window.show_settings("limits")

    dialog = window._settings
    assert dialog is not None
    row = dialog.rows["max_iterations"]
    row.control.setFocus()
    row.control.selectAll()  # type: ignore[union-attr]
    type_text(row.control, "12")
    press(row.control, Qt.Key.Key_Return)
    assert "settings file" in row.problem.text()
    assert (steward_home / "settings.json").read_text() == "{ not JSON"
    await settled(window)
    dialog.reject()
    dialog.reject()


async def test_a_number_may_be_written_as_it_is_shown(
    dialog: SettingsDialog, desk: Assembly
) -> None:
    dialog.show_page("limits")
    control = dialog.rows["max_turn_tokens"].control
    control.setFocus()
    type_text(control, "1,500,000")
    press(control, Qt.Key.Key_Return)

    assert desk.settings.max_turn_tokens == 1_500_000


async def test_a_key_is_removed_even_if_the_settings_close_at_once(
    window: MainWindow, dialog: SettingsDialog, desk: Assembly, steward_home: Path
) -> None:
    desk.store.store_secret("openrouter_api_key", Secret(KEY))
    dialog.model.keys["openrouter_api_key"].refresh()
    click(dialog.model.keys["openrouter_api_key"].remove)
    box = await until(lambda: dialog.findChild(QMessageBox), "the question")
    click(box.buttons()[0])
    dialog.reject()

    await settled(window)
    assert desk.store.source("openrouter_api_key") == "default"


async def test_a_model_chosen_while_the_first_message_is_stored_is_kept(
    window: MainWindow, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, create = window.session, desk.conversations.create
    assert session is not None
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> ConversationSummary:
        begun.set()
        await go_on.wait()
        return await create()

    monkeypatch.setattr(desk.conversations, "create", slowly)
    session.send("/help")
    await begun.wait()
    session.tasks.start(session.choose_model("another"), "choose")
    await asyncio.sleep(0)
    go_on.set()
    await settled(window)

    assert (await desk.conversations.list())[0].model == "another"
    assert session.model == "another"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://[", "names a server"),
        ("localhost:11434", "starts with http"),
        ("http://anna:secret@127.0.0.1:9/v1", "no user or password"),
    ],
)
async def test_an_address_is_read_as_in_the_terminal(
    dialog: SettingsDialog, desk: Assembly, steward_home: Path, address: str, why: str
) -> None:
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, address)

    click(page.connect_button)
    await until(page.connect_button.isEnabled, "the answer")

    assert why in page.outcome.text()
    assert desk.llm.provider == "guided"
    assert desk.settings.llm_base_url is None
    assert not (steward_home / "settings.json").exists()
