"""Nobody needs a mouse or eyes: every control has a name and a key."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import DatabaseCorruptError
from app.orchestrator.approvals import Decision
from app.ui.dock import TABS
from app.ui.main_window import MainWindow
from app.ui.settings.catalogue import PAGES
from app.ui.settings.dialog import SettingsDialog
from app.ui.theme import Theme
from app.ui.trouble_page import TroublePage
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, press, until
from tests.ui.walking import nameless, shared_keys, without_keys

WRITE = ("files.create", {"path": "new.md", "content": "hello\n"})


async def test_every_control_of_the_window_has_a_name_and_a_key(
    person: Person, window: MainWindow, model: Puppet
) -> None:
    model.answers(calls(WRITE), says("Made."))
    person.say("Make new.md")
    await person.card()
    for name in TABS:
        window.show_pane(name)
        assert nameless(window) == [], name
        assert without_keys(window) == [], name
        assert shared_keys(window) == [], name
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    window.show_pane("Versions")
    pane = window.versions
    assert pane is not None
    await until(lambda: pane.versions, "a version")
    assert nameless(window) == []
    assert without_keys(window) == []
    assert shared_keys(window) == []


async def test_every_control_of_the_settings_has_a_name_and_a_key(
    person: Person, window: MainWindow
) -> None:
    window.show_settings()
    dialog = window._settings
    assert dialog is not None
    for page in PAGES:
        dialog.show_page(page)
        assert nameless(dialog) == [], page
        assert without_keys(dialog) == [], page
        assert shared_keys(dialog) == [], page
    dialog.reject()
    await person.idle()


def test_every_control_of_the_trouble_page_has_a_name_and_a_key(
    theme: Theme, steward_home: Path
) -> None:
    page = TroublePage(DatabaseCorruptError("It is damaged."), steward_home)
    page.show()

    assert nameless(page) == []
    assert without_keys(page) == []
    page.close()
    page.deleteLater()


def test_the_gate_catches_a_control_without_a_name(application: QApplication) -> None:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.addWidget(QPushButton())
    holder.show()

    assert nameless(holder) == ["Button QPushButton ''"]
    assert without_keys(holder) == ["QPushButton ''"]
    holder.close()
    holder.deleteLater()


async def test_tab_reaches_every_part_of_the_window(person: Person, window: MainWindow) -> None:
    await person.ask("/files")
    editor = window.chat.composer.editor
    editor.setFocus()
    reached = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        press(focused, Qt.Key.Key_Tab)

    names = {widget.accessibleName() for widget in reached}
    assert {"Message", "New conversation", "Search all conversations", "Conversations",
            "Transcript", "Settings", "Details"} <= names  # fmt: skip


async def test_a_file_is_found_and_the_folders_are_shown_from_anywhere(
    person: Person, window: MainWindow
) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    window.toggle_dock()
    press(window, Qt.Key.Key_P, control)
    await until(window.dock.isVisible, "the versions")
    assert window.dock.tab == "Versions"

    person.say("replace 'draft' with 'final' in report.md")
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    window.show_pane("Trace")
    press(window, Qt.Key.Key_P, control)
    assert window.versions is not None
    await until(window.versions.files.isVisible, "the files")

    press(window, Qt.Key.Key_F, control | shift)
    dialog = await until(lambda: window.findChild(SettingsDialog), "the settings")
    assert dialog.isVisible()


async def test_the_shortcuts_go_where_they_say(person: Person, window: MainWindow) -> None:
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    press(window, Qt.Key.Key_K, control)
    assert QApplication.focusWidget() is window.rail.search
    press(window, Qt.Key.Key_L, control)
    assert QApplication.focusWidget() is window.chat.composer.editor
    press(window, Qt.Key.Key_4, alt)
    assert window.dock.tab == "Files"
    press(window, Qt.Key.Key_1, alt)
    assert window.dock.tab == "Trace"
    press(window, Qt.Key.Key_F9)
    await until(lambda: not window.dock.isVisible(), "the dock to go")
    press(window, Qt.Key.Key_2, alt)
    await until(window.dock.isVisible, "the dock to come back")
    assert window.dock.tab == "Circuits"
    press(window, Qt.Key.Key_F9)
    press(window, Qt.Key.Key_F9)
    assert window.dock.isVisible()
    press(window, Qt.Key.Key_F8)
    await until(lambda: not window.rail.isVisible(), "the rail to go")
