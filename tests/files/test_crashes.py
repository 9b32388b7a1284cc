"""The process dies at every file-system call and every commit; a new one makes it whole.

After recovery the folder is exactly as before the change or exactly as after it, nothing of ours
is left in it, and the history says which.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.files import OperationType
from tests.files.faults import Crash, WatchedDatabase, WatchedFs, Wire
from tests.files.place import Place
from tests.files.scenarios import SCENARIOS, Scenario

FILE_SYSTEMS: dict[str, dict[str, bool]] = {
    "with exchange": {},
    "without files that have no name": {"unnamed": False},
    "without exchange": {"atomic": False},
    "without exchange or links": {"atomic": False, "links": False},
    "every folder a disk": {"one_device": False},
}

# Each file system with the changes that it makes differently.
CASES = [
    pytest.param(scenario, kind, id=f"{scenario.name}, {kind}")
    for kind, names in {
        "with exchange": [scenario.name for scenario in SCENARIOS],
        "without files that have no name": ["create an empty file", "first edit", "remove"],
        "without exchange": ["create in new folders", "first edit", "rename", "remove"],
        "without exchange or links": ["create an empty file", "first edit", "rename"],
        "every folder a disk": ["move to new folders"],
    }.items()
    for scenario in SCENARIOS
    if scenario.name in names
]


def folders_of(place: Place) -> set[str]:
    return {
        path.relative_to(place.folder).as_posix()
        for path in place.folder.rglob("*")
        if path.is_dir()
    }


async def check_whole(place: Place, scenario: Scenario, folders_before: set[str]) -> bool:
    """Everything that must hold after recovery. Returns whether the change happened."""
    files = place.files
    assert files in (scenario.before, scenario.after)
    happened = files == scenario.after
    if not happened:
        assert folders_of(place) == folders_before
    externals = 0
    for known in await place.manager.tracked():
        if not known.path.startswith(str(place.folder)):
            continue
        versions = await place.workspace().versions(known.path)
        last = versions[-1]
        name = Path(last.path).relative_to(place.folder).as_posix()
        externals += sum(v.operation is OperationType.EXTERNAL for v in versions)
        if last.hash_after is None:
            assert name not in files
        else:
            kept = await place.workspace().version_content(known.path, last.version)
            if not scenario.outsiders or happened:
                assert files[name] == kept
    assert externals <= scenario.outsiders
    if happened:
        assert externals == scenario.outsiders
    return happened


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scenario", "kind"), CASES)
async def test_a_crash_at_any_step_loses_nothing(
    quick_path: Path, database: WatchedDatabase, scenario: Scenario, kind: str
) -> None:
    outcomes = []
    for number in range(10_000):
        place = Place(quick_path / str(number), database=database)
        database.wire = Wire()  # the preparations are no part of it
        await scenario.set_up(place)
        folders_before = folders_of(place)
        await place.manager.close()

        wire = Wire(acts_only=True)
        wire.crash_at = number
        database.wire = place.wire = wire
        place.start(WatchedFs(wire, **FILE_SYSTEMS[kind]))
        with suppress(Crash):
            await scenario.act(place.workspace("turn"))
        database.wire = Wire()
        await place.manager.close()

        place.start(WatchedFs(database.wire, **FILE_SYSTEMS[kind]))
        await place.manager.recover()
        try:
            outcomes.append(await check_whole(place, scenario, folders_before))
            again = await place.manager.recover()
            assert not again.operations
        except AssertionError as error:
            error.add_note(f"crashed at step {number}: {wire.steps[-6:]}")
            raise
        finally:
            await place.manager.close()
        if not wire.fired:
            break

    assert len(outcomes) > 12
    assert False in outcomes
    assert True in outcomes  # at least where only the last commit was missing
    assert outcomes == sorted(outcomes)  # once it has happened, it stays so
