"""What is to be said over channels: each row is one message of the service, as it is to be.

A row that was sent and is changed is edited, which does no harm twice. A row whose sending was cut
off may have arrived: it is not sent again unless the person asks for it.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.domain.channels import ANEW, OutboxRow, OutboxState, Part
from app.domain.messages import Channel
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.channel_models import ChannelOutbox
from app.storage.database import Database

KEPT: Final = timedelta(days=30)
_DUE: Final = (OutboxState.QUEUED.value, OutboxState.SENT.value)
_UNSENT: Final = {"sent_revision": 0, "state": OutboxState.QUEUED.value}
_SURPLUS: Final = {"surplus": 1}


class ChannelOutboxes:
    """The store of what goes out; from any loop or thread. Raises ``StorageError``."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    async def put(self, channel: Channel, chat_id: str, key: str, parts: Sequence[Part]) -> None:
        """Let the messages under ``key`` be these, in order; what is the same stays as it is."""
        now = self._clock.now()
        wanted = [(self._redactor.mapping(part.body), part.document) for part in parts]
        place = {"channel": channel.value, "chat_id": chat_id, "key": key, "created_at": now}

        def put() -> None:
            query: Any = ChannelOutbox.select().where(
                (ChannelOutbox.channel == channel.value) & (ChannelOutbox.key == key)
            )
            known = {row.number: row for row in query}
            for number, (body, document) in enumerate(wanted):
                row = known.pop(number, None)
                if row is not None and _is_file(row.body) != _is_file(body) and not _is_unsent(row):
                    # A text cannot be edited into a file: it goes, out of the others' way.
                    _change(row, {"number": -row.id, **_SURPLUS}, now)
                    row = None
                if row is None:
                    fresh = {"number": number, "body": body, "document": document, **_UNSENT}
                    ChannelOutbox.insert(**place, **fresh, revision=1, changed_at=now).execute()
                elif not _same(row.body, body) or row.surplus:
                    file = {"document": document} if _is_unsent(row) else {}
                    _change(row, {"body": body, "surplus": 0, **file, **_revived(row)}, now)
                elif row.body != body:
                    ChannelOutbox.update(body=body).where(ChannelOutbox.id == row.id).execute()
            for row in known.values():
                if _is_unsent(row):
                    ChannelOutbox.delete().where(ChannelOutbox.id == row.id).execute()
                elif not row.surplus:
                    _change(row, _SURPLUS, now)

        await self._database.write_async(put)

    async def due(self, channel: Channel) -> builtins.list[OutboxRow]:
        """What is to be sent or edited, in order of their making."""

        def due() -> builtins.list[OutboxRow]:
            query: Any = (
                ChannelOutbox.select()
                .where(
                    (ChannelOutbox.channel == channel.value)
                    & ChannelOutbox.state.in_(_DUE)
                    & (ChannelOutbox.revision > ChannelOutbox.sent_revision)
                )
                .order_by(ChannelOutbox.id)
            )
            return [_row(row) for row in query]

        return await self._database.read_async(due)

    async def sending(self, number: int) -> None:
        """A new message is about to be handed to the service."""
        await self._change(number, state=OutboxState.SENDING.value)

    async def sent(self, number: int, revision: int, message_id: str | None = None) -> None:
        """The service has it at ``revision``; under ``message_id``, where it is new."""
        changes: dict[str, object] = {
            "state": OutboxState.SENT.value,
            "sent_revision": revision,
            "error": "",
            "document": None,
        }
        if message_id is not None:
            changes["message_id"] = message_id
        await self._change(number, **changes)

    async def taken_back(self, number: int) -> None:
        """The message is no more; where it is to say something again, that is a new one."""
        mine = ChannelOutbox.id == number
        fresh = {**_UNSENT, "message_id": None, "created_at": self._clock.now()}

        def taken_back() -> None:
            if not ChannelOutbox.delete().where(mine & (ChannelOutbox.surplus == 1)).execute():
                ChannelOutbox.update(fresh).where(mine).execute()

        await self._database.write_async(taken_back)

    async def put_back(self, number: int) -> None:
        """It surely did not arrive: it is still to be sent."""
        await self._change(number, state=OutboxState.QUEUED.value)

    async def unsure(self, number: int, why: str) -> None:
        """It may have arrived."""
        await self._change(number, state=OutboxState.UNKNOWN.value, error=why)

    async def fail(self, number: int, revision: int, why: str) -> None:
        """The service will not take it at ``revision``; what it says since then is tried."""
        mine = ChannelOutbox.id == number
        failed = {"state": OutboxState.FAILED.value, "error": why, "document": None}
        sending = ChannelOutbox.state == OutboxState.SENDING.value

        def fail() -> None:
            refused = mine & (ChannelOutbox.revision == revision)
            if not ChannelOutbox.update(failed).where(refused).execute():
                ChannelOutbox.update(_UNSENT).where(mine & sending).execute()

        await self._database.write_async(fail)

    async def recover(
        self, channel: Channel, *, send_again: bool = False
    ) -> builtins.list[OutboxRow]:
        """At a start: what was being sent when Steward ended may have arrived; those rows.

        ``send_again``: where that makes no second message, it is still to be sent.
        """
        unsure = {
            "state": OutboxState.UNKNOWN.value,
            "error": "Steward ended while it was sent.",
        }
        mine = (ChannelOutbox.channel == channel.value) & (
            ChannelOutbox.state == OutboxState.SENDING.value
        )

        def recover() -> builtins.list[OutboxRow]:
            query: Any = ChannelOutbox.select().where(mine).order_by(ChannelOutbox.id)
            found = [_row(row) for row in query]
            ChannelOutbox.update(_UNSENT if send_again else unsure).where(mine).execute()
            return found

        return await self._database.write_async(recover)

    async def again(self, channel: Channel, key: str) -> None:
        """Send what may not have arrived under ``key`` once more: the person asked for it."""
        mine = (
            (ChannelOutbox.channel == channel.value)
            & (ChannelOutbox.key == key)
            & (ChannelOutbox.state == OutboxState.UNKNOWN.value)
        )

        def again() -> None:
            ChannelOutbox.update(state=OutboxState.QUEUED.value, error="").where(mine).execute()

        await self._database.write_async(again)

    async def unknown(self, channel: Channel) -> builtins.list[OutboxRow]:
        """What may not have arrived, in order of their making."""

        def unknown() -> builtins.list[OutboxRow]:
            query: Any = (
                ChannelOutbox.select()
                .where(
                    (ChannelOutbox.channel == channel.value)
                    & (ChannelOutbox.state == OutboxState.UNKNOWN.value)
                )
                .order_by(ChannelOutbox.id)
            )
            return [_row(row) for row in query]

        return await self._database.read_async(unknown)

    async def has(self, channel: Channel, key: str) -> bool:
        """Whether anything is, or was, to be said under ``key``."""

        def has() -> bool:
            query: Any = ChannelOutbox.select().where(
                (ChannelOutbox.channel == channel.value) & (ChannelOutbox.key == key)
            )
            return bool(query.exists())

        return await self._database.read_async(has)

    async def unsure_keys(self, channel: Channel) -> builtins.list[str]:
        """The keys of what may not have arrived, in order of their making."""

        def keys() -> builtins.list[str]:
            query: Any = (
                ChannelOutbox.select(ChannelOutbox.key)
                .where(
                    (ChannelOutbox.channel == channel.value)
                    & (ChannelOutbox.state == OutboxState.UNKNOWN.value)
                )
                .order_by(ChannelOutbox.id)
            )
            return list(dict.fromkeys(row.key for row in query))

        return await self._database.read_async(keys)

    async def counts(self, channel: Channel) -> tuple[int, int]:
        """How many wait to be sent or edited, and of how many it is not known."""

        def counts() -> tuple[int, int]:
            of_channel = ChannelOutbox.channel == channel.value
            waiting: Any = ChannelOutbox.select().where(
                of_channel
                & ChannelOutbox.state.in_(_DUE)
                & (ChannelOutbox.revision > ChannelOutbox.sent_revision)
            )
            unsure: Any = ChannelOutbox.select().where(
                of_channel & (ChannelOutbox.state == OutboxState.UNKNOWN.value)
            )
            return int(waiting.count()), int(unsure.count())

        return await self._database.read_async(counts)

    async def prune(self) -> None:
        """Forget what was said long ago."""
        before = self._clock.now() - KEPT

        def prune() -> None:
            ChannelOutbox.delete().where(ChannelOutbox.changed_at < before).execute()

        await self._database.write_async(prune)

    async def _change(self, number: int, **changes: object) -> None:
        def change() -> None:
            ChannelOutbox.update(changes).where(ChannelOutbox.id == number).execute()

        await self._database.write_async(change)


def _change(row: Any, changes: Mapping[str, object], now: datetime) -> None:
    """Let a message become something else."""
    ChannelOutbox.update({**changes, "revision": row.revision + 1, "changed_at": now}).where(
        ChannelOutbox.id == row.id
    ).execute()


def _is_unsent(row: Any) -> bool:
    """Whether the service surely knows nothing of it."""
    unsent = (OutboxState.QUEUED.value, OutboxState.FAILED.value)
    return row.message_id is None and row.state in unsent


def _revived(row: Any) -> dict[str, object]:
    """What was refused says something else now: that may be taken."""
    if row.state != OutboxState.FAILED.value:
        return {}
    state = OutboxState.QUEUED if row.message_id is None else OutboxState.SENT
    return {"state": state.value, "error": ""}


def _is_file(body: Mapping[str, object]) -> bool:
    return "name" in body


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return _shown(one) == _shown(other)


def _shown(body: Mapping[str, object]) -> str:
    return json.dumps({name: body[name] for name in body if name != ANEW}, sort_keys=True)


def _row(row: Any) -> OutboxRow:
    document = None if row.document is None else bytes(row.document)
    return OutboxRow(
        id=row.id,
        channel=Channel(row.channel),
        chat_id=row.chat_id,
        key=row.key,
        number=row.number,
        part=Part(row.body, document),
        revision=row.revision,
        sent_revision=row.sent_revision,
        state=OutboxState(row.state),
        message_id=row.message_id,
        surplus=bool(row.surplus),
        error=row.error,
        made_at=row.created_at,
    )
