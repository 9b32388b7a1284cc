"""Marks what came in over a channel as begun, for whoever stores turns; without any model of it."""

from __future__ import annotations

from app.storage.connections import current


def begin_turn_of(received: int | None, turn_id: str) -> None:
    """The turn of something that came in is stored: from now on it is not begun again.

    To be called inside ``Database.write``.
    """
    if received is not None:
        current.change("UPDATE channel_inbox SET begun = ? WHERE id = ?", (turn_id, received))
