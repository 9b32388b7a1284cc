"""Keeps a task that a skill makes from ending the program.

asyncio lets ``SystemExit`` and ``KeyboardInterrupt`` of any task through to the loop, and with them
the program ends at once, the window with it. For the skill's own task the executor prevents that;
for those it makes itself (``asyncio.gather``, a ``TaskGroup``) only the loop's task factory can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import Any

from app.skill_runtime.watchdog import running_skill


def contain_tasks_of_skills(loop: asyncio.AbstractEventLoop) -> None:
    """Have tasks that are made on ``loop`` while a skill runs contained; others stay as they are.

    Does nothing where the loop has a task factory already.
    """
    if loop.get_task_factory() is None:
        loop.set_task_factory(_make)


def _make(
    loop: asyncio.AbstractEventLoop,
    coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    **more: Any,
) -> asyncio.Task[Any]:
    if running_skill.get() is not None and isinstance(coro, Coroutine):
        coro = _Contained(coro)
    return asyncio.Task(coro, loop=loop, **more)


class _Contained(Coroutine[Any, Any, Any]):
    """A coroutine whose exits are crashes.

    It wraps the object and not its ``await``: one that is cancelled before its first step is
    cancelled there, as without us.
    """

    def __init__(self, inner: Coroutine[Any, Any, Any]) -> None:
        self._inner = inner
        self.__qualname__ = getattr(inner, "__qualname__", type(inner).__name__)

    def send(self, value: Any) -> Any:
        return self._step(self._inner.send, value)

    def throw(
        self, kind: Any, value: object = None, traceback: TracebackType | None = None, /
    ) -> Any:
        return self._step(self._inner.throw, kind if value is None else value)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Any:
        return self._inner.__await__()

    @staticmethod
    def _step(go_on: Callable[[Any], Any], value: Any) -> Any:
        try:
            return go_on(value)
        except (SystemExit, KeyboardInterrupt) as error:
            raise RuntimeError("a task of the skill tried to exit") from error
