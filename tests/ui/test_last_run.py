"""A window that was killed: the next one notices, says what was cut off, and goes on with it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.last_run import RunMark, is_unnoticed
from app.ui.chat.endings import resume_message
from app.ui.main_window import MainWindow
from app.ui.notification_card import NotificationCard
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.model_server import Hang, ModelServer, chunk, stream_reply
from tests.standins.scripted_model import ScriptedModel, says
from tests.ui.conftest import settled
from tests.ui.driving import Person, click, until

ASKING = """
import sys
import app.ui.main_window as made

class Asking(made.MainWindow):
    def attach(self, desk, ended=None):
        super().attach(desk, ended)
        for text in sys.argv[1:]:
            self.chat.send(text)
        sys.argv[1:] = []

made.MainWindow = Asking
from app.main import main as window
sys.exit(window(["steward"]))
"""


class Running:
    """A window of its own, in the middle of an answer."""

    def __init__(self, server: ModelServer, *texts: str) -> None:
        self.home = Path(os.environ["STEWARD_HOME"])
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASKING, *texts],
            env={**os.environ, "STEWARD_LLM_BASE_URL": server.base_url, "STEWARD_MODEL": "m"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(timeout=20)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A model that begins an answer and does not end it."""
    with ModelServer() as server:
        server.script([stream_reply(chunk({"content": "Once upon a time"}), Hang())] * 5)
        yield server


async def next_window(
    theme: Theme, application: QApplication
) -> tuple[MainWindow, Assembly, RunMark]:
    """As ``app.main`` opens it."""
    home = Path(os.environ["STEWARD_HOME"])
    mark = RunMark(home)
    ended = mark.begin()
    desk = await Assembly.open()
    window = MainWindow(theme, WindowState(home))
    window.show()
    window.attach(desk, ended)
    desk.start_report.announce(desk.router, crash_is_told=ended is not None)
    await settled(window)
    return window, desk, mark


async def gone(window: MainWindow, desk: Assembly, mark: RunMark) -> None:
    mark.end()
    window.close()
    await window.detach()
    await desk.close()
    window.deleteLater()


def cards(window: MainWindow) -> list[NotificationCard]:
    return [
        card for card in window.cards.cards if card.notification.source in ("start", "last run")
    ]


async def begun(running: Running, server: ModelServer) -> None:
    """Wait until the answer streams."""
    await until(lambda: server.requests, "the request", 30)
    assert running.process.poll() is None


async def test_killed_in_an_answer_the_next_window_offers_to_go_on(
    server: ModelServer, theme: Theme, application: QApplication
) -> None:
    running = Running(server, "Tell me a story")
    await begun(running, server)
    running.end(signal.SIGKILL)
    assert is_unnoticed(running.home)

    window, desk, mark = await next_window(theme, application)
    (card,) = cards(window)
    assert "Steward ended without being closed." in card.text
    assert "Nothing was lost" in card.text
    assert [one.text() for one in card.acts] == ["Open it", "Go on"]
    assert card.acts[1].accessibleName() == "Go on: “Tell me a story” was being answered."
    model = desk.model.llm = ScriptedModel([says("… there was a fox.")])
    click(card.acts[1])
    person = Person(window)
    await until(lambda: person.said == ["Tell me a story", resume_message()], "the way on")
    await person.idle()
    assert person.answers[-1] == "… there was a fox."
    assert len(model.requests) == 1
    assert cards(window) == []
    await gone(window, desk, mark)

    window, desk, mark = await next_window(theme, application)
    assert cards(window) == [], "it is told once"
    await gone(window, desk, mark)


async def test_what_waited_behind_the_answer_is_on_the_same_card(
    server: ModelServer, theme: Theme, application: QApplication
) -> None:
    running = Running(server, "Tell me a story", "A short one", "For children")
    await begun(running, server)
    await until(lambda: _waits(running.home) == 2, "both on disk", 30)
    running.end(signal.SIGKILL)
    window, desk, mark = await next_window(theme, application)
    (card,) = cards(window)
    name = card.acts[0].accessibleName()
    assert "“Tell me a story” was being answered. 2 messages behind it" in name
    click(card.acts[0])
    await until(lambda: window.chat.composer.text == "A short one\n\nFor children", "the messages")
    await settled(window)
    await gone(window, desk, mark)


async def test_told_to_end_it_is_no_crash(
    server: ModelServer, theme: Theme, application: QApplication
) -> None:
    running = Running(server, "Tell me a story")
    await begun(running, server)
    second = await asyncio.create_subprocess_exec(sys.executable, "-m", "app", stdout=DEVNULL)
    assert await second.wait() == 0
    assert (running.home / "running.json").exists(), "a second start takes no mark away"
    running.end(signal.SIGTERM)
    assert not (running.home / "running.json").exists()
    window, desk, mark = await next_window(theme, application)
    assert cards(window) == []
    await gone(window, desk, mark)


def _waits(home: Path) -> int:
    import sqlite3

    with sqlite3.connect(f"file:{home}/steward.db?mode=ro", uri=True) as database:
        found: int = database.execute("SELECT count(*) FROM waiting_messages").fetchone()[0]
    database.close()
    return found
