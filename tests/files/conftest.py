"""Fixtures of the files room."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
async def database(tmp_path: Path) -> AsyncIterator[WatchedDatabase]:
    """A database for many places, one after the other."""
    made = WatchedDatabase(tmp_path / "steward.db", Wire())
    made.open()
    yield made
    made.close()
