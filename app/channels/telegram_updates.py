"""What an update of Telegram is to Steward. Pure; whatever it is given, it raises nothing.

Of no use, and so ``None``: messages that were edited (what was asked was begun already, and is not
asked twice), channels' posts, stickers and the like, what other bots say, and what is not as the
Bot API describes it (core.telegram.org/bots/api#update).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from app.channels.bot_api import DOWNLOAD_BYTES, BotIdentity
from app.domain.channels import (
    ButtonPress,
    Chat,
    Incoming,
    IncomingMessage,
    RemoteFile,
    Sender,
)
from app.domain.messages import Channel
from app.domain.unicode_text import whole

_GROUPS: Final = ("group", "supergroup")
_UNKNOWN_SENDER: Final = "somebody"
_COMMAND: Final = re.compile(r"(/\w+)@(\w+)")
_FILES: Final = {
    "document": "file",
    "voice": "voice.ogg",
    "audio": "audio.mp3",
    "video": "video.mp4",
    "video_note": "video.mp4",
}
"""Kinds of message with a file, and what it is called where it has no name."""

_Json = Mapping[str, object]


def read(body: _Json, bot: BotIdentity | None) -> Incoming | None:
    """The message or press in an update; ``None`` for what Steward has no use for.

    ``bot``: who we are; while that is not known, nothing in a group is said to us.
    """
    press = _mapping(body.get("callback_query"))
    if press:
        return _press(press)
    return _message(_mapping(body.get("message")), bot)


# -- presses ---------------------------------------------------------------------------------------


def _press(query: _Json) -> ButtonPress | None:
    # A message that is too old to be told of has its id and its chat all the same.
    message = _mapping(query.get("message"))
    chat, sender = _chat(message), _sender(query.get("from"))
    number, message_id = _text(query.get("id")), _number(message.get("message_id"))
    button = _text(query.get("data"))
    if chat is None or sender is None or message_id is None or not number or not button:
        return None
    return ButtonPress(chat, sender, str(message_id), button, number)


# -- messages --------------------------------------------------------------------------------------


def _message(message: _Json, bot: BotIdentity | None) -> IncomingMessage | None:
    chat, sender = _chat(message), _sender(message.get("from"))
    message_id, sent_at = _number(message.get("message_id")), _moment(message.get("date"))
    if chat is None or sender is None or message_id is None or sent_at is None:
        return None
    if message.get("is_automatic_forward") is True:
        return None
    files = _files(message)
    text, mentioned = _words(message, bot)
    if not text.strip() and not files:
        return None
    return IncomingMessage(
        chat,
        sender,
        text,
        str(message_id),
        sent_at,
        files=files,
        mentioned=mentioned or (not chat.private and _answers_us(message, bot)),
        forwarded_from=_forwarded_from(message) or _shared(message),
        quoted=_quoted(message),
        album=_text(message.get("media_group_id")),
    )


def _words(message: _Json, bot: BotIdentity | None) -> tuple[str, bool]:
    """The words, with our name taken out of a command, and whether they name us."""
    text = _text(message.get("text")) or _text(message.get("caption"))
    if not text:
        return _place_or_person(message), False
    entities = message.get("entities") or message.get("caption_entities")
    if bot is None:
        return text, False
    ours = f"@{bot.username}".casefold()
    mentioned = _names_us(text, entities, bot.id, ours)
    first, _, rest = text.lstrip().partition(" ")
    if mentioned and first.casefold() == ours and rest.strip():
        text = rest.lstrip()
    command = _COMMAND.match(text)
    if command is not None and f"@{command[2]}".casefold() == ours:
        return command[1] + text[command.end() :], True
    return text, mentioned


def _names_us(text: str, entities: object, our_id: int, ours: str) -> bool:
    for one in map(_mapping, entities if isinstance(entities, list) else []):
        match one.get("type"):
            case "text_mention":
                if _number(_mapping(one.get("user")).get("id")) == our_id:
                    return True
            case "mention":
                name = _covered(text, one).casefold()
                # Where a secret in it became a placeholder, offsets are no longer true.
                if name == ours or (not name.startswith("@") and ours in text.casefold().split()):
                    return True
    return False


def _covered(text: str, entity: _Json) -> str:
    """What an entity is about: its offset and length are in UTF-16 units."""
    offset, length = _number(entity.get("offset")), _number(entity.get("length"))
    if offset is None or length is None or offset < 0 or length < 0:
        return ""
    data = text.encode("utf-16-le")[2 * offset : 2 * (offset + length)]
    return data.decode("utf-16-le", "replace")


def _answers_us(message: _Json, bot: BotIdentity | None) -> bool:
    before = _reply(message)
    return bot is not None and _number(_mapping(before.get("from")).get("id")) == bot.id


def _quoted(message: _Json) -> str:
    part = _text(_mapping(message.get("quote")).get("text"))
    before = _reply(message)
    return part or _text(before.get("text")) or _text(before.get("caption"))


def _reply(message: _Json) -> _Json:
    before = _mapping(message.get("reply_to_message"))
    # In a forum each message is an "answer" to the one that opened its topic.
    return {} if "forum_topic_created" in before else before


def _forwarded_from(message: _Json) -> str | None:
    """Whose words are passed on, as the Bot API says since 7.0 and as it said before."""
    origin = _mapping(message.get("forward_origin"))
    if not origin and not any(str(key).startswith("forward_") for key in message):
        return None
    person = _sender_name(origin.get("sender_user") or message.get("forward_from"))
    hidden = _text(origin.get("sender_user_name")) or _text(message.get("forward_sender_name"))
    place = _mapping(
        origin.get("sender_chat") or origin.get("chat") or message.get("forward_from_chat")
    )
    return person or hidden or _text(place.get("title")) or _UNKNOWN_SENDER


def _place_or_person(message: _Json) -> str:
    """A location, a venue or a contact in words."""
    venue = _mapping(message.get("venue"))
    place = _mapping(venue.get("location")) or _mapping(message.get("location"))
    latitude, longitude = _degrees(place.get("latitude")), _degrees(place.get("longitude"))
    if latitude is not None and longitude is not None:
        names = [_text(venue.get("title")), _text(venue.get("address"))]
        return ", ".join(["Location", *filter(None, names), f"{latitude}, {longitude}"])
    contact = _mapping(message.get("contact"))
    if contact:
        names = [_name_of(contact), _text(contact.get("phone_number"))]
        return ", ".join(["Contact", *filter(None, names)])
    return ""


def _shared(message: _Json) -> str | None:
    """What is passed on without being forwarded: somebody else named the person or the place."""
    if _mapping(message.get("venue")):
        return "a map"
    return "an address book" if _mapping(message.get("contact")) else None


# -- files -----------------------------------------------------------------------------------------


def _files(message: _Json) -> tuple[RemoteFile, ...]:
    photo = _photo(message.get("photo"))
    found = [photo] if photo is not None else []
    for kind, name in _FILES.items():
        file = _mapping(message.get(kind))
        file_id = _text(file.get("file_id"))
        if file_id:
            found.append(
                RemoteFile(
                    file_id,
                    _text(file.get("file_name")) or name,
                    _text(file.get("mime_type")),
                    _size(file),
                )
            )
    return tuple(found)


def _photo(sizes: object) -> RemoteFile | None:
    """The largest of a photo's sizes that can be had."""
    best: tuple[int, _Json] | None = None
    for one in map(_mapping, sizes if isinstance(sizes, list) else []):
        size = _size(one)
        if not _text(one.get("file_id")) or (size is not None and size > DOWNLOAD_BYTES):
            continue
        area = (_number(one.get("width")) or 0) * (_number(one.get("height")) or 0)
        if best is None or area > best[0]:
            best = area, one
    if best is None:
        return None
    # Telegram makes every photo a JPEG.
    return RemoteFile(_text(best[1].get("file_id")), "photo.jpg", "image/jpeg", _size(best[1]))


def _size(file: _Json) -> int | None:
    size = _number(file.get("file_size"))
    return size if size is not None and size >= 0 else None


# -- who and where ---------------------------------------------------------------------------------


def _chat(message: _Json) -> Chat | None:
    chat = _mapping(message.get("chat"))
    number, kind = _number(chat.get("id")), chat.get("type")
    if number is None or (kind != "private" and kind not in _GROUPS):
        return None
    title = _text(chat.get("title"))
    return Chat(Channel.TELEGRAM, str(number), private=kind == "private", title=title)


def _sender(user: object) -> Sender | None:
    """Who it is from; ``None`` for a bot: two of them would never stop talking."""
    person = _mapping(user)
    number = _number(person.get("id"))
    if number is None or person.get("is_bot") is not False:
        return None
    return Sender(str(number), _sender_name(person))


def _sender_name(user: object) -> str:
    person = _mapping(user)
    return _name_of(person) or _text(person.get("username"))


def _name_of(person: _Json) -> str:
    names = (_text(person.get("first_name")), _text(person.get("last_name")))
    return " ".join(one for one in names if one)


# -- values ----------------------------------------------------------------------------------------


def _mapping(value: object) -> _Json:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return whole(value) if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    """A whole number that an id can be (64 bits)."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < 1 << 63 else None


def _degrees(value: object) -> float | None:
    number = value if isinstance(value, float) else _number(value)
    return number if number is not None and abs(number) <= 360 else None


def _moment(value: object) -> datetime | None:
    seconds = _number(value)
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
