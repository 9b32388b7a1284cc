"""What changing and restoring a large file takes: memory above idle, and time against a copy.

Each case runs in a process of its own, so that its peak is its own. A gibibyte of zeros takes no
room on disk; a quarter of one of random bytes does, and cannot be compressed.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from app.clock import SystemClock
from app.domain.files import Origin
from app.domain.workspace import Workspace
from app.files.folder_store import FolderStore
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.files.workspace import Workspaces
from app.storage.database import Database

MIB: Final = 1024 * 1024
CASES: Final = {"sparse_1_gib": (1024, False), "random_256_mib": (256, True)}
GOAL_MIB: Final = 64.0
"""Peak of the resident memory above that of the idle process, for each step."""
_PIECE: Final = MIB
_PEAK: Final = Path("/proc/self/clear_refs")


def measure(runs: int) -> dict[str, object]:
    """Mebibytes above idle, seconds, and ratios to a plain copy; one run a case, whatever runs."""
    del runs
    if not _PEAK.exists():
        return {"not_measured": "the peak of a process's memory is read from Linux's /proc"}
    report: dict[str, object] = {}
    met = {}
    for name, (size, random) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", __name__, folder, str(size), str(int(random))]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
        report[name] = case = json.loads(done.stdout)
        met[name] = max(case["peak_mib_above_idle"].values()) <= GOAL_MIB
    return {**report, "goal_mib_above_idle": GOAL_MIB, "met": met}


async def _case(folder: Path, size: int, *, random: bool) -> dict[str, object]:
    docs = folder / "docs"
    docs.mkdir()
    _make(docs / "large.bin", size, random=random)
    (docs / "small.bin").write_bytes(b"small")
    copy = _seconds_to_copy(docs / "large.bin", folder / "copy.bin")
    with closing(Database(folder / "home" / "steward.db")) as database:
        database.open()
        manager = VersionManager(
            database=database,
            vault=folder / "home" / "vault",
            store=FolderStore(FsOps()),
            clock=SystemClock(),
        )
        try:
            work = Workspaces(manager, GrantedFolders([docs])).bind(Origin("bench", "bench"))
            await _steps(work, "small.bin")  # what is imported once is not the file's
            peaks, times = await _steps(work, "large.bin")
        finally:
            await manager.close()
    return {
        "size_mib": size,
        "peak_mib_above_idle": peaks,
        "seconds": times,
        "ratio_to_a_durable_copy": {name: round(s / copy, 1) for name, s in times.items()},
    }


async def _steps(work: Workspace, name: str) -> tuple[dict[str, float], dict[str, float]]:
    peaks, times = {}, {}
    for step, act in (
        ("edit", lambda: work.rewrite(name, _append)),
        ("restore", lambda: work.restore(name, 1)),
    ):
        idle = _memory("VmRSS")
        _PEAK.write_text("5", encoding="ascii")  # the peak begins anew
        started = time.perf_counter()
        await act()
        times[step] = round(time.perf_counter() - started, 2)
        peaks[step] = round((_memory("VmHWM") - idle) / 1024, 1)
    return peaks, times


def _append(old: BinaryIO, new: BinaryIO) -> None:
    while piece := old.read(_PIECE):
        new.write(piece)
    new.write(b"one more line\n")


def _make(path: Path, size: int, *, random: bool) -> None:
    with path.open("wb") as file:
        if random:
            for _ in range(size):
                file.write(os.urandom(MIB))
        else:
            file.truncate(size * MIB)


def _seconds_to_copy(source: Path, target: Path) -> float:
    """A plain copy that is on disk at its end; without the file system's short cuts."""
    started = time.perf_counter()
    with source.open("rb") as old, target.open("wb") as new:
        while piece := old.read(_PIECE):
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    return time.perf_counter() - started


def _memory(name: str) -> int:
    """A figure of this process, in kibibytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)


if __name__ == "__main__":
    print(
        json.dumps(
            asyncio.run(_case(Path(sys.argv[1]), int(sys.argv[2]), random=sys.argv[3] == "1"))
        )
    )
