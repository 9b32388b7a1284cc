"""What happens to a change while the person thinks about it: what they see is what they allow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.events import Approval, Event, ToolResultEvent
from app.domain.messages import Channel
from app.domain.tool_calls import ToolStatus
from app.orchestrator.approvals import ApprovalMode, Decision
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import calls, says

APPEND = ("files.append", {"path": "sub/notes.md", "text": "more"})


@pytest.fixture
def notes(folder: Path) -> Path:
    (folder / "sub").mkdir()
    notes = folder / "sub" / "notes.md"
    notes.write_text("notes\n")
    return notes


async def decided(
    desk: Desk, meanwhile: Callable[[Approval], object], decision: Decision = Decision.ALLOW_ONCE
) -> ToolResultEvent:
    """The result of ``APPEND``, allowed after something happened."""

    def show(event: Event) -> None:
        if isinstance(event, Approval) and event.decision is None:
            meanwhile(event)
            loop.call_soon(lambda: approvals.decide(event.id, decision, by="you"))

    loop, approvals = asyncio.get_running_loop(), desk.assembly.approvals
    desk.model(calls(APPEND), says("Done."))
    engine = await desk.assembly.engines.get(None)
    stop = desk.assembly.bus.subscribe(show)
    await engine.run_turn("go", channel=Channel.TERMINAL, mode=ApprovalMode.ASK)
    stop()
    found: list[ToolResultEvent] = desk.of(ToolResultEvent)
    return found[-1]


async def test_a_folder_taken_back_while_its_change_waits_is_not_touched(
    desk: Desk, folder: Path, notes: Path
) -> None:
    result = await decided(desk, lambda _: desk.assembly.folders.revoke(folder))
    assert result.status is ToolStatus.ERROR
    assert result.metadata["type"] == "no_folder"
    assert notes.read_text() == "notes\n"


async def test_a_file_saved_while_its_change_waits_is_left_as_it_was_saved(
    desk: Desk, notes: Path
) -> None:
    result = await decided(desk, lambda _: notes.write_text("theirs\n"))
    assert result.metadata["type"] == "file_changed"
    assert notes.read_text() == "theirs\n"


@pytest.mark.parametrize("other", ["inside", "outside"])
async def test_a_folder_that_becomes_a_link_while_its_change_waits_leads_nowhere(
    desk: Desk, folder: Path, notes: Path, tmp_path: Path, other: str
) -> None:
    place = (folder if other == "inside" else tmp_path) / "other"
    place.mkdir()
    (place / "notes.md").write_text("notes\n")

    def swap(_: Approval) -> None:
        (folder / "sub").rename(folder / "was")
        (folder / "sub").symlink_to(place)

    result = await decided(desk, swap)
    assert result.status is ToolStatus.ERROR
    for kept in (folder / "was" / "notes.md", place / "notes.md"):
        assert kept.read_text() == "notes\n"


async def test_a_rule_for_a_folder_is_for_the_one_that_was_shown(
    desk: Desk, folder: Path, notes: Path
) -> None:
    def swap(asked: Approval) -> None:
        assert asked.folder == str(folder / "sub")
        (folder / "sub").rename(folder / "was")
        (folder / "sub").symlink_to(folder)

    await decided(desk, swap, Decision.ALLOW_FOLDER)
    assert await desk.assembly.rules.allowed(
        "files.append", "", [str(folder / "report.md")]
    ) is None  # fmt: skip


async def test_a_folder_granted_by_a_link_can_have_a_rule(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "notes.md").write_text("notes\n")
    assembly = await Assembly.open(folders=(link,))
    try:
        desk = Desk(assembly, folder)
        asked: list[Approval] = []
        first = await decided(desk, asked.append, Decision.ALLOW_FOLDER)
        assert [one.folder for one in asked] == [str(folder / "sub")]
        second = await decided(desk, asked.append)
        assert (first.status, second.status) == (ToolStatus.OK, ToolStatus.OK)
        assert len(asked) == 1
    finally:
        await assembly.close()
