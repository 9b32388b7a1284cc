"""No request of an operation in Drive can fail, be lost, or be the last one, and cost anything.

Some of all scenarios; ``make torture`` runs every one, and those where two things happen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from app.integrations.google.uploads import UNIT, UploadSizes
from tests.files.drive_disturbing import FAULTS, PATIENCE
from tests.files.drive_operations import COLLEAGUES, OPERATIONS
from tests.files.drive_place import DrivePlace
from tests.files.drive_scenarios import Runs

QUICK: Final = {"edit": ("403 rate", "500", "lost before", "lost after"), "create": ("500",)}
"""Faults at every request of an operation; of the others only a lost answer, in the second half."""


@pytest.fixture
async def runs(tmp_path: Path) -> AsyncIterator[Runs]:
    with DrivePlace(tmp_path, policy=PATIENCE, sizes=UploadSizes(UNIT, UNIT)) as place:
        made = Runs(place)
        yield made
        assert await made.verified() == []
        await place.stop()


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_crash_before_or_after_any_request(runs: Runs, operation: str) -> None:
    requests, problems = await runs.run(operation)
    assert problems == []
    assert requests > 3
    for at in range(0 if operation in QUICK else requests // 2, requests):
        for after in (False, True) if operation in QUICK else (at % 2 == 0,):
            _, problems = await runs.run(operation, at=at, crash_after=after)
            assert problems == [], f"request {at}, {'after' if after else 'before'} it"


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_failure_of_any_request(runs: Runs, operation: str) -> None:
    requests, _ = await runs.run(operation)
    for name in QUICK.get(operation, ("lost after",)):
        for at in range(0 if operation in QUICK else requests // 2, requests):
            _, problems = await runs.run(operation, fault=FAULTS[name], at=at)
            assert problems == [], f"{name} at request {at}"


async def test_drive_is_gone_from_any_request_on(runs: Runs) -> None:
    requests, _ = await runs.run("edit")
    for at in range(requests):
        _, problems = await runs.run("edit", fault=FAULTS["lost before"], at=at, lasting=True)
        assert problems == [], f"from request {at} on"


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("who", COLLEAGUES)
async def test_a_colleague_at_any_request(runs: Runs, operation: str, who: str) -> None:
    requests, _ = await runs.run(operation)
    begin = 0 if (who, operation) == ("saves", "edit") else requests // 2
    for at in range(begin, requests, 1 if who == "saves" else 2):
        _, problems = await runs.run(operation, meanwhile=COLLEAGUES[who], meanwhile_at=at)
        assert problems == [], f"before request {at}"


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_colleague_saves_between_a_crash_and_the_recovery(
    runs: Runs, operation: str
) -> None:
    requests, _ = await runs.run(operation)
    for at in range(requests // 2, requests):
        they_come = at + 1 + at % 2
        _, problems = await runs.run(
            operation,
            at=at,
            crash_after=True,
            meanwhile=COLLEAGUES["saves"],
            meanwhile_at=they_come,
        )
        assert problems == [], f"crash after request {at}, they come before {they_come}"


async def test_a_crash_and_another_one_in_the_recovery(runs: Runs) -> None:
    requests, _ = await runs.run("edit")
    for at in range(requests // 2, requests):
        for again in range(3):
            _, problems = await runs.run("edit", at=at, crash_after=True, crash_again=again)
            assert problems == [], f"after request {at}, then after {again} more"


async def test_an_answer_is_lost_and_a_colleague_saves(runs: Runs) -> None:
    requests, _ = await runs.run("edit")
    for at in range(requests // 2, requests):
        _, problems = await runs.run(
            "edit",
            fault=FAULTS["lost after"],
            at=at,
            meanwhile=COLLEAGUES["saves"],
            meanwhile_at=at + 1,
        )
        assert problems == [], f"after request {at}"
