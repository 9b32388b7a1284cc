"""The settings: a model is connected only after it has answered; everything is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.assembly import Assembly
from app.config import SettingsStore
from app.domain.files import OperationType
from app.ui.main_window import MainWindow
from app.ui.settings.dialog import SettingsDialog
from app.ui.theme import Theme
from tests.standins.model_server import ModelServer, text_reply
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, type_text, until


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

    await until(lambda: page.models.count() == 2, "its models")
    assert [page.models.itemText(i) for i in range(2)] == ["small", "large"]
    assert SettingsStore(steward_home, {}).load().llm_base_url == server.base_url
    dialog.reject()
    server.script([text_reply("Hello from the server.")])
    await person.ask("Hello?")
    assert person.answers[-1] == "Hello from the server."


async def test_how_long_a_model_thinks_counts_from_the_next_message(
    dialog: SettingsDialog, person: Person, desk: Assembly, server: ModelServer
) -> None:
    assert not dialog.model.choices.isVisible()  # offline commands do not think
    page = dialog.model
    page.choose("openai-compatible")
    type_text(page.address, server.base_url)
    click(page.connect_button)
    await until(page.choices.isVisible, "a model that thinks")
    assert not page.choices.fallbacks.isVisible()

    page.choices.effort.setCurrentIndex(page.choices.effort.findData("low"))
    page.choices.effort.activated.emit(page.choices.effort.currentIndex())
    dialog.reject()
    server.script([text_reply("Hello.")])
    await person.ask("Hello?")

    assert desk.settings.reasoning_effort == "low"
    assert server.requests[-1].json["reasoning_effort"] == "low"


async def test_models_to_fall_back_on_are_kept_or_refused_in_words(
    dialog: SettingsDialog, window: MainWindow, desk: Assembly, steward_home: Path
) -> None:
    choices = dialog.model.choices
    choices.show_for("openrouter")
    said: list[str] = []
    assert window.session is not None
    window.session.said.connect(lambda _kind, words: said.append(words))
    assert choices.fallbacks.isVisible()

    choices.fallbacks.setText("a/b:free c/d")
    choices.fallbacks.editingFinished.emit()
    assert choices.fallbacks.text() == "a/b:free, c/d"
    assert SettingsStore(steward_home, {}).load().fallback_models == ("a/b:free", "c/d")

    choices.fallbacks.setText(" ".join(map(str, range(11))))
    choices.fallbacks.editingFinished.emit()
    assert "up to 10" in said[-1]
    assert desk.settings.fallback_models == ("a/b:free", "c/d")


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


async def test_a_model_is_chosen_for_one_conversation(
    person: Person, window: MainWindow, desk: Assembly, model: Puppet
) -> None:
    model.answers(says("Yes."))
    await person.ask("Hello?")
    window.show_settings("model")
    assert window._settings is not None
    page = window._settings.model
    await until(lambda: page.models.count() == 1, "the models")

    page.models.setEditText("another")
    click(page.use_here)
    await until(lambda: "another" in page.outcome.text(), "the choice")

    assert window.session is not None
    stored = await desk.conversations.get(window.session.current.id or "")
    assert stored.model == "another"
    window._settings.reject()


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
    window._settings.reject()


async def test_instructions_are_kept_when_the_settings_close(
    dialog: SettingsDialog, desk: Assembly, steward_home: Path
) -> None:
    dialog.show_page("you")
    dialog.words.instructions.setPlainText("Keep it short.")

    dialog.reject()

    assert desk.settings.instructions == "Keep it short."
    assert SettingsStore(steward_home, {}).load().instructions == "Keep it short."


async def test_the_theme_changes_at_once_and_is_kept(
    dialog: SettingsDialog, desk: Assembly, theme: Theme
) -> None:
    dialog.show_page("you")
    box = dialog.words.theme
    box.setFocus()

    box.setCurrentIndex(2)
    box.activated.emit(2)

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
    box = dialog.folders.watch
    assert not box.isChecked()

    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))

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
