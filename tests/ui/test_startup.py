"""How the window begins and ends, as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.assembly import Assembly
from app.connected_model import ConnectedModel
from app.domain.events import Severity
from app.integrations.discovery import LocalServer
from app.last_run import EndedRun
from app.main import _open
from app.storage.database import Database
from app.ui.main_window import MainWindow
from app.ui.onboarding.due import remember_seen
from app.ui.ports import Desk
from app.ui.single_instance import SingleInstance
from app.ui.theme import Theme
from app.ui.trouble_page import TroublePage
from app.ui.window_state import WindowState
from tests.standins.model_server import ModelServer
from tests.ui.driving import click, until

HEAVY = ("asyncio", "httpx", "peewee", "markdown_it", "pygments", "jsonschema", "app.assembly")

FOR_TURNS = (
    "jsonschema", "markdown_it", "pygments", "PySide6.QtNetwork", "app.orchestrator.engine",
    "app.integrations.guided.parser", "app.ui.panes.trace", "app.ui.panes.version_card",
)  # fmt: skip

SECONDS = 30.0


class Process:
    """A Steward of its own, with a window that nobody sees."""

    def __init__(self, home: Path, code: str = "", **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *(["-c", code] if code else ["-m", "app"])],
            env={**os.environ, "STEWARD_HOME": str(home), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err

    def wait_until_open(self, home: Path) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.is_open(home):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def is_open(self, home: Path) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        log = home / "logs" / "steward.log"
        return log.exists() and "the window is open" in log.read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Process, Path]]:
    home = tmp_path / "home"
    process = Process(home)
    process.wait_until_open(home)
    yield process, home
    if process.process.poll() is None:
        process.process.kill()
        process.process.communicate()


@pytest.mark.parametrize("moment", ["visible", "interactive", "ready"])
def test_it_says_when_it_got_somewhere_and_ends(tmp_path: Path, moment: str) -> None:
    code, out, err = Process(tmp_path / "home", STEWARD_BENCH=moment).wait()

    assert (code, out) == (0, f"{moment}\n"), err


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = f"import sys, app.ui.main_window; print([n for n in {HEAVY} if n in sys.modules])"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == "[]"


def test_the_window_learns_what_the_models_take_and_asks_none(tmp_path: Path) -> None:
    with ModelServer() as server:
        process = Process(tmp_path / "home", STEWARD_LLM_BASE_URL=server.base_url)
        deadline = time.monotonic() + SECONDS
        while not server.lookups:
            assert process.process.poll() is None, process.wait()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.process.terminate()
        process.wait()

    assert [one.path for one in server.lookups] == ["/v1/models"]
    assert server.requests == []


def test_a_second_start_brings_the_first_window_to_the_front(
    running: tuple[Process, Path],
) -> None:
    first, home = running

    code, out, _ = Process(home).wait()

    assert code == 0
    assert "open already" in out
    assert first.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_within_five_seconds(
    running: tuple[Process, Path], number: signal.Signals
) -> None:
    process, home = running
    begin = time.monotonic()

    process.process.send_signal(number)
    code, _, err = process.wait()

    assert time.monotonic() - begin < 5
    assert code == 0
    assert "Traceback" not in err
    database = Database(home / "steward.db")
    database.open()
    database.close()


AT_THE_FIRST_PAINT = """
import os, signal, sys
from app.__main__ import main
import app.ui.main_window as made

class Told(made.MainWindow):
    def paintEvent(self, event):
        os.kill(os.getpid(), signal.{name})
        super().paintEvent(event)

made.MainWindow = Told
sys.argv = ["steward"]
sys.exit(main())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_before_the_loop_runs_ends_it_at_once_and_without_a_word(
    tmp_path: Path, name: str
) -> None:
    code, out, err = Process(tmp_path / "home", code=AT_THE_FIRST_PAINT.format(name=name)).wait()
    assert (code, out, err) == (130, "", "")
    assert not (tmp_path / "home" / "steward.db").exists()


CLOSED_AT_THE_FIRST_PAINT = """
import sys
from app.__main__ import main
import app.ui.main_window as made

class Hasty(made.MainWindow):
    def __init__(self, *args):
        super().__init__(*args)
        self.painted.connect(self.close)

made.MainWindow = Hasty
sys.argv = ["steward"]
sys.exit(main())
"""


def test_a_window_closed_before_the_loop_runs_is_the_end(tmp_path: Path) -> None:
    code, _, err = Process(tmp_path / "home", code=CLOSED_AT_THE_FIRST_PAINT).wait()
    assert (code, err) == (0, "")


CLOSED_WHILE_OPENING = """
import os, signal, sys, time
from app.__main__ import main
from app.skill_runtime.registry import SkillRegistry

real = SkillRegistry.load

def slow_load(self, *args):
    real(self, *args)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.5)

SkillRegistry.load = slow_load
sys.argv = ["steward"]
sys.exit(main())
"""


def test_closed_while_it_opens_it_leaves_nothing_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = Process(home, code=CLOSED_WHILE_OPENING, STEWARD_WATCH_FOLDERS="on",
                      STEWARD_FOLDERS=str(tmp_path))  # fmt: skip
    begin = time.monotonic()
    code, _, err = process.wait()
    assert (code, err) == (0, "")
    assert time.monotonic() - begin < 10
    assert list((home / "sessions").iterdir()) == []
    assert not (home / "steward.db-wal").exists()


WHAT_IS_LOADED = """
import sys
from app.__main__ import main
sys.argv = ["steward"]
code = main()
print([name for name in {names!r} if name in sys.modules])
sys.exit(code)
"""


def test_a_window_that_only_stands_there_goes_without_what_turns_need(tmp_path: Path) -> None:
    code = WHAT_IS_LOADED.format(names=FOR_TURNS)
    ended, out, err = Process(tmp_path / "home", code=code, STEWARD_BENCH="ready").wait()
    assert (ended, out.splitlines(), err) == (0, ["ready", "[]"], "")


async def test_what_turns_need_is_imported_once_something_is_written(window: MainWindow) -> None:
    assert window.session is not None
    warm_up = window.session.warm_up
    assert not warm_up.begun

    QTest.keyClicks(window.chat.composer.editor, "h")

    assert warm_up.begun
    await warm_up.done()


OUTLIVED_BY_A_THREAD = """
import sys, threading, time
from app.__main__ import main
threading.Thread(target=time.sleep, args=(60,)).start()
sys.argv = ["steward"]
sys.exit(main())
"""


@pytest.mark.serial
def test_a_thread_that_hangs_does_not_keep_the_program(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = Process(home, code=OUTLIVED_BY_A_THREAD)
    process.wait_until_open(home)
    begin = time.monotonic()
    process.process.send_signal(signal.SIGTERM)
    process.wait()
    assert time.monotonic() - begin < 6


NEVER_CLOSES = """
import asyncio, sys
import app.main
from app.assembly import Assembly

async def close(self):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if {gives_up}:
                raise

Assembly.close = close
sys.exit(app.main.main(["steward"]))
"""


@pytest.mark.serial
@pytest.mark.parametrize(("gives_up", "expected"), [(True, 0), (False, 1)])
def test_what_will_not_close_keeps_neither_the_window_nor_the_program(
    tmp_path: Path, gives_up: bool, expected: int
) -> None:
    home = tmp_path / "home"
    process = Process(home, code=NEVER_CLOSES.format(gives_up=gives_up))
    process.wait_until_open(home)
    begin = time.monotonic()

    process.process.send_signal(signal.SIGTERM)
    code, _, err = process.wait()

    assert time.monotonic() - begin < 6
    assert code == expected
    assert "Traceback" not in err
    assert (home / "window.ini").exists(), "the window is remembered all the same"


def test_two_data_directories_have_two_windows(tmp_path: Path, application: QApplication) -> None:
    one, other = SingleInstance(tmp_path / "one"), SingleInstance(tmp_path / "other")

    assert one.claim()
    assert other.claim()
    assert not SingleInstance(tmp_path / "one").claim()

    one.close()
    again = SingleInstance(tmp_path / "one")
    assert again.claim()
    again.close()
    other.close()


@pytest.fixture
def damaged(steward_home: Path) -> Path:
    steward_home.mkdir(parents=True)
    database = steward_home / "steward.db"
    database.write_bytes(b"this is no database at all" * 400)
    return database


def put_aside(file: Path) -> None:
    file.rename(file.with_suffix(".aside"))


async def test_a_damaged_database_is_explained_and_can_be_tried_again(
    theme: Theme, steward_home: Path, damaged: Path
) -> None:
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    closing = asyncio.Event()
    opening = asyncio.create_task(_open(window, steward_home, closing))
    page = await until(lambda: window.findChild(TroublePage), "the page that explains")

    words = [label.text() for label in page.findChildren(QLabel)]
    assert words[0] == "Steward's database is damaged"
    assert "What is safe" in words
    assert not any("Traceback" in text for text in words)

    put_aside(damaged)
    click(page.again)
    assembly = await opening

    assert assembly is not None
    await until(lambda: window.top_bar.provider.text() == "Offline commands, no AI", "the window")
    assert window.chat.isVisible()
    assert assembly.folders.folders == ()
    assert window.set_up is not None
    window.close()
    await window.detach()
    await assembly.close()
    window.deleteLater()


async def test_a_pane_that_cannot_be_made_is_explained_and_can_be_tried_again(
    theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    attach, tries = window.attach, []

    def broken(desk: Desk, ended: EndedRun | None = None) -> None:
        tries.append(desk)
        if len(tries) == 1:
            raise LookupError("a mistake in a pane")
        attach(desk, ended)

    monkeypatch.setattr(window, "attach", broken)
    opening = asyncio.create_task(_open(window, steward_home, asyncio.Event()))
    page = await until(lambda: window.findChild(TroublePage), "the page that explains")
    assert "LookupError" in " ".join(label.text() for label in page.findChildren(QLabel))
    assert "a mistake in a pane" in (steward_home / "logs" / "steward.log").read_text()
    click(page.again)
    assembly = await opening

    assert assembly is not None
    assert window.chat.isVisible()
    window.close()
    await window.detach()
    await assembly.close()
    window.deleteLater()


async def test_what_fails_before_the_window_is_there_is_shown_by_it(
    theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Assembly._build

    async def build_and_fail(self: Assembly) -> None:
        await build(self)
        self.router.notify(Severity.WARNING, "watch", "Too many folders.")

    monkeypatch.setattr(Assembly, "_build", build_and_fail)
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    assembly = await _open(window, steward_home, asyncio.Event())
    assert assembly is not None
    told = {card.notification.message for card in window.cards.cards}
    assert "Too many folders." in told
    window.close()
    await window.detach()
    await assembly.close()
    window.deleteLater()


@pytest.mark.parametrize("seen", [False, True])
async def test_no_server_is_looked_for_while_the_first_steps_are_shown(
    theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    looked: list[bool] = []

    async def find(_: ConnectedModel) -> list[LocalServer]:
        looked.append(True)
        return []

    monkeypatch.setattr(ConnectedModel, "find_local_servers", find)
    state = WindowState(steward_home)
    if seen:
        remember_seen(state)
    window = MainWindow(theme, state)
    window.show()
    assembly = await _open(window, steward_home, asyncio.Event())
    assert assembly is not None
    assert (window.set_up is None) == seen
    session = window.session
    assert session is not None
    await until(lambda: session.tasks.idle, "the window to settle")
    assert looked == [True] * seen
    window.close()
    await window.detach()
    await assembly.close()
    window.deleteLater()


async def test_a_setting_that_cannot_be_used_is_explained(
    theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEWARD_MAX_ITERATIONS", "many")
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    closing = asyncio.Event()
    opening = asyncio.create_task(_open(window, steward_home, closing))

    page = await until(lambda: window.findChild(TroublePage), "the page that explains")
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "max_iterations" in words
    assert "STEWARD_MAX_ITERATIONS" in words

    closing.set()
    assert await opening is None
    window.close()
    window.deleteLater()


async def test_a_provider_without_its_key_can_be_done_without(
    theme: Theme, steward_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEWARD_PROVIDER", "openrouter")
    window = MainWindow(theme, WindowState(steward_home))
    window.show()
    opening = asyncio.create_task(_open(window, steward_home, asyncio.Event()))
    page = await until(lambda: window.findChild(TroublePage), "the page that explains")

    click(page.without_model)
    assembly = await opening

    assert assembly is not None
    assert assembly.llm.provider == "guided"
    window.close()
    await window.detach()
    await assembly.close()
    window.deleteLater()
