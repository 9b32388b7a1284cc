"""Channels put together: each adapter with its desk, supervised, as the settings say."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.bot_identity import ask_identity, note_name, noted_name, with_link
from app.channel_lines import ChannelStores, Line, Making, google_chat_line, telegram_line
from app.domain.channels import ChannelHealth, ChannelState, PairedPerson, PairingCode
from app.domain.errors import UsageError
from app.domain.messages import Channel
from app.resilience.supervision import Intensity, Report
from app.resilience.supervisor import Supervisor

if TYPE_CHECKING:
    from app.channels.bot_api import BotIdentity
    from app.channels.health_telling import HealthTelling
    from app.config import Settings
    from app.redaction import Secret
    from app.settings_store import SettingsStore
    from app.storage.channel_people import ChannelPeople

REMOTE: Final = (Channel.TELEGRAM, Channel.GOOGLE_CHAT)
"""The channels that are not faces of this machine."""

_TOKEN: Final = "telegram_bot_token"  # noqa: S105 - the setting's name
_TOKEN_ENV: Final = "TELEGRAM_BOT_TOKEN"  # noqa: S105
_LASTING: Final = Intensity(restarts=1_000_000, within=600.0, longest=60.0)
"""A channel that crashes is started again for as long as Steward runs: perhaps nobody is there to
do it by hand, and the phone is to reach Steward once what is wrong has passed."""

OnHealth = Callable[[ChannelHealth], object]


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What channels are made with.

    Attributes:
        settings: what holds now.
        use: takes what holds from now on, where a channel changes it.
        report: is told of crashes.
    """

    store: SettingsStore
    settings: Callable[[], Settings]
    use: Callable[[Settings], None]
    report: Callable[[Report], object]
    making: Making


class ConnectedChannels:
    """What Steward has of channels. Owned by the loop's thread; asks nobody before ``start``."""

    def __init__(self, parts: ChannelParts) -> None:
        self._parts = parts
        self._listeners: list[OnHealth] = []
        self._lines: dict[Channel, Line] = {}
        self._supervisor: Supervisor | None = None
        self._changing = asyncio.Lock()
        self._takes_webhook = False
        self._telling: HealthTelling | None = None
        self._closed = False

    @property
    def stores(self) -> ChannelStores:
        """What channels keep in the database."""
        return self._parts.making.stores

    @property
    def people(self) -> ChannelPeople:
        """Who is paired, and which groups are allowed."""
        return self.stores.people

    # -- running ---------------------------------------------------------------------------

    async def start(self, *, webhook: bool = False) -> None:
        """Listen from now on, as the settings say; for a face that stays. Again: ``refresh``.

        ``webhook``: this process takes Telegram's updates where the settings name a port for them.
        Raises ``ConfigurationError`` where it cannot; any other failure is told by the health.
        """
        self._takes_webhook = self._takes_webhook or webhook
        if self._supervisor is None:
            self._supervisor = Supervisor(
                "channels",
                clock=self._parts.making.clock,
                intensity=_LASTING,
                report=self._reported,
            )
        await self.refresh()

    async def refresh(self) -> None:
        """The settings have changed: start, stop or renew what they are about.

        Raises ``ConfigurationError`` for a webhook that cannot be.
        """
        async with self._changing:
            for channel in REMOTE:
                if self._supervisor is not None and not self._closed:
                    await self._renew(channel, self._supervisor)

    async def close(self) -> None:
        """Listen no more; what was taken in and not handled is kept."""
        self._closed = True
        if self._telling is not None:
            self._telling.close()
        if self._supervisor is not None:
            await self._supervisor.close()
        for line in self._lines.values():
            line.close()

    def health(self) -> tuple[ChannelHealth, ...]:
        """How each channel stands, also those that are off."""
        return tuple(self._health_of(channel) for channel in REMOTE)

    def subscribe(self, listener: OnHealth) -> Callable[[], None]:
        """Be told, on the loop's thread, when a health has changed; ends by the result."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- what a person does ----------------------------------------------------------------

    async def new_code(self, channel: Channel) -> PairingCode:
        """A pairing code; with a link where the bot's name is known. Raises ``StorageError``."""
        code = await self.people.new_code(channel)
        if channel is not Channel.TELEGRAM:
            return code
        parts = self._parts
        name = self._health_of(channel).name or await asyncio.to_thread(
            noted_name, parts.store, parts.settings().telegram_bot_token
        )
        return with_link(code, name)

    async def revoke(self, person: PairedPerson) -> None:
        """Listen to somebody no more, and tell them so. Raises ``NotFoundError``."""
        await self.people.revoke(person.channel, person.user_id)
        line = self._lines.get(person.channel)
        if line is not None:
            await line.say_goodbye(person)

    async def send_again(self, channel: Channel) -> None:
        """Send what may not have arrived once more: the person asked for it."""
        line = self._lines.get(channel)
        if line is not None:
            await line.send_again()

    async def connect_telegram(self, token: Secret) -> BotIdentity:
        """Use a bot from now on, after a live call has shown that its token is good.

        The token goes to the keyring; where none works it holds for this run, and its source is
        then ``run``. Raises ``BotApiError`` and kin, and ``UsageError`` where the environment sets
        a token, with everything as it was.
        """
        parts = self._parts
        self.check_token_source()
        parts.making.redactor.add(_TOKEN_ENV, token)
        bot = await ask_identity(token, parts.settings().telegram_api_url)
        await asyncio.to_thread(parts.store.store_secret, _TOKEN, token)
        await asyncio.to_thread(note_name, parts.store, bot)
        parts.use(dataclasses.replace(parts.settings(), telegram_bot_token=token))
        await self.refresh()
        return bot

    async def disconnect_telegram(self) -> None:
        """Forget the token; who is paired stays so. Raises ``UsageError``, ``KeyringError``."""
        parts = self._parts
        self.check_token_source()
        parts.use(dataclasses.replace(parts.settings(), telegram_bot_token=None))
        await self.refresh()
        await asyncio.to_thread(parts.store.store_secret, _TOKEN, None)

    def check_token_source(self) -> None:
        """Raise ``UsageError`` where the environment sets the token, and beats any other."""
        if self._parts.store.source(_TOKEN) == "environment":
            raise UsageError(f"{_TOKEN_ENV} is set in the environment.", hint="Change it there.")

    # -- inside ----------------------------------------------------------------------------

    async def _renew(self, channel: Channel, supervisor: Supervisor) -> None:
        wanted = self._wanted(channel)
        line = self._lines.get(channel)
        if line is not None and line.made_from == wanted:
            return
        if line is not None:
            del self._lines[channel]
            await line.stop(supervisor)
        if wanted is not None:
            made = self._made(channel, wanted)
            self._lines[channel] = made
            await made.start(supervisor)
        if line is not None or wanted is not None:
            self._tell(channel)

    def _made(self, channel: Channel, wanted: Mapping[str, Any]) -> Line:
        from app.channels.health_telling import HealthTelling

        making = self._parts.making
        if self._telling is None:
            self._telling = HealthTelling(making.router)
        if channel is Channel.GOOGLE_CHAT:
            return google_chat_line(making, wanted, lambda: self._tell(channel))
        return telegram_line(making, wanted, lambda: self._tell(channel), self.health)

    def _wanted(self, channel: Channel) -> Mapping[str, Any] | None:
        """What a channel is to be made from; ``None``: it is off."""
        now = self._parts.settings()
        if channel is Channel.GOOGLE_CHAT:
            if not now.google_chat_subscription:
                return None
            key_file, api_url = now.google_service_account_file, now.google_api_url
            wanted = {"key_file": key_file, "api_url": api_url}
            return {**wanted, "subscription": now.google_chat_subscription}
        if not now.telegram_bot_token or not now.telegram_on:
            return None
        made = {"token": now.telegram_bot_token, "api_url": now.telegram_api_url}
        if now.webhook_port is None:
            return made
        if not self._takes_webhook:
            return None
        hook = {"port": now.webhook_port, "secret": now.webhook_secret, "url": now.webhook_url}
        return {**made, **hook}

    def _health_of(self, channel: Channel) -> ChannelHealth:
        line = self._lines.get(channel)
        if line is not None and self._supervisor is not None:
            return line.health(self._supervisor)
        now = self._parts.settings()
        elsewhere = (
            channel is Channel.TELEGRAM
            and now.telegram_bot_token
            and now.telegram_on
            and now.webhook_port is not None
        )
        hint = "Its messages go to the webhook of `steward serve`." if elsewhere else ""
        return ChannelHealth(channel, ChannelState.OFF, hint=hint)

    def _reported(self, report: Report) -> None:
        self._parts.report(report)
        for channel in self._lines:
            self._tell(channel)

    def _tell(self, channel: Channel) -> None:
        if self._closed:  # how it ends is no news
            return
        health = self._health_of(channel)
        if self._telling is not None:
            self._telling(health)
        for listener in tuple(self._listeners):
            listener(health)
