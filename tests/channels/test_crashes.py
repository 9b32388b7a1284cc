"""What had begun when Steward ended is asked about, never done again by itself; nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.channels import desk
from app.domain.channels import ChannelState, InboxItem, InboxState
from app.domain.errors import StorageError
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from app.storage.channel_inbox import ACT
from app.storage.channel_models import ChannelInbox
from tests.channels.conftest import Phone
from tests.channels.fake_adapter import message, press
from tests.standins.scripted_model import ScriptedModel, calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def _cut_off(phone: Phone) -> ScriptedModel:
    """Steward is closed while it answers; what the next run is to say is scripted."""
    gate = asyncio.Event()
    model = phone.model(gate)
    await phone.say("Tidy up")
    await model.streaming.wait()
    await phone.restart()
    await phone.adapter.until(lambda: phone.adapter.key("answer:"))
    await phone.until_done()  # it is asked first and held then: nobody presses in between
    model.steps = [says("Tidied.")]
    return model


async def test_a_turn_that_was_cut_off_is_asked_about_and_not_run(paired: Phone) -> None:
    model = await _cut_off(paired)
    text = paired.adapter.text("answer:")
    assert text.startswith("Steward stopped while it worked on “Tidy up”.")
    assert "/versions" in text
    await paired.until_done()
    assert len(model.requests) == 1
    (item,) = [one for one in await paired.items() if one.state is InboxState.HELD]
    assert item.begun is not None


async def test_a_turn_that_was_cut_off_is_done_again_when_that_is_wanted(paired: Phone) -> None:
    model = await _cut_off(paired)
    key = str(paired.adapter.key("answer:"))
    again = paired.adapter.buttons(key)["Do it again"]
    await paired.press("answer:", "Do it again")
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "Tidied.")
    await paired.until_done()
    assert paired.adapter.shown[key].text.endswith("✓ Yes, do it.")
    assert paired.adapter.shown[key].buttons == ()
    assert len(model.requests) == 2
    assert await paired.press_button(again.id) == "This was pressed already."
    await paired.restart()
    await paired.until_done()
    assert len(model.requests) == 2


async def test_a_turn_that_was_cut_off_is_left_when_that_is_wanted(paired: Phone) -> None:
    model = await _cut_off(paired)
    assert await paired.press("answer:", "Leave it") == "Left."
    await paired.restart()
    await paired.until_done()
    assert len(model.requests) == 1
    assert all(item.state is InboxState.DONE for item in await paired.items())


async def test_what_a_turn_had_changed_when_it_was_cut_off_can_be_undone(paired: Phone) -> None:
    paired.mode = ApprovalMode.REVERSIBLE
    gate = asyncio.Event()
    model = paired.model(calls(EDIT), gate)
    await paired.say("Tidy up")
    await model.streaming.wait()
    await paired.restart()
    assert await paired.press("changes:", "Undo") == "Done."
    assert "draft" in (paired.folder / "notes.md").read_text()


async def test_messages_that_waited_when_steward_ended_are_answered_by_the_next_run(
    paired: Phone,
) -> None:
    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.adapter.receive(message("first"), message("second"), message("third"))
    await model.streaming.wait()
    model.steps = [says("Answered.")]
    await paired.restart()
    await paired.until_done()
    answers = [t for t in paired.adapter.texts_in("7") if t == "Answered."]
    assert len(answers) == 2
    assert len(model.requests) == 3


async def test_an_answer_that_was_ready_and_not_shown_is_shown(paired: Phone) -> None:
    model = paired.model(says("The answer."))
    await paired.ask("A question")
    (item, *_) = [one for one in await paired.items() if one.begun not in (None, ACT)]
    await _put_back(paired, item.id, message("A question"))  # as if it had not been ended
    await paired.restart()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "The answer."
    assert len(model.requests) == 1


async def test_an_answer_whose_end_could_not_be_noted_is_not_made_again(paired: Phone) -> None:
    model = paired.model(says("The answer."))
    paired.inbox.fails = StorageError("The disk is full.")
    await paired.say("A question")
    await paired.adapter.until(lambda: "The disk is full." in paired.adapter.text("failed:"))
    assert paired.adapter.text("answer:") == "The answer."
    paired.inbox.fails = None
    await paired.restart()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "The answer."
    assert len(model.requests) == 1


async def test_an_inbox_that_cannot_be_read_is_looked_into_again_by_itself(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_AGAIN_SECONDS", 0.05)
    paired.model(says("The answer."))
    await paired.stop()
    await paired.adapter.receive(message("A question"))
    look, broken = paired.inbox.open, [StorageError("Busy.")]

    async def fails_once(channel: Channel, *, after: int = 0) -> list[InboxItem]:
        if broken:
            raise broken.pop()
        return await look(channel, after=after)

    paired.inbox.open = fails_once  # type: ignore[method-assign]
    await paired.start()
    await paired.adapter.until(lambda: paired.adapter.text("answer:") == "The answer.")
    await paired.until_done()
    assert [one.message for one in paired.about()][-1:] == ["Busy."]


async def test_what_was_handled_long_ago_is_forgotten_at_a_start(paired: Phone) -> None:
    await paired.stop()
    (number,) = await paired.adapter.receive({"sticker": {}})
    await paired.inbox.end(number)

    def make_old() -> None:
        long_ago = datetime.now(UTC) - timedelta(days=40)
        ChannelInbox.update(received_at=long_ago).where(ChannelInbox.id == number).execute()

    await paired.assembly.database.write_async(make_old)
    await paired.start()
    await paired.ask("/help")
    async with asyncio.timeout(20):
        while await paired.inbox.get(number) is not None:
            await paired.inbox.count(Channel.TELEGRAM)


async def test_a_failure_that_was_not_shown_is_shown(paired: Phone) -> None:
    from app.domain.errors import ModelUnavailableError

    paired.model(ModelUnavailableError("Not there."))
    await paired.ask("A question")
    (item, *_) = [one for one in await paired.items() if one.begun not in (None, ACT)]
    await _put_back(paired, item.id, message("A question"))
    await paired.restart()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "⚠ Not there."


async def test_an_act_that_was_cut_off_is_told_of_and_not_done_again(paired: Phone) -> None:
    paired.mode = ApprovalMode.REVERSIBLE
    paired.model(calls(EDIT), says("Done."))
    await paired.ask("Edit")
    await paired.stop()
    (number,) = await paired.adapter.receive(message("/undo"))
    await paired.inbox.begin(number)
    await paired.restart()
    await paired.until_done()
    assert "It may have been done, or not: look at /versions." in paired.adapter.text("lost:")
    assert "done" in (paired.folder / "notes.md").read_text()


async def test_a_press_that_was_used_when_steward_ended_is_done_by_the_next_run(
    paired: Phone,
) -> None:
    await paired.ask("what is this?")
    key = str(paired.adapter.key("answer:"))
    button = next(iter(paired.adapter.buttons(key).values()))
    await paired.stop()
    (number,) = await paired.adapter.receive(press(button))
    pressed = paired.adapter.read((await _item(paired, number)).body)
    await paired.buttons.use(pressed, by=number)  # type: ignore[arg-type]
    paired.model(says("I do what you pressed."))
    await paired.restart()
    await paired.until_done()
    assert paired.adapter.text("answer:") == "I do what you pressed."


async def test_a_bug_ends_the_desk_alone_and_is_not_met_again(paired: Phone) -> None:
    model = paired.model(says("Fine."))

    def broken(*args: object) -> object:
        raise RuntimeError("a bug")

    held = paired.parts.people.conversation
    paired.parts.people.conversation = broken  # type: ignore[method-assign, assignment]
    await paired.say("Hello")
    error = await paired.crash()
    assert isinstance(error, RuntimeError)
    paired.parts.people.conversation = held  # type: ignore[method-assign]
    await paired.start(listens=False)  # as the supervisor does; the adapter has gone on
    await paired.until_done()
    assert "It may have been done" in paired.adapter.text("lost:")
    assert model.requests == []
    await paired.ask("Hello again")
    assert paired.adapter.text("answer:") == "Fine."


async def test_nothing_is_taken_up_before_this_process_is_the_one_that_listens(
    paired: Phone,
) -> None:
    model = paired.model(says("Fine."))
    await paired.stop()
    paired.make_desk()
    paired.adapter.state = ChannelState.STANDBY
    await paired.inbox.take_in(Channel.TELEGRAM, [("x1", message("Hello"))])
    looks = paired.inbox.looks
    await paired.start(listens=True)
    for _ in range(20):  # as long as it would take to look
        await paired.inbox.count(Channel.TELEGRAM)
    assert paired.inbox.looks == looks
    paired.adapter.state = ChannelState.LISTENING
    paired.adapter.on_mail()
    await paired.until_done()
    assert len(model.requests) == 1


async def test_each_of_many_messages_is_answered_once_over_many_ends(paired: Phone) -> None:
    count, ends = 60, 12
    paired.model(says("Yes."))
    sent = 0
    for end in range(ends):
        share = count // ends
        await paired.adapter.receive(*(message(f"message {sent + n}") for n in range(share)))
        sent += share
        # Now here, now there: between any two steps of what handles them.
        for _ in range(end * 7 % 60):
            await asyncio.sleep(0)
        await paired.restart()
    while True:
        await paired.until_done()
        cards = [
            key
            for key, one in paired.adapter.shown.items()
            if any(button.label == "Do it again" for row in one.buttons for button in row)
        ]
        if not cards:
            break
        for key in cards:
            await paired.press(key, "Do it again")
    items = [one for one in await paired.items() if one.state is not InboxState.DONE]
    asked = await _asked(paired)
    if items:  # asked about by an earlier run
        assert all(one.state is InboxState.HELD for one in items)
    answered = set(asked)
    assert answered == {f"message {n}" for n in range(count)}
    # What was asked twice was asked about, and so was begun.
    assert len(asked) - len(answered) <= ends


async def _asked(phone: Phone) -> list[str]:
    from app.domain.messages import Role

    found: list[str] = []
    for one in await phone.assembly.conversations.list():
        stored = await phone.assembly.conversations.messages(one.id)
        found += [m.text for m in stored if m.role is Role.USER]
    return found


async def _item(phone: Phone, number: int):  # type: ignore[no-untyped-def]
    found = await phone.inbox.get(number)
    assert found is not None
    return found


async def _put_back(phone: Phone, number: int, body: dict[str, object]) -> None:
    def put_back() -> None:
        changes = {"state": InboxState.NEW.value, "body": body}
        ChannelInbox.update(changes).where(ChannelInbox.id == number).execute()

    await phone.assembly.database.write_async(put_back)
