"""The small window for one question: by itself, over the main window, and without it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.assembly import Assembly
from app.orchestrator.approvals import Decision
from app.ui.chat.rows import AnswerRow, Row, UserRow
from app.ui.main_window import MainWindow
from app.ui.quick_ask import QuickAsk
from app.ui.single_instance import SingleInstance
from app.ui.theme import Theme
from app.ui.window_state import WindowState
from tests.standins.model_server import ModelServer, text_reply
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet, settled
from tests.ui.driving import Person, click, press, type_text, until
from tests.ui.walking import nameless

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})


@pytest.fixture
def quick(window: MainWindow) -> QuickAsk:
    """Opened over the main window."""
    return window.ask_quickly()


def ask(quick: QuickAsk, text: str) -> None:
    type_text(quick.line, text)
    press(quick.line, Qt.Key.Key_Return)


def rows(quick: QuickAsk) -> list[Row]:
    assert quick._conversation is not None
    return list(quick._conversation.model.rows)


def answers(quick: QuickAsk) -> list[str]:
    return [row.text for row in rows(quick) if isinstance(row, AnswerRow)]


def said(quick: QuickAsk) -> list[str]:
    return [row.text for row in rows(quick) if isinstance(row, UserRow)]


async def over(quick: QuickAsk) -> None:
    await until(lambda: not quick._is_busy and answers(quick), "the answer")
    await asyncio.sleep(0)  # who waits for the same end has it, too


# --- asking ---------------------------------------------------------------------------------------


async def test_enter_asks_and_the_answer_streams_below(
    quick: QuickAsk, window: MainWindow, person: Person, model: Puppet
) -> None:
    assert quick.isVisible()
    assert quick.line.hasFocus()
    assert not quick._answer.isVisible(), "one line, until something is asked"
    gate = asyncio.Event()
    scripted = model.answers(gate, says("It is a **fox**."))
    ask(quick, "What is it?")
    assert quick.line.text() == ""
    await scripted.streaming.wait()
    await until(lambda: "Working" in quick._hint.whole, "the words")
    assert quick.stop_button.isVisible()
    click(quick.stop_button)
    await until(lambda: not quick._is_busy, "the stop")
    ask(quick, "And now?")
    await over(quick)
    assert said(quick) == ["What is it?", "And now?"]
    assert answers(quick)[-1] == "It is a **fox**."
    assert quick.transcript is not None
    assert quick.transcript.isVisible()
    assert nameless(quick) == []
    assert person.rows == [], "the main window shows what it showed"


async def test_it_moves_to_the_main_window(
    quick: QuickAsk, window: MainWindow, person: Person, model: Puppet
) -> None:
    model.answers(says("Yes."))
    ask(quick, "Is it?")
    await over(quick)
    click(quick.open_button)
    await until(lambda: person.said == ["Is it?"], "the conversation")
    assert not quick.isVisible()
    assert person.answers == ["Yes."]
    await settled(window)


async def test_escape_closes_it_and_the_next_time_it_is_empty(
    quick: QuickAsk, window: MainWindow, model: Puppet
) -> None:
    model.answers(says("Yes."))
    ask(quick, "Is it?")
    await over(quick)
    press(quick.line, Qt.Key.Key_Escape)
    assert not quick.isVisible()
    assert window.isVisible()
    assert window.ask_quickly() is quick
    assert quick.conversation_id is None
    assert not quick._answer.isVisible()
    await settled(window)


async def test_an_answer_that_still_comes_is_there_the_next_time(
    quick: QuickAsk, window: MainWindow, model: Puppet
) -> None:
    scripted = model.answers(asyncio.Event())
    ask(quick, "Is it?")
    await scripted.streaming.wait()
    press(quick.line, Qt.Key.Key_Escape)
    window.ask_quickly()
    assert said(quick) == ["Is it?"]
    click(quick.stop_button)
    await until(lambda: not quick._is_busy, "the stop")
    await settled(window)


async def test_a_change_is_decided_in_the_main_window(
    quick: QuickAsk, window: MainWindow, person: Person, model: Puppet, folder: Path
) -> None:
    model.answers(calls(EDIT), says("Done."))
    ask(quick, "Finish the report")
    button = await until(
        lambda: next(
            (one for one in quick.findChildren(QPushButton) if "Decide" in one.text()), None
        ),
        "the pointer",
    )
    await until(button.isVisible, "the pointer in view")
    click(button)
    await person.decide(Decision.ALLOW_ONCE)
    await person.idle()
    assert "final" in (folder / "report.md").read_text()
    assert not quick.isVisible()


async def test_while_steward_is_paused_it_says_so_and_gives_back_what_was_asked(
    quick: QuickAsk, window: MainWindow, desk: Assembly, model: Puppet
) -> None:
    model.answers(says("Never."))
    desk.engines.pause.begin()
    ask(quick, "Is it?")
    await until(lambda: "paused" in quick._hint.whole, "the words")
    click(quick.stop_button)
    await until(lambda: not quick._is_busy, "the way back")
    assert quick.line.text() == "Is it?"
    await settled(window)


# --- without the main window ----------------------------------------------------------------------


@pytest.fixture
def alone(desk: Assembly, theme: Theme, steward_home: Path) -> Iterator[MainWindow]:
    """A Steward that was started for a question: its main window was never shown."""
    one = MainWindow(theme, WindowState(steward_home))
    yield one
    one.close()
    one.deleteLater()


async def test_what_is_asked_while_steward_starts_goes_out_afterwards(
    alone: MainWindow, desk: Assembly, model: Puppet
) -> None:
    model.answers(says("Yes."))
    quits: list[bool] = []
    alone.quit_wanted.connect(lambda: quits.append(True))
    quick = alone.ask_quickly()
    ask(quick, "Is it?")
    assert "still starting" in quick._hint.whole
    alone.attach(desk)
    await over(quick)
    assert answers(quick) == ["Yes."]
    assert alone.is_shown
    assert not alone.isVisible()
    press(quick.line, Qt.Key.Key_Escape)
    assert quits == [True], "nothing is seen of it any more, and nothing runs"
    await alone.detach()


async def test_closed_at_the_very_moment_it_was_asked_nothing_is_lost(
    alone: MainWindow, desk: Assembly, model: Puppet
) -> None:
    model.answers(says("Yes."))
    quits: list[bool] = []
    alone.quit_wanted.connect(lambda: quits.append(True))
    quick = alone.ask_quickly()
    alone.attach(desk)
    ask(quick, "Is it?")
    press(quick.line, Qt.Key.Key_Escape)
    assert quits == []
    assert alone.isVisible()
    await over(quick)
    await settled(alone)
    await alone.detach()


async def test_closed_while_it_works_the_main_window_shows_that(
    alone: MainWindow, desk: Assembly, model: Puppet
) -> None:
    scripted = model.answers(asyncio.Event())
    quick = alone.ask_quickly("Is it?")
    alone.attach(desk)
    await scripted.streaming.wait()
    QTest.keyClick(quick, Qt.Key.Key_Escape)
    await until(alone.isVisible, "the main window")
    person = Person(alone)
    await until(lambda: person.said == ["Is it?"], "its conversation")
    press(alone.chat.composer.editor, Qt.Key.Key_Escape)
    await person.idle()
    await alone.detach()


# --- the command ----------------------------------------------------------------------------------


def test_the_first_window_hears_a_question_and_anything_else_brings_it_to_the_front(
    tmp_path: Path, application: object
) -> None:
    first = SingleInstance(tmp_path)
    assert first.claim()
    first.listen()
    heard: list[tuple[str, ...]] = []
    first.asked.connect(lambda text, token: heard.append((text, token)))
    first.wanted.connect(lambda token: heard.append((token,)))
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from app.ui.single_instance import SingleInstance; QCoreApplication([]);"
        "one = SingleInstance(Path(sys.argv[1]));"
        "print([one.ask_to_come(text) for text in (None, '', 'Wie heißt „es“?\\n2')])"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "XDG_ACTIVATION_TOKEN": "leave"},
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while asking.poll() is None and time.monotonic() < deadline:
        QTest.qWait(10)
    assert asking.communicate()[0].strip() == "[True, True, True]"
    assert heard == [("leave",), ("", "leave"), ("Wie heißt „es“?\n2", "leave")]
    first.close()
    first.deleteLater()


def test_the_command_starts_steward_and_asks_and_a_second_one_asks_there(
    steward_home: Path,
) -> None:
    with ModelServer() as server:
        server.script([text_reply("Yes.")] * 5)
        command = [sys.executable, "-m", "app", "ask", "--window"]
        environment = {**os.environ, "STEWARD_LLM_BASE_URL": server.base_url, "STEWARD_MODEL": "m"}
        first = subprocess.Popen([*command, "One?"], env=environment)
        server.wait_for(lambda: len(server.requests) == 1, seconds=30)
        second = subprocess.run([*command, "Two?"], env=environment, timeout=30)
        assert second.returncode == 0
        server.wait_for(lambda: len(server.requests) == 2, seconds=30)
        first.terminate()
        assert first.wait(timeout=20) == 0
    asked = [request.json["messages"][-1]["content"] for request in server.requests]
    assert "One?" in str(asked[0])
    assert "Two?" in str(asked[1])


def test_the_command_takes_nothing_but_the_question() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "ask", "--window", "--json", "hi"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert "only TEXT" in done.stdout + done.stderr
