"""What an event of Google Chat is to Steward. Pure; whatever it is given, it raises nothing.

How it is said depends on how the Chat app is set up: as an *interaction event* (``chat.v1``,
``DeprecatedEvent``), or as that of a *Workspace add-on* (developers.google.com/workspace/add-ons/
concepts/event-objects, "Chat event object"). Both are understood.

Of no use, and so ``None``: what other apps say, being removed from a space, and what is not as
Google describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.channels.chat_api import BUTTON, PRESS
from app.domain.channels import ButtonPress, Chat, Incoming, IncomingMessage, RemoteFile, Sender
from app.domain.messages import Channel
from app.domain.unicode_text import whole

START: Final = "/start"
"""What being added to a direct message says: Telegram's button *Start* does the same."""

_Json = Mapping[str, object]
_SECRET: Final = ("token", "configCompleteRedirectUrl", "authorizationEventObject")
_PAYLOADS: Final = {
    "messagePayload": "MESSAGE",
    "addedToSpacePayload": "ADDED_TO_SPACE",
    "removedFromSpacePayload": "REMOVED_FROM_SPACE",
    "appCommandPayload": "APP_COMMAND",
    "buttonClickedPayload": "CARD_CLICKED",
}


@dataclass(frozen=True, slots=True)
class _Event:
    """An event, whichever way it was said."""

    type: str
    user: _Json
    space: _Json
    message: _Json
    time: object
    function: str
    parameters: Mapping[str, str]


def kept(event: _Json) -> dict[str, object]:
    """What is kept of an event: all but what could be used to speak in its name."""
    return {key: value for key, value in event.items() if key not in _SECRET}


def event_id(event: _Json, delivery: str) -> str:
    """Under which id an event is kept: its message's, where it brings one that is new.

    Pub/Sub's own (``delivery``) is the same for each delivery, but not for an event that was
    published twice.
    """
    found = _event(event)
    name = _text(found.message.get("name")) if found is not None else ""
    return f"message {name}" if found is not None and found.type == "MESSAGE" and name else delivery


def read(body: _Json) -> Incoming | None:
    """The message or press in an event; ``None`` for what Steward has no use for."""
    event = _event(body)
    if event is None:
        return None
    chat, sender = _chat(event.space), _sender(event.user)
    if chat is None or sender is None:
        return None
    match event.type:
        case "MESSAGE" | "APP_COMMAND":
            return _message(event, chat, sender)
        case "ADDED_TO_SPACE":
            return _message(event, chat, sender) or _start(event, chat, sender)
        case "CARD_CLICKED":
            return _press(event, chat, sender)
        case _:
            return None


def _event(body: _Json) -> _Event | None:
    common = _mapping(body.get("common"))
    chat = _mapping(body.get("chat"))
    if not chat:
        action = _mapping(body.get("action"))
        function = _text(action.get("actionMethodName")) or _text(common.get("invokedFunction"))
        parameters = _listed(action.get("parameters")) or _plain(common.get("parameters"))
        message = _mapping(body.get("message"))
        space = _mapping(body.get("space")) or _mapping(message.get("space"))
        user = _mapping(body.get("user"))
        return _Event(
            _text(body.get("type")),
            user,
            space,
            message,
            body.get("eventTime"),
            function,
            parameters,
        )
    for name, kind in _PAYLOADS.items():
        payload = chat.get(name)
        if not isinstance(payload, Mapping):
            continue
        common = _mapping(body.get("commonEventObject"))
        message = _mapping(payload.get("message"))
        space = _mapping(payload.get("space")) or _mapping(message.get("space"))
        parameters = _plain(common.get("parameters"))
        # An add-on's event does not say which function it is for: our parameter is enough.
        function = _text(common.get("invokedFunction")) or PRESS
        user = _mapping(chat.get("user"))
        return _Event(kind, user, space, message, chat.get("eventTime"), function, parameters)
    return None


# -- presses and messages --------------------------------------------------------------------------


def _press(event: _Event, chat: Chat, sender: Sender) -> ButtonPress | None:
    name, button = _text(event.message.get("name")), event.parameters.get(BUTTON, "")
    if event.function != PRESS or not name or not button:
        return None
    # Nothing is to be answered: the event came by itself.
    return ButtonPress(chat, sender, name, button, "")


def _start(event: _Event, chat: Chat, sender: Sender) -> IncomingMessage | None:
    at = _moment(event.time)
    if not chat.private or at is None:
        return None
    return IncomingMessage(chat, sender, START, f"{chat.id}/added/{at.isoformat()}", at)


def _message(event: _Event, chat: Chat, sender: Sender) -> IncomingMessage | None:
    message = event.message
    name = _text(message.get("name"))
    at = _moment(message.get("createTime")) or _moment(event.time)
    if not name or at is None or _text(_mapping(message.get("sender")).get("type")) == "BOT":
        return None
    notes = [_mapping(one) for one in _list(message.get("annotations"))]
    files, drive_files = _files(message)
    text = "\n".join(filter(None, [_words(message, notes), *drive_files]))
    snapshot, forwarded = _quoted(message)
    quoted = _text(snapshot.get("text"))
    passed_on = None
    if forwarded and not text and quoted:
        text, quoted = quoted, ""
        passed_on = _text(snapshot.get("sender")) or "somebody"
    if not text and not files:
        return None
    return IncomingMessage(
        chat,
        sender,
        text,
        name,
        at,
        files=files,
        mentioned=not chat.private and _speaks_to_us(event, notes),
        forwarded_from=passed_on,
        quoted=quoted,
    )


def _words(message: _Json, notes: list[_Json]) -> str:
    """What is said to us: without our name, and with the command where there is one."""
    argument = message.get("argumentText")
    text = _text(argument if isinstance(argument, str) else message.get("text")).strip()
    command = next((_text(_mapping(one.get("slashCommand")).get("commandName")) for one in notes
                    if one.get("type") == "SLASH_COMMAND"), "")  # fmt: skip
    if command and not text.startswith(command):
        return f"{command} {text}".strip()
    return text


def _speaks_to_us(event: _Event, notes: list[_Json]) -> bool:
    """Events of a space come for a mention or a command only, but a link may cause one, too."""
    if event.type == "APP_COMMAND" or event.message.get("slashCommand"):
        return True
    return any(
        one.get("type") == "USER_MENTION"
        and _mapping(_mapping(one.get("userMention")).get("user")).get("type") == "BOT"
        for one in notes
    )


def _quoted(message: _Json) -> tuple[_Json, bool]:
    quote = _mapping(message.get("quotedMessageMetadata"))
    return _mapping(quote.get("quotedMessageSnapshot")), quote.get("quoteType") == "FORWARD"


def _files(message: _Json) -> tuple[tuple[RemoteFile, ...], list[str]]:
    """What was uploaded, and what is said of files of Drive: an app cannot download those."""
    files, drive = [], []
    for one in map(_mapping, _list(message.get("attachment"))):
        name = _text(one.get("contentName")) or "file"
        resource = _text(_mapping(one.get("attachmentDataRef")).get("resourceName"))
        drive_id = _text(_mapping(one.get("driveDataRef")).get("driveFileId"))
        if drive_id:
            drive.append(f"[{name} in Google Drive: drive:{drive_id}]")
        elif resource:
            files.append(RemoteFile(resource, name, _text(one.get("contentType"))))
    return tuple(files), drive


# -- who and where ---------------------------------------------------------------------------------


def _chat(space: _Json) -> Chat | None:
    name = _text(space.get("name"))
    if not name.startswith("spaces/"):
        return None
    # "DM: 1:1 messages between a human and a Chat app" (Space.type, before spaceType).
    private = space.get("singleUserBotDm") is True or space.get("type") == "DM"
    title = _text(space.get("displayName"))
    return Chat(Channel.GOOGLE_CHAT, name, private=private, title="" if private else title)


def _sender(user: _Json) -> Sender | None:
    """Who it is from; ``None`` for an app: two of them would never stop talking."""
    name = _text(user.get("name"))
    if not name.startswith("users/") or user.get("type") == "BOT":
        return None
    return Sender(name, _text(user.get("displayName")))


# -- values ----------------------------------------------------------------------------------------


def _mapping(value: object) -> _Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return whole(value) if isinstance(value, str) else ""


def _plain(value: object) -> Mapping[str, str]:
    return {whole(str(key)): _text(one) for key, one in _mapping(value).items()}


def _listed(value: object) -> Mapping[str, str]:
    pairs = map(_mapping, _list(value))
    return {_text(one.get("key")): _text(one.get("value")) for one in pairs}


def _moment(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(value))
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
