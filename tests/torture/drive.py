"""Every scenario in Google Drive, and those where two things happen."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tests.files.drive_place import DrivePlace
from tests.files.drive_scenarios import COLLEAGUES, FAULTS, OPERATIONS, PATIENCE, Runs

AT_ONCE = 300
"""Scenarios in one Drive: looking through the copies takes longer the more there are."""


def scenarios(operation: str, requests: int) -> Iterator[dict[str, Any]]:
    """What can happen to an operation of so many requests."""
    for at in range(requests):
        for after in (False, True):
            yield {"at": at, "crash_after": after}
        for fault in FAULTS.values():
            for lasting in (False, True):
                yield {"at": at, "fault": fault, "lasting": lasting}
    if operation == "create":
        return
    for meanwhile in COLLEAGUES.values():
        for at in range(requests):
            yield {"meanwhile": meanwhile, "meanwhile_at": at}
    for at in range(requests):
        for beside in range(max(0, at - 1), min(requests, at + 3)):
            for meanwhile in COLLEAGUES.values():
                both = {"at": at, "meanwhile": meanwhile, "meanwhile_at": beside}
                yield {**both, "crash_after": True}
                yield {**both, "crash_after": False}
                for name in ("lost before", "lost after", "500", "403 rate"):
                    yield {**both, "fault": FAULTS[name]}


async def drive(folder: Path) -> list[str]:
    """Run them all. Returns what does not hold."""
    found: list[str] = []
    number = 0
    for operation in OPERATIONS:
        began = time.monotonic()
        todo: Iterator[dict[str, Any]] | None = None
        while True:
            with DrivePlace(folder / f"drive-{number}", policy=PATIENCE) as place:
                number += 1
                runs = Runs(place)
                if todo is None:
                    requests, problems = await runs.run(operation)
                    found += [f"{operation}: {problem}" for problem in problems]
                    todo = scenarios(operation, requests)
                some = list(islice(todo, AT_ONCE))
                for scenario in some:
                    _, problems = await runs.run(operation, **scenario)
                    found += [f"{operation}, {scenario}: {problem}" for problem in problems]
                found += [f"{operation}, in the end: {one}" for one in await runs.verified()]
                await place.stop()
            if not some:
                break
        print(f"Drive, {operation}: {time.monotonic() - began:.0f} s, {len(found)} violations")
        sys.stdout.flush()
    return found
