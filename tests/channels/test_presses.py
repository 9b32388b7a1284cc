"""A press that a crash cut off while it acted is asked about; each one is acknowledged once."""

from __future__ import annotations

import asyncio

from app.orchestrator.approvals import ApprovalMode
from tests.channels.conftest import Phone
from tests.channels.fake_adapter import press
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def test_an_undo_that_was_cut_off_is_told_of_and_not_made_again(paired: Phone) -> None:
    paired.mode = ApprovalMode.REVERSIBLE
    paired.model(calls(EDIT), says("Done."))
    await paired.ask("Edit it")
    key = await paired.adapter.until(lambda: paired.adapter.key("changes:"))
    button = paired.adapter.buttons(key)["Undo"]
    begun, never = asyncio.Event(), asyncio.Event()
    bind = paired.parts.workspaces.bind

    def hangs(*args, **more):  # type: ignore[no-untyped-def]
        workspace = bind(*args, **more)

        async def undo_version(*_: object) -> None:
            begun.set()
            await never.wait()

        workspace.undo_version = undo_version  # type: ignore[method-assign, assignment]
        return workspace

    paired.parts.workspaces.bind = hangs  # type: ignore[method-assign]
    await paired.adapter.receive(press(button))
    await begun.wait()
    paired.parts.workspaces.bind = bind  # type: ignore[method-assign]
    await paired.restart()
    await paired.until_done()
    assert "It may have been done, or not: look at /versions." in paired.adapter.text("lost:")
    assert "done" in (paired.folder / "notes.md").read_text()


async def test_every_press_is_acknowledged_once(paired: Phone) -> None:
    await paired.ask("what is this?")
    key = str(paired.adapter.key("answer:"))
    button = next(iter(paired.adapter.buttons(key).values()))
    for body in (press("nonsense"), press(button), press(button), press(button, user="66")):
        await paired.adapter.receive(body)
    await paired.adapter.until(lambda: len(paired.adapter.acknowledged) >= 4)
    await paired.until_done()
    queries = [query for query, _ in paired.adapter.acknowledged]
    assert len(queries) == len(set(queries)) == 4


async def test_a_button_of_a_newer_steward_does_nothing(paired: Phone) -> None:
    (made,) = await paired.buttons.make(paired.chat(), "7", "card", {"Fly": {"do": "fly"}})
    assert await paired.press_button(made.id) == "That did not work."
