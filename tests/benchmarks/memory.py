"""Memory and work of the window: at rest, and after a million pieces of answers.

Each window has a process of its own. A bare PySide6 window, which shows nothing, is the baseline.
The pieces come as fast as the window takes them, in answers of ten thousand, as the engine would
hand them in; every answer stays in the conversation shown.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
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
_SETTLING: Final = 3.0
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
    steward = _in_process("-m", "tests.benchmarks.memory")
    figures = {
        "bare_mb": bare["idle_mb"],
        "idle_mb": steward["idle_mb"],
        "after_mb": steward["after_mb"],
        "idle_ratio": round(steward["idle_mb"] / bare["idle_mb"], 2),
        "growth_percent": round(100 * (steward["after_mb"] / steward["idle_mb"] - 1), 1),
        "idle_cpu_percent": steward["idle_cpu_percent"],
        "pieces_a_second": steward["pieces_a_second"],
    }
    met = {name: figures[name] <= goal for name, goal in GOALS.items()}
    return {**figures, "goal": GOALS, "met": met}


def _in_process(*command: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _resident() -> float:
    """MB of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def _steward(application: QApplication, folder: Path) -> dict[str, object]:
    async with open_window(application, folder / "home") as (window, assembly):
        await asyncio.sleep(_SETTLING)
        idle = _resident()
        worked = time.process_time()
        await asyncio.sleep(REST)
        idle_cpu = 100 * (time.process_time() - worked) / REST
        await _answers(window, assembly, 1)  # what the first answer imports is no growth
        idle = max(idle, _resident())
        began = time.perf_counter()
        await _answers(window, assembly, ANSWERS)
        seconds = time.perf_counter() - began
        return {
            "idle_mb": idle,
            "after_mb": _resident(),
            "idle_cpu_percent": round(idle_cpu, 2),
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


if __name__ == "__main__":
    print(json.dumps(run_in_window(_steward)))
