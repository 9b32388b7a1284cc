"""Notices that the last run of the window did not end by itself: by a mark it leaves when it does.

The mark is made when the window is there and taken away when it is closed, by the person or by a
signal to end; a kill, a crash or a power cut leaves it. Who calls ``begin`` holds the window's lock
on the data directory.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

_MARK: Final = "running.json"
_CRASH: Final = "last-crash.json"
_PROC: Final = Path("/proc")
_STARTED_FIELD: Final = 19
"""Of ``/proc/PID/stat``, counted behind the name: when the process started, in ticks since boot."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that was not closed. Both times are UTC; it ended between them."""

    started_at: datetime
    noticed_at: datetime


class RunMark:
    """This run's mark in ``home``. Blocking; a directory that cannot be written has none."""

    def __init__(
        self, home: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._home = home
        self._now = now
        self._mine = False

    def begin(self) -> EndedRun | None:
        """Leave the mark; what is known of the last run, where it did not end by itself."""
        ended = None
        if (mark := _read(self._home / _MARK)) is not None:
            if is_alive(mark):
                return None  # another one is at work here, whatever lock was lost
            ended = EndedRun(_time(mark.get("started_at"), self._now()), self._now())
        try:
            if ended is not None:
                crash = {
                    "started_at": ended.started_at.isoformat(),
                    "noticed_at": ended.noticed_at.isoformat(),
                }
                _write(self._home / _CRASH, crash)
            _write(self._home / _MARK, {**own_process(), "started_at": self._now().isoformat()})
            self._mine = True
        except OSError as error:
            logger.warning("a crash of this run would not be noticed", extra={"why": str(error)})
        return ended

    def end(self) -> None:
        """The run ends by itself."""
        if self._mine:
            self._mine = False
            (self._home / _MARK).unlink(missing_ok=True)


def last_crash(home: Path) -> EndedRun | None:
    """The newest run that was not closed, and was noticed."""
    crash = _read(home / _CRASH)
    if crash is None:
        return None
    noticed = _time(crash.get("noticed_at"), datetime.now(UTC))
    return EndedRun(_time(crash.get("started_at"), noticed), noticed)


def is_unnoticed(home: Path) -> bool:
    """Whether a run was not closed, and no other one has begun since."""
    mark = _read(home / _MARK)
    return mark is not None and not is_alive(mark)


def own_process() -> dict[str, object]:
    """What tells this process from every other one, also after its number is given out again."""
    pid = os.getpid()
    return {"pid": pid, "boot_id": _boot_id(), "process_started": _process_start(pid)}


def is_alive(mark: Mapping[str, object]) -> bool:
    """Whether the process of a mark still runs; ``False`` also where a system does not tell."""
    pid, started = mark.get("pid"), mark.get("process_started")
    if not isinstance(pid, int) or not started or mark.get("boot_id") != _boot_id():
        return False
    return _process_start(pid) == started


def _boot_id() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _process_start(pid: int) -> str:
    try:
        facts = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = facts.rpartition(")")[2].split()  # a name may hold anything, also brackets
    return fields[_STARTED_FIELD] if len(fields) > _STARTED_FIELD else ""


def _read(path: Path) -> Mapping[str, object] | None:
    """``None`` where there is no such file; one that is damaged says nothing, but is there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, facts: Mapping[str, object]) -> None:
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(facts), encoding="utf-8")
    scratch.replace(path)


def _time(written: object, otherwise: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(str(written))
    except ValueError:
        return otherwise
    return at if at.tzinfo is not None else otherwise
