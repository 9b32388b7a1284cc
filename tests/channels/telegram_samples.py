"""Updates as the Bot API sends them (core.telegram.org/bots/api#update)."""

from __future__ import annotations

import copy
from typing import Any

from app.channels.bot_api import BotIdentity

BOT = BotIdentity(4711, "steward_bot", "Steward")
ANNA: dict[str, Any] = {
    "id": 1001, "is_bot": False, "first_name": "Anna", "last_name": "Arnold", "username": "anna",
    "language_code": "de",
}  # fmt: skip
US: dict[str, Any] = {
    "id": 4711,
    "is_bot": True,
    "first_name": "Steward",
    "username": "steward_bot",
}
PRIVATE: dict[str, Any] = {"id": 1001, "type": "private", "first_name": "Anna"}
GROUP: dict[str, Any] = {"id": -100123, "type": "supergroup", "title": "Household"}
DATE = 1_790_000_000


def message(text: str = "", *, chat: Any = None, **more: Any) -> dict[str, Any]:
    """An update with a message of Anna's."""
    body: dict[str, Any] = {
        "message_id": 7, "from": ANNA, "chat": chat or PRIVATE, "date": DATE, **more,
    }  # fmt: skip
    if text:
        body["text"] = text
    return copy.deepcopy({"update_id": 1, "message": body})


def mention(text: str, name: str = "@steward_bot") -> dict[str, Any]:
    """A message in a group that names somebody."""
    before = text[: text.index(name)]
    offset = len(before.encode("utf-16-le")) // 2
    entities = [{"type": "mention", "offset": offset, "length": len(name)}]
    return message(text, chat=GROUP, entities=entities)


def press(**more: Any) -> dict[str, Any]:
    """An update with a pressed button."""
    query: dict[str, Any] = {
        "id": "99", "from": ANNA, "chat_instance": "5", "data": "opaque",
        "message": {"message_id": 8, "from": US, "chat": PRIVATE, "date": DATE, "text": "Do it?"},
        **more,
    }  # fmt: skip
    return copy.deepcopy({"update_id": 2, "callback_query": query})


PHOTO = message(
    photo=[
        {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
        {"file_id": "big", "file_unique_id": "b", "width": 1280, "height": 960,
         "file_size": 90_000},
        {"file_id": "huge", "file_unique_id": "h", "width": 9000, "height": 9000,
         "file_size": 30_000_000},
    ],
    caption="What is this?",
)  # fmt: skip
ALL = (
    message("Hello"), mention("@steward_bot hello"), press(), PHOTO,
    message(document={"file_id": "d", "file_name": "a.pdf", "mime_type": "a/b", "file_size": 5}),
    message("x", forward_origin={"type": "user", "date": DATE, "sender_user": ANNA}),
    message("x", reply_to_message={"message_id": 3, "from": US, "chat": PRIVATE, "date": DATE,
                                   "text": "before"}, quote={"text": "bef", "position": 0}),
    message(location={"latitude": 48.1, "longitude": 11.5}),
    message(contact={"phone_number": "+49", "first_name": "Bo"}),
)  # fmt: skip
