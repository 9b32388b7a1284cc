"""Jobs in lines: those of one line are done one after the other, the lines beside each other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Job = Callable[[], Awaitable[None]]


class Lines:
    """Owned by the loop that the group runs on; what a job raises ends the group."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._waiting: dict[str, deque[Job]] = {}
        """The jobs of each line that is not empty, the one under way first."""

    def add(self, line: str, job: Job) -> None:
        """Do ``job`` when all that was added to its line before is done; never, where all ends."""
        jobs = self._waiting.get(line)
        if jobs is not None:
            jobs.append(job)
            return
        work = self._work(line)
        try:
            self._group.create_task(work, name=f"channel line {line}")
        except RuntimeError:  # it is shutting down: what turns say of their own end comes too late
            work.close()
        else:
            self._waiting[line] = deque([job])

    def length(self, line: str) -> int:
        """How many jobs a line has, with the one under way."""
        return len(self._waiting.get(line, ()))

    async def _work(self, line: str) -> None:
        jobs = self._waiting[line]
        try:
            while jobs:
                await jobs[0]()
                jobs.popleft()
        finally:
            del self._waiting[line]
