"""Fixtures of the files room."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.files.faults import WatchedDatabase, Wire
from tests.files.place import Place


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
