"""Messages that wait for the turn before them: on disk from the moment they are sent."""

from __future__ import annotations

import builtins
from typing import Any

from app.domain.attachments import attachment_form, attachment_from
from app.domain.messages import Channel, ConversationMessage, Role
from app.redaction import Redactor
from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import WaitingMessage


class WaitingMessages:
    """The store of waiting messages. Raises ``StorageError`` when the database cannot do it."""

    def __init__(self, database: Database, redactor: Redactor) -> None:
        self._database = database
        self._redactor = redactor

    async def add(self, message: ConversationMessage) -> int:
        """Keep a message that waits; its number here."""

        def add() -> int:
            row = WaitingMessage.create(
                conversation_id=message.conversation_id,
                text=self._redactor.text(message.text),
                attachments=[
                    attachment_form(self._redactor.record(one)) for one in message.attachments
                ],
                channel=message.channel.value,
                session=self._database.session,
                created_at=message.created_at,
            )
            return int(row.id)

        return await self._database.write_async(add)

    async def drop(self, number: int) -> None:
        """A message was taken back before its turn."""
        await self._database.write_async(
            lambda: WaitingMessage.delete().where(WaitingMessage.id == number).execute()
        )

    async def left_behind(self) -> dict[str, int]:
        """How many messages each conversation has that an ended Steward did not send."""
        ended = await self._database.ended_sessions(_sessions)

        def count() -> dict[str, int]:
            counts: dict[str, int] = {}
            query: Any = WaitingMessage.select().where(WaitingMessage.session.in_(ended))
            for row in query:
                counts[row.conversation_id] = counts.get(row.conversation_id, 0) + 1
            return counts

        return await self._database.read_async(count) if ended else {}

    async def give_back(self, conversation_id: str) -> builtins.list[ConversationMessage]:
        """The messages an ended Steward did not send, for the person to send or to leave.

        They are kept until the next turn of the conversation begins.
        """
        ended = await self._database.ended_sessions(_sessions)

        def give_back() -> builtins.list[ConversationMessage]:
            mine = (WaitingMessage.conversation_id == conversation_id) & (
                WaitingMessage.session.in_(ended)
            )
            query: Any = WaitingMessage.select().where(mine).order_by(WaitingMessage.id)
            found = [self._message(row) for row in query]
            changes = {"returned": 1, "session": self._database.session}
            WaitingMessage.update(changes).where(mine).execute()
            return found

        return await self._database.write_async(give_back) if ended else []

    def _message(self, row: Any) -> ConversationMessage:
        message = ConversationMessage(
            row.conversation_id,
            "",
            Role.USER,
            row.text,
            row.created_at,
            channel=Channel(row.channel),
            attachments=tuple(attachment_from(one) for one in row.attachments),
        )
        return self._redactor.record(message)


def forget_sent(conversation_id: str, number: int | None) -> None:
    """The turn of a waiting message begins, and what was given back is history by now.

    To be called inside ``Database.write``.
    """
    current.change(
        "DELETE FROM waiting_messages WHERE conversation_id = ? AND (id = ? OR returned = 1)",
        (conversation_id, -1 if number is None else number),
    )


def _sessions() -> set[str]:
    query: Any = WaitingMessage.select(WaitingMessage.session).distinct().tuples()
    return {session for (session,) in query}
