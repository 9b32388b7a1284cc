"""Rounds of real processes: at work, killed, recovered, checked."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.files import OperationType
from app.files.fs_ops import OURS
from app.storage.file_journal import FileJournal
from tests.files.place import Place

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


@dataclass
class Summary:
    """What happened in all rounds."""

    rounds: int = 0
    killed: int = 0
    left_open: Counter[str] = field(default_factory=Counter)
    versions: int = 0
    promised: int = 0
    conflicts: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        states = ", ".join(f"{n} in {state}" for state, n in sorted(self.left_open.items()))
        return (
            f"{self.rounds} rounds, {self.killed} processes killed, "
            f"changes cut off: {states or 'none'}; {self.versions} versions, "
            f"{self.promised} contents promised, {self.conflicts} conflicts; "
            f"{len(self.violations)} violations"
        )


class Rounds:
    """One home and one folder, in which round follows round."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.dice = random.Random(seed)
        self.summary = Summary()
        self._crowded = False
        for folder in ("docs/sub/deep", "home"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name in ("ledger", "theirs"):
            (root / name).touch()

    async def play(self) -> None:
        """One or two Stewards at work, perhaps someone else too; they die; the next recovers."""
        number = self.summary.rounds
        self.summary.rounds += 1
        beside = number % 2 == 1
        self._crowded |= beside
        (self.root / "theirs").write_text("")
        children = [self._start(self._step()) for _ in range(2 if number % 3 == 2 else 1)]
        someone = self._someone() if beside else None
        try:
            for child in children:
                self._end(child)
        finally:
            if someone is not None:
                someone.kill()
                someone.communicate()
        place = Place(self.root)
        try:
            for operation in FileJournal(place.database, place.clock).open_operations():
                self.summary.left_open[operation.state.value] += 1
            await place.manager.recover()
            wrong = await self._check(place, beside=beside)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            wrong = [repr(error)]
        finally:
            await place.close()
        self.summary.violations += [f"round {number}: {one}" for one in wrong]

    # -- inside ----------------------------------------------------------------------------

    def _step(self) -> int:
        """The step at which a Steward dies; 0: at some time, by another's hand."""
        return self.dice.choice((0, self.dice.randrange(1, 60), self.dice.randrange(1, 1500)))

    def _start(self, step: int) -> tuple[subprocess.Popen[str], int]:
        seed = str(self.dice.randrange(10**9))
        return self._run("worker", seed, str(step)), step

    def _someone(self) -> subprocess.Popen[str]:
        return self._run("someone", str(self.dice.randrange(10**9)))

    def _run(self, module: str, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.torture.{module}", str(self.root), *args],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _end(self, child: tuple[subprocess.Popen[str], int]) -> None:
        process, step = child
        assert process.stdout is not None
        if process.stdout.readline() == "ready\n" and not step:
            time.sleep(self.dice.uniform(0.0, 0.4))
            process.kill()
        process.communicate(timeout=PATIENCE)
        if process.returncode == -signal.SIGKILL:
            self.summary.killed += 1
        elif process.returncode:
            self.summary.violations.append(f"a process ended with {process.returncode}")

    async def _check(self, place: Place, *, beside: bool) -> list[str]:
        wrong = []
        report = await place.manager.verify()
        wrong += [f"verify: {problem}" for problem in report.problems]
        if not beside:
            wrong += [f"outside: {n}" for n in report.notes if n.kind == "outside"]
        wrong += [f"left behind: {name}" for name in place.files if name.endswith(OURS)]

        in_place = {hashlib.sha256(content).hexdigest() for content in place.files.values()}
        history = place.manager.history
        versions = [v for f in history.tracked() for v in history.versions(f.file_id)]
        kept = {v.hash_after for v in versions if v.hash_after is not None}
        for digest in kept:
            place.manager.plans.content(digest)  # raises where it does not come back
        promised = set((self.root / "ledger").read_text().split()) - {"-"}
        wrong += [f"promised and lost: {digest}" for digest in promised - kept]
        for name, digest in self._last_saved().items():
            if digest not in in_place | kept:
                wrong.append(f"someone saved {name} ({digest[:8]}), and it is gone")
        self.summary.versions = len(versions)
        self.summary.promised = len(promised)
        self.summary.conflicts = sum(note.kind == "conflict" for note in report.notes)
        outside = sum(v.operation is OperationType.EXTERNAL for v in versions)
        if outside and not self._crowded:
            wrong.append("a version of someone else, where nobody was")
        if beside:
            # What they did last is not noted yet; the next round starts from there.
            for file in history.tracked():
                await place.manager.note(file.path)
        return wrong

    def _last_saved(self) -> dict[str, str]:
        """The last whole save under each name; nothing where it was under way when they ended."""
        last: dict[str, str] = {}
        for line in (self.root / "theirs").read_text().splitlines():
            name, _, what = line.partition(" ")
            if what in ("begin", "-"):
                last.pop(name, None)
            elif len(what) == 64:
                last[name] = what
        return last
