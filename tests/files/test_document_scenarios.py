"""No request of a change of a Doc or a Sheet can fail, be the last one, or meet a colleague, and
cost anything.

Some of all scenarios; ``make torture`` runs every one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.files.document_scenarios import OPERATIONS, DocumentRuns
from tests.files.drive_disturbing import FAULTS, PATIENCE
from tests.files.drive_place import DrivePlace


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path, policy=PATIENCE) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


KINDS = pytest.mark.parametrize(
    ("kind", "act"), [("doc", "edit"), ("doc", "remove"), ("sheet", "edit")]
)


@KINDS
async def test_a_crash_before_or_after_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = DocumentRuns(place, kind)
    requests, problems = await runs.run(act)
    assert problems == []
    assert requests > 3
    for at in range(requests):
        for after in (False, True):
            _, problems = await runs.run(act, at=at, crash_after=after)
            assert problems == [], f"request {at}, {'after' if after else 'before'} it"


@KINDS
async def test_a_failure_of_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = DocumentRuns(place, kind)
    requests, _ = await runs.run(act)
    for name in ("lost before", "lost after"):
        for at in range(requests):
            lasting = name == "lost before"
            _, problems = await runs.run(act, at=at, fault=FAULTS[name], lasting=lasting)
            assert problems == [], f"{name} at request {at}"


@KINDS
async def test_a_colleague_types_before_any_request(place: DrivePlace, kind: str, act: str) -> None:
    runs = DocumentRuns(place, kind)
    requests, _ = await runs.run(act)
    for at in range(requests):
        _, problems = await runs.run(act, typed=at)
        assert problems == [], f"before request {at}"
        if act == "edit":
            lost = FAULTS["lost after"]
            _, problems = await runs.run(act, typed=at, at=at, fault=lost)
            assert problems == [], f"before request {at}, whose answer is lost"


@pytest.mark.parametrize("kind", ["doc", "sheet"])
async def test_what_a_colleague_typed_in_the_trash_is_kept_before_it_comes_back(
    place: DrivePlace, kind: str
) -> None:
    runs = DocumentRuns(place, kind)
    requests, _ = await runs.run("removal undone")
    for at in range(requests):
        _, problems = await runs.run("removal undone", typed=at)
        assert problems == [], f"before request {at}"


@pytest.mark.parametrize("kind", ["doc", "sheet"])
@pytest.mark.parametrize("act", [one for one in OPERATIONS if one not in ("edit", "remove")])
async def test_a_crash_after_any_request_of_other_changes(
    place: DrivePlace, kind: str, act: str
) -> None:
    runs = DocumentRuns(place, kind)
    requests, problems = await runs.run(act)
    assert problems == []
    for at in range(requests // 2, requests):
        typed = at + 1 if at % 2 else None  # before the recovery looks, by turns
        _, problems = await runs.run(act, at=at, crash_after=True, typed=typed)
        assert problems == [], f"after request {at}, typed before {typed}"
