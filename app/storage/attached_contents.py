"""Keeps which contents of the vault belong to attachments. Blocking; from any thread."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from app.domain.skills import Clock
from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import AttachedContent

_AT_ONCE: Final = 500
_CARRIED: Final = (
    "FROM (SELECT attachments FROM messages WHERE attachments <> '[]' "
    "UNION ALL SELECT attachments FROM waiting_messages "
    "UNION ALL SELECT attachments FROM drafts) AS carrying, "
    "json_each(carrying.attachments) AS attached"
)
"""By messages that were sent, and by those that will be."""
_PARTS: Final = ("$.hash", "$.readable")


class AttachedContents:
    """The contents that messages carry, and those that were attached to one and not sent."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, digests: Collection[str]) -> None:
        """These contents are about to be kept. Raises ``StorageError``."""

        def add() -> None:
            for digest in digests:
                row = AttachedContent.insert(hash=digest, kept_at=self._clock.now())
                row.on_conflict_replace().execute()

        self._database.write(add)

    def known(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that were attached, sent or not."""

        def read() -> set[str]:
            found: set[str] = set()
            for start in range(0, len(digests), _AT_ONCE):
                some = digests[start : start + _AT_ONCE]
                query: Any = AttachedContent.select(AttachedContent.hash).tuples()
                found.update(one for (one,) in query.where(AttachedContent.hash.in_(some)))
            return found

        return self._database.read(read)

    def sent(self) -> dict[str, str]:
        """Each content that a message needs, sent or not yet, and the attachment it is of."""

        def read() -> dict[str, str]:
            return {
                digest: f"{name}, an attachment"
                for part in _PARTS
                for digest, name in current.rows(
                    "SELECT json_extract(attached.value, ?), "
                    f"json_extract(attached.value, '$.name') {_CARRIED}",
                    [part],
                )
                if digest
            }

        return self._database.read(read)

    def any_sent(self) -> bool:
        """Whether a message needs any content."""
        sql = f"SELECT 1 {_CARRIED} WHERE json_extract(attached.value, '$.hash') <> '' LIMIT 1"
        return bool(self._database.read(lambda: current.rows(sql)))

    def unsent(self, before: datetime) -> set[str]:
        """What was attached before this time and belongs to no message."""
        sent = self.sent()

        def read() -> set[str]:
            query: Any = AttachedContent.select(AttachedContent.hash).tuples()
            old = query.where(AttachedContent.kept_at < before)
            return {digest for (digest,) in old if digest not in sent}

        return self._database.read(read)

    def forget(self, digests: Collection[str]) -> None:
        """These are not kept any more."""

        def forget() -> None:
            for digest in digests:
                AttachedContent.delete().where(AttachedContent.hash == digest).execute()

        self._database.write(forget)
