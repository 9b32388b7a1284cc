"""The skills of Drive, Docs and Sheets as they really run, on a Drive on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.redaction import Redactor
from app.storage.conversations import Conversations
from tests.files.drive_place import DrivePlace
from tests.skills.files.conftest import Desk


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[DrivePlace]:
    with DrivePlace(tmp_path) as made:
        yield made
        assert (await made.manager.verify()).problems == ()
        await made.stop()


@pytest.fixture
async def desk(place: DrivePlace) -> Desk:
    """A desk with a Drive and a granted folder."""
    conversation = await Conversations(place.database, Redactor(), place.clock).create()
    return Desk(place.granted, place.manager, conversation.id, place.workspaces)
