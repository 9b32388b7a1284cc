"""Where a page of a conversation begins: on a whole turn, so that calls keep their results.

Functions here are to be called inside ``Database.read``.
"""

from __future__ import annotations

from app.storage.connections import current


def page_start(
    conversation_id: str, *, before: int | None, limit: int, reach: int | None = None
) -> int:
    """Id of the first message of the page that ends before message ``before`` (or at the end).

    It has at least ``limit`` messages, and message ``reach`` if there is one; fewer only where
    the conversation has no more.
    """
    end = before if before is not None else (1 << 62)
    rows = current.rows(
        "SELECT min(id) FROM (SELECT id FROM messages WHERE conversation_id = ? AND id < ? "
        "ORDER BY id DESC LIMIT ?)",
        (conversation_id, end, max(1, limit)),
    )
    first = rows[0][0]
    if first is None:
        return end
    if reach is not None:
        first = min(first, reach)
    rows = current.rows(
        "SELECT min(id) FROM messages WHERE conversation_id = ? AND turn_id = "
        "(SELECT turn_id FROM messages WHERE conversation_id = ? AND id >= ? "
        "ORDER BY id LIMIT 1)",
        (conversation_id, conversation_id, first),
    )
    start: int = rows[0][0]
    return start


def has_before(conversation_id: str, first: int) -> bool:
    """Whether the conversation has messages before message ``first``."""
    return bool(
        current.rows(
            "SELECT 1 FROM messages WHERE conversation_id = ? AND id < ? LIMIT 1",
            (conversation_id, first),
        )
    )
