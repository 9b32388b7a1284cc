"""A million mutated streams through the parser: every fault typed, no hang, no growth."""

from __future__ import annotations

import faulthandler
import resource
import sys
import time
from dataclasses import dataclass, field
from typing import Final

from tests.integrations.stream_fuzz import violations

STREAMS: Final = 1_000_000
_PROGRESS: Final = 100_000
_SETTLED: Final = 10_000
_GROWTH_MIB: Final = 64
_HANG_SECONDS: Final = 60


@dataclass
class Streams:
    """What was read so far."""

    seed: int
    read: int = 0
    grown: float = 0.0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.read} mutated streams of seed {self.seed}, "
            f"{len(self.violations)} violations, memory grown by {self.grown:.0f} MiB"
        )


def streams(count: int, seed: int) -> list[str]:
    """Read ``count`` of them, telling how far it is. One that hangs ends the process with its
    place in the code.
    """
    found = Streams(seed)
    began = time.monotonic()
    settled = _peak_mib()
    for number in range(count):
        if number % 1000 == 0:
            faulthandler.dump_traceback_later(_HANG_SECONDS, exit=True)
        found.violations += violations(seed, number)
        found.read += 1
        if found.read == _SETTLED:
            settled = _peak_mib()
        if found.read % _PROGRESS == 0:
            found.grown = _peak_mib() - settled
            print(f"  … {found}, {time.monotonic() - began:.0f} s", flush=True)
    faulthandler.cancel_dump_traceback_later()
    found.grown = _peak_mib() - settled
    if found.grown > _GROWTH_MIB:
        found.violations.append(f"memory grew by {found.grown:.0f} MiB")
    print(f"streams: {found}; {time.monotonic() - began:.0f} s", flush=True)
    return found.violations


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
