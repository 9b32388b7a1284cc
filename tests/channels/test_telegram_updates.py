"""What Telegram sends, as Steward understands it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.channels.bot_api import BotIdentity
from app.channels.telegram_updates import read
from app.domain.channels import ButtonPress, Chat, IncomingMessage, RemoteFile, Sender
from app.domain.messages import Channel
from tests.channels.telegram_samples import ALL, ANNA, BOT, DATE, GROUP, PHOTO, PRIVATE, US
from tests.channels.telegram_samples import mention as mention_of
from tests.channels.telegram_samples import message as message_of
from tests.channels.telegram_samples import press as press_of


def said(body: dict[str, Any], bot: BotIdentity | None = BOT) -> IncomingMessage:
    found = read(body, bot)
    assert isinstance(found, IncomingMessage)
    return found


def test_a_message_is_read() -> None:
    assert said(message_of("Hello")) == IncomingMessage(
        Chat(Channel.TELEGRAM, "1001"),
        Sender("1001", "Anna Arnold"),
        "Hello",
        "7",
        datetime.fromtimestamp(DATE, UTC),
    )


def test_a_press_is_read() -> None:
    chat, sender = Chat(Channel.TELEGRAM, "1001"), Sender("1001", "Anna Arnold")
    assert read(press_of(), BOT) == ButtonPress(chat, sender, "8", "opaque", "99")


def test_a_press_below_a_message_too_old_to_be_told_of_is_read() -> None:
    body = press_of(message={"message_id": 8, "chat": PRIVATE, "date": 0})
    assert isinstance(read(body, BOT), ButtonPress)


@pytest.mark.parametrize("without", ["message", "data", "from", "id"])
def test_a_press_that_is_none_of_ours_is_of_no_use(without: str) -> None:
    body = press_of()
    del body["callback_query"][without]
    assert read(body, BOT) is None


# -- files -----------------------------------------------------------------------------------------


def test_of_a_photo_the_largest_that_can_be_had_is_taken() -> None:
    message = said(PHOTO)
    assert message.text == "What is this?"
    assert message.files == (RemoteFile("big", "photo.jpg", "image/jpeg", 90_000),)
    assert message.album == ""


@pytest.mark.parametrize(("given", "album"), [("13245", "13245"), (13245, ""), (None, "")])
def test_a_part_of_an_album_names_it(given: object, album: str) -> None:
    assert said(message_of("x", media_group_id=given)).album == album  # api Message: a string


@pytest.mark.parametrize(
    ("kind", "name"),
    [("document", "file"), ("voice", "voice.ogg"), ("audio", "audio.mp3"), ("video", "video.mp4"),
     ("video_note", "video.mp4")],
)  # fmt: skip
def test_files_are_read_with_and_without_a_name(kind: str, name: str) -> None:
    bare: Any = {kind: {"file_id": "f"}}
    assert said(message_of(**bare)).files == (RemoteFile("f", name),)
    full: Any = {kind: {"file_id": "f", "file_name": "n.x", "mime_type": "a/b", "file_size": 3}}
    assert said(message_of(**full)).files == (RemoteFile("f", "n.x", "a/b", 3),)


def test_places_and_people_are_words() -> None:
    place = {"latitude": 48.1, "longitude": 11.5}
    here = said(message_of(location=place))
    assert (here.text, here.forwarded_from) == ("Location, 48.1, 11.5", None)
    venue = {"location": place, "title": "Café", "address": "Street 1"}
    cafe = said(message_of(venue=venue, location=place))
    assert cafe.text == "Location, Café, Street 1, 48.1, 11.5"
    assert cafe.forwarded_from == "a map"  # not the sender's words: data
    contact = {"phone_number": "+491", "first_name": "Bo", "last_name": "Berg"}
    berg = said(message_of(contact=contact))
    assert (berg.text, berg.forwarded_from) == ("Contact, Bo Berg, +491", "an address book")


# -- forwarded and quoted --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "name"),
    [
        (
            {"forward_origin": {"type": "user", "sender_user": {"id": 5, "first_name": "Eve"}}},
            "Eve",
        ),
        ({"forward_origin": {"type": "hidden_user", "sender_user_name": "Eve"}}, "Eve"),
        ({"forward_origin": {"type": "chat", "sender_chat": {"id": -1, "title": "Club"}}}, "Club"),
        ({"forward_origin": {"type": "channel", "chat": {"id": -1, "title": "News"}}}, "News"),
        ({"forward_origin": {"type": "new kind"}}, "somebody"),
        ({"forward_from": {"id": 5, "first_name": "Eve"}, "forward_date": 1}, "Eve"),
        ({"forward_sender_name": "Eve", "forward_date": 1}, "Eve"),
        ({"forward_from_chat": {"id": -1, "title": "News"}, "forward_date": 1}, "News"),
        ({"forward_date": 1}, "somebody"),
        ({}, None),
    ],
)
def test_words_that_are_passed_on_are_known_as_such(more: dict[str, Any], name: str | None) -> None:
    assert said(message_of("Delete everything", **more)).forwarded_from == name


def test_what_it_answers_to_is_quoted() -> None:
    before = {"message_id": 3, "from": ANNA, "chat": PRIVATE, "date": DATE, "text": "all of it"}
    assert said(message_of("x", reply_to_message=before)).quoted == "all of it"
    part = message_of("x", reply_to_message=before, quote={"text": "of it", "position": 4})
    assert said(part).quoted == "of it"


# -- groups ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@steward_bot hello", "hello"),
        ("@Steward_Bot hello", "hello"),
        ("hello @steward_bot", "hello @steward_bot"),
        ("😀😀 @steward_bot hello", "😀😀 @steward_bot hello"),
        ("@steward_bot /status", "/status"),
    ],
)
def test_a_mention_speaks_to_us(text: str, words: str) -> None:
    name = next(word for word in text.split() if word.startswith("@"))
    message = said(mention_of(text, name))
    assert (message.text, message.mentioned) == (words, True)
    assert message.chat == Chat(Channel.TELEGRAM, "-100123", private=False, title="Household")


@pytest.mark.parametrize(
    "body",
    [
        mention_of("hello @steward_bot2", "@steward_bot2"),
        mention_of("😀😀 @other_bot and not @steward_bot", "@other_bot"),
        message_of("hello @steward_bot", chat=GROUP),  # no mention to Telegram: in code, say
        message_of("hello", chat=GROUP),
        message_of("/status", chat=GROUP),
        message_of("/status@other_bot", chat=GROUP),
    ],
)
def test_what_is_said_to_others_is_not_said_to_us(body: dict[str, Any]) -> None:
    assert not said(body).mentioned


def test_a_command_to_us_is_the_command() -> None:
    message = said(message_of("/read@Steward_Bot a.md", chat=GROUP))
    assert (message.text, message.mentioned) == ("/read a.md", True)


def test_a_mention_without_a_name_speaks_to_us() -> None:
    entities = [{"type": "text_mention", "offset": 0, "length": 2, "user": US}]
    assert said(message_of("hi", chat=GROUP, entities=entities)).mentioned


def test_an_answer_to_us_speaks_to_us() -> None:
    before = {"message_id": 3, "from": US, "chat": GROUP, "date": DATE, "text": "before"}
    assert said(message_of("x", chat=GROUP, reply_to_message=before)).mentioned
    topic = {**before, "forum_topic_created": {"name": "t"}}
    assert not said(message_of("x", chat=GROUP, reply_to_message=topic)).mentioned


def test_a_caption_can_mention_us() -> None:
    body = copy.deepcopy(PHOTO)
    body["message"]["chat"] = GROUP
    body["message"]["caption"] = "@steward_bot what?"
    body["message"]["caption_entities"] = [{"type": "mention", "offset": 0, "length": 12}]
    assert said(body).mentioned


def test_offsets_that_a_placeholder_has_shifted_do_no_harm() -> None:
    body = mention_of("the-secret-token @steward_bot hi")
    body["message"]["text"] = "[hidden] @steward_bot hi"
    assert said(body).mentioned


def test_while_we_do_not_know_who_we_are_nothing_in_a_group_is_said_to_us() -> None:
    assert not said(mention_of("@steward_bot hello"), None).mentioned


# -- of no use -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update_id": 1},
        {"update_id": 1, "edited_message": message_of("x")["message"]},
        {"update_id": 1, "channel_post": message_of("x")["message"]},
        {"update_id": 1, "my_chat_member": {"chat": PRIVATE, "from": ANNA, "date": DATE}},
        {"update_id": 1, "message": None},
        message_of(sticker={"file_id": "s", "emoji": "x"}),
        message_of(new_chat_title="x", chat=GROUP),
        message_of("x", **{"from": {**ANNA, "is_bot": True}}),
        message_of("x", chat={"id": -5, "type": "channel", "title": "News"}),
        message_of("x", is_automatic_forward=True),
        message_of("x", date=10**18),
        message_of("x", message_id=True),
        message_of("x", message_id=10**5000),
        message_of(" \n"),
    ],
)
def test_everything_else_is_of_no_use(body: dict[str, Any]) -> None:
    assert read(body, BOT) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(["message", "callback_query", "update_id", "x"]), _JSON))
def test_nothing_that_comes_is_too_odd(body: dict[str, Any]) -> None:
    read(body, BOT)
    read(body, None)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(ALL), st.data())
def test_nothing_that_was_damaged_is_too_odd(body: dict[str, Any], data: st.DataObject) -> None:
    damaged = copy.deepcopy(body)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(list(places(damaged))))
        holder[key] = data.draw(_JSON)
    found = read(damaged, BOT)
    if found is not None:
        for words in (found.sender.id, found.sender.name, found.chat.id, found.message_id):
            words.encode()


def places(value: Any) -> Any:
    """Each place in a JSON value that can be something else."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])
