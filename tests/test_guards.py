"""The guards in conftest.py catch what they are for: each sample is run by a pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# One worker runs them all, so that the samples run once.
pytestmark = pytest.mark.xdist_group("guards")

SAMPLES = """
import asyncio, os, socket, sys, threading, time, warnings
import pytest

STOP = threading.Event()
KEPT = []

async def test_clean_task():
    assert type(asyncio.get_running_loop()).__module__.startswith("asyncio")
    await asyncio.create_task(asyncio.sleep(0))

async def test_leaked_task():
    KEPT.append(asyncio.create_task(asyncio.sleep(60)))

def test_clean_thread():
    threading.Thread(target=lambda: time.sleep(0.05)).start()

def test_leaked_thread():
    # Ends by itself, so that this run ends; but long after its test.
    threading.Thread(target=lambda: STOP.wait(3), name="forgotten").start()

def test_leaked_thread_of_ours():
    threading.Thread(target=lambda: STOP.wait(3), name="steward-pool", daemon=True).start()

def test_clean_widget(qtbot):
    from PySide6.QtWidgets import QWidget
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()

def test_leaked_widget(qapp):
    from PySide6.QtWidgets import QWidget
    KEPT.append(QWidget())

@pytest.mark.qt_loop
async def test_clean_qt_loop():
    assert type(asyncio.get_running_loop()).__name__ == "StewardEventLoop"
    await asyncio.sleep(0.01)

@pytest.mark.qt_loop
async def test_leaked_task_on_qt_loop():
    KEPT.append(asyncio.create_task(asyncio.sleep(60)))

@pytest.mark.qt_loop
async def test_clean_thread_pool_on_qt_loop():
    assert await asyncio.get_running_loop().run_in_executor(None, lambda: 7) == 7

def test_leaked_internet():
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except OSError:
        pass

async def test_clean_loopback():
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

def test_leaked_warning():
    warnings.warn("old", DeprecationWarning)

def test_leaked_qt_warning(qapp):
    from PySide6.QtCore import qWarning
    qWarning("something is wrong")

def test_clean_surroundings(tmp_path):
    import keyring
    assert type(keyring.get_keyring()).__module__ == "keyring.backends.null"
    assert os.environ["STEWARD_HOME"].startswith(str(tmp_path))
    assert "OPENROUTER_API_KEY" not in os.environ
    assert "STEWARD_MODEL" not in os.environ
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each sample's outcomes: a leak found after the test is an ERROR beside its PASSED."""
    sample = tmp_path_factory.mktemp("guards") / "test_samples.py"
    sample.write_text(SAMPLES, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "pyproject.toml"]
    result = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-rA", "--tb=no", str(sample)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=50,
    )
    found: dict[str, set[str]] = {}
    for outcome, name in re.findall(
        r"^(PASSED|FAILED|ERROR) \S*::(test_\w+)", result.stdout, re.MULTILINE
    ):
        found.setdefault(name, set()).add(outcome)
    assert found, result.stdout[-3000:] + result.stderr[-3000:]
    return found


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "OPENROUTER_API_KEY": "not-a-key", "STEWARD_MODEL": "not/a-model"}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"def (test_leaked_\w+)", SAMPLES))))
def test_a_leak_fails_its_test(outcomes: dict[str, set[str]], name: str) -> None:
    assert outcomes[name] & {"FAILED", "ERROR"}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"def (test_clean_\w+)", SAMPLES))))
def test_a_clean_test_passes(outcomes: dict[str, set[str]], name: str) -> None:
    assert outcomes[name] == {"PASSED"}
