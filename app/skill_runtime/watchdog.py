"""Finds the skill that blocks the event loop, by name and line, while it blocks it.

A daemon thread asks the loop for a sign of life twice in each threshold. Where none comes, it
looks at what the loop's thread is doing. It costs the loop one callback each time, and only while
a skill runs; it never stops anything.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Final

logger = logging.getLogger(__name__)

THRESHOLD: Final = 0.25
"""Seconds without a sign of life from the loop that are too many."""

running_skill: ContextVar[str | None] = ContextVar("running_skill", default=None)
"""The skill a task runs for; tasks that it makes inherit it."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A skill that kept the loop from everything else.

    Attributes:
        skill: dotted name.
        place: file and line of the skill's own code, or of what it called: ``/x/edit.py:12``.
        function: the function there.
        seconds: since the loop's last sign of life, when it was found.
    """

    skill: str
    place: str
    function: str
    seconds: float


class LoopWatchdog:
    """Watches the loop it is first used on. ``close`` ends its thread.

    Args:
        on_blocked: called on the loop, once it runs again, for each time it was blocked.
        threshold: seconds.
    """

    def __init__(
        self, on_blocked: Callable[[Blocked], None], *, threshold: float = THRESHOLD
    ) -> None:
        self._on_blocked = on_blocked
        self._threshold = threshold
        self._running = 0
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within: the running loop is watched. On the loop's thread only."""
        self._running += 1
        if self._thread is None and not self._closed.is_set():
            self._begin(asyncio.get_running_loop())
        if not self._wanted.is_set():
            self._wanted.set()
        try:
            yield
        finally:
            self._running -= 1

    def close(self) -> None:
        """End the thread and wait for it."""
        self._closed.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._thread = threading.Thread(
            target=self._watch,
            args=(loop, threading.get_ident()),
            name="steward-loop-watchdog",
            daemon=True,
        )
        self._thread.start()

    # -- the thread ------------------------------------------------------------------------

    def _watch(self, loop: asyncio.AbstractEventLoop, loop_thread: int) -> None:
        while True:
            self._wanted.wait()
            if self._closed.is_set():
                return
            if self._running == 0:
                self._wanted.clear()
                if self._running == 0 and not self._closed.is_set():
                    continue
                self._wanted.set()  # one began, or the end came, between the two lines
            try:
                self._look(loop, loop_thread)
            except RuntimeError:  # the loop is closed
                return

    def _look(self, loop: asyncio.AbstractEventLoop, loop_thread: int) -> None:
        """Ask for one sign of life and wait for it."""
        alive = threading.Event()
        asked = time.monotonic()
        loop.call_soon_threadsafe(alive.set)
        if not alive.wait(self._threshold):
            found = _blocked(loop, loop_thread, time.monotonic() - asked)
            if found is not None:
                logger.warning(
                    "skill blocks the event loop",
                    extra={
                        "skill": found.skill,
                        "place": found.place,
                        "function": found.function,
                        "seconds": round(found.seconds, 3),
                    },
                )
                loop.call_soon_threadsafe(self._on_blocked, found)
            while not alive.wait(self._threshold):
                if self._closed.is_set():
                    return
        self._closed.wait(self._threshold / 2)


def _blocked(loop: asyncio.AbstractEventLoop, loop_thread: int, seconds: float) -> Blocked | None:
    """What the loop's thread is doing, where it does it for a skill."""
    task = asyncio.current_task(loop)
    frame = sys._current_frames().get(loop_thread)  # noqa: SLF001 - there is no other way
    if task is None or frame is None:
        return None
    skill = _skill_of(task)
    if skill is None:
        return None
    shown = _own_code(frame)
    place = f"{shown.f_code.co_filename}:{shown.f_lineno}"
    return Blocked(skill, place, shown.f_code.co_name, seconds)


def _skill_of(task: asyncio.Task[object]) -> str | None:
    name = task.get_name()
    if name.startswith("skill "):
        return name.removeprefix("skill ")
    if sys.version_info >= (3, 12):  # a task that a skill made
        return task.get_context().get(running_skill)
    return None


def _own_code(innermost: FrameType) -> FrameType:
    """The innermost frame that is not a library's: the line a person can change."""
    frame: FrameType | None = innermost
    while frame is not None:
        if not frame.f_code.co_filename.startswith((*_libraries(), "<")):
            return frame
        frame = frame.f_back
    return innermost


@cache
def _libraries() -> tuple[str, ...]:
    """Where Python's own modules and those of others are."""
    import sysconfig  # reads how Python was built: for the rare case only

    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({sysconfig.get_path(name) for name in names})
