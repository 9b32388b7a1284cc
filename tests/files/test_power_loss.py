"""The power goes at every step of every change, and nothing is lost.

The whole of it, with the power cut during recovery, after failures and beside someone else's
saves, is ``make torture``; here is each change once, and what has been wrong before.
"""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.files.fs_ops import FsOps
from tests.files.power_changes import CUTS, SOMEONE, Cut
from tests.files.power_cuts import FILE_SYSTEMS, Rig
from tests.files.power_disk import Disk, Facts
from tests.files.power_loss import PowerDatabase, unmodelled


@pytest.fixture
async def power(quick_path: Path) -> AsyncIterator[PowerDatabase]:
    made = PowerDatabase(quick_path / "power.db")
    made.open()
    yield made
    made.forget()
    made.close()


def named(*names: str) -> list[Cut]:
    found = [cut for cut in CUTS if cut.name in names]
    assert len(found) == len(names)
    return found


@pytest.mark.timeout(300)
async def test_the_power_goes_at_any_step_of_any_change(
    quick_path: Path, power: PowerDatabase
) -> None:
    rig = Rig(quick_path, power)
    for cut in CUTS:
        await rig.cut(cut)
        rig.tally.require_none()
    assert rig.tally.recovered > 200


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "kind",
    [
        "names torn",
        "without files that have no name",
        "without exchange",
        "without exchange or links",
        "every folder a disk",
    ],
)
async def test_it_goes_on_a_file_system_that_promises_less(
    quick_path: Path, power: PowerDatabase, kind: str
) -> None:
    rig = Rig(quick_path, power, **FILE_SYSTEMS[kind])
    names = ("move to new folders",) if kind == "every folder a disk" else ("first edit", "rename")
    for cut in named(*names):
        await rig.cut(cut)
    rig.tally.require_none()
    assert rig.tally.recovered > 20


@pytest.mark.timeout(300)
async def test_it_goes_while_a_new_process_recovers(quick_path: Path, power: PowerDatabase) -> None:
    rig = Rig(quick_path, power)
    for cut in named("create an empty file", "restore", "prune old versions"):
        await rig.cut_in_recovery(cut)
    rig.tally.require_none()
    assert rig.tally.recovered > 80


@pytest.mark.timeout(300)
async def test_it_goes_while_a_new_process_ends_a_move_to_another_disk(
    quick_path: Path, power: PowerDatabase
) -> None:
    """The copy has its name, but whoever gave it died before that was on disk."""
    rig = Rig(quick_path, power, **FILE_SYSTEMS["every folder a disk"])
    for cut in named("move to new folders"):
        await rig.cut_in_recovery(cut)
    rig.tally.require_none()
    assert rig.tally.recovered > 40


@pytest.mark.timeout(300)
async def test_it_goes_while_a_failed_change_is_taken_back(
    quick_path: Path, power: PowerDatabase
) -> None:
    rig = Rig(quick_path, power)
    for cut in named("restore"):
        await rig.cut_after_failure(cut, errno.ENOSPC)
    rig.tally.require_none()
    assert rig.tally.recovered > 15


@pytest.mark.timeout(300)
@pytest.mark.parametrize("someone", SOMEONE)
async def test_it_goes_after_someone_else_saved_or_removed(
    quick_path: Path, power: PowerDatabase, someone: str
) -> None:
    """They come just before the exchange and the three steps around it."""
    rig = Rig(quick_path, power)
    (cut,) = named("restore")
    for back in (2, 3, 4, 5, 6):  # from the last step
        await rig.cut_beside(cut, SOMEONE[someone], await rig.steps(cut) - back)
    rig.tally.require_none()
    assert rig.tally.recovered > 15


# -- the double itself ---------------------------------------------------------------------------


def test_the_double_knows_every_call_that_changes_the_disk() -> None:
    assert unmodelled() == set()
    assert "sync" in vars(FsOps)


def test_what_was_not_synced_may_be_lost_cut_or_zeroed() -> None:
    disk = Disk()
    disk.data[7], disk.durable_data[7] = Facts(b"12345678", 0o600), Facts(b"", 0o644)
    disk.change(((1, "a"), 7))
    found = {(path, facts.content) for state in disk.states() for path, _, facts in state.files}
    assert found == {("a", b"12345678"), ("a", b""), ("a", b"1234"), ("a", bytes(8))}
    assert any(not state.files for state in disk.states()), "without its name it is not there"

    disk.sync_folder(1)
    assert all(state.files for state in disk.states())
    disk.durable_data[7] = disk.data[7]
    assert len(set(disk.states())) == 1


@pytest.mark.parametrize("torn", [False, True])
def test_a_rename_is_one_thing_unless_names_tear(torn: bool) -> None:
    disk = Disk(torn_names=torn)
    disk.data[7] = disk.durable_data[7] = Facts(b"x", 0o644)
    disk.live = {(1, "a"): 7}
    disk.durable = {(1, "a"): 7}
    disk.change(((1, "b"), 7), ((1, "a"), None))
    found = {frozenset(path for path, _, _ in state.files) for state in disk.states()}
    both = {frozenset("a"), frozenset("b")}
    assert found == (both | {frozenset("ab"), frozenset()} if torn else both)


def test_a_change_of_a_name_waits_for_those_before_it() -> None:
    disk = Disk()
    disk.data[7] = disk.durable_data[7] = Facts(b"x", 0o644)
    disk.change(((1, "a"), 7))
    disk.change(((1, "b"), 7), ((1, "a"), None))
    found = {frozenset(path for path, _, _ in state.files) for state in disk.states()}
    assert found == {frozenset(), frozenset("a"), frozenset("b")}
