"""``python -m tests.torture [--seed S] [--streams N | --power | --kills | --drive | --answers N |
--channels]``.

First a million mutated streams of a model, then every power cut there is, then N rounds of killed
processes, then answers that are cut off, then phones that talk to a Steward that is killed. Exit
code 1 on a violation.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.chaos.turns import Chaos
from tests.files.power_changes import CUTS, SOMEONE, Cut
from tests.files.power_cuts import FILE_SYSTEMS, Rig, Tally
from tests.files.power_loss import PowerDatabase
from tests.torture.answers import ANSWERS, Answers
from tests.torture.channels import channels
from tests.torture.drive import drive
from tests.torture.kills import Rounds
from tests.torture.streams import STREAMS, streams

Way = Callable[[Rig, Cut], Awaitable[None]]

# Someone else comes at every step of these; of others they come often enough in the suite.
CROWDED = ("create in new folders", "first edit", "rename", "remove", "restore a removed file",
           "undo of a turn", "move a folder")  # fmt: skip


async def beside(rig: Rig, cut: Cut) -> None:
    if cut.name not in CROWDED:
        return
    for meanwhile in SOMEONE.values():
        at = 0
        while await rig.cut_beside(cut, meanwhile, at):
            at += 1


ONCE: Final = frozenset({
    "edit as streams", "later edit, after someone else", "append", "rewrite in pieces",
    "undo of a turn", "end a conflict with ours", "end a conflict with both",
})  # fmt: skip
"""Asked for twice, these do something else the second time."""


async def once_more(rig: Rig, cut: Cut) -> None:
    if cut.name not in ONCE:
        await rig.cut_in_another_try(cut)


async def failed(rig: Rig, cut: Cut) -> None:
    for code in (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        await rig.cut_after_failure(cut, code)


WAYS: dict[str, Way] = {
    "at any step": Rig.cut,
    "while a new process recovers": Rig.cut_in_recovery,
    "and again in recovery": Rig.cut_twice,
    "while the next process does it once more": once_more,
    "after a call failed": failed,
    "beside someone else": beside,
}


async def power(folder: Path, ways: dict[str, Way]) -> list[str]:
    found: list[str] = []
    total = Tally()
    database = PowerDatabase(folder / "steward.db")
    database.open()
    try:
        for way, act in ways.items():
            for kind, flags in FILE_SYSTEMS.items():
                if act in (beside, failed) and kind != "with a journal":
                    continue  # what differs there is what the others go through
                rig = Rig(folder, database, **flags)
                began = time.monotonic()
                for cut in CUTS:
                    await act(rig, cut)
                tally = rig.tally
                print(f"power cut {way}, {kind}: {tally}; {time.monotonic() - began:.0f} s")
                sys.stdout.flush()
                found += tally.found
                total.runs += tally.runs
                total.moments += tally.moments
                total.disks += tally.disks
                total.recovered += tally.recovered
    finally:
        database.forget()
        database.close()
    total.found = found
    print(f"power cuts in all: {total}")
    return found


async def kills(folder: Path, rounds: int, seed: int) -> list[str]:
    playing = Rounds(folder, seed)
    for number in range(rounds):
        await playing.play()
        if number % 50 == 49:
            print(f"  … {playing.summary}", flush=True)
    print(f"killed processes, seed {seed}: {playing.summary}")
    return playing.summary.violations


def chaos(turns: int, seed: int) -> int:
    """So many turns against a faulty server; 1 where something was lost, hung or did not match."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        summary = asyncio.run(Chaos(Path(folder), seed).run(turns))
    print(f"chaos, seed {seed}: {summary}")
    for one in summary.violations[:10]:
        print(one)
    print(f"violations: {len(summary.violations)}")
    return 1 if summary.violations else 0


async def answers(folder: Path, points: int, seed: int) -> list[str]:
    playing = Answers(folder, seed)
    for _ in range(points):
        await playing.play()
    print(f"answers cut off, seed {seed}: {playing.summary}")
    return playing.summary.violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.torture")
    parser.add_argument("--rounds", type=int, default=200, help="of killed processes")
    parser.add_argument(
        "--answers", type=int, help="answers of a model that are cut off; only these"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--power", action="store_true", help="power cuts only")
    parser.add_argument("--ways", default="", help="power cuts only in ways with these words")
    parser.add_argument("--kills", action="store_true", help="killed processes only")
    parser.add_argument("--streams", type=int, help="only this many mutated streams of a model")
    parser.add_argument(
        "--chaos", type=int, default=0, metavar="TURNS", help="only turns against a faulty server"
    )
    parser.add_argument("--drive", action="store_true", help="scenarios in Google Drive only")
    parser.add_argument("--operations", default="", help="in Drive only those with these words")
    parser.add_argument(
        "--alone", action="store_true", help="in Drive only those where one thing happens"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes for those in Drive"
    )
    parser.add_argument("--channels", action="store_true", help="messages from phones only")
    chosen = parser.parse_args()
    if chosen.chaos:
        return chaos(chosen.chaos, chosen.seed)
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else None
    violations: list[str] = []
    some = (chosen.streams, chosen.answers)
    everything = not (
        chosen.power
        or chosen.kills
        or chosen.drive
        or chosen.channels
        or any(one is not None for one in some)
    )
    if everything or chosen.streams is not None:
        violations += streams(STREAMS if chosen.streams is None else chosen.streams, chosen.seed)
    with tempfile.TemporaryDirectory(prefix="torture-", dir=where) as folder:
        if everything or chosen.power:
            ways = {way: act for way, act in WAYS.items() if chosen.ways in way}
            violations += asyncio.run(power(Path(folder), ways))
        if everything or chosen.kills:
            place = Path(folder) / "kills"
            place.mkdir()
            violations += asyncio.run(kills(place, chosen.rounds, chosen.seed))
        if everything or chosen.drive:
            violations += drive(
                Path(folder), chosen.operations, chosen.jobs, pairs=not chosen.alone
            )
        if everything or chosen.answers is not None:
            points = ANSWERS if chosen.answers is None else chosen.answers
            violations += asyncio.run(answers(Path(folder) / "answers", points, chosen.seed))
        if everything or chosen.channels:
            violations += asyncio.run(channels(Path(folder) / "channels", chosen.seed))
    for one in violations[:10]:
        print(one)
    print(f"violations: {len(violations)}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
