"""What holds for every test: a home of its own, no keyring, no network, nothing left running."""

from __future__ import annotations

import asyncio
import gc
import inspect
import ipaddress
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Set before anything imports keyring or makes a QApplication, and inherited by subprocesses.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The window follows the system's language; what a test expects is English.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)

import hypothesis
import pytest

from tests.memory_disk import memory_disk

# Where what tests make lies: nearly all of them open a database, which waits for the disk at each
# commit. `tests/files` stays on the disk.
if (_memory := memory_disk()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_memory))

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping

    from tests.prepared_database import PreparedDatabase

QT_FOLDER = Path(__file__).parent / "ui"
OURS = ("STEWARD_", "OPENROUTER_", "TELEGRAM_", "GOOGLE_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")

# Threads of ours that are daemons, so that they cannot hold up an exit, but must still be closed.
OUR_THREADS = "steward"
# Threads that a library starts once and keeps, by the start of their name.
KEPT_THREADS = ("pytest_timeout", "execnet")
GRACE_SECONDS = 1.0


# --- property tests -------------------------------------------------------------------------------

# The same examples in each run, so that what passed here passes elsewhere; `make explore` tries
# others. No deadline: how long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1_000)
hypothesis.settings.register_profile(  # a first failure is enough, however long its example
    "first", derandomize=True, deadline=None, phases=[hypothesis.Phase.generate]
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


# --- event loops ----------------------------------------------------------------------------------


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from app.ui.event_loop import StewardEventLoop

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    # Else closing the last window of a test stops the loop under it.
    application.setQuitOnLastWindowClosed(False)
    loop: asyncio.AbstractEventLoop = StewardEventLoop(application)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The window's own loop for the tests of the window, a plain one for all others."""
    if item.get_closest_marker("qt_loop") or item.path.is_relative_to(QT_FOLDER):
        return {"qt": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Bury a Qt loop in the main thread: its timers and notifiers crash when the collector runs in
    another one, for instance in a model server's of the next test.
    """
    yield
    if item.get_closest_marker("qt_loop"):
        gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `serial` run in one worker, in order, when there are several workers."""
    for item in items:
        if item.get_closest_marker("serial"):
            item.add_marker(pytest.mark.xdist_group("serial"))


# --- isolation ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def steward_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own; no setting and no key of the machine reaches it."""
    for name in list(os.environ):
        if name.startswith(OURS) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
    home = tmp_path / "steward-home"
    monkeypatch.setenv("STEWARD_HOME", str(home))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)  # nobody's desktop is told
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / f"xdg-{kind.lower()}"))
    return home


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> PreparedDatabase:
    """What a new database is copied from."""
    from tests.prepared_database import PreparedDatabase

    return PreparedDatabase(tmp_path_factory.mktemp("prepared") / "steward.db")


@pytest.fixture(autouse=True)
def _new_databases_lie_ready(
    request: pytest.FixtureRequest,
    prepared_database: PreparedDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if request.node.get_closest_marker("migrates") is None:
        prepared_database.lie_ready(monkeypatch)


class _Internet:
    """Refuses, and remembers, every attempt to leave this machine."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            host = arguments[1][0] if isinstance(arguments[1], tuple) else None
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode()
        if not host or host == "localhost" or _is_loopback(host):
            return
        self.attempts.append(host)
        raise PermissionError(f"a test tried to reach {host}; tests stay on this machine")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.endswith((".localhost", ".invalid"))
    return address.is_loopback or address.is_unspecified


_internet = _Internet()
sys.addaudithook(_internet.audit)


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    _internet.attempts.clear()
    yield
    assert not _internet.attempts, f"tried to reach {', '.join(_internet.attempts)}"


# --- garbage --------------------------------------------------------------------------------------


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among the thousands of tests themselves.

    Each test of the window ends with a full collection, which took 0.3 s without this.
    """
    gc.collect()
    gc.freeze()


# --- leaks ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = _leaked_threads(before)
    deadline = time.monotonic() + GRACE_SECONDS
    while leaked and time.monotonic() < deadline:
        leaked[0].join(0.02)
        leaked = _leaked_threads(before)
    assert not leaked, f"left running: {', '.join(thread.name for thread in leaked)}"


def _leaked_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and (not thread.daemon or thread.name.lower().startswith(OUR_THREADS))
        and not thread.name.startswith(KEPT_THREADS)
    ]


@pytest.fixture
async def _task_watch() -> AsyncIterator[None]:
    yield
    current = asyncio.current_task()
    pending = asyncio.all_tasks() - {current}
    if pending:  # a cancelled task needs a turn of the loop to end
        await asyncio.wait(pending, timeout=0.05)
        pending = asyncio.all_tasks() - {current}
    assert not pending, f"tasks left running: {pending}"


@pytest.fixture(autouse=True)
def _no_leaked_tasks(request: pytest.FixtureRequest, _no_leaked_threads: None) -> None:
    # Asked for only here: for a plain test it would make an event loop for nothing.
    if inspect.iscoroutinefunction(inspect.unwrap(request.function)):
        request.getfixturevalue("_task_watch")


@pytest.fixture(autouse=True)
def _no_leaked_widgets() -> Iterator[None]:
    before = {id(widget) for widget in _top_level_widgets()}
    yield
    leaked = [widget for widget in _top_level_widgets() if id(widget) not in before]
    if leaked:
        del leaked
        _finish_deletions()
        leaked = [widget for widget in _top_level_widgets() if id(widget) not in before]
    names = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in leaked]
    for widget in leaked:  # so that only the test that leaked it fails
        widget.close()
        widget.deleteLater()
    assert not names, f"top-level widgets left over: {', '.join(names)}"


def _top_level_widgets() -> list[Any]:
    # pytest-qt imports Qt; without a QApplication there is no widget, and no reason to make one.
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return [
        widget
        for widget in widgets.QApplication.topLevelWidgets()
        # A tool tip is one widget that Qt itself makes once and keeps.
        if widget.parent() is None and widget.metaObject().className() != "QTipLabel"
    ]


def _finish_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    # `processEvents` outside an event loop leaves `deleteLater` for later.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
