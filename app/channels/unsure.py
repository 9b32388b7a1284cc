"""Tells a chat of messages to it that may not have arrived, and offers to send them again."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from app.channels.shift import Row, Shift
from app.channels.words import quoted
from app.domain.channels import Chat, OutboxRow
from app.domain.errors import StewardError

_OWN: Final = "unsure:"


class Unsure:
    """Owned by one run of a desk."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift

    def tell(self, rows: Sequence[OutboxRow]) -> None:
        """Say of each message, once, that it may not have arrived."""
        for row in _by_key(rows):
            self._tell(row)

    async def tell_what_was_not_told(self) -> None:
        """Say so of what an end came upon before it was said. Raises ``StorageError``."""
        rows = await self._shift.parts.outbox.unknown(self._shift.channel)
        for row in _by_key(rows):
            self._tell(row, once=True)

    def _tell(self, row: OutboxRow, *, once: bool = False) -> None:
        job = functools.partial(self._guarded, row, once=once)
        self._shift.lines.add(f"unsure {row.chat_id}", job)

    async def _guarded(self, row: OutboxRow, *, once: bool) -> None:
        chat = Chat(self._shift.channel, row.chat_id)
        try:
            if once and await self._shift.parts.outbox.has(self._shift.channel, _key(row)):
                return
            await self._say(row)
        except StewardError as error:
            await self._shift.failed(chat, f"failed:{_OWN}{row.key}", error)

    async def _say(self, row: OutboxRow) -> None:
        people = await self._shift.parts.people.people(self._shift.channel)
        person = next((one for one in people if one.chat_id == row.chat_id), None)
        key = _key(row)
        rows: list[Row] = []
        chat = Chat(self._shift.channel, row.chat_id, private=person is not None)
        if person is not None:
            action = {"do": "again", "message": row.key, "key": key}
            rows = [await self._shift.offer(chat, person.user_id, key, {"Send again": action})]
        begins = str(row.part.body.get("plain") or row.part.body.get("name") or "")
        about = f", {quoted(begins)}," if begins else ""
        text = f"My last message{about} may not have arrived: the connection broke off."
        await self._shift.say(chat, key, text, rows)


def _key(row: OutboxRow) -> str:
    return f"{_OWN}{row.key}:{row.id}"


def _by_key(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The first one of each message of ours; of what says this nothing is said."""
    found = {row.key: row for row in reversed(rows) if not row.key.startswith(_OWN)}
    return list(reversed(found.values()))
