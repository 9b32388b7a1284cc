"""A few points of ``make torture``: an answer is cut off by ``kill -9`` and found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.answers import Answers


@pytest.mark.serial
@pytest.mark.timeout(180)
async def test_an_answer_that_was_killed_is_there_at_the_next_start(tmp_path: Path) -> None:
    answers = Answers(tmp_path, seed=7)
    for _ in range(5):
        await answers.play()
    assert not answers.summary.violations, answers.summary.violations
    assert answers.summary.killed == 5
    assert answers.summary.with_words >= 2
