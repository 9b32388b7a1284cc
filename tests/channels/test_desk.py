"""A message becomes an answer, an approval a decision, a change an undo."""

from __future__ import annotations

from tests.channels.conftest import Phone
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def test_a_message_is_answered(paired: Phone) -> None:
    paired.model(says("Hello from the model."))
    await paired.ask("Hello")
    assert paired.adapter.text("answer:") == "Hello from the model."
    conversation_id, after = await paired.people.conversation(
        (await paired.people.people())[0] and _chat()
    )
    assert conversation_id is not None
    stored = await paired.assembly.conversations.messages(conversation_id)
    assert [one.text for one in stored] == ["Hello", "Hello from the model."]
    assert after is not None
    assert after.turn_id == stored[0].turn_id


async def test_an_edit_is_asked_about_allowed_and_undone(paired: Phone) -> None:
    paired.model(calls(EDIT), says("It says done now."))
    file = paired.folder / "notes.md"
    await paired.say("Set the status to done")
    key = await paired.adapter.until(lambda: paired.adapter.key("approval:"))
    card = paired.adapter.shown[key]
    assert "-status: draft" in card.text
    assert "+status: done" in card.text
    assert list(paired.adapter.buttons(key)) == [
        "Allow once", "Deny", "Allow for this conversation",
    ]  # fmt: skip
    assert "draft" in file.read_text()

    assert await paired.press("approval:", "Allow once") == "Allowed."
    assert "done" in file.read_text()
    assert paired.adapter.text("answer:") == "It says done now."
    after = await paired.adapter.until(
        lambda: None if paired.adapter.shown[key].buttons else paired.adapter.shown[key]
    )
    assert after.text.endswith("✓ Allowed.")

    change = await paired.adapter.until(lambda: paired.adapter.key("changes:"))
    assert paired.adapter.shown[change].text == "Changed `notes.md` (version 2)."
    assert await paired.press("changes:", "Undo") == "Done."
    assert "draft" in file.read_text()
    assert paired.adapter.text("changes:") == "Undone: `notes.md` is as before (version 3)."
    assert await paired.press("changes:", "Undo the undo") == "Done."
    assert "done" in file.read_text()


def _chat():  # type: ignore[no-untyped-def]
    from app.domain.channels import Chat
    from app.domain.messages import Channel

    return Chat(Channel.TELEGRAM, "7")
