"""Keeps long-running parts running: starts them in order, mends what crashes, closes in reverse.

One crash never reaches another part: it is logged, reported, and mended by the strategy after a
wait that doubles. What crashes too often is given up, and that is reported, too. A part that
ignores its end is abandoned and reported, never waited for without bound.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from app.domain.skills import Clock
from app.resilience.supervised_child import Cell, History
from app.resilience.supervision import (
    Child,
    ChildEndedError,
    ChildState,
    Intensity,
    Report,
    ReportKind,
    Restart,
    Strategy,
)

logger = logging.getLogger(__name__)

_SHARES: Final = (0.5, 0.25, 0.25)
"""A child is told to end at the beginning of each share of its time to stop: first it may clean up
in peace, then a cancel that was lost on the way is sent again."""
_LIVE: Final = frozenset({ChildState.STARTING, ChildState.RUNNING})


class Supervisor:
    """Owns its children's tasks. Made and used on the loop's thread.

    Args:
        name: stands in logs and reports.
        strategy: who is restarted with whom.
        intensity: how often.
        clock: measures the intensity.
        report: is told of each crash, each giving up, each abandoning; must not raise.
        sleep: waits, in seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        intensity: Intensity | None = None,
        report: Callable[[Report], object] = lambda _report: None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self._clock = clock
        self._strategy = strategy
        self._intensity = intensity or Intensity()
        self._report = report
        self._sleep = sleep
        self._cells: list[Cell] = []
        self._history = History()
        self._mending: dict[Cell | None, asyncio.Task[None]] = {}
        self._reviving: set[asyncio.Task[None]] = set()
        self._from: Cell | None = None
        self._abandoned: dict[asyncio.Task[None], Cell] = {}
        self._closed = False

    # -- public ----------------------------------------------------------------------------

    @property
    def children(self) -> dict[str, ChildState]:
        """How each child stands, in the order of starting."""
        return {cell.child.name: cell.state for cell in self._cells}

    async def start(self, *children: Child) -> None:
        """Start children after those there are, each when the one before is ready.

        One that fails at once is mended like any other; the next one is started all the same.
        Nothing is started once this is closed. Raises ``ValueError`` for a name that is taken.
        """
        for child in children:
            if child.name in self.children:
                raise ValueError(f"{self.name} has a child {child.name} already")
            if self._closed:
                return
            cell = Cell(child)
            self._cells.append(cell)
            await self._launch(cell)

    async def restart(self, name: str) -> None:
        """Start a child anew, and who goes with it, as if it had never crashed.

        One that was abandoned and still goes on stays as it is: two of it would be worse.
        """
        cell = self._cell(name)
        group = self._group(cell)
        self._history = History()
        for one in reversed(group):
            await self._halt(one)
            one.history = History()
            if one.state is not ChildState.ABANDONED:
                one.state = ChildState.WAITING
        self._from = None
        for one in group:
            if one.state is ChildState.WAITING and not self._closed:
                await self._launch(one)
                if one.state is ChildState.WAITING:
                    break  # who mends it starts the others after it
        self._look_after_the_rest()

    def revive(self, name: str) -> None:
        """``restart`` in the background, where the child was given up or has finished."""
        over = (ChildState.GIVEN_UP, ChildState.FINISHED)
        if self._cell(name).state in over and not self._closed:
            task = asyncio.create_task(self.restart(name), name=f"{self.name}: revive {name}")
            self._reviving.add(task)
            task.add_done_callback(self._reviving.discard)

    async def stop(self, name: str) -> None:
        """End a child and let go of it."""
        cell = self._cell(name)
        await self._halt(cell)
        self._cells.remove(cell)
        self._from = None
        self._look_after_the_rest()

    async def close(self) -> None:
        """End every child, last started first. Nothing is restarted any more."""
        self._closed = True
        starting = {*self._mending.values(), *self._reviving}
        for task in starting:
            task.cancel()
        if starting:
            await asyncio.wait(starting)
        try:
            for cell in reversed(self._cells):
                await self._end(cell)
        finally:
            for cell in self._cells:  # where we are cut short
                if cell.task is not None:
                    cell.stopping = True
                    cell.task.cancel()

    # -- one child -------------------------------------------------------------------------

    def _cell(self, name: str) -> Cell:
        for cell in self._cells:
            if cell.child.name == name:
                return cell
        raise ValueError(f"{self.name} has no child {name}")

    async def _launch(self, cell: Cell) -> bool:
        """Start a child and wait until it is ready; whether it is."""
        cell.stopping = False
        cell.error = None
        cell.ready = asyncio.Event()
        cell.state = ChildState.STARTING
        task = asyncio.create_task(self._own(cell), name=f"{self.name}: {cell.child.name}")
        cell.task = task
        task.add_done_callback(lambda done: self._ended(cell, done))
        waiting = asyncio.ensure_future(cell.ready.wait())
        try:
            await asyncio.wait(
                {task, waiting},
                timeout=cell.child.start_timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waiting.cancel()
        late = cell.task is task and cell.state is ChildState.STARTING and not task.done()
        if late and await self._end(cell):
            self._crashed(cell, ChildEndedError("It did not get ready in time."))
        return cell.state is ChildState.RUNNING

    async def _own(self, cell: Cell) -> None:
        task = cell.task

        def ready() -> None:
            if cell.task is task and cell.state is ChildState.STARTING:
                cell.state = ChildState.RUNNING
                cell.ready.set()

        try:
            await cell.child.run(ready)
        except SystemExit as error:
            # Else asyncio would let it through to the loop, and it would end the program.
            raise ChildEndedError("It tried to exit.") from error

    async def _end(self, cell: Cell) -> bool:
        """Cancel a child and wait for its end, within its time; whether it came."""
        task = cell.task
        cell.stopping = True
        if cell.error is not None:  # its end comes before anybody could tell of its crash
            self._tell(Report(ReportKind.CRASHED, self.name, cell.child.name, cell.error))
            cell.error = None
        if task is None:
            if cell.state is not ChildState.ABANDONED:
                cell.state = ChildState.STOPPED
            return True
        for share in _SHARES:
            if task.done():
                break
            task.cancel()
            await asyncio.wait({task}, timeout=share * cell.child.stop_timeout)
        cell.task = None
        if task.done():
            cell.state = ChildState.STOPPED
            return True
        cell.state = ChildState.ABANDONED
        self._abandoned[task] = cell  # the loop itself keeps only weak references to tasks
        task.add_done_callback(self._ended_late)
        self._tell(Report(ReportKind.ABANDONED, self.name, cell.child.name))
        return False

    def _ended_late(self, task: asyncio.Task[None]) -> None:
        cell = self._abandoned.pop(task)
        if cell.state is ChildState.ABANDONED:
            cell.state = ChildState.STOPPED  # now it can be started again

    async def _halt(self, cell: Cell) -> None:
        """End a child and whatever would start it again.

        Where that would have started others, too, the caller lets somebody look after them.
        """
        for key in (cell, None):
            mending = self._mending.get(key)
            if mending is not None:
                mending.cancel()
                await asyncio.wait({mending})
        await self._end(cell)

    # -- what ended by itself --------------------------------------------------------------

    def _ended(self, cell: Cell, task: asyncio.Task[None]) -> None:
        # Looked at in any case: a failure that nobody asks for is reported by asyncio, too.
        error = None if task.cancelled() else task.exception()
        if cell.task is not task or cell.stopping:
            if error is not None:
                logger.warning(
                    "supervised child failed at its end",
                    extra={"supervisor": self.name, "child": cell.child.name},
                    exc_info=error,
                )
            return
        cell.task = None
        if task.cancelled():
            error = ChildEndedError("It cancelled itself.")
        restart = cell.child.restart
        if error is None and restart is not Restart.PERMANENT:
            cell.state = ChildState.FINISHED
            return
        self._crashed(cell, error or ChildEndedError("It returned."))

    def _crashed(self, cell: Cell, error: BaseException) -> None:
        if cell.child.restart is Restart.TEMPORARY or self._closed:
            cell.state = ChildState.STOPPED
            self._tell(Report(ReportKind.CRASHED, self.name, cell.child.name, error))
            return
        cell.error = error
        cell.state = ChildState.WAITING
        self._have_mended(cell)

    def _have_mended(self, cell: Cell) -> None:
        """Let the restart that is under way take ``cell`` in, or begin one."""
        if self._strategy is Strategy.ONE_FOR_ONE:
            if cell not in self._mending:
                self._mend(cell, cell)
            return
        before = self._from
        if before is None or self._cells.index(cell) < self._cells.index(before):
            self._from = cell
        if None not in self._mending:
            self._mend(None, cell)

    def _mend(self, key: Cell | None, cell: Cell) -> None:
        task = asyncio.create_task(
            self._restart(key, cell), name=f"{self.name}: restart {cell.child.name}"
        )
        self._mending[key] = task
        task.add_done_callback(lambda done: self._mended(key, done))

    def _mended(self, key: Cell | None, done: asyncio.Task[None]) -> None:
        self._mending.pop(key, None)
        if not done.cancelled():  # else whoever cancelled it does so
            self._look_after_the_rest()

    def _look_after_the_rest(self) -> None:
        """Mend what waits and has nobody to mend it."""
        if self._closed:
            return
        for cell in self._cells:
            if cell.state is ChildState.WAITING:
                self._have_mended(cell)

    async def _restart(self, key: Cell | None, cell: Cell) -> None:
        """Restart a child and who goes with it, until they run or are given up."""
        history = self._history if key is None else cell.history
        while True:
            group = self._group(key or self._from or cell)
            number = history.count(self._clock.monotonic(), self._intensity.within)
            again = number <= self._intensity.restarts
            wait = self._intensity.wait(number) if again else None
            self._tell_of(group, wait)
            for one in reversed(group):
                if one.state in _LIVE:
                    await self._end(one)
                if one.state is ChildState.ABANDONED:
                    continue  # a second one beside it would be worse than none
                if one.child.restart is Restart.TEMPORARY:
                    one.state = ChildState.STOPPED
                    continue
                one.state = ChildState.WAITING if again else ChildState.GIVEN_UP
            self._from = None
            if wait is None:
                return
            await self._sleep(wait)
            for one in group:
                if one.state is ChildState.WAITING:
                    await self._launch(one)
                    if one.state is ChildState.WAITING:
                        break
            if not any(one.state is ChildState.WAITING for one in group):
                return

    def _tell_of(self, group: list[Cell], wait: float | None) -> None:
        """Report each of ``group`` that crashed, once; and that they are given up, in any case."""
        kind = ReportKind.GAVE_UP if wait is None else ReportKind.CRASHED
        crashed = [one for one in group if one.error is not None]
        for culprit in crashed or (group[:1] if wait is None else []):
            also = tuple(one.child.name for one in group if one is not culprit)
            self._tell(Report(kind, self.name, culprit.child.name, culprit.error, wait, also))
            culprit.error = None

    def _group(self, first: Cell) -> list[Cell]:
        """Who is restarted with ``first``, in the order of starting."""
        if self._strategy is Strategy.ONE_FOR_ONE:
            return [first]
        rest = self._strategy is Strategy.REST_FOR_ONE
        group = self._cells[self._cells.index(first) if rest else 0 :]
        done = (ChildState.FINISHED, ChildState.STOPPED, ChildState.ABANDONED)
        return [one for one in group if one is first or one.state not in done]

    def _tell(self, report: Report) -> None:
        logger.log(
            logging.WARNING if report.kind is ReportKind.CRASHED else logging.ERROR,
            "supervised child ended",
            extra={
                "supervisor": report.supervisor,
                "child": report.child,
                "what": report.kind.value,
                "restart_in": report.restart_in,
            },
            exc_info=report.error,
        )
        try:
            self._report(report)
        except Exception:
            logger.exception("a supervisor's report was not heard", extra={"child": report.child})
