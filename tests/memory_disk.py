"""The folder of this machine that lies in memory, where it has one that tests can use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

NEEDED: Final = 2 * 1024**3
"""Bytes that must be free: two workers at once, and what failed tests leave."""
_PLACE: Final = Path("/dev/shm")


def memory_disk() -> Path | None:
    """It keeps names, links and renames as a disk does; only waiting for the disk falls away.

    Not used where it is small or does not run programs, as in many containers.
    """
    if not os.access(_PLACE, os.W_OK | os.X_OK):
        return None
    disk = os.statvfs(_PLACE)
    fits = disk.f_bavail * disk.f_frsize >= NEEDED
    return _PLACE if fits and not disk.f_flag & os.ST_NOEXEC else None
