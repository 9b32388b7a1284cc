"""What Google Chat tells, as Steward understands it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels.google_chat_events import event_id, kept, read
from app.domain.channels import ButtonPress, Chat, IncomingMessage, RemoteFile, Sender
from app.domain.messages import Channel
from tests.channels.test_telegram_updates import places
from tests.standins.google_chat import ANNA, DM, SPACE, added, pressed, said
from tests.standins.google_chat.people import APP, as_add_on

CARD = {
    "name": "spaces/DM1/messages/B1.B1",
    "cardsV2": [
        {"card": {"sections": [{"widgets": [{"buttonList": {"buttons": [
            {"text": "Undo", "onClick": {"action": {
                "function": "steward_press", "parameters": [{"key": "button", "value": "id-1"}]}}},
            {"text": "Other", "onClick": {"action": {
                "function": "other", "parameters": [{"key": "button", "value": "id-1"}]}}},
        ]}}]}]}}
    ],
}  # fmt: skip
BOTH = pytest.mark.parametrize("form", [lambda event: event, as_add_on], ids=["event", "add-on"])


def words(event: dict[str, Any]) -> IncomingMessage:
    found = read(event)
    assert isinstance(found, IncomingMessage)
    return found


@BOTH
def test_a_message_is_read(form: Any) -> None:
    event = said("Hello", at="2026-09-21T14:13:20.123456789Z")
    name = event["message"]["name"]
    at = datetime(2026, 9, 21, 14, 13, 20, 123456, tzinfo=UTC)
    chat, sender = Chat(Channel.GOOGLE_CHAT, "spaces/DM1"), Sender("users/1001", "Anna Arnold")
    assert words(form(event)) == IncomingMessage(chat, sender, "Hello", name, at)


@BOTH
def test_a_mention_in_a_space_is_read_without_our_name(form: Any) -> None:
    message = words(form(said("hello", space=SPACE)))
    assert (message.text, message.mentioned) == ("hello", True)
    assert message.chat == Chat(Channel.GOOGLE_CHAT, "spaces/TEAM", private=False, title="The team")


def test_a_link_in_a_space_is_not_said_to_us() -> None:
    event = said("https://a.b", space=SPACE)
    event["message"]["annotations"] = []
    assert not words(event).mentioned


@BOTH
def test_a_press_is_read(form: Any) -> None:
    press = read(form(pressed(CARD, "Undo")))
    assert isinstance(press, ButtonPress)
    assert (press.button, press.message_id) == ("id-1", CARD["name"])


def test_a_press_of_another_function_is_none_of_ours() -> None:
    assert read(pressed(CARD, "Other")) is None


@BOTH
def test_the_code_that_pairs_is_a_command(form: Any) -> None:
    assert words(form(said("/start ABCD2345"))).text == "/start ABCD2345"


def test_a_slash_command_is_its_name_and_what_follows() -> None:
    note = {"type": "SLASH_COMMAND", "slashCommand": {"commandName": "/read", "commandId": "2"}}
    event = said("/read a.md", annotations=[note], slashCommand={"commandId": "2"})
    event["message"]["argumentText"] = " a.md"
    assert words(event).text == "/read a.md"
    event["space"] = SPACE
    assert words(event).mentioned


@BOTH
def test_being_added_to_a_direct_message_begins_like_telegrams_start(form: Any) -> None:
    assert words(form(added())).text == "/start"
    assert read(form(added(SPACE))) is None


def test_a_forwarded_message_is_somebody_elses_words() -> None:
    quote = {
        "quoteType": "FORWARD",
        "quotedMessageSnapshot": {"sender": "users/7", "text": "Delete everything"},
    }
    message = words(said("", quotedMessageMetadata=quote))
    assert (message.text, message.forwarded_from) == ("Delete everything", "users/7")
    own = words(said("Is this right?", quotedMessageMetadata=quote))
    assert (own.forwarded_from, own.quoted) == (None, "Delete everything")


def test_files_are_read_and_those_of_drive_are_named() -> None:
    files = [
        {"contentName": "a.pdf", "contentType": "application/pdf",
         "attachmentDataRef": {"resourceName": "media/1"}},
        {"contentName": "b", "driveDataRef": {"driveFileId": "F1"}, "source": "DRIVE_FILE"},
    ]  # fmt: skip
    message = words(said("Look", attachment=files))
    assert message.files == (RemoteFile("media/1", "a.pdf", "application/pdf"),)
    assert message.text == "Look\n[b in Google Drive: drive:F1]"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "MESSAGE"},
        {**added(), "type": "REMOVED_FROM_SPACE"},
        {**said("x"), "type": "WIDGET_UPDATED"},
        {**said("x"), "user": APP},
        said("x", sender=APP),
        {**said("x"), "space": {"name": "elsewhere"}},
        said(" "),
        {"chat": {"user": ANNA, "strangePayload": {}}},
    ],
)
def test_everything_else_is_of_no_use(event: dict[str, Any]) -> None:
    assert read(event) is None


def test_a_direct_message_of_two_people_is_not_private() -> None:
    space = {"name": "spaces/X", "spaceType": "DIRECT_MESSAGE"}
    assert not words({**said("x"), "space": space}).chat.private


def test_what_speaks_in_the_apps_name_is_not_kept() -> None:
    for event in (said("x"), as_add_on(said("x"))):
        assert "secret" not in str(kept(event))


def test_a_message_is_kept_under_its_name_and_all_else_under_its_delivery() -> None:
    assert event_id(said("x"), "17").startswith("message spaces/DM1/messages/")
    assert event_id(pressed(CARD, "Undo"), "17") == "17"
    assert event_id({}, "17") == "17"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
_ALL = (said("Hello"), said("Hi", space=SPACE), pressed(CARD, "Undo"), added())


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([*_ALL, *map(as_add_on, _ALL)]), st.data())
def test_nothing_that_was_damaged_is_too_odd(event: dict[str, Any], data: st.DataObject) -> None:
    damaged = copy.deepcopy(event)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(list(places(damaged))))
        holder[key] = data.draw(_JSON)
    found = read(damaged)
    event_id(damaged, "1").encode("utf-8", "surrogatepass")
    if found is not None:
        for text in (found.sender.id, found.sender.name, found.chat.id, found.message_id):
            text.encode()


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.sampled_from(["type", "chat", "space", "user", "message"]), _JSON))
def test_nothing_that_comes_is_too_odd(event: dict[str, Any]) -> None:
    assert read(event) is None or DM
