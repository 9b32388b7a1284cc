"""Channels to a person's phone or team chat: what comes in, what goes out, who may. Pure.

A *channel* is a service of messages; a *chat* is a place in it, private or of a group. Ids are the
service's own, as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.errors import StewardError
from app.domain.messages import Channel

BUTTON_BYTES: Final = 64
"""What Telegram takes as ``callback_data`` at most (Bot API, InlineKeyboardButton)."""

ANEW: Final = "anew"
"""In the body of a part: it is sent as a new message where the old one is gone."""


class ChannelError(StewardError):
    """A channel could not do what was asked; nothing of it was lost."""

    kind = "channel"


@dataclass(frozen=True, slots=True)
class Chat:
    """A place where messages are. ``private``: only the person and Steward are in it."""

    channel: Channel
    id: str
    private: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote or pressed; ``name`` is what they call themselves, and proves nothing."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that stands with the service; ``size`` in bytes where it is known."""

    id: str
    name: str
    media_type: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message somebody sent.

    Attributes:
        text: the words; of a picture or file, its caption.
        mentioned: in a group: whether it speaks to Steward (by name, or as an answer to it).
        forwarded_from: whose words these are, where the sender only passes them on: then they are
            data, not what the sender asks. ``None``: the sender's own.
        quoted: the words it answers to, if any; data, too.
        sent_at: UTC, by the service's clock.
        album: the service's id of what was sent together, where each file comes as a message of
            its own; empty where it came alone.
    """

    chat: Chat
    sender: Sender
    text: str
    message_id: str
    sent_at: datetime
    files: tuple[RemoteFile, ...] = ()
    mentioned: bool = False
    forwarded_from: str | None = None
    quoted: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """Somebody pressed a button of ours: its opaque id. ``query`` is to be answered, once."""

    chat: Chat
    sender: Sender
    message_id: str
    button: str
    query: str


Incoming = IncomingMessage | ButtonPress


class InboxState(StrEnum):
    """How far something that came in is."""

    NEW = "new"
    """To be handled; with ``begun`` set, somebody has begun to."""
    HELD = "held"
    """The person was asked whether it is still to be done."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something that came in, as kept.

    Attributes:
        id: grows with time.
        update: the service's id of it; it is kept once, however often it comes.
        body: as the service sent it, without known secrets.
        begun: the turn it began, or ``"act"`` for a command that acts at once; ``None``: nothing
            was done for it. With the state ``NEW`` at a start, a crash came in between.
        confirmed: the person was asked whether it is still to be done, and said yes.
        also: the ids of what came together with it and is handled with it. Not kept.
    """

    id: int
    channel: Channel
    update: str
    body: Mapping[str, object]
    received_at: datetime
    state: InboxState = InboxState.NEW
    begun: str | None = None
    confirmed: bool = False
    also: tuple[int, ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Its id, and those of what is handled with it."""
        return self.id, *self.also


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: what it says, and its opaque single-use id (``BUTTON_BYTES`` at most)."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send along; ``data`` are its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a message is to say: Markdown, rows of buttons below it, and a file.

    Attributes:
        quiet: it makes no sound.
        growing: more of ``text`` is still to come. What is too long for messages becomes a file
            only when it no longer grows: a file that was sent cannot be made longer.
        anew: where the person deleted it meanwhile, it is sent as a new message; so is what has
            buttons. Other changes of a deleted message are not told.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None
    quiet: bool = False
    growing: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One message of the service, ready to be sent: its body in the service's form.

    ``document``: bytes sent with it; kept until they are sent.
    """

    body: Mapping[str, object]
    document: bytes | None = None


class OutboxState(StrEnum):
    """How far a message of ours is."""

    QUEUED = "queued"
    SENDING = "sending"
    """Handed to the service; whether it has it is not known yet."""
    SENT = "sent"
    """There, at the revision that ``sent_revision`` names."""
    UNKNOWN = "unknown"
    """It may have arrived: it is not sent again unless the person says so."""
    FAILED = "failed"
    """The service will not take it."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message of ours, as kept: it is to say ``part``, and says revision ``sent_revision``.

    Attributes:
        surplus: it is to say nothing any more (an answer became shorter).
        made_at: UTC, when it was put there; later where its message was taken back, and what it is
            to say is a new one.
    """

    id: int
    channel: Channel
    chat_id: str
    key: str
    number: int
    part: Part
    revision: int
    sent_revision: int
    state: OutboxState
    message_id: str | None = None
    surplus: bool = False
    error: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PairedPerson:
    """Somebody whom Steward listens to on a channel."""

    channel: Channel
    user_id: str
    chat_id: str
    name: str
    paired_at: datetime


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A code that pairs whoever sends it, once and until ``expires_at`` (UTC).

    ``link`` opens the chat with the code ready to be sent; empty where it is not known.
    """

    code: str
    expires_at: datetime
    link: str = ""


class ChannelState(StrEnum):
    """How a channel stands."""

    OFF = "off"
    """Not set up, or switched off."""
    STARTING = "starting"
    LISTENING = "listening"
    """All is well."""
    STANDBY = "standby"
    """Another Steward of this data directory listens."""
    CONFLICT = "conflict"
    """Somebody elsewhere uses the same token."""
    REFUSED = "refused"
    """The service refuses the credentials."""
    OFFLINE = "offline"
    """The service is not reached; tried again by itself."""
    STOPPED = "stopped"
    """It crashed, and is started again or was given up."""

    @property
    def is_well(self) -> bool:
        """Whether messages come in, here or at the Steward beside this one."""
        return self in (ChannelState.LISTENING, ChannelState.STANDBY)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """What is known of a channel now.

    Attributes:
        since: UTC, when it came to be in this state.
        name: what the service calls us (``@steward_bot``); empty where it is not known.
        heard_at: UTC, when the service last answered us.
        update_at: UTC, when something last came in.
        waiting_in, waiting_out: not handled, not sent yet.
        unsure: sent, with no word whether they arrived.
        error: the last trouble in words; empty where there was none since it was well.
        hint: what the person can do.
        retry_at: UTC, when it is tried again, where it is.
    """

    channel: Channel
    state: ChannelState = ChannelState.OFF
    since: datetime | None = None
    name: str = ""
    heard_at: datetime | None = None
    update_at: datetime | None = None
    waiting_in: int = 0
    waiting_out: int = 0
    unsure: int = 0
    error: str = ""
    hint: str = ""
    retry_at: datetime | None = None
