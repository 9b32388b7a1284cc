"""A few rounds of ``make torture``: real processes, killed at work, with someone else beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.kills import Rounds


@pytest.mark.serial
@pytest.mark.timeout(180)
async def test_killed_processes_lose_nothing(quick_path: Path) -> None:
    rounds = Rounds(quick_path, seed=20)
    for _ in range(3):
        await rounds.play()
    assert not rounds.summary.violations, rounds.summary.violations
    assert rounds.summary.killed >= 2
    assert rounds.summary.promised > 5
