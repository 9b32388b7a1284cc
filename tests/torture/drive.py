"""Every scenario in Google Drive, and those where two things happen."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from app.integrations.google.uploads import UNIT, UploadSizes
from tests.files import document_scenarios, drive_operations
from tests.files.document_scenarios import DocumentRuns
from tests.files.drive_disturbing import FAULTS, PATIENCE
from tests.files.drive_operations import COLLEAGUES
from tests.files.drive_place import DrivePlace
from tests.files.drive_scenarios import Runs

AT_ONCE: Final = 50
"""Scenarios in one Drive: looking through the copies takes longer the more there are."""
IN_RECOVERY: Final = 3
"""Requests of the recovery that the next process dies at, and before which a colleague comes."""
NEAR: Final = range(-1, 3)
"""How far from what goes wrong a colleague comes, where not every distance is tried."""

Scenario = tuple[str, Mapping[str, Any]]
"""What kind it is, and what ``run`` is told."""

INCIDENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "crash before": {"crash_after": False},
    "crash after": {"crash_after": True},
    **{name: {"fault": FAULTS[name]} for name in FAULTS if name != "503"},
}
FEWER: Final = ("crash before", "crash after", "500", "lost before", "lost after")


@dataclass
class Tally:
    """What came of the scenarios of one operation."""

    name: str
    requests: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds.items())
        return (
            f"Drive, {self.name}: {self.requests} requests, {self.kinds.total()} scenarios "
            f"({kinds}), {self.seconds:.0f} s, {len(self.found)} violations"
        )


def alone(requests: int) -> Iterator[Scenario]:
    """One thing goes wrong, or a process dies and the next one, too."""
    for at in range(requests):
        for after in (False, True):
            yield "crash", {"at": at, "crash_after": after}
        for again in range(IN_RECOVERY):
            yield "two crashes", {"at": at, "crash_after": True, "crash_again": again}
        for fault in FAULTS.values():
            yield "fault", {"at": at, "fault": fault}
            yield "lasting fault", {"at": at, "fault": fault, "lasting": True}


def of_files(requests: int, *, pairs: bool) -> Iterator[Scenario]:
    """What can happen to an operation of so many requests."""
    yield from alone(requests)
    for meanwhile in COLLEAGUES.values():
        for at in range(requests):
            yield "colleague", {"meanwhile": meanwhile, "meanwhile_at": at}
    if not pairs:
        return
    for at in range(requests):
        for name, incident in INCIDENTS.items():
            for beside in range(requests + IN_RECOVERY):
                both = {**incident, "at": at, "meanwhile_at": beside}
                yield "both, saves", {**both, "meanwhile": COLLEAGUES["saves"]}
                if name in FEWER and beside - at in NEAR:
                    yield "both, renames", {**both, "meanwhile": COLLEAGUES["renames"]}
                    yield "both, trashes", {**both, "meanwhile": COLLEAGUES["trashes"]}


def of_documents(requests: int, *, pairs: bool) -> Iterator[Scenario]:
    """The same for one on a Doc or a Sheet."""
    yield from alone(requests)
    for at in range(requests):
        yield "colleague", {"typed": at}
    if not pairs:
        return
    for at in range(requests):
        for name, incident in INCIDENTS.items():
            for beside in range(requests + IN_RECOVERY):
                if name in FEWER or beside - at in NEAR:
                    yield "both, types", {**incident, "at": at, "typed": beside}


async def _run(folder: Path, kind: str, operation: str, *, pairs: bool) -> Tally:
    tally = Tally(f"{kind}, {operation}")
    began = time.monotonic()
    todo: Iterator[Scenario] | None = None
    number = 0
    while True:
        # Small pieces, so that some kilobytes go up in several.
        sizes = UploadSizes(UNIT, UNIT)
        with DrivePlace(folder / str(number), policy=PATIENCE, sizes=sizes) as place:
            number += 1
            runs = Runs(place) if kind == "file" else DocumentRuns(place, kind)
            if todo is None:
                await runs.run(operation)  # which gets the token, too
                tally.requests, problems = await runs.run(operation)
                tally.found += problems
                all_of = of_files if kind == "file" else of_documents
                todo = all_of(tally.requests, pairs=pairs)
            some = list(islice(todo, AT_ONCE))
            for what, scenario in some:
                _, problems = await runs.run(operation, **scenario)
                tally.kinds[what] += 1
                tally.found += [f"{tally.name}, {scenario}: {problem}" for problem in problems]
            tally.found += [f"{tally.name}, in the end: {one}" for one in await runs.verified()]
            await place.stop()
        if not some:
            break
    tally.seconds = time.monotonic() - began
    return tally


def _in_a_process(folder: str, kind: str, operation: str, pairs: bool) -> Tally:
    # What is left for recovery is what is looked for here.
    logging.getLogger("app").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="drive-", dir=folder) as place:
        return asyncio.run(_run(Path(place), kind, operation, pairs=pairs))


def drive(folder: Path, words: str = "", jobs: int = 1, *, pairs: bool = True) -> list[str]:
    """Run them all, and say what does not hold.

    Args:
        folder: for what is written meanwhile.
        words: only operations whose names have them.
        jobs: processes.
        pairs: those, too, where a colleague comes and something else goes wrong.
    """
    kinds = {
        "file": tuple(drive_operations.OPERATIONS),
        **dict.fromkeys(document_scenarios.KINDS, tuple(document_scenarios.OPERATIONS)),
    }
    chosen = [
        (kind, operation)
        for kind, operations in kinds.items()
        for operation in operations
        if words in f"{kind}, {operation}"
    ]
    total, began = Tally("all"), time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_in_a_process, str(folder), *one, pairs) for one in chosen]
        for done in as_completed(running):
            tally = done.result()
            print(tally)
            sys.stdout.flush()
            total.requests += tally.requests
            total.kinds += tally.kinds
            total.found += tally.found
    total.seconds = time.monotonic() - began
    print(total)
    return total.found
