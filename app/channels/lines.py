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
        """Do ``job`` when all that was added to its line before is done."""
        jobs = self._waiting.get(line)
        if jobs is not None:
            jobs.append(job)
            return
        self._waiting[line] = deque([job])
        self._group.create_task(self._work(line), name=f"channel line {line}")

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
