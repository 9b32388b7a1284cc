"""The guide through the real loop: engine, approvals, skills, versions and files on a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.events import (
    Answer,
    Approval,
    Delta,
    Event,
    ToolCallEvent,
    ToolResultEvent,
    TurnStatus,
)
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode, Decision
from app.orchestrator.engine import Engine


@dataclass
class Desk:
    """One conversation over one folder; every change is approved unless ``says_no``."""

    assembly: Assembly
    engine: Engine
    folder: Path
    events: list[Event] = field(default_factory=list)
    says_no: bool = False

    def hear(self, event: Event) -> None:
        """Keep the event; decide what is asked."""
        self.events.append(event)
        if isinstance(event, Approval) and event.decision is None:
            asyncio.get_running_loop().call_soon(self._decide, event.id)

    def _decide(self, approval_id: str) -> None:
        decision = Decision.DENY if self.says_no else Decision.ALLOW_ONCE
        assert self.assembly.approvals.decide(approval_id, decision, by="test")

    async def say(self, text: str, mode: ApprovalMode = ApprovalMode.ASK) -> str:
        """One turn's answer."""
        self.events.clear()
        outcome = await self.engine.run_turn(text, channel=Channel.TERMINAL, mode=mode)
        assert outcome.status is TurnStatus.OK
        assert outcome.error is None
        return outcome.text

    def text(self, name: str = "report.md") -> str:
        """What is in a file now."""
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """Skills the last turn called."""
        return [event.name for event in self.events if isinstance(event, ToolCallEvent)]

    @property
    def asked(self) -> list[Approval]:
        """What the last turn asked the person."""
        return [e for e in self.events if isinstance(e, Approval) and e.decision is None]

    @property
    def buttons(self) -> tuple[str, ...]:
        """What the last answer offered."""
        (answer,) = (event for event in self.events if isinstance(event, Answer))
        return answer.suggestions


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A folder with a report, and a conversation without any model."""
    folder = tmp_path / "docs"
    (folder / "notes").mkdir(parents=True)
    (folder / "report.md").write_text("This is a draft.\n", encoding="utf-8")
    (folder / "notes" / "todo.md").write_text("draft\ndraft\n", encoding="utf-8")
    assembly = await Assembly.open(folders=(folder,))
    desk = Desk(assembly, await assembly.engines.get(None), folder)
    stop = assembly.bus.subscribe(desk.hear)
    yield desk
    stop()
    await assembly.close()


async def test_it_answers_when_nothing_is_configured(desk: Desk) -> None:
    assert desk.assembly.llm.label == "Offline commands, no AI"
    assert "`report.md` (17 bytes)" in await desk.say("list files")


async def test_edit_look_and_restore(desk: Desk) -> None:
    answer = await desk.say("replace 'draft' with 'final' in report.md")
    assert desk.text() == "This is a final.\n"
    assert answer.startswith("Changed `report.md`: version 2. Version 1 is kept;")
    assert "-This is a draft.\n+This is a final." in desk.asked[0].diff
    assert len([event for event in desk.events if isinstance(event, Delta)]) > 2

    assert "**Version 2**" in await desk.say("show versions of report.md")
    assert desk.asked == []

    assert "now version 3" in await desk.say("restore version 1 of report.md")
    assert desk.text() == "This is a draft.\n"


async def test_undo_asks_and_takes_back_the_last_answer(desk: Desk) -> None:
    await desk.say("replace 'draft' with 'final' in report.md")

    answer = await desk.say("undo that")

    assert desk.calls == ["files.undo"]
    assert len(desk.asked) == 1
    assert answer.startswith("Took back the last answer's changes: `report.md`.")
    assert desk.text() == "This is a draft.\n"


async def test_several_places_are_asked_about_without_an_approval(desk: Desk) -> None:
    answer = await desk.say("replace 'draft' with 'x' in notes/todo.md")

    assert "2 places" in answer
    assert desk.asked == []
    assert desk.text("notes/todo.md") == "draft\ndraft\n"

    await desk.say(desk.buttons[0])

    assert len(desk.asked) == 1
    assert desk.text("notes/todo.md") == "x\nx\n"


async def test_a_no_is_told_and_nothing_is_changed(desk: Desk) -> None:
    desk.says_no = True

    assert await desk.say("remove report.md") == "Nothing was changed, because you said no."
    assert desk.text() == "This is a draft.\n"


async def test_where_nobody_can_be_asked_nothing_is_changed(desk: Desk) -> None:
    answer = await desk.say("remove report.md", ApprovalMode.UNATTENDED)

    assert "nobody could be asked" in answer
    assert desk.text() == "This is a draft.\n"


async def test_a_removed_file_comes_back(desk: Desk) -> None:
    await desk.say("remove report.md")
    assert not (desk.folder / "report.md").exists()

    await desk.say("restore version 1 of report.md")

    assert desk.text() == "This is a draft.\n"


@pytest.mark.parametrize(
    "text",
    ["create a file new.md with 'one'", "append 'more' to report.md", '/edit report.md "whole"',
     "rename report.md to other.md", "/rename notes/todo.md done.md", "find 'draft'",
     "what is in notes", "what changed in report.md?", "/files notes", "/read report.md 1"],
)  # fmt: skip
async def test_every_call_fits_its_skill(desk: Desk, text: str) -> None:
    await desk.say("replace 'draft' with 'final' in report.md")

    answer = await desk.say(text)

    assert desk.calls
    assert "not fit" not in answer
    assert "failed" not in answer


async def test_what_is_not_understood_touches_nothing(desk: Desk) -> None:
    answer = await desk.say("should I remove report.md?")

    assert desk.calls == []
    assert answer.startswith("I did not understand that")
    assert "/read report.md" in desk.buttons
    assert desk.text() == "This is a draft.\n"


async def test_a_folder_is_renamed_and_goes_back(desk: Desk) -> None:
    (desk.folder / "drafts/deep").mkdir(parents=True)
    (desk.folder / "drafts/deep/a.md").write_text("a\n")
    (desk.folder / "drafts/b.md").write_text("b\n")

    answer = await desk.say("/rename drafts final")

    assert "Renamed the folder `drafts` to `final` with 2 files in it." in answer
    assert "moves 2 files" in desk.asked[0].summary
    assert desk.text("final/deep/a.md") == "a\n"
    await desk.say("/undo")
    assert desk.text("drafts/deep/a.md") == "a\n"
    assert not (desk.folder / "final").exists()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/append notes 'x'", "notes is a folder. Name a file."),
        ("/rename report.md notes", "There is already something at `notes/report.md`."),
        ("/create notes 'x'", "There is already something at `notes`."),
        ("/read out.md", "`out.md` is outside the folders you granted"),
        ("/restore notes 1", "notes is a folder, and a folder is never restored as a whole."),
        (
            "/replace report.md draft final",
            "There is no file `final` in the folders you granted, but there is `report.md`.",
        ),
        ("/restore report.md 1", "Steward has no versions of report.md."),
        ("/undo report.md 1", "Steward has no versions of report.md."),
    ],
)
async def test_what_was_refused_is_named_as_it_was_typed(
    desk: Desk, text: str, answer: str
) -> None:
    (desk.folder / "notes" / "report.md").write_text("another\n")
    (desk.folder / "out.md").symlink_to("/etc/no-such-file")

    said = await desk.say(text)

    assert said.startswith(answer)
    assert str(desk.folder) not in said
    results = [event for event in desk.events if isinstance(event, ToolResultEvent)]
    assert results
    assert all(str(desk.folder) not in result.content for result in results)
