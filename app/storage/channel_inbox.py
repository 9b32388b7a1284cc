"""What came in over channels: kept before it is acknowledged, handled once, in order."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.domain.channels import InboxItem, InboxState
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.channel_models import ChannelCursor, ChannelInbox
from app.storage.database import Database

ACT: Final = "act"
"""What ``begun`` says of something that was no turn."""
KEPT: Final = timedelta(days=30)
"""So long it is known that something was handled: a service sends it again within a day at most."""


class ChannelInboxes:
    """The store of what came in; from any loop or thread. Raises ``StorageError``."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    async def take_in(
        self,
        channel: Channel,
        updates: Sequence[tuple[str, Mapping[str, object]]],
        *,
        cursor: str | None = None,
    ) -> int:
        """Keep updates by their ids, and from where to go on; how many were new.

        All in one transaction that is on disk on return: then they may be acknowledged.
        """
        now = self._clock.now()
        rows = [
            {
                "channel": channel.value,
                "update_id": update,
                "body": self._redactor.mapping(body),
                "received_at": now,
                "state": InboxState.NEW.value,
            }
            for update, body in updates
        ]

        def take_in() -> int:
            new = 0
            for row in rows:
                new += ChannelInbox.insert(row).on_conflict_ignore().as_rowcount().execute()
            if cursor is not None:
                ChannelCursor.insert(
                    channel=channel.value, value=cursor, at=now
                ).on_conflict_replace().execute()
            return new

        return await self._database.write_async(take_in)

    async def cursor(self, channel: Channel) -> tuple[str, datetime] | None:
        """From where to go on, and since when; ``None`` where nothing ever came in."""

        def cursor() -> tuple[str, datetime] | None:
            row: Any = ChannelCursor.get_or_none(ChannelCursor.channel == channel.value)
            return None if row is None else (row.value, row.at)

        return await self._database.read_async(cursor)

    async def open(self, channel: Channel, *, after: int = 0) -> builtins.list[InboxItem]:
        """What is to be handled (``NEW``), the oldest first, from behind the id ``after`` on."""

        def new() -> builtins.list[InboxItem]:
            query: Any = (
                ChannelInbox.select()
                .where(
                    (ChannelInbox.channel == channel.value)
                    & (ChannelInbox.state == InboxState.NEW.value)
                    & (ChannelInbox.id > after)
                )
                .order_by(ChannelInbox.id)
            )
            return [_item(row) for row in query]

        return await self._database.read_async(new)

    async def get(self, number: int) -> InboxItem | None:
        """One item."""

        def get() -> InboxItem | None:
            row: Any = ChannelInbox.get_or_none(ChannelInbox.id == number)
            return None if row is None else _item(row)

        return await self._database.read_async(get)

    async def begin(self, *numbers: int) -> None:
        """It is about to be acted on, without a turn: after a crash it is not done again.

        Several numbers, here and below: what came together, in one transaction.
        """
        await self._change(numbers, begun=ACT)

    async def hold(self, *numbers: int) -> None:
        """The person is asked whether it is still to be done."""
        await self._change(numbers, state=InboxState.HELD.value)

    async def confirm(self, *numbers: int) -> bool:
        """The person said yes: it is to be handled anew; ``False`` where it is not held."""
        changes = {"state": InboxState.NEW.value, "begun": None, "confirmed": 1}

        def confirm() -> bool:
            held = ChannelInbox.id.in_(numbers) & (ChannelInbox.state == InboxState.HELD.value)
            return bool(ChannelInbox.update(changes).where(held).execute())

        return await self._database.write_async(confirm)

    async def end(self, *numbers: int) -> None:
        """It was handled; its words are let go of, its id is kept."""
        await self._change(numbers, state=InboxState.DONE.value, body={})

    async def count(self, channel: Channel) -> int:
        """How much is not handled yet."""

        def count() -> int:
            query: Any = ChannelInbox.select().where(
                (ChannelInbox.channel == channel.value)
                & (ChannelInbox.state == InboxState.NEW.value)
            )
            return int(query.count())

        return await self._database.read_async(count)

    async def prune(self) -> None:
        """Forget what was handled long ago."""
        before = self._clock.now() - KEPT

        def prune() -> None:
            old = (ChannelInbox.state == InboxState.DONE.value) & (
                ChannelInbox.received_at < before
            )
            ChannelInbox.delete().where(old).execute()

        await self._database.write_async(prune)

    async def _change(self, numbers: Sequence[int], **changes: object) -> None:
        def change() -> None:
            ChannelInbox.update(changes).where(ChannelInbox.id.in_(numbers)).execute()

        await self._database.write_async(change)


def _item(row: Any) -> InboxItem:
    return InboxItem(
        row.id,
        Channel(row.channel),
        row.update_id,
        row.body,
        row.received_at,
        InboxState(row.state),
        row.begun,
        bool(row.confirmed),
    )
