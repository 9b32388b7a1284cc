"""A small disk that is really full, filled to every degree: the file is as before, or changed."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import DiskFullError, StewardError, StorageError
from app.domain.files import OperationType
from app.domain.workspace import Workspace
from app.files.fs_ops import OURS
from tests.files.faults import WatchedDatabase, Wire
from tests.files.place import Place

PAGE = 4096
DICE = random.Random(1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """24 MiB of memory as a disk of its own."""
    where = tmp_path / "disk"
    where.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(where)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only an administrator can mount a small disk here")
    yield where
    subprocess.run(["umount", str(where)], check=True, capture_output=True)


def fill(disk: Path, leave: int) -> Path:
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(bytes(max(0, free - leave)))
    return filler


def fresh_bytes() -> bytes:
    """Bytes that the vault has not, and cannot make smaller."""
    return DICE.randbytes(5 * PAGE)


ACTS: dict[str, Callable[[Workspace], Awaitable[object]]] = {
    "edit": lambda work: work.edit("a.md", lambda _: fresh_bytes()),
    "create": lambda work: work.create("new/b.md", fresh_bytes()),
    "restore": lambda work: work.restore("c.md", 1),
    "move": lambda work: work.move("a.md", "d.md"),
    "remove": lambda work: work.remove("a.md"),
}


@pytest.mark.serial
@pytest.mark.timeout(120)
@pytest.mark.parametrize("full", ["the vault", "the folder", "everything"])
async def test_a_disk_that_is_really_full(quick_path: Path, small_disk: Path, full: str) -> None:
    refused = 0
    elsewhere = quick_path / "elsewhere"
    elsewhere.mkdir()
    database = None
    if full != "everything":
        database = WatchedDatabase(elsewhere / "steward.db", Wire())
        database.open()
    root = elsewhere if full == "the vault" else small_disk / "place"
    home = {"the vault": small_disk, "the folder": elsewhere}.get(full)
    place = Place(root, database=database, home=home)
    try:
        for leave in (0, PAGE, 4 * PAGE, 6 * PAGE, 16 * PAGE):
            for name, act in ACTS.items():
                await fresh(place)
                before = place.files
                filler = fill(small_disk, leave)
                error: StewardError | None = None
                try:
                    await act(place.workspace("turn"))
                except StewardError as caught:
                    error = caught
                filler.unlink()
                if error is not None:
                    refused += 1
                    assert isinstance(error, DiskFullError | StorageError), (name, error)
                    assert error.hint
                await place.manager.recover()
                if error is not None and not isinstance(error, StorageError):
                    assert place.files == before, (name, leave, error)
                assert not [one for one in place.files if one.endswith(OURS)]
                if place.files == before:
                    await act(place.workspace("turn"))
                report = await place.manager.verify()
                assert report.problems == ()
                assert not [n for n in report.notes if n.kind == "outside"]
        versions = [v for f in await place.manager.tracked() for v in
                    place.manager.history.versions(f.file_id)]  # fmt: skip
        assert not [v for v in versions if v.operation is OperationType.EXTERNAL]
    finally:
        await place.close()
        if database is not None:
            database.close()
    assert refused > 3


async def fresh(place: Place) -> None:
    """Every file at its start, by Steward's own hand."""
    work = place.workspace()
    for name in list(place.files):
        await work.remove(name)
    await work.create("a.md", fresh_bytes())
    await work.create("c.md", fresh_bytes())
    await work.edit("c.md", lambda _: fresh_bytes())
