"""What the window needs of the channels to phones and team chats, named by what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.channels.bot_api import BotIdentity
    from app.domain.channels import ChannelHealth, Chat, PairedPerson, PairingCode
    from app.domain.messages import Channel
    from app.redaction import Secret


class People(Protocol):
    """Who is paired, and which groups are allowed. Every method raises ``StorageError``."""

    async def people(self, channel: Channel | None = None) -> Sequence[PairedPerson]:
        """Who is paired, the first one first."""
        ...

    async def groups(self, channel: Channel) -> Sequence[tuple[Chat, bool]]:
        """The groups that were seen, and whether each is allowed."""
        ...

    async def allow(self, chat: Chat, *, allowed: bool = True) -> None:
        """Whether paired people may speak to Steward in a group."""
        ...


class Channels(Protocol):
    """The channels. Owned by the loop's thread."""

    @property
    def people(self) -> People:
        """Who is paired, and which groups are allowed."""
        ...

    async def start(self) -> None:
        """Listen from now on, as the settings say; for a face that stays."""
        ...

    async def refresh(self) -> None:
        """The settings have changed: start, stop or renew what they are about."""
        ...

    def health(self) -> Sequence[ChannelHealth]:
        """How each channel stands, also those that are off."""
        ...

    def subscribe(self, listener: Callable[[ChannelHealth], object]) -> Callable[[], None]:
        """Be told, on the loop's thread, when a health has changed; ends by the result."""
        ...

    async def new_code(self, channel: Channel) -> PairingCode:
        """A pairing code; with a link where the bot's name is known. Raises ``StorageError``."""
        ...

    async def revoke(self, person: PairedPerson) -> None:
        """Listen to somebody no more, and tell them so. Raises ``NotFoundError``."""
        ...

    async def send_again(self, channel: Channel) -> None:
        """Send what may not have arrived once more: the person asked for it."""
        ...

    async def connect_telegram(self, token: Secret) -> BotIdentity:
        """Use a bot from now on, after a live call. Raises ``BotApiError`` and kin."""
        ...

    async def disconnect_telegram(self) -> None:
        """Forget the token; who is paired stays so. Raises ``UsageError``, ``KeyringError``."""
        ...
