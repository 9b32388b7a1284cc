"""A change is asked about by a card with the change on it; each button works once, for one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.events import Approval
from app.domain.messages import Channel
from app.orchestrator.approvals import Decision
from app.storage.channel_models import ChannelButton
from tests.channels.conftest import Phone
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def _asked(phone: Phone) -> str:
    """Ask for an edit; the key of the card that asks for approval."""
    phone.model(calls(EDIT), says("It is as you decided."))
    await phone.say("Set the status to done")
    return str(await phone.adapter.until(lambda: phone.adapter.key("approval:")))


async def _over(phone: Phone, key: str) -> str:
    """Wait until the card has no buttons; what it says."""
    await phone.adapter.until(lambda: not phone.adapter.shown[key].buttons)
    return phone.adapter.shown[key].text


async def test_an_edit_is_asked_about_allowed_and_undone(paired: Phone) -> None:
    file = paired.folder / "notes.md"
    key = await _asked(paired)
    card = paired.adapter.shown[key]
    assert card.text.startswith("**Change notes.md**")
    assert "-status: draft\n+status: done" in card.text
    labels = ["Allow once", "Deny", "Allow for this conversation"]
    assert list(paired.adapter.buttons(key)) == labels
    assert paired.adapter.typing[-1] == ("7", False)  # it is the person who is waited for
    assert "draft" in file.read_text()

    assert await paired.press("approval:", "Allow once") == "Allowed."
    assert "done" in file.read_text()
    assert paired.adapter.text("answer:") == "It is as you decided."
    assert (await _over(paired, key)).endswith("✓ Allowed.")
    (record,) = await paired.assembly.decisions.list()
    assert record.by == "you, on Telegram"

    assert paired.adapter.text("changes:") == "Changed `notes.md` (version 2)."
    assert await paired.press("changes:", "Undo") == "Done."
    assert "draft" in file.read_text()
    assert paired.adapter.text("changes:") == "Undone: `notes.md` is as before (version 3)."


async def test_deny_changes_nothing(paired: Phone) -> None:
    key = await _asked(paired)
    assert await paired.press("approval:", "Deny") == "Denied."
    assert (await _over(paired, key)).endswith("✗ Denied.")
    assert "draft" in (paired.folder / "notes.md").read_text()
    assert paired.adapter.key("changes:") is None


async def test_a_conversation_that_was_allowed_is_not_asked_again_and_shows_the_change(
    paired: Phone,
) -> None:
    await _asked(paired)
    assert await paired.press("approval:", "Allow for") == "Allowed for this conversation."
    back = ("files.edit", {"path": "notes.md", "old": "done", "new": "late"})
    paired.model(calls(back), says("Late it is."))
    await paired.ask("Set it to late")
    cards = [key for key in paired.adapter.shown if key.startswith("approval:")]
    assert len(cards) == 1
    # Beside the answer: it may come after it.
    await paired.adapter.until(lambda: "(version 3)" in paired.adapter.text("changes:"))
    text = paired.adapter.text("changes:")
    assert text.startswith("Changed `notes.md` (version 3).\n\n```diff")
    assert "-status: done\n+status: late" in text


async def test_a_button_works_once_and_uses_up_its_card(paired: Phone) -> None:
    key = await _asked(paired)
    buttons = paired.adapter.buttons(key)
    await paired.press("approval:", "Deny")
    for name in ("Allow once", "Deny", "Allow for this conversation"):
        assert await paired.press_button(buttons[name].id) == "This was pressed already."
    assert "draft" in (paired.folder / "notes.md").read_text()


async def test_two_presses_at_once_decide_once(paired: Phone) -> None:
    from tests.channels.fake_adapter import press

    key = await _asked(paired)
    allow = paired.adapter.buttons(key)["Allow once"]
    bodies = [press(allow) for _ in range(5)]
    await paired.adapter.receive(*bodies)
    await paired.adapter.until(lambda: len(paired.adapter.acknowledged) == 5)
    words = [said for _, said in paired.adapter.acknowledged]
    assert sorted(words) == ["Allowed.", *["This was pressed already."] * 4]
    await paired.until_done()


async def test_a_decision_in_the_window_ends_the_card(paired: Phone) -> None:
    key = await _asked(paired)
    button = paired.adapter.buttons(key)["Allow once"]
    (asked,) = paired.assembly.approvals.pending()
    assert paired.assembly.approvals.decide(asked.id, Decision.DENY, by="you")
    assert (await _over(paired, key)).endswith("✗ Denied in the window.")
    assert await paired.press_button(button.id) == "This was pressed already."
    await paired.until_done()


async def test_stop_ends_the_card(paired: Phone) -> None:
    key = await _asked(paired)
    await paired.say("/stop")
    assert "Stopped" in await _over(paired, key)
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "Stopped.")
    await paired.until_done()


async def test_an_approval_that_ran_out_says_so_and_its_buttons_do_nothing(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.orchestrator import approvals

    monkeypatch.setattr(approvals, "EXPIRY_SECONDS", 0.2)
    monkeypatch.setattr(approvals, "_LOOK_SECONDS", 0.05)
    key = await _asked(paired)
    button = paired.adapter.buttons(key)["Allow once"]
    assert "Nobody decided in time" in await _over(paired, key)
    assert await paired.press_button(button.id) in ("This is over.", "This was pressed already.")
    await paired.until_done()


async def test_an_expired_button_is_refused_and_not_used_up(paired: Phone) -> None:
    key = await _asked(paired)
    button = paired.adapter.buttons(key)["Allow once"]
    past, soon = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(hours=1)

    def expires(at: datetime) -> None:
        ChannelButton.update(expires_at=at).execute()

    await paired.assembly.database.write_async(lambda: expires(past))
    from tests.channels.fake_adapter import press

    await paired.adapter.receive(press(button))
    await paired.adapter.until(lambda: paired.adapter.acknowledged)
    assert paired.adapter.acknowledged[-1][1] == "This is over."
    await paired.assembly.database.write_async(lambda: expires(soon))
    assert await paired.press_button(button.id) == "Allowed."


async def test_a_button_is_bound_to_the_arguments_that_were_shown(paired: Phone) -> None:
    import dataclasses

    key = await _asked(paired)
    approvals = paired.assembly.approvals
    (name,) = approvals._pending
    asked = approvals._pending[name]
    asked.event = dataclasses.replace(asked.event, arguments={"path": "other.md"})
    button = paired.adapter.buttons(key)["Allow once"]
    from tests.channels.fake_adapter import press

    await paired.adapter.receive(press(button))
    await paired.adapter.until(lambda: paired.adapter.acknowledged)
    assert paired.adapter.acknowledged[-1][1] == "This is over."
    assert "draft" in (paired.folder / "notes.md").read_text()
    await paired.say("/stop")
    await paired.until_done()


async def test_a_long_difference_is_a_document_that_stays(paired: Phone) -> None:
    text = "".join(f"line {number} of many\n" for number in range(400))
    paired.model(calls(("files.create", {"path": "long.md", "content": text})), says("Made."))
    await paired.say("Write a long file")
    key = str(await paired.adapter.until(lambda: paired.adapter.key("approval:")))
    card = paired.adapter.shown[key]
    assert card.document is not None
    assert card.document.name == "long.md.diff"
    assert b"+line 399 of many" in card.document.data
    assert len(card.text) < 2_000
    await paired.press("approval:", "Allow once")
    await _over(paired, key)
    assert paired.adapter.shown[key].document == card.document


async def test_a_difference_that_is_cut_is_not_called_whole(paired: Phone) -> None:
    text = "".join(f"line {number} of many\n" for number in range(3_000))
    paired.model(calls(("files.create", {"path": "long.md", "content": text})), says("Made."))
    await paired.say("Write a very long file")
    key = str(await paired.adapter.until(lambda: paired.adapter.key("approval:")))
    card = paired.adapter.shown[key]
    assert "whole" not in card.text
    assert "1,001 lines of it are shown nowhere" in card.text
    await paired.press("approval:", "Deny")


async def test_long_arguments_hide_nothing_of_what_is_allowed(paired: Phone) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("Send it")
    await model.streaming.wait()
    held, _ = await paired.people.conversation(paired.chat())
    (turn,) = await paired.assembly.turns.of_conversation(str(held))
    paired.assembly.bus.publish(
        Approval(
            turn_id=turn.id,
            id="a1",
            at=datetime.now(UTC),
            name="mail.send",
            summary="Send a mail",
            diff="",
            arguments={"body": "x" * 5_000, "to": "mallory@example.org"},
        )
    )
    key = str(await paired.adapter.until(lambda: paired.adapter.key("approval:")))
    card = paired.adapter.shown[key]
    assert card.document is not None
    assert b"mallory@example.org" in card.document.data
    assert "file below" in card.text
    model.steps = [says("x")]
    gate.set()
    await paired.until_done()


async def test_cards_that_a_crash_left_open_are_over_after_it(paired: Phone) -> None:
    key = await _asked(paired)
    button = paired.adapter.buttons(key)["Allow once"]
    await paired.restart()
    await paired.adapter.until(lambda: key in paired.adapter.shown)
    assert paired.adapter.shown[key].text.startswith("**Change notes.md**")
    assert paired.adapter.shown[key].text.endswith("This is over. Nothing was changed by it.")
    assert paired.adapter.shown[key].buttons == ()
    assert await paired.press_button(button.id) == "This was pressed already."
    assert "draft" in (paired.folder / "notes.md").read_text()


async def test_a_card_that_cannot_be_shown_is_told_of_and_changes_nothing(paired: Phone) -> None:
    from app.domain.errors import StorageError

    async def broken(*args: object, **more: object) -> None:
        raise StorageError("The disk is full.")

    paired.parts.buttons.make = broken  # type: ignore[method-assign, assignment]
    paired.model(calls(EDIT), says("Hm."))
    await paired.say("Set it to done")
    await paired.adapter.until(lambda: paired.adapter.key("failed:approval:"))
    assert "The disk is full." in paired.adapter.text("failed:")
    await paired.say("/stop")
    await paired.until_done()
    assert "draft" in (paired.folder / "notes.md").read_text()


async def test_a_turn_of_the_window_asks_nobody_on_the_phone(paired: Phone) -> None:
    paired.model(calls(EDIT), says("Hm."))
    asked = asyncio.Event()
    paired.assembly.bus.subscribe(
        lambda event: asked.set() if isinstance(event, Approval) else None
    )
    engine = await paired.assembly.engines.get(None)
    turn = asyncio.create_task(engine.run_turn("edit", channel=Channel.WINDOW))
    await asked.wait()
    engine.cancel()
    await turn
    assert paired.adapter.key("approval:") is None
