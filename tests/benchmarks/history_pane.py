"""The versions pane on a long history: 10,000 versions of one file among 100,000 of 10,000 files.

Real window, real database. Each figure is the time from what the person does to the paint that
shows it; beside it the longest time in which the window could not have answered: the longest gap
in a heartbeat of 2 ms. Of two beats, how much the window's own thread worked between them is told
as well: on a busy machine only that says something about us.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from app.domain.files import FileVersion, Origin
from app.ui.main_window import MainWindow
from app.ui.panes.versions import VersionsPane
from app.ui.panes.versions_model import VersionRole
from tests.benchmarks.big_history import fill
from tests.benchmarks.real_window import (
    heartbeat,
    milliseconds,
    new_database,
    open_window,
    run_in_window,
    until_painted,
)

VERSIONS: Final = 10_000
GOALS: Final = {"show_pane_ms": 100, "choose_file_ms": 100, "longest_work_ms": 16}


def measure(runs: int) -> dict[str, object]:
    """Medians in milliseconds of each act, and the longest stalls."""
    acts = run_in_window(partial(_measure, runs=runs))
    found = {
        "show_pane_ms": acts["show_pane"]["median_ms"],
        "choose_file_ms": acts["choose_file"]["median_ms"],
        "longest_work_ms": max(act["median_longest_work_ms"] for act in acts.values()),
    }
    met = {name: found[name] <= goal for name, goal in GOALS.items()}
    return {"acts": acts, "goal": GOALS, "met": met}


async def _measure(application: QApplication, folder: Path, runs: int) -> _Acts:
    home, work = folder / "home", folder / "work"
    database = new_database(home)
    busiest = fill(database, work, busiest=VERSIONS).busiest
    database.close()
    busiest.parent.mkdir(parents=True)
    busiest.write_text("# Report\n\nstatus: draft\n")
    async with open_window(application, home, [work]) as (window, assembly):
        files = assembly.workspaces.bind(Origin(user="bench", by="bench"))
        for _ in range(2):  # with bytes, so that there is a difference to show
            await files.edit(str(busiest), lambda old: old + b"total: 4,301\n")
        other = (await files.find_tracked("folder 07", limit=1))[0].file.path
        assert window.versions is not None
        return await _Bench(window, window.versions, str(busiest), other).run(runs)


_Acts = dict[str, dict[str, float]]


class _Bench:
    """Does what a person does, again and again."""

    def __init__(self, window: MainWindow, pane: VersionsPane, busiest: str, other: str) -> None:
        self._window = window
        self._pane = pane
        self._busiest = busiest
        self._other = other
        self._lists = [pane.timeline.viewport(), pane.files.list.viewport()]
        self._times: dict[str, list[tuple[float, float, float]]] = {}

    async def run(self, runs: int) -> _Acts:
        """Figures of every act."""
        pane, bar = self._pane, self._pane.timeline.verticalScrollBar()
        for _ in range(runs):
            await self._act("nothing", self._repaint, lambda: True)
            self._window.show_pane("Trace")
            pane.show_file(self._other)
            await asyncio.sleep(0.25)
            await self._act("show_pane", self._open_pane, lambda: self._shows(self._busiest))
            pane.show_file(self._other)
            await asyncio.sleep(0.25)
            await self._act(
                "choose_file",
                lambda: pane.show_file(self._busiest),
                lambda: self._shows(self._busiest),
            )
            for name, part in (("scroll_to_middle", 2), ("scroll_to_end", 1)):
                place = bar.maximum() // part
                await self._act(name, partial(bar.setValue, place), self._is_read)
            await self._act("list_files", pane.chooser.click, lambda: len(pane.files.files) == 200)
            await self._act(
                "find_file",
                lambda: pane.files.filter.setText("report 7777"),
                lambda: len(pane.files.files) == 1,
            )
        return {
            name: {
                "median_ms": milliseconds(statistics.median(time for time, _, _ in figures)),
                "worst_ms": milliseconds(max(time for time, _, _ in figures)),
                "median_stall_ms": milliseconds(
                    statistics.median(stall for _, stall, _ in figures)
                ),
                "worst_stall_ms": milliseconds(max(stall for _, stall, _ in figures)),
                "median_longest_work_ms": milliseconds(
                    statistics.median(work for _, _, work in figures)
                ),
            }
            for name, figures in self._times.items()
        }

    def _repaint(self) -> None:
        """What the machine itself costs now: the heartbeat while nothing is to be done."""
        self._pane.timeline.viewport().update()
        self._pane.files.list.viewport().update()

    def _open_pane(self) -> None:
        self._window.show_pane("Versions")
        self._pane.show_file(self._busiest)

    def _shows(self, path: str) -> bool:
        newest = self._pane.timeline.model().index(0, 0).data(VersionRole.VERSION)
        return isinstance(newest, FileVersion) and newest.path == path

    def _is_read(self) -> bool:
        timeline = self._pane.timeline
        index = timeline.indexAt(timeline.viewport().rect().center())
        return index.data(VersionRole.VERSION) is not None

    async def _act(self, name: str, act: Callable[[], object], shown: Callable[[], bool]) -> None:
        await asyncio.sleep(0.25)  # what went before has settled
        async with heartbeat() as gaps:
            began = time.perf_counter()
            act()
            await until_painted(self._lists, shown)
            took = time.perf_counter() - began
            await asyncio.sleep(0.15)  # what comes after may stall too: the difference
        stall, work = (max(one) for one in zip(*gaps, strict=True))
        self._times.setdefault(name, []).append((took, stall, work))
