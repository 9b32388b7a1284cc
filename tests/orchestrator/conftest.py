"""A whole Steward without a window, with a scripted model, on a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.events import Event
from tests.standins.scripted_model import ScriptedModel, Step


class Desk:
    """What an engine test works with."""

    def __init__(self, assembly: Assembly, folder: Path) -> None:
        self.assembly = assembly
        self.folder = folder
        self.events: list[Event] = []
        assembly.bus.subscribe(self.events.append)

    def model(self, *steps: Step) -> ScriptedModel:
        """Let the next requests be answered by ``steps``; the last one repeats."""
        scripted = ScriptedModel(steps)
        self.assembly.model.llm = scripted
        return scripted

    def types(self) -> list[str]:
        """Event types so far."""
        return [event.type for event in self.events]

    def of(self, type_: type) -> list:  # type: ignore[type-arg]
        """Events of one type so far."""
        return [event for event in self.events if isinstance(event, type_)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "report.md").write_text("# Report\n\nstatus: draft\n")
    return folder


@pytest.fixture
async def desk(folder: Path) -> AsyncIterator[Desk]:
    assembly = await Assembly.open(folders=(folder,))
    try:
        yield Desk(assembly, folder)
    finally:
        await assembly.close()
