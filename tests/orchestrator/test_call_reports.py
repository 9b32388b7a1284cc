"""What no result of a call can say is told as a notification."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.domain.events import Notification
from app.domain.messages import Channel
from app.domain.skills import SkillContext, SkillResult
from app.orchestrator.approvals import ApprovalMode
from tests.orchestrator.conftest import Desk
from tests.standins.scripted_model import calls, says


async def test_a_skill_that_blocks_everything_is_named_to_the_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    skill = desk.assembly.registry.get("files.read")
    told = asyncio.Event()
    desk.assembly.bus.subscribe(lambda e: told.set() if isinstance(e, Notification) else None)

    async def blocks(params: object, context: SkillContext) -> SkillResult:
        threading.Event().wait(0.6)
        return SkillResult.ok("")

    monkeypatch.setattr(type(skill), "execute", staticmethod(blocks))
    desk.model(calls(("files.read", {"path": "report.md"})), says("Done."))
    engine = await desk.assembly.engines.get(None)
    await engine.run_turn("go", channel=Channel.TERMINAL, mode=ApprovalMode.ASK)
    await told.wait()
    (note,) = desk.of(Notification)
    assert (note.source, note.error_type) == ("files.read", "blocked_loop")
    assert note.context["function"] == "blocks"
    assert __file__ in note.message
