"""What the buttons on a phone do: opaque, single use, bound to a chat, a person and an action.

Only one whose action has ``MANY`` can be pressed more than once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from peewee import SQL

from app.domain.channels import Button, ButtonPress, Chat
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.storage.channel_models import ChannelButton
from app.storage.database import Database

KEPT: Final = timedelta(days=90)
_USED_BY: Final = "used_by"
MANY: Final = "many"
"""In an action that only shows something: it can be pressed again and again."""

Action = Mapping[str, object]
"""What a button does, as a JSON object."""


class Refusal(StrEnum):
    """Why a press does nothing."""

    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card that still has a button; ``action`` is what the first one does."""

    name: str
    chat_id: str
    user_id: str
    action: Action


class ChannelButtons:
    """The store of buttons; from any loop or thread. Raises ``StorageError``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make(
        self,
        chat: Chat,
        user_id: str,
        card: str,
        buttons: Mapping[str, Mapping[str, object]],
        *,
        expires_at: datetime | None = None,
    ) -> tuple[Button, ...]:
        """Buttons by their labels, each with what it does. One of a ``card`` uses up all of it."""
        made = [(label, secrets.token_urlsafe(18), dict(act)) for label, act in buttons.items()]

        def make() -> None:
            for _, name, action in made:
                ChannelButton.create(
                    id=name,
                    channel=chat.channel.value,
                    chat_id=chat.id,
                    user_id=user_id,
                    card=card,
                    action=action,
                    expires_at=expires_at,
                )

        await self._database.write_async(make)
        return tuple(Button(label, name) for label, name, _ in made)

    async def use(self, press: ButtonPress, *, by: int | None = None) -> Action | Refusal:
        """What the button does, and it and its card's others are used up; or why it does nothing.

        A press that is refused uses nothing up. ``by``: the number of the press in the inbox: the
        same press again, after a crash, is the same use.
        """
        now = self._clock.now()

        def use() -> Action | Refusal:
            row: Any = ChannelButton.get_or_none(ChannelButton.id == press.button)
            if row is None or row.channel != press.chat.channel.value:
                return Refusal.UNKNOWN
            if (row.chat_id, row.user_id) != (press.chat.id, press.sender.id):
                return Refusal.NOT_YOURS
            action = dict(row.action)
            if row.used_at is not None:
                mine = by is not None and action.pop(_USED_BY, None) == by
                return action if mine else Refusal.USED
            if row.expires_at is not None and row.expires_at <= now:
                return Refusal.EXPIRED
            if action.get(MANY):
                return action
            ChannelButton.update(used_at=now).where(
                (ChannelButton.channel == row.channel)
                & (ChannelButton.card == row.card)
                & ChannelButton.used_at.is_null()
            ).execute()
            if by is not None:
                used = {**action, _USED_BY: by}
                ChannelButton.update(action=used).where(ChannelButton.id == row.id).execute()
            return action

        return await self._database.write_async(use)

    async def void(self, card: str) -> None:
        """The buttons of a card do nothing any more: it was decided elsewhere."""
        now = self._clock.now()

        def void() -> None:
            ChannelButton.update(used_at=now).where(
                (ChannelButton.card == card) & ChannelButton.used_at.is_null()
            ).execute()

        await self._database.write_async(void)

    async def open(self, channel: Channel, cards: str) -> list[OpenCard]:
        """The cards whose names begin with ``cards`` that still have a button, the oldest first."""

        def open_() -> list[OpenCard]:
            query: Any = ChannelButton.select().where(
                (ChannelButton.channel == channel.value)
                & ChannelButton.card.startswith(cards)
                & ChannelButton.used_at.is_null()
            )
            found: dict[tuple[str, str], OpenCard] = {}
            for row in query.order_by(SQL("rowid")):
                card = OpenCard(row.card, row.chat_id, row.user_id, dict(row.action))
                found.setdefault((row.card, row.chat_id), card)
            return list(found.values())

        return await self._database.read_async(open_)

    async def prune(self) -> None:
        """Forget what was used, or expired, long ago."""
        before = self._clock.now() - KEPT

        def prune() -> None:
            ChannelButton.delete().where(
                (ChannelButton.used_at < before) | (ChannelButton.expires_at < before)
            ).execute()

        await self._database.write_async(prune)
