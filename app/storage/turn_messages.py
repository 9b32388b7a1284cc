"""Reads what the person wrote in a turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from app.domain.messages import Role
from app.storage.database import Database
from app.storage.models import Message

_AT_ONCE: Final = 500


class TurnMessages:
    """Queries over messages by their turn. Blocking; from any thread.

    Args:
        database: an open database.
        hide_secrets: puts placeholders for secrets that became known after a message was stored.
    """

    def __init__(self, database: Database, hide_secrets: Callable[[str], str] = str) -> None:
        self._database = database
        self._hide_secrets = hide_secrets

    def asked(self, turns: Sequence[str]) -> dict[str, str]:
        """The person's first message of each turn that has one; secrets are placeholders in it."""

        def read() -> dict[str, str]:
            found: dict[str, str] = {}
            for start in range(0, len(turns), _AT_ONCE):
                query: Any = (
                    Message.select(Message.turn_id, Message.text)
                    .where(
                        Message.turn_id.in_(turns[start : start + _AT_ONCE]),
                        Message.role == Role.USER.value,
                    )
                    .order_by(Message.id)
                )
                for turn, text in query.tuples():
                    found.setdefault(turn, self._hide_secrets(text))
            return found

        return self._database.read(read)
