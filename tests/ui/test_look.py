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
from PySide6.QtWidgets import QApplication, QMainWindow

from app.ui.look import Look
from app.ui.main_window import MainWindow
from app.ui.system_look import SystemLook
from app.ui.theme import Theme
from app.ui.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT
from app.ui.window_state import WindowState


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
seen = []

def note():
    state = [system.wants_contrast, system.reduces_motion]
    if seen[-1:] == [state]:
        return
    seen.append(state)
    if state == [True, True]:
        tell("org.freedesktop.appearance", "contrast", "u", "0")
    elif state == [False, True]:
        tell("org.gnome.desktop.interface", "enable-animations", "b", "true")
    elif state == [False, False]:
        tell("org.freedesktop.appearance", "reduced-motion", "u", "1")
        seen.append("told")
    if seen[-2:] == ["told", [False, True]]:
        application.quit()

system.changed.connect(note)
QTimer.singleShot(20_000, application.quit)
system.listen()
application.exec()
portal.communicate()
print(json.dumps(seen))
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

    seen = json.loads(done.stdout.splitlines()[-1])
    assert [True, True] in seen
    assert seen[-4:] == [[False, True], [False, False], "told", [False, True]]


def test_where_there_is_no_session_bus_none_is_started(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    before = set(sys.modules)

    desktop.listen()

    assert "PySide6.QtDBus" not in set(sys.modules) - before
