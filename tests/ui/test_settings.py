"""The settings: a model is connected only after it has answered; everything is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from app.assembly import Assembly
from app.domain.files import OperationType
from app.settings_store import SettingsStore
from app.ui.main_window import MainWindow
from app.ui.settings.dialog import SettingsDialog
from app.ui.theme import Theme
from tests.standins.model_server import ModelServer, text_reply
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, press, type_text, until


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(models=("small", "large")) as one:
        yield one


@pytest.fixture
async def dialog(window: MainWindow) -> AsyncIterator[SettingsDialog]:
    window.show_settings("model")
    assert window._settings is not None
    await settled(window)
    yield window._settings
    if window._settings is not None:
        window._settings.reject()


async def test_a_server_is_connected_after_it_answered(
    dialog: SettingsDialog, person: Person, window: MainWindow, server: ModelServer,
    steward_home: Path,
) -> None:  # fmt: skip
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, server.base_url)

    click(page.connect_button)
    await until(lambda: page.outcome.text().startswith("Connected"), "the connection")

    assert page.model.choice == "small"
    click(page.model)
    picker = page.picker
    assert picker is not None
    await until(lambda: picker.list.count() == 3, "its models")
    assert [picker.list.item(i).text() for i in range(3)] == ["The default", "small", "large"]
    type_text(picker.search, "lar")
    press(picker.search, Qt.Key.Key_Return)
    await until(lambda: page.model.choice == "large", "the choice")
    assert SettingsStore(steward_home, {}).load().llm_base_url == server.base_url
    dialog.reject()
    server.script([text_reply("Hello from the server.")])
    await person.ask("Hello?")
    assert person.answers[-1] == "Hello from the server."
    assert server.requests[-1].json["model"] == "large"


async def test_connecting_the_same_server_again_keeps_the_model(
    dialog: SettingsDialog, desk: Assembly, server: ModelServer
) -> None:
    await desk.model.connect("openai-compatible", base_url=server.base_url, model="large")
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, server.base_url)
    click(page.connect_button)
    await until(lambda: page.outcome.text().startswith("Connected"), "the connection")

    assert desk.settings.model == "large"
    assert page.model.choice == "large"


async def test_how_long_a_model_thinks_counts_from_the_next_message(
    dialog: SettingsDialog, person: Person, desk: Assembly, server: ModelServer
) -> None:
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, server.base_url)
    click(page.connect_button)
    await until(lambda: page.outcome.text().startswith("Connected"), "the connection")

    press(dialog.controls["reasoning_effort"], Qt.Key.Key_L)  # "Long"
    press(dialog.controls["reasoning_effort"], Qt.Key.Key_Return)
    dialog.reject()
    server.script([text_reply("Hello.")])
    await person.ask("Hello?")

    assert desk.settings.reasoning_effort == "high"
    assert server.requests[-1].json["reasoning_effort"] == "high"


async def test_a_server_that_does_not_answer_changes_nothing(
    dialog: SettingsDialog, window: MainWindow, desk: Assembly
) -> None:
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, "http://127.0.0.1:9/v1")

    click(page.connect_button)
    await until(page.connect_button.isEnabled, "the answer")

    assert page.outcome.property("kind") == "trouble"
    assert page.outcome.text()
    assert desk.llm.provider == "guided"
    assert window.top_bar.provider.text() == "Offline commands, no AI"


async def test_openrouter_without_a_key_says_what_is_missing(
    dialog: SettingsDialog, desk: Assembly
) -> None:
    page = dialog.model
    page.choose("openrouter")

    click(page.connect_button)
    await until(lambda: page.outcome.property("kind") == "trouble", "the answer")

    assert "key" in page.outcome.text()
    assert desk.llm.provider == "guided"


async def test_a_rule_can_be_taken_back(
    person: Person, window: MainWindow, desk: Assembly, model: Puppet
) -> None:
    from app.orchestrator.approvals import Decision

    model.answers(calls(("files.create", {"path": "n.md", "content": "x"})), says("Made."))
    person.say("Make it")
    await person.decide(Decision.ALLOW_ALWAYS)
    await person.idle()
    window.show_settings("approvals")
    assert window._settings is not None
    page = window._settings.rules
    await until(lambda: page.list.count() == 1, "the rule")
    assert page.list.item(0).text() == "files.create, always"

    click(page.revoke)

    await until(lambda: page.list.count() == 0, "the rule to go")
    assert await desk.rules.list() == []
    assert window._settings.notice.whole == "Steward asks again: files.create, always."

    click(window._settings.undo_button)
    await until(lambda: page.list.count() == 1, "the rule to come back")
    assert [rule.skill for rule in await desk.rules.list()] == ["files.create"]
    window._settings.reject()


async def test_instructions_are_kept_when_the_settings_close(
    dialog: SettingsDialog, desk: Assembly, steward_home: Path
) -> None:
    dialog.show_page("you")
    type_text(dialog.controls["instructions"], "Keep it short.")

    dialog.reject()

    assert desk.settings.instructions == "Keep it short."
    assert SettingsStore(steward_home, {}).load().instructions == "Keep it short."


async def test_the_theme_changes_at_once_and_is_kept(
    dialog: SettingsDialog, desk: Assembly, theme: Theme
) -> None:
    dialog.show_page("you")

    press(dialog.controls["theme"], Qt.Key.Key_D)
    press(dialog.controls["theme"], Qt.Key.Key_Return)

    assert theme.is_dark
    assert desk.settings.theme == "dark"


async def test_a_folder_is_added_trusted_and_taken_back(
    dialog: SettingsDialog, desk: Assembly, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    dialog.show_page("folders")
    page = dialog.folders

    page.grant(other)
    assert page.list.count() == 2
    page.list.item(1).setCheckState(Qt.CheckState.Checked)
    assert desk.settings.trusted_folders == (other,)

    page.list.setCurrentRow(1)
    click(page.remove)
    assert other not in desk.folders.folders
    assert page.list.count() == 1
    assert dialog.notice.whole == "other removed; nothing in it was touched"

    click(dialog.undo_button)
    assert desk.folders.folders[-1] == other
    assert page.list.item(1).checkState() is Qt.CheckState.Checked, "trusted, as before"
    assert not dialog.undo_button.isVisible()

    page.list.setCurrentRow(1)
    click(page.remove)
    assert other not in desk.folders.folders
    press(page.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.folders.folders[-1] == other


async def test_closing_while_it_still_looks_around_is_harmless(
    window: MainWindow, person: Person
) -> None:
    window.show_settings()
    assert window._settings is not None

    window._settings.reject()
    await person.idle()

    assert "went wrong" not in window.status_line.text


async def test_changes_from_outside_are_recorded_once_the_person_says_so(
    dialog: SettingsDialog, window: MainWindow, desk: Assembly, folder: Path, steward_home: Path
) -> None:
    pane = window.versions
    assert pane is not None
    dialog.show_page("folders")
    box = dialog.controls["watch_folders"]
    assert isinstance(box, QCheckBox)
    assert not box.isChecked()

    click(box)

    assert desk.settings.watch_folders
    assert SettingsStore(steward_home, {}).load().watch_folders
    dialog.reject()
    window.show_pane("Versions")
    pane.show_file(str(folder / "report.md"))
    await until(lambda: len(pane.versions) == 1, "what stood there")
    (folder / "report.md").write_text("by hand\n")
    await until(lambda: len(pane.versions) == 2, "what was changed")
    assert pane.versions[0].operation is OperationType.EXTERNAL
    assert pane.path == str(folder / "report.md")
