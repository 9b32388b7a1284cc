"""Nobody but paired people is answered: privately, or by mention in a group that was allowed."""

from __future__ import annotations

from app.domain.channels import InboxState
from app.domain.messages import Channel
from app.orchestrator.approvals import Decision
from tests.channels.conftest import Phone
from tests.channels.fake_adapter import message, press
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def test_a_hundred_strangers_get_nothing_and_are_told_of_once(phone: Phone) -> None:
    model = phone.model(says("Hello"))
    texts = ["Hello", "/start", "/start ABCDEFGH", "/help", "/undo"]
    await phone.adapter.receive(
        *(message(texts[n % 5], chat=str(n), user=str(n)) for n in range(100, 200))
    )
    await phone.until_done()
    assert phone.adapter.history == []
    assert phone.adapter.typing == []
    assert model.requests == []
    assert await phone.assembly.conversations.list() == []
    await phone.stop()  # what was gathered is told
    (told,) = phone.about()
    assert told.message == "Somebody who is not paired wrote to your bot (100 people)."
    items = await phone.items()
    assert len(items) == 100
    assert all(item.state is InboxState.DONE and item.body == {} for item in items)

    await phone.start()
    await phone.ask("Hello", chat="300", user="300")
    await phone.stop()
    assert len(phone.about()) == 1  # today there is one


async def test_who_sends_a_good_code_is_paired_and_welcomed(phone: Phone) -> None:
    code = await phone.people.new_code(Channel.TELEGRAM)
    await phone.ask(f"/start {code.code.lower()}")
    assert "You are paired with Steward" in phone.adapter.text("welcome:")
    (person,) = await phone.people.people()
    assert (person.user_id, person.chat_id, person.name) == ("7", "7", "Person 7")
    assert [one.error_type for one in phone.about()] == ["paired"]
    await phone.ask(f"/start {code.code}", chat="8", user="8")  # it pairs once
    assert len(await phone.people.people()) == 1
    assert phone.adapter.texts_in("8") == []


async def test_start_of_somebody_paired_says_what_can_be_said(paired: Phone) -> None:
    for text in ("/start", "/start WRONGONE"):
        assert "Write what is to be done" in await paired.ask(text)


async def test_a_code_sent_in_a_group_pairs_nobody(phone: Phone) -> None:
    code = await phone.people.new_code(Channel.TELEGRAM)
    await phone.ask(f"/start {code.code}", chat="-5", mentioned=True)
    assert await phone.people.people() == []
    assert phone.adapter.history == []


async def test_a_code_that_was_passed_on_pairs_nobody(phone: Phone) -> None:
    code = await phone.people.new_code(Channel.TELEGRAM)
    await phone.ask(f"/start {code.code}", forwarded_from="Ana")
    assert await phone.people.people() == []


async def test_twenty_wrong_codes_withdraw_the_good_one(phone: Phone) -> None:
    code = await phone.people.new_code(Channel.TELEGRAM)
    for number in range(19):
        await phone.say(f"/start WRONG{number:03}", chat="66", user="66")
    await phone.until_done()
    assert await phone.people.pending_codes(Channel.TELEGRAM) == 1
    await phone.ask("/start WRONG999", chat="66", user="66")
    assert await phone.people.pending_codes(Channel.TELEGRAM) == 0
    await phone.ask(f"/start {code.code}")
    assert phone.adapter.history == []
    withdrawn = [one for one in phone.about() if one.error_type == "codes_withdrawn"]
    assert len(withdrawn) == 1


async def test_who_was_removed_is_out_at_once_also_with_what_waits(paired: Phone) -> None:
    import asyncio

    gate = asyncio.Event()
    model = paired.model(gate)
    await paired.say("first")
    await paired.say("second")
    await model.streaming.wait()
    await paired.people.revoke(Channel.TELEGRAM, "7")
    model.steps = [says("never")]
    before = len(paired.adapter.history)
    gate.set()
    await paired.until_done()
    assert len(model.requests) == 1
    await paired.ask("third")
    assert len(paired.adapter.history) == before


async def test_a_turn_of_who_was_removed_is_stopped_at_its_next_step(paired: Phone) -> None:
    edit = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})
    paired.model(calls(edit), calls(edit), says("never"))
    await paired.say("Set the status to done")
    await paired.adapter.until(lambda: paired.adapter.key("approval:"))
    await paired.people.revoke(Channel.TELEGRAM, "7")
    (asked,) = paired.assembly.approvals.pending()
    paired.assembly.approvals.decide(asked.id, Decision.DENY, by="you")
    await paired.until_done()  # nobody is there who could decide on the next one
    assert "draft" in (paired.folder / "notes.md").read_text()
    assert paired.assembly.approvals.pending() == ()
    held, _ = await paired.people.conversation(paired.chat())
    (turn,) = await paired.assembly.turns.of_conversation(str(held))
    assert turn.state.value == "cancelled"


async def test_somebody_elses_private_chat_is_not_theirs(paired: Phone) -> None:
    await paired.ask("Hello", chat="99", user="7")
    assert paired.adapter.texts_in("99") == []


async def test_a_group_is_told_of_once_and_answered_when_allowed_and_mentioned(
    paired: Phone,
) -> None:
    model = paired.model(says("Hello, group."))
    await paired.ask("Hello", chat="-5", mentioned=True)
    await paired.ask("Hello", chat="-5", mentioned=True)
    assert paired.adapter.texts_in("-5") == []
    groups = [one for one in paired.about() if one.error_type == "group"]
    assert len(groups) == 1
    assert "The team" in groups[0].message

    await paired.people.allow(paired.chat("-5"))
    await paired.ask("Hello", chat="-5")  # to the others
    await paired.ask("Hello", chat="-5", user="8", mentioned=True)  # not paired
    assert model.requests == []
    await paired.ask("Hello", chat="-5", mentioned=True)
    assert paired.adapter.texts_in("-5") == ["Hello, group."]
    await paired.people.allow(paired.chat("-5"), allowed=False)
    await paired.ask("Hello", chat="-5", mentioned=True)
    assert len(model.requests) == 1


async def test_a_group_that_strangers_make_is_not_noted(phone: Phone) -> None:
    await phone.ask("Hello", chat="-5", user="8", mentioned=True)
    assert await phone.people.groups(Channel.TELEGRAM) == []


async def test_in_a_group_only_who_asked_can_decide(paired: Phone) -> None:
    await paired.pair("8")
    await paired.people.allow(paired.chat("-5"))
    paired.model(calls(EDIT), says("It is done."))
    await paired.say("Set it to done", chat="-5", mentioned=True)
    key = await paired.adapter.until(lambda: paired.adapter.key("approval:"))
    allow = paired.adapter.buttons(key)["Allow once"]
    assert await _pressed(paired, allow.id, chat="-5", user="666") == ""  # a stranger
    assert await _pressed(paired, allow.id, chat="-5", user="8") == "This is for somebody else."
    assert await _pressed(paired, allow.id, chat="8", user="8") == "This is for somebody else."
    assert "draft" in (paired.folder / "notes.md").read_text()
    assert await paired.press_button(allow.id, chat="-5") == "Allowed."
    assert "done" in (paired.folder / "notes.md").read_text()


async def test_the_titles_of_conversations_are_not_shown_to_a_group(paired: Phone) -> None:
    paired.model(says("Yes."))
    await paired.ask("My secret plan")
    await paired.people.allow(paired.chat("-5"))
    said = await paired.ask("/conversations", chat="-5", mentioned=True)
    assert "private chat" in said
    assert "secret" not in "".join(paired.adapter.texts_in("-5"))


async def _pressed(phone: Phone, button: str, **where: str) -> str:
    body = press(button, **where)
    await phone.adapter.receive(body)
    query = body["press"]["query"]
    await phone.adapter.until(lambda: query in dict(phone.adapter.acknowledged))
    return dict(phone.adapter.acknowledged)[query]
