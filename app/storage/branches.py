"""Which messages of a conversation are shown, and where it goes on in more than one way.

A message belongs to the branch of its turn; the first message of a turn to the branch its
conversation shows. Functions here are to be called inside ``Database.read`` or ``write``; the
class is the public face.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from app.domain.branches import BranchStart, Fork, ShownEnd, path_of, reach_of
from app.domain.errors import NotFoundError
from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import Branch
from app.storage.paths import Path


class Branches:
    """The branches of stored conversations. Raises ``StorageError`` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forks(self, conversation_id: str) -> Mapping[str, Fork]:
        """Where the branch shown could go on otherwise, by the turn that is shown there."""
        return await self._database.read_async(lambda: forks(conversation_id))

    async def turn_of(self, conversation_id: str, message_id: int) -> str:
        """The turn a message belongs to. Raises ``NotFoundError``."""
        return await self._database.read_async(lambda: _turn_of(message_id, conversation_id))

    async def show(self, conversation_id: str, message_id: int) -> bool:
        """Show the branch that has a message, to its newest end; ``False``: it is shown already.

        Raises ``NotFoundError`` for a message of another conversation.
        """
        return await self._database.write_async(lambda: show(conversation_id, message_id))

    async def end(self, conversation_id: str, turns: int) -> ShownEnd:
        """Where what is shown ends, with its last ``turns``."""
        return await self._database.read_async(lambda: _end(conversation_id, turns))


def shown_path(conversation_id: str) -> Path:
    """What is shown of a conversation; nothing of one that is not there."""
    rows = current.rows("SELECT shown_branch FROM conversations WHERE id = ?", (conversation_id,))
    return _path(conversation_id, rows[0][0] if rows else 0)


def path_to(conversation_id: str, message_id: int) -> Path:
    """The messages that came before one, on its own branch."""
    rows = current.rows("SELECT branch_id FROM messages WHERE id = ?", (message_id,))
    path = _path(conversation_id, rows[0][0] if rows else 0)
    return Path(conversation_id, path.segments, before=message_id)


def path_before_turn(conversation_id: str, turn_id: str) -> Path:
    """What a turn that stands in this one's place would follow. Raises ``NotFoundError``."""
    first, _ = turn_start(conversation_id, turn_id)
    return path_to(conversation_id, first)


def path_of_turn(conversation_id: str, turn_id: str) -> Path:
    """The branch of a turn; of one that has no message yet, the one that is shown."""
    return _path(conversation_id, branch_for(conversation_id, turn_id))


def fork(conversation_id: str, turn_id: str, at: str) -> None:
    """Begin a branch in the place of a turn, and show it. Raises ``NotFoundError``.

    ``at``: the time, as stored. To be called in one transaction with the branch's first message:
    a branch without messages could not be left again.
    """
    message, branch = turn_start(conversation_id, turn_id)
    start = _starts(conversation_id).get(branch)
    if start is not None and _first_of(start, conversation_id) == message:
        # The turn is itself the beginning of a branch: the new one stands beside it.
        parent, message = start.parent, start.fork
    else:
        parent = branch
    made = current.change(
        "INSERT INTO branches (conversation_id, parent_id, fork_message_id, created_at) "
        "VALUES (?, ?, ?, ?)",
        (conversation_id, parent, message, at),
    )
    show_branch(conversation_id, made.lastrowid or 0)


def forks(conversation_id: str) -> dict[str, Fork]:
    """Where the branch shown could go on otherwise, by the turn that is shown there."""
    starts = _starts(conversation_id)
    if not starts:
        return {}
    reach = reach_of(shown_path(conversation_id).segments)
    first_of = _firsts(conversation_id)
    beside: dict[tuple[int, int], list[BranchStart]] = defaultdict(list)
    for start in starts.values():
        beside[start.parent, start.fork].append(start)
    found: dict[str, Fork] = {}
    for (parent, original), ways in beside.items():
        firsts = [(parent, original)]
        firsts += [(way.id, first_of.get(way.id, way.fork)) for way in ways]
        messages = [message for _, message in firsts]
        shown = [
            at for at, (branch, message) in enumerate(firsts) if message < reach.get(branch, 0)
        ]
        if shown:
            turn = _turn_of(messages[shown[0]], conversation_id)
            found[turn] = Fork(tuple(messages), shown[0])
    return found


def show(conversation_id: str, message_id: int) -> bool:
    """See ``Branches.show``."""
    rows = current.rows(
        "SELECT branch_id FROM messages WHERE id = ? AND conversation_id = ?",
        (message_id, conversation_id),
    )
    if not rows:
        raise _unknown()
    branch = rows[0][0]
    if shown_path(conversation_id).holds(branch, message_id):
        return False
    newest = current.rows(
        "SELECT branch_id, max(id) FROM messages WHERE conversation_id = ? GROUP BY branch_id",
        (conversation_id,),
    )
    has = {branch: True}
    for start in _starts(conversation_id).values():  # a branch comes after the one it left
        if start.parent == branch:
            has[start.id] = message_id < start.fork
        elif start.id != branch:
            has[start.id] = has.get(start.parent, False)
    show_branch(conversation_id, max((last, end) for end, last in newest if has.get(end))[1])
    return True


def branch_for(conversation_id: str, turn_id: str) -> int:
    """The branch a new message of a turn belongs to."""
    rows = current.rows(
        "SELECT coalesce((SELECT branch_id FROM messages WHERE turn_id = ? "
        "AND conversation_id = ? LIMIT 1), "
        "(SELECT shown_branch FROM conversations WHERE id = ?), 0)",
        (turn_id, conversation_id, conversation_id),
    )
    branch: int = rows[0][0]
    return branch


def branch_starts(conversation_id: str) -> list[BranchStart]:
    """All branches but the first, in the order they were made."""
    return list(_starts(conversation_id).values())


def turn_start(conversation_id: str, turn_id: str) -> tuple[int, int]:
    """The first message of a turn and its branch. Raises ``NotFoundError``."""
    rows = current.rows(
        "SELECT id, branch_id FROM messages WHERE turn_id = ? AND conversation_id = ? "
        "ORDER BY id LIMIT 1",
        (turn_id, conversation_id),
    )
    if not rows:
        raise _unknown()
    message, branch = rows[0]
    return message, branch


def add_branch(conversation_id: str, parent: int, fork_message: int, at: datetime) -> int:
    """Add a branch that came from elsewhere; its id."""
    row = Branch.create(
        conversation_id=conversation_id,
        parent_id=parent,
        fork_message_id=fork_message,
        created_at=at,
    )
    return int(row.id)


def show_branch(conversation_id: str, branch: int) -> None:
    """Show a branch of this conversation, by its id."""
    current.change(
        "UPDATE conversations SET shown_branch = ? WHERE id = ?", (branch, conversation_id)
    )


def _path(conversation_id: str, branch: int) -> Path:
    starts = _starts(conversation_id) if branch else {}
    return Path(conversation_id, path_of(branch, starts))


def _starts(conversation_id: str) -> dict[int, BranchStart]:
    rows = current.rows(
        "SELECT id, parent_id, fork_message_id FROM branches WHERE conversation_id = ? ORDER BY id",
        (conversation_id,),
    )
    return {branch: BranchStart(branch, parent, message) for branch, parent, message in rows}


def _firsts(conversation_id: str) -> dict[int, int]:
    """The first message of each branch that left another."""
    rows = current.rows(
        "SELECT branch_id, min(id) FROM messages WHERE conversation_id = ? AND branch_id > 0 "
        "GROUP BY branch_id",
        (conversation_id,),
    )
    return dict(rows)


def _end(conversation_id: str, turns: int) -> ShownEnd:
    mine, parameters = shown_path(conversation_id).sql()
    said = current.rows(
        f"SELECT turn_id FROM messages WHERE {mine} AND role = 'user' "  # noqa: S608
        "ORDER BY id DESC LIMIT ?",
        (*parameters, turns),
    )
    newest = current.rows(
        "SELECT messages.id, turns.status FROM messages LEFT JOIN turns "  # noqa: S608
        f"ON turns.id = messages.turn_id WHERE messages.id = "
        f"(SELECT id FROM messages WHERE {mine} ORDER BY id DESC LIMIT 1)",
        parameters,
    )
    ways = current.rows(
        "SELECT count(*) FROM branches WHERE conversation_id = ?", (conversation_id,)
    )
    message, state = newest[0] if newest else (0, None)
    return ShownEnd(tuple(turn for (turn,) in said[::-1]), message, state or "", ways[0][0])


def _first_of(start: BranchStart, conversation_id: str) -> int:
    rows = current.rows(
        "SELECT id FROM messages WHERE conversation_id = ? AND id > ? AND branch_id = ? "
        "ORDER BY id LIMIT 1",
        (conversation_id, start.fork, start.id),
    )
    return rows[0][0] if rows else start.fork


def _turn_of(message_id: int, conversation_id: str) -> str:
    rows = current.rows(
        "SELECT turn_id FROM messages WHERE id = ? AND conversation_id = ?",
        (message_id, conversation_id),
    )
    if not rows:
        raise _unknown()
    turn: str = rows[0][0]
    return turn


def _unknown() -> NotFoundError:
    return NotFoundError("That message is not in this conversation.")
