"""Every setting is in the window, can be found, is checked as it is typed, and can be reset."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QWidget

from app.assembly import Assembly
from app.domain.turns import TurnState
from app.redaction import Secret
from app.setting_fields import FIELDS, Field
from app.setting_kinds import Key
from app.settings_store import SettingsStore
from app.ui.main_window import MainWindow
from app.ui.settings.catalogue import PAGES, search, words_of
from app.ui.settings.dialog import SettingsDialog
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, press, type_text, until

CONTROL = Qt.KeyboardModifier.ControlModifier
READ = ("files.read", {"path": "notes.md"})


@pytest.fixture
async def dialog(window: MainWindow) -> AsyncIterator[SettingsDialog]:
    window.show_settings("limits")
    assert window._settings is not None
    await settled(window)
    yield window._settings
    while window._settings is not None:
        window._settings.reject()


def a_line(dialog: SettingsDialog, name: str) -> QLineEdit:
    line = dialog.controls[name]
    assert isinstance(line, QLineEdit)
    return line


def write(line: QLineEdit, text: str) -> None:
    """Replace what stands there and press Enter."""
    line.setFocus()
    line.selectAll()
    press(line, Qt.Key.Key_Delete)
    type_text(line, text)
    press(line, Qt.Key.Key_Return)


# --- all of them ----------------------------------------------------------------------------------


async def test_no_setting_is_missing_from_the_window(dialog: SettingsDialog) -> None:
    assert set(dialog.controls) == {f.name for f in FIELDS}
    assert list(dialog.pages) == list(PAGES)

    for f in FIELDS:
        dialog.show_setting(f.name)
        control = dialog.controls[f.name]
        page = dialog.pages[words_of(f.name).page]
        assert page.isVisible(), f.name
        assert control.isVisible(), f.name
        assert control.accessibleName(), f.name
        row = dialog.rows.get(f.name)
        assert row is None or row.title.buddy() is control, f.name
        shown = control.visibleRegion().boundingRect()
        assert shown.height() >= min(control.height(), 20), f"{f.name} is not in view"


@pytest.mark.parametrize("f", FIELDS, ids=lambda f: f.name)
def test_every_setting_is_found_by_its_title_its_name_and_its_variable(f: Field) -> None:
    for text in (words_of(f.name).title, f.name, f.env.lower()):
        assert f.name in [hit.name for hit in search(text)], text


# --- searching ------------------------------------------------------------------------------------


async def test_a_search_over_all_pages_leads_to_the_setting(
    dialog: SettingsDialog,
) -> None:
    press(dialog, Qt.Key.Key_F, CONTROL)
    assert QApplication.focusWidget() is dialog.search
    type_text(dialog.search, "own INSTR")

    assert dialog.found.isVisible()
    assert [dialog.found.list.item(0).text()] == ["Your own instructions"]
    assert dialog.found.list.marked == ("own", "instr")
    press(dialog.search, Qt.Key.Key_Return)

    assert dialog.page == "you"
    assert dialog.you.isVisible()
    assert QApplication.focusWidget() is dialog.controls["instructions"]
    assert dialog.rows["instructions"].title.property("kind") == "found"
    assert dialog.search.text() == ""


async def test_arrows_choose_among_what_was_found_and_escape_goes_back(
    dialog: SettingsDialog,
) -> None:
    type_text(dialog.search, "cost")
    press(dialog.search, Qt.Key.Key_Down)
    press(dialog.search, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is dialog.controls["max_day_cost"]

    type_text(dialog.search, "weather")
    assert "Nothing found for “weather”" in dialog.found.nothing.text()
    assert dialog.found.nothing.isVisible()
    press(dialog.search, Qt.Key.Key_Return)  # leads nowhere
    press(dialog.search, Qt.Key.Key_Escape)
    assert dialog.search.text() == ""
    assert dialog.limits.isVisible()
    press(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_a_key_is_found_where_it_is_typed(dialog: SettingsDialog) -> None:
    dialog.show_setting("openrouter_api_key")

    assert dialog.model.provider == "openrouter"
    assert QApplication.focusWidget() is dialog.model.key


async def test_tab_goes_through_a_page_from_top_to_bottom(dialog: SettingsDialog) -> None:
    dialog.search.setFocus()
    reached: list[QWidget] = []
    while (focused := QApplication.focusWidget()) not in reached:
        assert focused is not None
        reached.append(focused)
        press(focused, Qt.Key.Key_Tab)

    expected = [row.control for row in dialog.limits.rows.values()]
    assert reached[:2] == [dialog.search, dialog.list]
    assert reached[2:-1] == expected
    assert reached[-1] is dialog.close_button


# --- typing ---------------------------------------------------------------------------------------


async def test_a_limit_holds_from_the_next_turn_on(
    dialog: SettingsDialog, person: Person, desk: Assembly, model: Puppet, steward_home: Path
) -> None:
    model.answers(calls(READ), says("It was the last call."))

    write(a_line(dialog, "max_iterations"), "1")
    dialog.reject()
    await person.ask("Read it")

    assert SettingsStore(steward_home, {}).load().max_iterations == 1
    (turn,) = await desk.turns.of_conversation((await desk.conversations.list())[0].id)
    assert turn.state is TurnState.LIMIT


async def test_what_cannot_be_used_is_explained_below_and_the_old_value_holds(
    dialog: SettingsDialog, desk: Assembly, steward_home: Path
) -> None:
    line, row = a_line(dialog, "max_iterations"), dialog.rows["max_iterations"]

    write(line, "101")

    assert row.problem.isVisible()
    assert row.problem.text() == (
        "Not saved: use a whole number from 1 to 100. It is still 25 calls."
    )
    assert line.accessibleDescription() == row.problem.text()
    assert line.text() == "101"
    assert desk.settings.max_iterations == 25
    assert not (steward_home / "settings.json").exists()

    press(line, Qt.Key.Key_Backspace)  # 10: the reason goes as soon as it no longer holds
    assert not row.problem.isVisible()
    press(line, Qt.Key.Key_Return)
    assert desk.settings.max_iterations == 10


TYPED = (
    ("max_turn_cost", "$0.50", "0.5", 0.5),
    ("max_turn_tokens", "none", "", None),
    ("skill_timeout", " 12.5 ", "12.5", 12.5),
    ("fallback_models", "a/b:free c/d", "a/b:free, c/d", ("a/b:free", "c/d")),
    ("provider_routing", '{"order":"x"}', '{"order": ["x"]}', {"order": ["x"]}),
    ("context_tokens", "32000", "32000", 32_000),
)


async def test_values_are_read_as_in_the_terminal(dialog: SettingsDialog, desk: Assembly) -> None:
    for name, typed, shown, value in TYPED:
        dialog.show_setting(name)
        write(a_line(dialog, name), typed)

        assert getattr(desk.settings, name) == value
        assert a_line(dialog, name).text() == shown
        assert not dialog.rows[name].is_wrong, name


async def test_nonsense_in_any_field_changes_nothing(
    dialog: SettingsDialog, desk: Assembly
) -> None:
    before = desk.settings
    for page in PAGES:
        dialog.show_page(page)
    QApplication.clipboard().setText("\u0663" * 30 + "\x07{\U0001f4a5")
    lines = [row for row in dialog.rows.values() if isinstance(row.control, QLineEdit)]
    for row in lines:
        dialog.show_setting(row.name)
        press(row.control, Qt.Key.Key_A, CONTROL)
        press(row.control, Qt.Key.Key_V, CONTROL)
        press(row.control, Qt.Key.Key_Return)
        assert row.is_wrong, row.name

    assert len(lines) == 22
    assert desk.settings == before


async def test_closing_with_a_mistake_says_so_once(dialog: SettingsDialog, desk: Assembly) -> None:
    line = a_line(dialog, "max_iterations")
    line.selectAll()
    type_text(line, "many")
    dialog.show_page("you")

    click(dialog.close_button)

    assert dialog.isVisible()
    assert dialog.page == "limits"
    assert "Model calls is not saved" in dialog.notice.whole
    assert QApplication.focusWidget() is line
    press(line, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert desk.settings.max_iterations == 25


async def test_a_key_does_not_come_into_the_settings_file(
    dialog: SettingsDialog, desk: Assembly, steward_home: Path
) -> None:
    key = "sk-or-v1-0123456789abcdef"
    desk.store.store_secret("openrouter_api_key", Secret(key))
    dialog.show_setting("fallback_models")

    write(a_line(dialog, "fallback_models"), key)

    assert "holds a secret" in dialog.rows["fallback_models"].problem.text()
    assert desk.settings.fallback_models == ()
    assert not any(key in path.read_text("latin-1") for path in steward_home.glob("*.json"))


# --- where it comes from --------------------------------------------------------------------------


async def test_what_the_environment_says_is_shown_and_not_changed(
    window: MainWindow, desk: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "STEWARD_MAX_ITERATIONS": "7",
        "STEWARD_WATCH_FOLDERS": "on",
        "STEWARD_APPROVAL_MODE": "reversible",
        "STEWARD_FOLDERS": "/nowhere",
        "STEWARD_NOTIFICATION_RULES": "info=none",
        "STEWARD_PROVIDER": "guided",
        "OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef",
    }.items():
        monkeypatch.setenv(name, value)
    desk.running_settings.use(desk.store.load())
    window.show_settings("limits")
    dialog = window._settings
    assert dialog is not None
    await settled(window)

    line, row = a_line(dialog, "max_iterations"), dialog.rows["max_iterations"]
    type_text(line, "9")
    assert line.text() == "7"
    assert row.origin.isVisible()
    assert row.origin.text() == "Set by STEWARD_MAX_ITERATIONS in the environment."
    assert not row.reset_button.isVisible()
    for name in ("watch_folders", "approval_mode", "provider"):
        assert not dialog.controls[name].isEnabled(), name
    assert not dialog.folders.add.isEnabled()
    assert a_line(dialog, "notification_rules").isReadOnly()
    dialog.show_setting("openrouter_api_key")
    assert dialog.model.key.isReadOnly()
    assert "OPENROUTER_API_KEY" in dialog.model.keys["openrouter_api_key"].state.text()
    assert not dialog.model.keys["openrouter_api_key"].remove.isVisible()
    dialog.reject()


async def test_a_setting_is_reset_and_the_reset_taken_back(
    dialog: SettingsDialog, desk: Assembly
) -> None:
    row = dialog.rows["max_iterations"]
    assert not row.reset_button.isVisible()
    write(a_line(dialog, "max_iterations"), "40")
    assert row.reset_button.isVisible()
    assert "25 calls" in row.reset_button.toolTip()

    click(row.reset_button)
    assert desk.settings.max_iterations == 25
    assert a_line(dialog, "max_iterations").text() == "25"
    assert desk.running_settings.source("max_iterations") == "default"
    assert dialog.notice.whole == "Model calls: 25 calls."

    click(dialog.undo_button)
    assert desk.settings.max_iterations == 40
    assert not dialog.undo_button.isVisible()


async def test_notifications_are_reset_too(dialog: SettingsDialog, desk: Assembly) -> None:
    dialog.show_page("notifications")
    page = dialog.notifications
    assert not page.reset_button.isVisible()
    type_text(page.sources, "any/watch=none")
    press(page.sources, Qt.Key.Key_Return)

    click(page.reset_button)
    assert desk.settings.notification_rules == ""
    click(dialog.undo_button)
    assert desk.settings.notification_rules == "any/watch=none"


# --- keys -----------------------------------------------------------------------------------------


async def test_a_key_without_a_keyring_is_said_to_hold_for_this_run_and_can_be_removed(
    dialog: SettingsDialog, desk: Assembly, window: MainWindow
) -> None:
    desk.store.store_secret("openrouter_api_key", Secret("sk-or-v1-0123456789abcdef"))
    desk.running_settings.use(desk.store.load())
    dialog.show_page("model")
    row = dialog.model.keys["openrouter_api_key"]
    row.refresh()
    assert "until you close Steward: no keyring works" in row.state.text()

    click(row.remove)
    box = await until(lambda: row.findChild(QMessageBox), "the question")
    click(next(button for button in box.buttons() if button.text() == "&Remove"))
    await until(lambda: row.state.text() == "None.", "the key to go")

    assert desk.settings.openrouter_api_key is None
    assert desk.running_settings.source("openrouter_api_key") == "default"
    assert not row.remove.isVisible()


# --- room -----------------------------------------------------------------------------------------


async def test_every_page_fits_a_small_window(window: MainWindow) -> None:
    window.resize(QSize(900, 600))
    window.show_settings()
    dialog = window._settings
    assert dialog is not None
    await settled(window)
    assert dialog.height() <= 600
    for name, page in dialog.pages.items():
        dialog.show_page(name)
        needed = page.column.minimumSize().width()
        assert needed <= page.viewport().width(), f"{name} is cut at the right"
    dialog.reject()


def test_secrets_are_never_written() -> None:
    assert {f.kind.write("sk-or-v1-0123456789abcdef") for f in FIELDS if f.secret} == {""}
    assert all(isinstance(f.kind, Key) for f in FIELDS if f.secret)
