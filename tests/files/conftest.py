"""Fixtures of the files room."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.files.faults import WatchedDatabase, Wire
from tests.files.place import Place


@pytest.fixture(scope="session")
def disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder on a disk, also where other tests use memory; it stays if a test failed."""
    made = Path(tempfile.mkdtemp(prefix="steward-files-"))
    yield made
    if not request.session.testsfailed:
        shutil.rmtree(made, ignore_errors=True)  # noqa: TID251 - this is its end


@pytest.fixture
def tmp_path(disk: Path, request: pytest.FixtureRequest) -> Path:
    """On the disk, as a person's files are."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=disk))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A granted folder with a manager."""
    made = Place(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: for tests that make hundreds of changes.

    It keeps names, links and renames as a disk does; only waiting for the disk falls away.
    """
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
async def database(quick_path: Path) -> AsyncIterator[WatchedDatabase]:
    """A database for many places, one after the other."""
    made = WatchedDatabase(quick_path / "steward.db", Wire())
    made.open()
    yield made
    made.close()
