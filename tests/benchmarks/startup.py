"""From process start to a visible, and to an interactive, window; against a bare Qt window.

The three are run in turn, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("visible", flush=True)
        QTimer.singleShot(0, app.quit)
window = Window()
window.resize(1360, 860)
window.show()
app.exec()
"""

GOALS = {"visible": 1.6, "interactive": 2.0}


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds, and ratios to the bare window."""
    times: dict[str, list[float]] = {"bare": [], "visible": [], "interactive": []}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _run([sys.executable, "-m", "app"], home, "interactive")  # the first run makes the files
        for _ in range(runs):
            times["bare"].append(_run([sys.executable, "-c", BARE_WINDOW], home, "visible"))
            for moment in ("visible", "interactive"):
                times[moment].append(_run([sys.executable, "-m", "app"], home, moment))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: medians[name] / medians["bare"] for name in GOALS}
    return {
        "median_ms": {name: round(value * 1000, 1) for name, value in medians.items()},
        "min_ms": {name: round(min(values) * 1000, 1) for name, values in times.items()},
        "ratio_to_bare_window": {name: round(value, 2) for name, value in ratios.items()},
        "goal": GOALS,
        "met": {name: ratios[name] <= GOALS[name] for name in GOALS},
    }


def _run(command: list[str], home: Path, moment: str) -> float:
    """Seconds from starting ``command`` until it prints the line ``moment``."""
    environment = {**os.environ, "STEWARD_HOME": str(home), "STEWARD_BENCH": moment}
    # Else each start would compile our modules again, and that would be measured.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.split()[:1] == [moment]:
                elapsed = time.perf_counter() - started
                process.wait(timeout=30)
                return elapsed
    raise RuntimeError(f"{command} ended without saying {moment!r} (exit {process.returncode})")
