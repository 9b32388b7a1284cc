"""A task of the window that outlives its test goes on in a running loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from app.ui.main_window import MainWindow


@pytest.fixture
def without_a_loop() -> Iterator[list[RuntimeError]]:
    """Collects what a task met after the end of its test; the teardown looks."""
    met: list[RuntimeError] = []
    yield met
    assert not met


async def test_a_task_left_over_at_the_end_of_a_test_still_has_its_loop(
    without_a_loop: list[RuntimeError], window: MainWindow
) -> None:
    assert window.session is not None

    async def many_steps() -> None:
        for _ in range(50):
            await asyncio.sleep(0)
            try:
                asyncio.get_running_loop()
            except RuntimeError as error:
                without_a_loop.append(error)

    window.session.tasks.start(many_steps(), name="left over")
