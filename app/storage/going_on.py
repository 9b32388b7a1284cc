"""Where the next message of a conversation goes: behind what the person saw when it was sent.

To be called inside ``Database.write``, in one transaction with the message.
"""

from __future__ import annotations

from app.domain.branches import After
from app.storage.branches import branch_starts, fork, show_branch, turn_start
from app.storage.connections import current


def go_on_after(conversation_id: str, after: After, at: str) -> None:
    """Show the branch on which a message belongs: see ``After``. Raises ``NotFoundError``.

    ``at``: the time, as stored.
    """
    first, branch = turn_start(conversation_id, after.turn_id)
    follows = _turn_behind(conversation_id, after.turn_id, first, branch)
    if follows is not None and (after.exactly or _forks_behind(conversation_id, first, branch)):
        fork(conversation_id, follows, at)
    else:
        show_branch(conversation_id, branch)


def _turn_behind(conversation_id: str, turn_id: str, first: int, branch: int) -> str | None:
    """The turn that began next on a branch, after the one that began with message ``first``.

    Where two processes answer at once, messages of an earlier turn may come after it too.
    """
    rows = current.rows(
        "SELECT turn_id FROM messages AS one WHERE conversation_id = ? AND id > ? "
        "AND branch_id = ? AND turn_id <> ? AND NOT EXISTS (SELECT 1 FROM messages "
        "WHERE turn_id = one.turn_id AND conversation_id = one.conversation_id AND id < ?) "
        "ORDER BY id LIMIT 1",
        (conversation_id, first, branch, turn_id, first),
    )
    return rows[0][0] if rows else None


def _forks_behind(conversation_id: str, message_id: int, branch: int) -> bool:
    """Whether a branch was left behind a message of it."""
    starts = branch_starts(conversation_id)
    return any(one.parent == branch and one.fork > message_id for one in starts)
