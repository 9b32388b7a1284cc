"""Runs one call of a skill in a task of its own, so that nothing it does reaches anyone else.

Whatever happens, the call comes to exactly one ``ToolResult``:

- An expected failure (``StewardError``) is an error with its ``kind`` as ``metadata["type"]``.
- Any other exception is a crash: a general message for the model, the traceback for the log. A
  skill that raises ``CancelledError``, ``SystemExit`` or ``KeyboardInterrupt`` of its own accord
  has crashed, too; in a task that it makes, an exit is an error of that task.
- At the deadline the skill's task is cancelled and given ``GRACE`` seconds to end. If it ends with
  a result or an expected failure all the same (a file change that was past its archive is
  finished, not cut), that is what happened and it counts; else the call timed out.
- When the caller is cancelled, the same is done. The result is then the skill's own, or
  ``interrupted``. ``run`` returns it and does not raise ``CancelledError``: the caller asked for
  the end, so it knows, and the result must not be lost. ``Task.cancelling()`` still says so.
- A skill that ends neither way within the grace is abandoned: reported, listed in ``abandoned``
  while it goes on, and a late result of it is logged.

Each skill gets arguments of its own, so that it cannot change what others see; and its result is
made plain data in its own task, so that nothing of the skill's is touched outside of it. Threads
cannot be cancelled: a skill that uses one stops it by a flag.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.errors import MayNotWriteError, StewardError
from app.domain.skills import Clock, Skill, SkillContext
from app.domain.tool_calls import ToolCall, ToolResult
from app.skill_runtime.call_outcome import (
    NotBegunError,
    abandoned,
    crashed,
    failed,
    from_skill,
    interrupted,
    outcome,
    timed_out,
)
from app.skill_runtime.contained_tasks import contain_tasks_of_skills
from app.skill_runtime.watchdog import LoopWatchdog, running_skill

logger = logging.getLogger(__name__)

GRACE: Final = 5.0
"""Seconds a cancelled skill has to end."""

_LONGEST_TIMER: Final = 3600.0  # Qt's take no more than 24 days


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A call that did not end when it was told to. ``since``: UTC."""

    skill: str
    call_id: str
    conversation_id: str
    turn_id: str
    execution_id: str
    since: datetime


class Executor:
    """Runs calls, each on its own. Holds no state but the tasks that would not end.

    Args:
        timeout: seconds a skill may take that names no timeout of its own; asked at each call.
        clock: measures ``duration_ms``; deadlines are the event loop's.
        grace: seconds a cancelled skill has to end.
        on_abandoned: told of each call that is left behind.
        watchdog: notices skills that block the loop.
    """

    def __init__(
        self,
        *,
        timeout: float | Callable[[], float],
        clock: Clock,
        grace: float = GRACE,
        on_abandoned: Callable[[Abandoned], None] | None = None,
        watchdog: LoopWatchdog | None = None,
    ) -> None:
        self._timeout = timeout
        self._clock = clock
        self._grace = grace
        self._on_abandoned = on_abandoned
        self._watchdog = watchdog
        # The loop itself keeps only weak references to tasks.
        self._left_behind: dict[asyncio.Task[ToolResult], Abandoned] = {}

    @property
    def abandoned(self) -> tuple[Abandoned, ...]:
        """Calls that were told to end and still go on, oldest first."""
        return tuple(self._left_behind.values())

    def close(self) -> None:
        """End the calls that were left behind, else they would keep the program from its end.

        Their coroutines are closed where they wait; a cancel they have ignored already.
        """
        for task in list(self._left_behind):
            try:
                task.get_coro().close()
            except RuntimeError:  # it ignores this as well
                logger.exception("skill does not end", extra={"skill": task.get_name()})
            task.cancel()

    async def run(
        self,
        skill: Skill,
        call: ToolCall,
        context: SkillContext,
        *,
        may_begin: Callable[[], bool] = lambda: True,
        on_stop: Callable[[], None] = lambda: None,
    ) -> ToolResult:
        """Execute ``skill`` with the arguments of ``call``, which fit its schema.

        Never raises: see the module docstring for cancellation. ``may_begin`` is asked at the
        last moment before the skill's first line; where it says no, the call is interrupted.
        ``on_stop`` is called just before a skill that runs is told to end.
        """
        contain_tasks_of_skills(asyncio.get_running_loop())
        started = self._clock.monotonic()
        timeout = self.time_for(skill, call.arguments)
        work = _contained(skill, call, context, may_begin)
        task = asyncio.create_task(work, name=f"skill {call.name}")
        stopped: ToolResult | None = None
        with self._watchdog.watching() if self._watchdog is not None else nullcontext():
            try:
                await _wait(task, timeout)
                if not task.done():
                    stopped = timed_out(call, timeout)
            except asyncio.CancelledError:
                stopped = interrupted(call)
            if not task.done():
                on_stop()
                task.cancel()
                await _outlast(task, self._grace)
        if task.done():
            result = outcome(task, call, stopped)
        else:
            self._leave_behind(task, call, context)
            result = abandoned(stopped or crashed(call))
        elapsed = round((self._clock.monotonic() - started) * 1000)
        return dataclasses.replace(result, duration_ms=elapsed)

    def time_for(self, skill: Skill, params: Mapping[str, object]) -> float:
        """Seconds ``skill`` may take that is called with ``params``."""
        seconds = _own_time(skill, params) or skill.timeout
        if seconds is not None:
            return seconds
        return self._timeout() if callable(self._timeout) else self._timeout

    def _leave_behind(
        self, task: asyncio.Task[ToolResult], call: ToolCall, context: SkillContext
    ) -> None:
        facts = {"skill": call.name, "call_id": call.id}
        logger.error("skill does not end", extra=facts)
        one = Abandoned(
            call.name,
            call.id,
            context.conversation_id,
            context.turn_id,
            context.execution_id,
            self._clock.now(),
        )
        self._left_behind[task] = one

        def ended(task: asyncio.Task[ToolResult]) -> None:
            del self._left_behind[task]
            error = None if task.cancelled() else task.exception()
            logger.warning("skill ended late", extra=facts, exc_info=error)

        task.add_done_callback(ended)
        if self._on_abandoned is not None:
            self._on_abandoned(one)


async def _contained(
    skill: Skill, call: ToolCall, context: SkillContext, may_begin: Callable[[], bool]
) -> ToolResult:
    if not may_begin():
        raise NotBegunError
    running_skill.set(call.name)
    try:
        return from_skill(call, await skill.execute(copy.deepcopy(dict(call.arguments)), context))
    except MayNotWriteError:  # perhaps only because it was told to end
        raise
    except StewardError as error:
        return failed(call, error)
    except (SystemExit, KeyboardInterrupt) as error:
        # Else asyncio would let it through to the loop, and it would end the program.
        raise RuntimeError("the skill tried to exit") from error


async def _wait(task: asyncio.Task[ToolResult], seconds: float) -> None:
    """Until the task is done or the time is up; a timer of Qt's loop may fire early.

    ``seconds`` may be without end.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not task.done() and (left := end - loop.time()) > 0:
        await asyncio.wait({task}, timeout=min(left, _LONGEST_TIMER))


async def _outlast(task: asyncio.Task[ToolResult], seconds: float) -> None:
    """The same, whoever else wants to stop us meanwhile: the end is near anyway."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not task.done() and (left := end - loop.time()) > 0:
        try:
            await asyncio.wait({task}, timeout=left)
        except asyncio.CancelledError:
            continue


def is_barrier(skill: Skill) -> bool:
    """Whether nothing else may run beside ``skill``: its attribute ``barrier``, if it has one."""
    return getattr(skill, "barrier", False) is True


def _own_time(skill: Skill, params: Mapping[str, object]) -> float | None:
    """Seconds that the skill's method ``timeout_for`` asks for, if it has one."""
    timeout_for = getattr(skill, "timeout_for", None)
    try:
        seconds = timeout_for(copy.deepcopy(dict(params))) if callable(timeout_for) else None
    except Exception:
        logger.exception("skill cannot say how long it may take", extra={"skill": str(type(skill))})
        return None
    return seconds if isinstance(seconds, int | float) and seconds > 0 else None


def touched_paths(skill: Skill, params: Mapping[str, object]) -> tuple[str, ...] | None:
    """The paths a call of ``skill`` would change, as they are written in ``params``.

    Its method ``touches``, if it has one. ``None``: it cannot be said, so nothing may run beside
    the call. ``params`` match the schema.
    """
    touches = getattr(skill, "touches", None)
    try:
        paths = touches(copy.deepcopy(dict(params))) if callable(touches) else None
        return None if paths is None or isinstance(paths, str) else tuple(map(str, paths))
    except Exception:
        logger.exception("skill cannot say what it touches", extra={"skill": str(type(skill))})
        return None
