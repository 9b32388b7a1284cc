"""What the person is writing and has not sent, by conversation: it outlives the program.

A known secret is not kept, as in any stored text. Waits for the disk in threads of the database,
never on the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.attachments import Attachment, attachment_form, attachment_from
from app.domain.skills import Clock
from app.redaction import Redactor
from app.storage.begun import Begun
from app.storage.database import Database
from app.storage.models import Draft

NOT_BEGUN = ""
"""Stands for the conversation that gets its id with the first message."""


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A message that is not sent yet."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class Drafts:
    """The store of drafts. Raises ``StorageError`` when the database cannot do it."""

    def __init__(self, database: Database, redactor: Redactor, clock: Clock) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    def keep(
        self, conversation_id: str | None, text: str, attachments: Sequence[Attachment] = ()
    ) -> Begun[None]:
        """Keep what is written in a conversation now, and what is attached to it.

        Nothing written and nothing attached keeps nothing.

        Handed in at once, so that a later text never comes before an earlier one.
        """
        key, now = conversation_id or NOT_BEGUN, self._clock.now()
        safe = self._redactor.text(text)
        attached = [attachment_form(self._redactor.record(one)) for one in attachments]

        def keep() -> None:
            if safe.strip() or attached:
                statement: Any = Draft.insert(
                    conversation_id=key, text=safe, attachments=attached, updated_at=now
                )
                statement.on_conflict_replace().execute()
            else:
                Draft.delete().where(Draft.conversation_id == key).execute()

        return self._database.write_begun(keep, durable=True)

    async def of(self, conversation_id: str | None) -> StoredDraft:
        """What was being written in a conversation; an empty draft where nothing was."""
        key = conversation_id or NOT_BEGUN

        def find() -> StoredDraft:
            row = Draft.get_or_none(Draft.conversation_id == key)
            if row is None:
                return StoredDraft()
            attached = tuple(attachment_from(one) for one in row.attachments)
            return StoredDraft(str(row.text), attached)

        return self._redactor.record(await self._database.read_async(find))
