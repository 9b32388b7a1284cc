"""How the window looks: what the person chose, what the system says, and that all of it follows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMainWindow, QWidget

from app.assembly import Assembly
from app.orchestrator.approvals import Decision
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.transcript import Transcript
from app.ui.controls import ElidedLabel
from app.ui.look import Look, next_size
from app.ui.main_window import MainWindow
from app.ui.system_look import SystemLook
from app.ui.theme import Theme
from app.ui.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT
from app.ui.vault_dialog import VaultDialog
from app.ui.window_state import WindowState
from tests.ui.conftest import NOW
from tests.ui.driving import Person, until


class Desktop(SystemLook):
    """A desktop that says what a test wants it to."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.says: dict[str, Any] = {"dark": False, "contrast": False, "still": False}
        self.colour = self.next_colour = "#3050d0"

    def say(self, **what: bool) -> None:
        """Something is otherwise now."""
        self.says.update(what)
        self.changed.emit()

    @property
    def is_dark(self) -> bool:
        return bool(self.says["dark"])

    @property
    def wants_contrast(self) -> bool:
        return bool(self.says["contrast"])

    @property
    def reduces_motion(self) -> bool:
        return bool(self.says["still"])

    @property
    def accent(self) -> str:
        return self.colour

    def read_accent(self) -> None:
        self.colour = self.next_colour


@pytest.fixture
def desktop(application: QApplication) -> Iterator[Desktop]:
    one = Desktop(application)
    yield one
    one.deleteLater()


@pytest.fixture
def looks(application: QApplication, desktop: Desktop) -> Iterator[Theme]:
    """A theme that leaves all to the desktop."""
    one = Theme(application, Look(), system=desktop)
    yield one
    one.adopt(Look(reduced_motion="off"))
    one.deleteLater()


# --- colours --------------------------------------------------------------------------------------


def test_the_colours_follow_the_system_as_it_changes(looks: Theme, desktop: Desktop) -> None:
    seen = []
    looks.changed.connect(lambda: seen.append(looks.tokens))

    desktop.say(dark=True)
    desktop.say(contrast=True)
    desktop.say(dark=False)
    desktop.say(contrast=False)
    desktop.say(contrast=False)  # nothing new

    assert seen == [DARK, CONTRAST_DARK, CONTRAST_LIGHT, LIGHT]
    assert not looks.is_dark


def test_what_is_chosen_beats_the_system(looks: Theme, desktop: Desktop) -> None:
    desktop.say(dark=True, contrast=True)

    looks.adopt(Look(theme="light", contrast="normal"))
    assert looks.tokens is LIGHT

    looks.adopt(Look(theme="dark", contrast="high"))
    desktop.say(dark=False, contrast=False)
    assert looks.tokens is CONTRAST_DARK


def test_what_is_unknown_counts_as_left_to_the_system(looks: Theme, desktop: Desktop) -> None:
    desktop.say(dark=True)

    looks.adopt(Look(theme="purple", contrast="much", accent="mine", font_size="huge"))

    assert looks.tokens is DARK
    assert looks.scale == 1.0


def test_with_high_contrast_the_ring_is_thicker_and_what_is_chosen_has_a_line(
    application: QApplication, looks: Theme
) -> None:
    assert looks.ring == 2
    assert "3px solid" not in application.styleSheet()

    looks.adopt(Look(contrast="high"))

    assert looks.ring == 3
    assert "3px solid" in application.styleSheet()
    assert "QListView::item:selected, QMenu::item:selected" in application.styleSheet()


def test_the_accent_follows_the_system_when_it_should(
    application: QApplication, looks: Theme, desktop: Desktop
) -> None:
    desktop.colour = "#a02070"
    assert looks.tokens.accent == LIGHT.accent

    looks.adopt(Look(accent="system"))

    assert looks.tokens.accent == "#a02070"
    assert application.palette().color(QPalette.ColorRole.Accent).name() == "#a02070"
    assert "#a02070" in application.styleSheet()


def test_a_new_accent_of_the_system_is_taken_without_a_restart(
    looks: Theme, desktop: Desktop, application: QApplication, steward_home: Path
) -> None:
    window = MainWindow(looks, WindowState(steward_home))
    looks.adopt(Look(accent="system"))
    desktop.next_colour = "#8a2060"

    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.ThemeChange))

    assert application.palette().color(QPalette.ColorRole.Accent).name() == "#8a2060"
    assert "#8a2060" in application.styleSheet()
    window.close()
    window.deleteLater()


def test_the_system_is_asked_for_its_accent_and_not_ourselves(
    application: QApplication, looks: Theme
) -> None:
    system = SystemLook(application)
    ours = application.palette().color(QPalette.ColorRole.Accent)

    assert QColor(system.accent) != ours
    assert application.palette().color(QPalette.ColorRole.Accent) == ours
    system.deleteLater()


# --- motion ---------------------------------------------------------------------------------------


def test_nothing_moves_when_it_should_not(
    application: QApplication, looks: Theme, desktop: Desktop
) -> None:
    hints = application.styleHints()
    assert hints.cursorFlashTime() > 0

    desktop.say(still=True)

    assert looks.reduced_motion
    assert hints.cursorFlashTime() == 0
    assert not application.isEffectEnabled(Qt.UIEffect.UI_General)
    assert "widget-animation-duration: 0" in application.styleSheet()

    looks.adopt(Look(reduced_motion="off"))
    assert hints.cursorFlashTime() > 0
    assert "widget-animation-duration" not in application.styleSheet()


async def test_the_panes_do_not_slide_when_nothing_should_move(
    window: MainWindow, theme: Theme
) -> None:
    assert QMainWindow.isAnimated(window)

    theme.adopt(Look(theme="light", reduced_motion="on"))
    assert not QMainWindow.isAnimated(window)

    theme.adopt(Look(theme="light", reduced_motion="off"))
    assert QMainWindow.isAnimated(window)


@pytest.mark.parametrize(("chosen", "most"), [("on", 1), ("off", 0)])
async def test_a_bar_runs_to_and_fro_only_where_things_may_move(
    window: MainWindow, theme: Theme, chosen: str, most: int
) -> None:
    theme.adopt(Look(theme="light", reduced_motion=chosen))
    assert window.session is not None
    dialog = VaultDialog(theme, window.session, window)

    dialog.check()

    assert dialog.bar.maximum() == most  # 0: nobody knows yet how much there is
    dialog.reject()
    theme.adopt(Look(theme="light", reduced_motion="off"))


# --- the portal -----------------------------------------------------------------------------------

LISTENS = """
import json, subprocess, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.ui.system_look import SystemLook

portal = subprocess.Popen(
    [sys.executable, "-m", "tests.standins.settings_portal"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert portal.stdout.readline() == "ready\\n"

def tell(*words):
    portal.stdin.write(" ".join(words) + "\\n")
    portal.stdin.flush()

tell("org.freedesktop.appearance", "contrast", "u", "1")
tell("org.gnome.desktop.interface", "enable-animations", "b", "false")
application = QApplication([])
system = SystemLook(application)
looks, gnome = "org.freedesktop.appearance", "org.gnome.desktop.interface"
steps = [
    ([True, True], (looks, "contrast", "u", "0")),
    ([False, True], (gnome, "enable-animations", "b", "true")),
    ([False, False], (looks, "reduced-motion", "u", "1")),
    ([False, True], ()),
]

def note():
    if steps and [system.wants_contrast, system.reduces_motion] == steps[0][0]:
        _, words = steps.pop(0)
        tell(*words) if words else application.quit()

system.changed.connect(note)
QTimer.singleShot(20_000, application.quit)
system.listen()
application.exec()
portal.communicate()
print(json.dumps(steps))
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no D-Bus on this machine")
def test_the_desktops_portal_is_heard_at_the_start_and_as_it_changes() -> None:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", LISTENS],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == []  # every step was seen, in this order


def test_where_there_is_no_session_bus_none_is_started(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    before = set(sys.modules)

    desktop.listen()

    assert "PySide6.QtDBus" not in set(sys.modules) - before


# --- size of text ---------------------------------------------------------------------------------


def test_text_goes_up_and_down_in_steps_and_back() -> None:
    assert [next_size(100, 1), next_size(200, 1), next_size(80, -1)] == [110, 200, 80]
    assert [next_size(137, 1), next_size(137, -1), next_size(137, 0)] == [150, 125, 100]


CONTROL = Qt.KeyboardModifier.ControlModifier


async def test_keys_make_all_text_of_the_window_larger_and_it_is_kept(
    window: MainWindow, person: Person, theme: Theme, desk: Assembly, application: QApplication
) -> None:
    await person.ask("/help")
    usual, code, line = theme.font.pointSizeF(), theme.code_font.pointSizeF(), height_of(window)

    for _ in range(3):
        QTest.keyClick(window.chat.composer.editor, Qt.Key.Key_Plus, CONTROL)

    assert theme.scale == 1.5
    assert theme.font.pointSizeF() == pytest.approx(usual * 1.5)
    assert theme.code_font.pointSizeF() == pytest.approx(code * 1.5)
    assert application.font() == theme.font
    assert window.top_bar.title.font().pointSizeF() == pytest.approx(usual * 1.5)
    assert window.chat.composer.editor.font().pointSizeF() == pytest.approx(usual * 1.5)
    assert window.trace is not None
    assert window.trace.details.font().pointSizeF() == pytest.approx(code * 1.5)
    assert height_of(window) > line * 1.3
    assert desk.settings.font_size == 150
    transcript = window.chat.transcript
    assert transcript is not None
    inside = window.chat.composer.geometry()
    assert abs(inside.width() - transcript.arrangement.column.width) <= 1
    assert "150 %" in window.status_line.text

    QTest.keyClick(window.chat.composer.editor, Qt.Key.Key_Minus, CONTROL)
    assert desk.settings.font_size == 125

    QTest.keyClick(window.chat.composer.editor, Qt.Key.Key_0, CONTROL)
    assert theme.scale == 1.0
    assert height_of(window) == pytest.approx(line, rel=0.1)  # some of it is estimated
    assert desk.running_settings.source("font_size") == "default"


def height_of(window: MainWindow) -> float:
    """How much room all messages take."""
    transcript = window.chat.transcript
    assert transcript is not None
    return transcript.arrangement.heights.total


async def test_what_is_read_stays_in_view_when_text_grows(
    view: Transcript, rows: ConversationModel, theme: Theme
) -> None:
    for number in range(60):
        rows.queue(f"Message {number}. " + "It goes on for a while. " * 12, NOW)
    view.arrangement.scroll_to(view.arrangement.heights.top(30))
    view._settle()
    reading = view.arrangement.row_at(40)
    assert 25 < reading < 35

    theme.adopt(theme.look._replace(font_size="200"))
    assert abs(view.arrangement.row_at(40) - reading) <= 1

    theme.adopt(theme.look._replace(font_size="100"))
    assert abs(view.arrangement.row_at(40) - reading) <= 1


async def test_the_settings_follow_at_once_and_their_text_is_not_cut(
    window: MainWindow, theme: Theme, desk: Assembly
) -> None:
    window.resize(900, 600)
    window.show_settings("you")
    dialog = window._settings
    assert dialog is not None
    size = dialog.controls["font_size"]
    size.setFocus()
    QTest.keyClick(size, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(size, "200")
    QTest.keyClick(size, Qt.Key.Key_Return)

    assert theme.scale == 2.0
    await until(lambda: not cut_labels(dialog), f"whole words: {cut_labels(dialog)}")
    assert dialog.width() <= 900
    dialog.close()


SCENES = ("Trace", "Circuits", "Versions", "Files")


@pytest.mark.parametrize("pane", SCENES)
async def test_at_twice_the_size_in_a_small_window_no_words_are_cut(
    window: MainWindow, person: Person, theme: Theme, pane: str
) -> None:
    window.resize(900, 600)
    person.say("replace 'draft' with 'final' in report.md")
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    theme.adopt(theme.look._replace(font_size="200"))
    await until(lambda: not cut_labels(window), f"whole words: {cut_labels(window)}")

    window.show_pane(pane)

    await until(window.dock.isVisible, "the pane")
    assert window.dock.geometry().right() < window.width()
    assert not window._centre.isVisible()  # there is room for one of them only
    await until(lambda: not cut_labels(window), f"whole words: {cut_labels(window)}")

    QTest.keyClick(window, Qt.Key.Key_L, CONTROL)
    assert window._centre.isVisible()
    assert window.chat.composer.editor.hasFocus()


def cut_labels(root: QWidget) -> list[str]:
    """Words that stand in less room than they need, or outside of what can be seen or scrolled."""
    cut = []
    for one in root.findChildren(QWidget):
        if not one.isVisible() or not isinstance(one, QLabel | QAbstractButton) or not one.text():
            continue
        if isinstance(one, ElidedLabel):
            continue
        needs = one.minimumSizeHint()
        if isinstance(one, QLabel) and one.wordWrap():
            needs.setHeight(one.heightForWidth(one.width()))
            needs.setWidth(0)
        if one.width() < needs.width() or one.height() < needs.height():
            cut.append(f"{one.text()} has {one.size().toTuple()}, needs {needs.toTuple()}")
        above = one.parentWidget()
        if above is not None and not above.rect().contains(one.geometry()):
            cut.append(f"{one.text()} stands outside of its place")
    return cut
