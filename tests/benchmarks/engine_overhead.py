"""A turn with ten tool calls, one after the other, in Steward and in three other agent libraries.

The model answers at once, from a server of its own process, the same for all: so the time is that
of the libraries, their HTTP clients included. Steward also stores every message, journals every
call and records the turn, on a real disk; the others keep nothing.

The others are installed, in fixed versions, into environments of their own under ``build/rivals``
when this first runs. Where one cannot be installed, that is said and it is left out.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RIVALS_FOLDER = ROOT / "build" / "rivals"
GOAL = 0.5
INSTALL_SECONDS = 600
RUN_SECONDS = 300
ROUNDS = 4


@dataclass(frozen=True)
class Rival:
    """Another library: what is installed, and the worker that runs its turn."""

    name: str
    packages: tuple[str, ...]
    worker: str


RIVALS = (
    Rival("openai-agents", ("openai-agents==0.24.0",), "openai_agents_turn.py"),
    Rival("pydantic-ai", ("pydantic-ai-slim[openai]==2.68.0",), "pydantic_ai_turn.py"),
    Rival("langgraph", ("langgraph==1.2.24", "langchain-openai==1.7.4"), "langgraph_turn.py"),
)


class NotInstalledError(Exception):
    """A rival cannot be had here; says why."""


@dataclass(frozen=True)
class Turn:
    """Medians in seconds: on the wall, and of the processor in all threads."""

    wall: float
    cpu: float

    def told(self) -> dict[str, object]:
        """In milliseconds."""
        return {
            "median_ms": round(self.wall * 1000, 2),
            "processor_ms": round(self.cpu * 1000, 2),
        }


def measure(runs: int) -> dict[str, object]:
    """Median milliseconds of a turn in each, and Steward's as a ratio to each."""
    report: dict[str, object] = {}
    commands = {"steward": [sys.executable, "-m", "tests.benchmarks.rivals.steward_turn"]}
    for rival in RIVALS:
        try:
            commands[rival.name] = [str(installed(rival)), str(worker_path(rival.worker))]
        except NotInstalledError as error:
            report[rival.name] = f"left out: {error}"
    turns = max(runs, 5)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with instant_server() as address:
        # One after the other, several times: what else the machine does must not decide.
        for _ in range(ROUNDS):
            for name, command in commands.items():
                took[name] += worker_turns(command, address, turns)
    others = {name: median_of(turns) for name, turns in took.items()}
    ours = others.pop("steward")
    report["steward"] = ours.told()
    for name, other in others.items():
        ratios = {
            "steward_as_a_ratio_to_it": round(ours.wall / other.wall, 2),
            "the_same_of_the_processor": round(ours.cpu / other.cpu, 2),
        }
        report[name] = {**other.told(), **ratios}
    if others:
        best = min(others, key=lambda name: others[name].wall)
        ratio = ours.wall / others[best].wall
        report["best_of_the_others"] = best
        report["ratio_to_the_best"] = round(ratio, 2)
        report["goal"] = f"at most {GOAL} of the best"
        report["met"] = ratio <= GOAL
    return report


def median_of(turns: list[tuple[float, float]]) -> Turn:
    """The middle of each."""
    return Turn(
        statistics.median(wall for wall, _ in turns), statistics.median(cpu for _, cpu in turns)
    )


def worker_turns(command: list[str], address: str, turns: int) -> list[tuple[float, float]]:
    """What each turn of a worker took."""
    done = subprocess.run(
        [*command, address, str(turns)],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[-1]} failed:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return [(float(wall), float(cpu)) for wall, cpu in found]


def installed(rival: Rival) -> Path:
    """The rival's interpreter, installed where it is not yet. Raises ``NotInstalledError``."""
    folder = RIVALS_FOLDER / rival.name
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    wanted = "\n".join(rival.packages)
    if done.is_file() and done.read_text() == wanted:
        return python
    print(f"installing {', '.join(rival.packages)} …", file=sys.stderr, flush=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *rival.packages],
    ):
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotInstalledError(f"{type(error).__name__}") from error
        if ended.returncode != 0:
            lines = ended.stderr.strip().splitlines()
            raise NotInstalledError(lines[-1] if lines else f"exit code {ended.returncode}")
    done.write_text(wanted)
    return python


def worker_path(name: str) -> Path:
    """Where a rival's worker stands."""
    return Path(__file__).parent / "rivals" / name


@contextmanager
def instant_server() -> Iterator[str]:
    """The model's address, while it is served."""
    command = [sys.executable, "-m", "tests.benchmarks.rivals.instant_server"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        assert server.stdin is not None
        server.stdin.close()
