"""Channels put together: each adapter with its desk, under the supervisor, as settings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.channels import ChannelHealth, ChannelState, PairedPerson, PairingCode
from app.domain.messages import Channel

if TYPE_CHECKING:
    from app.channels.bot_api import BotIdentity
    from app.redaction import Secret
    from app.storage.channel_people import ChannelPeople

OnHealth = Callable[[ChannelHealth], object]


class ConnectedChannels:
    """What Steward has of channels. Owned by the loop's thread. Nothing is asked before ``start``.

    Attributes:
        people: who is paired, and which groups are allowed.
    """

    def __init__(self, people: ChannelPeople) -> None:
        self.people = people
        self._listeners: list[OnHealth] = []

    async def start(self) -> None:
        """Listen from now on, as the settings say; for a face that stays."""

    async def refresh(self) -> None:
        """The settings have changed: start, stop or renew what they are about."""

    def health(self) -> tuple[ChannelHealth, ...]:
        """How each channel stands, also those that are off."""
        return tuple(ChannelHealth(one, ChannelState.OFF) for one in REMOTE)

    def subscribe(self, listener: OnHealth) -> Callable[[], None]:
        """Be told, on the loop's thread, when a health has changed; ends by the result."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def new_code(self, channel: Channel) -> PairingCode:
        """A pairing code; with a link where the bot's name is known. Raises ``StorageError``."""
        return await self.people.new_code(channel)

    async def revoke(self, person: PairedPerson) -> None:
        """Listen to somebody no more, and tell them so. Raises ``NotFoundError``."""
        await self.people.revoke(person.channel, person.user_id)

    async def send_again(self, channel: Channel) -> None:
        """Send what may not have arrived once more: the person asked for it."""

    async def connect_telegram(self, token: Secret) -> BotIdentity:
        """Use a bot from now on, after a live call has shown that its token is good.

        The token goes to the keyring. Raises ``BotApiError`` and kin, with everything as it was.
        """
        raise NotImplementedError

    async def disconnect_telegram(self) -> None:
        """Forget the token; who is paired stays so. Raises ``UsageError``, ``KeyringError``."""


REMOTE = (Channel.TELEGRAM, Channel.GOOGLE_CHAT)
"""The channels that are not faces of this machine."""
