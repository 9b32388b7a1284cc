"""Run every benchmark and print one JSON object: figures, ratios, goals, and whether each is met.

``make bench`` or ``make bench ARGS="--only startup --runs 15"``. Compare ratios, not times:
each is measured against a baseline in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

from tests.benchmarks import engine_turn, history_pane, startup

BENCHMARKS = {
    "startup": startup.measure,
    "engine_turn": engine_turn.measure,
    "history_pane": history_pane.measure,
}


def main() -> int:
    """Measure and print. Exit code 0 also where a goal is missed: a figure is not a test."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(BENCHMARKS), action="append")
    parser.add_argument("--runs", type=int, default=9, help="runs of each process or turn")
    options = parser.parse_args()
    report: dict[str, object] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "qt_platform": os.environ.get("QT_QPA_PLATFORM", "default"),
    }
    for name in options.only or sorted(BENCHMARKS):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        report[name] = BENCHMARKS[name](options.runs)
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
