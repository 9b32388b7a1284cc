"""Channels that a test leads: what the window asks of them, with people in the real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from app.assembly import Assembly
from app.channels.bot_api import BotIdentity, BotTokenError
from app.domain.channels import (
    ChannelHealth,
    ChannelState,
    Chat,
    PairedPerson,
    PairingCode,
    Sender,
)
from app.domain.messages import Channel
from app.redaction import Secret

GOOD_TOKEN: Final = "123456789:AAabcdefghijklmnopqrstuvwxyz012345"
BOT: Final = BotIdentity(7, "steward_of_ada_bot", "Steward")


class StagedChannels:
    """Satisfies ``ui.channel_port.Channels``. ``tell`` sets a health; ``asked`` is what was asked.

    ``slow``: a try to connect waits until it is cancelled.
    """

    def __init__(self, desk: Assembly) -> None:
        self._desk = desk
        self.people = desk.channels.people
        self._listeners: list[Callable[[ChannelHealth], object]] = []
        self._health = {one: ChannelHealth(one) for one in (Channel.TELEGRAM, Channel.GOOGLE_CHAT)}
        self.asked: list[str] = []
        self.codes: list[str] = []
        self.life = timedelta(hours=1)
        self.slow = False

    def tell(
        self, state: ChannelState, channel: Channel = Channel.TELEGRAM, **more: object
    ) -> None:
        """The channel stands so from now on."""
        health = ChannelHealth(channel, state, since=self._desk.clock.now())
        self._health[channel] = replace(health, **more)  # type: ignore[arg-type]
        for listener in tuple(self._listeners):
            listener(self._health[channel])

    async def pair(self, name: str, user: str = "4711") -> PairedPerson:
        """Somebody sends the newest code."""
        chat = Chat(Channel.TELEGRAM, user)
        person = await self.people.pair(chat, Sender(user, name), self.codes[-1])
        assert person is not None
        return person

    # -- what the window asks ----------------------------------------------------------------

    async def start(self) -> None:
        self.asked.append("start")

    async def refresh(self) -> None:
        self.asked.append("refresh")

    def health(self) -> tuple[ChannelHealth, ...]:
        return tuple(self._health.values())

    def subscribe(self, listener: Callable[[ChannelHealth], object]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def new_code(self, channel: Channel) -> PairingCode:
        made = await self.people.new_code(channel)
        self.codes.append(made.code)
        name = self._health[channel].name
        link = f"https://t.me/{name.removeprefix('@')}?start={made.code}" if name else ""
        return replace(made, expires_at=self._desk.clock.now() + self.life, link=link)

    async def revoke(self, person: PairedPerson) -> None:
        await self.people.revoke(person.channel, person.user_id)

    async def send_again(self, channel: Channel) -> None:
        self.asked.append(f"send again {channel}")
        self.tell(ChannelState.LISTENING, channel, name="@" + BOT.username)

    async def connect_telegram(self, token: Secret) -> BotIdentity:
        self.asked.append("connect")
        if self.slow:
            import asyncio

            await asyncio.Event().wait()
        if token.reveal() != GOOD_TOKEN:
            raise BotTokenError(
                "Telegram does not know this token.", hint="Copy it once more from @BotFather."
            )
        await self._desk.keys.keep("telegram_bot_token", token)
        self.tell(ChannelState.LISTENING, name="@" + BOT.username)
        return BOT

    async def disconnect_telegram(self) -> None:
        await self._desk.keys.remove("telegram_bot_token")
        self.tell(ChannelState.OFF)


def put_in(desk: Assembly) -> StagedChannels:
    """Let ``desk`` have channels that a test leads, from before its window is attached."""
    staged = StagedChannels(desk)
    desk.channels = staged  # type: ignore[assignment]
    return staged
