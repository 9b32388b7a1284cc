"""The port of a channel: what the desk (``desk.py``) needs of Telegram, Google Chat and kin.

What comes in is in the inbox (``storage/channel_inbox.py``) before the adapter tells of it; what is
to be said stands in the outbox (``storage/channel_outbox.py``) before it is sent. So an adapter may
crash at any moment, alone, and its supervisor starts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.domain.channels import (
    ButtonPress,
    ChannelHealth,
    Chat,
    Incoming,
    OutboxRow,
    Outgoing,
    RemoteFile,
)
from app.domain.messages import Channel
from app.resilience.supervision import Ready

OnMail = Callable[[], object]
OnHealth = Callable[[ChannelHealth], object]
OnUnsure = Callable[[Sequence[OutboxRow]], object]


class ChannelAdapter(Protocol):
    """One service of messages. Every method is called on the engine's loop, and returns soon.

    ``on_mail`` is called there once this process is the one that listens, and then when something
    new stands in the inbox: before the first call the desk takes nothing out of it, for another
    process may be at it. ``on_health`` is called when the health has changed, ``on_unsure`` with
    messages that may not have arrived. All are set before ``run``.
    """

    on_mail: OnMail
    on_health: OnHealth
    on_unsure: OnUnsure

    @property
    def channel(self) -> Channel:
        """Which one."""
        ...

    async def run(self, ready: Ready) -> None:
        """Listen and send until cancelled: the supervisor's child. Raises what it cannot mend."""
        ...

    def read(self, body: Mapping[str, object]) -> Incoming | None:
        """What an inbox item's body is; ``None`` for what Steward has no use for. Never raises."""
        ...

    async def show(self, chat: Chat, key: str, message: Outgoing) -> None:
        """Let ``chat`` show a message under ``key``: a new one, or what was shown becomes it.

        It is kept on return, and sent as soon as the service takes it. Raises ``StorageError``.
        """
        ...

    def working(self, chat: Chat, *, on: bool) -> None:
        """Show that an answer is being made, until it is switched off."""
        ...

    def pressed(self, press: ButtonPress, words: str = "") -> None:
        """Acknowledge a press, with a few words that pass by; only the first call counts."""
        ...

    async def fetch(self, file: RemoteFile) -> bytes:
        """A file's bytes. Raises ``ChannelError``: too large, gone, or not reached."""
        ...

    async def send_again(self, key: str) -> None:
        """Send a message that may not have arrived once more: the person asked for it."""
        ...

    def health(self) -> ChannelHealth:
        """How it stands."""
        ...
