"""Messages of the tray and a desktop's real notification service, on a session bus of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-run-session") is None, reason="there is no D-Bus on this machine"
)

SAYS = """
import json, subprocess, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from app.ui.desktop_notices import DesktopNotices

daemon = None
if sys.argv[1:]:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.notification_daemon", *sys.argv[1:]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert daemon.stdout.readline() == b"ready\\n"
application = QApplication([])
shown, beats = [], []

def show(title, text, icon, ms):
    shown.append([title, text])
    QTimer.singleShot(0, application.quit)

heart = QTimer()
heart.timeout.connect(lambda: beats.append(time.monotonic()))
heart.start(20)
QTimer.singleShot(4000, application.quit)
notices = DesktopNotices(show, application)
began = time.monotonic()
notices.say("Steward: files", "<a href='x'>R&D</a>", QSystemTrayIcon.MessageIcon.Warning, 8000)
took = time.monotonic() - began
application.exec()
heart.stop()
if daemon is not None:
    daemon.communicate()
longest = max((b - a for a, b in zip(beats, beats[1:])), default=0)
print(json.dumps({"shown": shown, "blocked": max(took, longest)}))
"""


def said(*daemon: str) -> tuple[list[list[str]], float]:
    """What was shown, and for how long the window could do nothing else."""
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", SAYS, *daemon],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return told["shown"], told["blocked"]


def test_markup_is_shown_as_it_is_where_the_desktop_would_follow_it() -> None:
    shown, _ = said("body", "body-markup")
    assert shown == [["Steward: files", "&lt;a href='x'&gt;R&amp;D&lt;/a&gt;"]]
    shown, _ = said("body")
    assert shown == [["Steward: files", "<a href='x'>R&D</a>"]]


def test_a_desktop_without_the_service_is_left_to_qt() -> None:
    shown, _ = said()
    assert shown == [["Steward: files", "<a href='x'>R&D</a>"]]


def test_a_service_that_does_not_answer_keeps_nobody_waiting() -> None:
    shown, blocked = said("silent")
    assert shown == []
    assert blocked < 1.5
