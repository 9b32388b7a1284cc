"""What the service knows: the bot, its updates, the chats. Used under the server's lock."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.standins.telegram.html import units

TOKEN: Final = "7401236985:AAstandinH1679091c5a880faf6fb5e6087"
KEPT_SECONDS: Final = 24 * 3600
"""api "Getting updates": "they will not be kept longer than 24 hours"."""
FILE_BYTES: Final = 20 * 1024 * 1024
"""api getFile: "bots can download files of up to 20MB in size"."""

_COMMAND: Final = re.compile(r"(?:^|(?<=\s))/\w{1,32}(?:@\w+)?")
_MENTION: Final = re.compile(r"(?:^|(?<=\W))@\w{4,}")


class ApiError(Exception):
    """The request is not carried out (api "Making requests")."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


def bad_request(what: str) -> ApiError:
    """400 (server, fail_query_with_error)."""
    return ApiError(400, f"Bad Request: {what}")


@dataclass(slots=True)
class Update:
    """One update in the queue; ``body`` is sent as it is, even if it is none."""

    id: int
    body: Any
    at: float


@dataclass(slots=True)
class Message:
    """A message of a chat. ``source``: its text as the bot sent it."""

    id: int
    chat: dict[str, Any]
    sender: dict[str, Any]
    at: float
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    source: str = ""
    html: bool = False
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    quiet: bool = False
    edits: list[str] = field(default_factory=list)
    edited_at: float | None = None
    deleted: bool = False

    @property
    def has_media(self) -> bool:
        """Whether its words are a caption."""
        return not {"document", "photo", "voice"}.isdisjoint(self.more)

    @property
    def json(self) -> dict[str, Any]:
        """api Message."""
        words = "caption" if self.has_media else "text"
        made: dict[str, Any] = {
            "message_id": self.id,
            "from": self.sender,
            "chat": self.chat,
            "date": int(self.at),
            **self.more,
        }
        if self.text:
            made[words] = self.text
            if self.entities:
                made["entities" if words == "text" else "caption_entities"] = self.entities
        if self.keyboard:
            made["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.edited_at is not None:
            made["edit_date"] = int(self.edited_at)
        return made


@dataclass(slots=True)
class Chat:
    """A chat and its messages by id."""

    body: dict[str, Any]
    messages: dict[int, Message] = field(default_factory=dict)
    blocked: bool = False
    typing: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Query:
    """A pressed button; ``answers``: what it was acknowledged with."""

    id: str
    at: float
    answers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class File:
    """A file of the service. ``claimed``: the size it says it has, where that is another one."""

    id: str
    path: str
    data: bytes
    claimed: int | None = None


class TelegramState:
    """Everything.

    Attributes:
        query_seconds: so long a pressed button can be answered. (assumed; the error is documented.)
        second: so long a second of getUpdates' ``timeout`` lasts here.
        reads_all: the bot gets every message of a group (privacy mode is off).
    """

    def __init__(self, token: str = TOKEN, username: str = "steward_test_bot") -> None:
        self.token = token
        self.bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Steward",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
        }
        self.queue: list[Update] = []
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, File] = {}
        self.commands: list[dict[str, str]] = []
        self.query_seconds = 600.0
        self.second = 1.0
        self.reads_all = False
        self.delivered: dict[int, int] = {}
        self.poll = 0
        """Which getUpdates may wait: a newer one ends it."""
        self.terminated = ""
        self._skew = 0.0
        # api Update: "Update identifiers start from a certain positive number".
        self.next_update = 800_000_001
        self._numbers = itertools.count(1)

    # -- time ------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds since 1970, as a test has moved them."""
        return time.time() + self._skew

    def skip(self, seconds: float) -> None:
        """So much time goes by."""
        self._skew += seconds

    # -- updates ---------------------------------------------------------------------------

    def push(self, kind: str, body: dict[str, Any]) -> int:
        """Something happened that the bot is told of; the update's id."""
        return self.push_raw({"update_id": self.next_update, kind: body})

    def push_raw(self, body: Any) -> int:
        """Put anything in the queue."""
        number = self.next_update
        self.next_update += 1
        self.queue.append(Update(number, body, self.now))
        return number

    def confirm(self, offset: int) -> None:
        """api getUpdates, offset: "confirmed as soon as getUpdates is called with an offset
        higher than its update_id".
        """
        self.queue = [one for one in self.queue if one.id >= offset]

    def expire(self) -> None:
        """What is older than a day is gone."""
        self.queue = [one for one in self.queue if one.at > self.now - KEPT_SECONDS]

    # -- chats -----------------------------------------------------------------------------

    def user(self, number: int, name: str = "", username: str = "") -> dict[str, Any]:
        """api User."""
        known = self.users.get(number)
        if known is None or name:
            known = {"id": number, "is_bot": False, "first_name": name or f"User {number}"}
            if username:
                known["username"] = username
            self.users[number] = known
        return known

    def chat(self, number: int, title: str = "", name: str = "") -> Chat:
        """The chat with this id; one of a group where it has a title."""
        known = self.chats.get(number)
        if known is None:
            body: dict[str, Any] = {"id": number, "type": "supergroup" if title else "private"}
            body |= {"title": title} if title else {"first_name": name or f"User {number}"}
            known = self.chats[number] = Chat(body)
        return known

    def told(self, number: int) -> Chat:
        """The chat that a bot may write to. Raises ``ApiError``."""
        chat = self.chats.get(number)
        if chat is None:
            raise bad_request("chat not found")  # server, check_chat
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")  # server
        return chat

    def new_message(self, chat: Chat, sender: dict[str, Any], **values: Any) -> Message:
        """Add a message: ids grow in each chat (api Message: "unique message identifier inside
        this chat").
        """
        number = max(chat.messages, default=0) + 1
        message = Message(number, chat.body, sender, self.now, **values)
        chat.messages[number] = message
        return message

    def new_file(self, data: bytes, name: str, claimed: int | None = None) -> File:
        """Keep a file."""
        number = next(self._numbers)
        file = File(f"AgACfile{number}", f"documents/file_{number}_{name}", data, claimed)
        self.files[file.id] = file
        return file

    def new_group(self) -> str:
        """api Message: "media_group_id String … The unique identifier inside this chat of a media
        message group this message belongs to".
        """
        return str(13_000_000_000_000_000 + next(self._numbers))

    def new_query(self) -> Query:
        """A button was pressed."""
        query = Query(str(4_000_000_000 + next(self._numbers)), self.now)
        self.queries[query.id] = query
        return query


def spoken(text: str) -> list[dict[str, Any]]:
    """The entities a phone adds to what is typed (api MessageEntity): commands and mentions."""
    made = []
    for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION)):
        for found in pattern.finditer(text):
            start = units(text[: found.start()])
            made.append({"type": kind, "offset": start, "length": units(found[0])})
    return made
