"""Marks what came in over a channel as begun, for whoever stores turns; without any model of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.storage.connections import current


def begin_turn_of(received: Iterable[int], turn_id: str) -> None:
    """The turn of what came in is stored: from now on none of it is begun again.

    To be called inside ``Database.write``.
    """
    for number in received:
        current.change("UPDATE channel_inbox SET begun = ? WHERE id = ?", (turn_id, number))
