"""What the engine and a bridge's thread write to each other. All of it is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.bot_api import BotIdentity
from app.domain.channels import ChannelHealth, OutboxRow

# -- to the bridge -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """Something new stands in the outbox."""


@dataclass(frozen=True, slots=True)
class Working:
    """Show in a chat that something is being written, or no longer."""

    chat_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """Acknowledge a press."""

    query: str
    words: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """Get a file; the answer has the same number."""

    number: int
    file_id: str


@dataclass(frozen=True, slots=True)
class Renew:
    """The settings have changed: try at once."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End."""


ToBridge = Look | Working | Pressed | Fetch | Renew | Stop

# -- to the engine -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The thread's loop runs."""


@dataclass(frozen=True, slots=True)
class Leads:
    """This process is the one that listens. ``unsure``: what may not have arrived last time."""

    unsure: Sequence[OutboxRow]


@dataclass(frozen=True, slots=True)
class Named:
    """Who the bot is."""

    bot: BotIdentity


@dataclass(frozen=True, slots=True)
class Mail:
    """Something new stands in the inbox."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands in the outbox has changed."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """These may not have arrived."""

    rows: Sequence[OutboxRow]


@dataclass(frozen=True, slots=True)
class Stands:
    """How the bridge stands; the counts are not its business. ``stalls``: polls that hung."""

    health: ChannelHealth
    stalls: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes, or why there are none."""

    number: int
    data: bytes | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The thread is about to end; with what, where that was not asked for."""

    crash: BaseException | None


ToEngine = Started | Leads | Named | Mail | Sent | Unsure | Stands | Fetched | Ended
