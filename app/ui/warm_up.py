"""What turns and answers need is imported at the first sign that one comes, off the loop.

A window that only stands there goes without; one that is written in has it before the message
is sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.ui.ports import Desk
    from app.ui.tasks import Tasks

_FOR_CODE: Final = ("pygments.lexers", "pygments.token")


class WarmUp:
    """``begin`` at each sign; ``done`` waits for it, so that nothing is imported on the loop."""

    def __init__(self, desk: Desk, tasks: Tasks) -> None:
        self._desk = desk
        self._tasks = tasks
        self._work: asyncio.Task[None] | None = None

    @property
    def begun(self) -> bool:
        """Whether there was a sign yet."""
        return self._work is not None

    def begin(self) -> asyncio.Task[None]:
        """Something is being written, or is about to be shown."""
        if self._work is None:
            self._work = self._tasks.run(self._import(), name="warm up")
        return self._work

    async def done(self) -> None:
        """Wait until it has ended. Where it failed that was told, and it is tried as if cold."""
        work = self.begin()
        if not work.done():
            await asyncio.wait([work])

    async def _import(self) -> None:
        await self._desk.warm_up()
        await asyncio.to_thread(_import_for_answers)


def _import_for_answers() -> None:
    import importlib

    from app.ui.chat import markdown

    markdown.warm_up()
    for name in _FOR_CODE:
        importlib.import_module(name)
