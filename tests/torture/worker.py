"""A Steward at work: ``python -m tests.torture.worker ROOT SEED STEP``; killed at its n-th step.

Each change it was told is done goes to ``ledger`` beside the folder: those bytes are promised.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from app.domain.errors import StewardError
from app.domain.files import FileVersion
from app.domain.workspace import Workspace
from tests.files.place import Place

NAMES = ("a.md", "b.md", "sub/c.md", "sub/deep/d.md")
CHANGES = 60


class Worker:
    """Makes changes by the dice, and writes down those that were reported done."""

    def __init__(self, place: Place, dice: random.Random, ledger: Path) -> None:
        self._place = place
        self._dice = dice
        self._ledger = ledger
        self._mark = f"{os.getpid()}"

    async def change(self, number: int) -> None:
        turn = f"turn {self._mark} {number}"
        work = self._place.workspace(turn)
        name, other = self._dice.choice(NAMES), self._dice.choice(NAMES)
        fresh = f"{self._mark}-{number}\n".encode() * self._dice.choice((1, 30, 3000))
        match self._dice.randrange(8):
            case 0:
                done = [await work.create(name, fresh)]
            case 1 | 2 | 3:
                done = [await work.edit(name, lambda content: content[-20_000:] + fresh)]
            case 4:
                done = [await work.move(name, other)]
            case 5:
                done = [await work.remove(name)]
            case 6:
                done = await self._restored(work, name)
            case _:
                done = [await work.edit(name, lambda content: content[-20_000:] + fresh)]
                done.extend(await work.undo(turn))
        with self._ledger.open("a") as ledger:
            for version in done:
                ledger.write(f"{version.hash_after or '-'}\n")

    async def _restored(self, work: Workspace, name: str) -> list[FileVersion]:
        versions = [v for v in await work.versions(name) if v.hash_after is not None]
        if not versions:
            return []
        return [await work.restore(name, self._dice.choice(versions).version)]


async def main(root: Path, seed: int, step: int) -> None:
    place = Place(root)
    await place.manager.recover()
    place.wire.steps.clear()
    place.wire.kill_at = step or None
    worker = Worker(place, random.Random(seed), root / "ledger")
    print("ready", flush=True)
    for number in range(CHANGES):
        try:
            await worker.change(number)
        except StewardError:
            continue  # refused, or someone else was quicker
    place.wire.kill_at = None
    await place.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
