"""Memory and work of the window: at rest, and after a million pieces of answers.

Each window has a process of its own. A bare PySide6 window, which shows nothing, is the baseline.
At rest the program itself is measured, on an empty data directory, with nobody near it. What grows
is measured in a window that has shown its first answer, with all that answers need. The pieces come
as fast as the window takes them, in answers of ten thousand, as the engine would hand them in;
every answer stays in the conversation shown.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QApplication

from app.assembly import Assembly
from app.domain.events import Answer, Delta, Event, TurnFinished, TurnStarted, TurnStatus
from app.ui.main_window import MainWindow
from tests.benchmarks.real_window import open_window, run_in_window

ANSWERS: Final = 100
PIECES: Final = 10_000
REST: Final = 5.0
"""Seconds at rest that are measured."""
GOALS: Final = {"idle_ratio": 2.0, "growth_percent": 5.0, "idle_cpu_percent": 1.0}
_SETTLING: Final = 8.0
_GROWING: Final = """
import PySide6.QtWidgets
from app.main import import_as_usual
import_as_usual()
from tests.benchmarks.memory import grow
grow()
"""
_TOGETHER: Final = 100
"""So many pieces before the window's loop has its turn: more than any server sends at once."""
_PIECE: Final = "word "
_BARE_WINDOW: Final = """
import json, os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1360, 860)
window.show()
QTimer.singleShot(3000, app.quit)
app.exec()
pages = int(open("/proc/self/statm").read().split()[1])
print(json.dumps({"idle_mb": round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)}))
"""


def measure(_runs: int) -> dict[str, object]:
    """Resident memory in MB, and ratios to the bare window."""
    bare = _in_process("-c", _BARE_WINDOW)
    steward = _program_at_rest()
    grown = _in_process("-c", _GROWING)
    figures = {
        "bare_mb": bare["idle_mb"],
        "idle_mb": steward["idle_mb"],
        "idle_ratio": round(steward["idle_mb"] / bare["idle_mb"], 2),
        "first_answer_mb": grown["before_mb"],
        "after_mb": grown["after_mb"],
        "growth_percent": round(100 * (grown["after_mb"] / grown["before_mb"] - 1), 1),
        "idle_cpu_percent": steward["idle_cpu_percent"],
        "pieces_a_second": grown["pieces_a_second"],
    }
    met = {name: figures[name] <= goal for name, goal in GOALS.items()}
    return {**figures, "goal": GOALS, "met": met}


def _program_at_rest() -> dict[str, float]:
    """MB and percent of a processor of ``python -m app`` once it has settled."""
    with tempfile.TemporaryDirectory() as folder:
        _run_program(Path(folder) / "first")  # the modules are compiled by it
        return _run_program(Path(folder) / "second")


def _run_program(home: Path) -> dict[str, float]:
    environment = {**_environment(), "STEWARD_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-m", "app"], env=environment)
    try:
        time.sleep(_SETTLING)
        resident, worked = _resident(process.pid), _worked(process.pid)
        time.sleep(REST)
        idle_cpu = 100 * (_worked(process.pid) - worked) / REST
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    return {"idle_mb": resident, "idle_cpu_percent": round(idle_cpu, 2)}


def _in_process(*command: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, *command],
        env=_environment(),
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _environment() -> dict[str, str]:
    found = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Else each start would compile our modules again, and the compiler would be measured.
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def _resident(process: int | str = "self") -> float:
    """MB of a process in memory now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _worked(process: int) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _grown(application: QApplication, folder: Path) -> dict[str, object]:
    async with open_window(application, folder / "home") as (window, assembly):
        await _answers(window, assembly, 1)  # what the first answer imports is no growth
        before = _resident()
        began = time.perf_counter()
        await _answers(window, assembly, ANSWERS)
        seconds = time.perf_counter() - began
        return {
            "before_mb": before,
            "after_mb": _resident(),
            "pieces_a_second": round(ANSWERS * PIECES / seconds),
        }


async def _answers(window: MainWindow, assembly: Assembly, count: int) -> None:
    session = window.session
    assert session is not None
    engine = await session._engine(session.current)
    now = assembly.clock.now

    def tell(event: Event) -> None:
        name = engine.conversation_id
        assembly.bus.publish(dataclasses.replace(event, conversation_id=name, turn_id="bench"))

    for _ in range(count):
        tell(TurnStarted(at=now(), text="Tell me."))
        for piece in range(PIECES):
            tell(Delta(at=now(), text=_PIECE if piece % 20 else "\n\n"))
            if piece % _TOGETHER == 0:
                await asyncio.sleep(0)
        tell(Answer(at=now(), text=_PIECE * PIECES))
        tell(TurnFinished(at=now(), status=TurnStatus.OK, iterations=1, duration_ms=10_000))
        await asyncio.sleep(0.02)


def grow() -> None:
    """Measure what grows, in this process, and print it."""
    print(json.dumps(run_in_window(_grown)))
