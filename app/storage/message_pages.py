"""Where a page of a conversation begins: on a whole turn, so that calls keep their results.

Functions here are to be called inside ``Database.read``.
"""

from __future__ import annotations

from app.storage.connections import current
from app.storage.paths import Path


def page_start(path: Path, *, before: int | None, limit: int, reach: int | None = None) -> int:
    """Id of the first message of the page that ends before message ``before`` (or at the end).

    It has at least ``limit`` messages of the path, and message ``reach`` if there is one; fewer
    only where the path has no more.
    """
    end = before if before is not None else (1 << 62)
    mine, parameters = path.sql()
    # Only fixed pieces are put together here; every value is a parameter.
    rows = current.rows(
        f"SELECT min(id) FROM (SELECT id FROM messages WHERE {mine} AND id < ? "  # noqa: S608
        "ORDER BY id DESC LIMIT ?)",
        (*parameters, end, max(1, limit)),
    )
    first = rows[0][0]
    if first is None:
        return end
    if reach is not None:
        first = min(first, reach)
    rows = current.rows(
        "SELECT min(id) FROM messages WHERE conversation_id = ? AND turn_id = "  # noqa: S608
        f"(SELECT turn_id FROM messages WHERE {mine} AND id >= ? ORDER BY id LIMIT 1)",
        (path.conversation_id, *parameters, first),
    )
    start: int = rows[0][0]
    return start


def has_before(path: Path, first: int) -> bool:
    """Whether the path has messages before message ``first``."""
    mine, parameters = path.sql()
    return bool(
        current.rows(
            f"SELECT 1 FROM messages WHERE {mine} AND id < ? LIMIT 1",  # noqa: S608
            (*parameters, first),
        )
    )
