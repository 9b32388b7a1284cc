"""Run every benchmark and print one JSON object: figures, ratios, goals, and whether each is met.

``make bench`` or ``make bench ARGS="--only startup --runs 15"``. Compare ratios, not times:
each is measured against a baseline in the same run. A benchmark is a module of this package with
``measure(runs) -> dict``; what it finds beside a goal stands under ``goal`` and ``met``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Callable

import tests.benchmarks

Measure = Callable[[int], dict[str, object]]


def benchmarks() -> dict[str, Measure]:
    """Every module beside this one that measures, by name."""
    found: dict[str, Measure] = {}
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if module.name != "__main__":
            loaded = importlib.import_module(f"tests.benchmarks.{module.name}")
            measure = getattr(loaded, "measure", None)
            if measure is not None:
                found[module.name] = measure
    return found


def main() -> int:
    """Measure and print. Exit code 0 also where a goal is missed: a figure is not a test."""
    known = benchmarks()
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(known), action="append")
    parser.add_argument("--runs", type=int, default=9, help="runs of each process or turn")
    options = parser.parse_args()
    report: dict[str, object] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "qt_platform": os.environ.get("QT_QPA_PLATFORM", "default"),
    }
    for name in options.only or sorted(known):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        report[name] = known[name](options.runs)
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
