"""Which messages of a conversation are shown, and where it goes on in more than one way.

A message belongs to the branch of its turn; the first message of a turn to the branch its
conversation shows. Functions here are to be called inside ``Database.read`` or ``write``; the
class is the public face.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL

from app.domain.branches import BranchStart, Fork, Segment, path_of, reach_of
from app.domain.errors import NotFoundError
from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import Branch


@dataclass(frozen=True, slots=True)
class Path:
    """The messages of one conversation that belong together.

    ``before``: only those with a smaller id.
    """

    conversation_id: str
    segments: tuple[Segment, ...]
    before: int | None = None

    def sql(self, table: str = "") -> tuple[str, list[object]]:
        """A condition on rows of ``messages``, and its parameters. ``table``: as in ``messages.``.

        Every name in it is fixed; every value is a parameter.
        """
        ways: list[str] = []
        parameters: list[object] = [self.conversation_id]
        # Forks upon forks make long paths, and SQLite takes no deep conditions: see ``_any_of``.
        for one in self.segments:
            if one.until is None:
                ways.append(f"{table}branch_id = ?")
                parameters += [one.branch]
            else:
                ways.append(f"{table}branch_id = ? AND {table}id < ?")
                parameters += [one.branch, one.until]
        condition = f"{table}conversation_id = ? AND {_any_of(ways)}"
        if self.before is not None:
            condition += f" AND {table}id < ?"
            parameters.append(self.before)
        return condition, parameters

    @property
    def clause(self) -> Any:
        """The condition, for a query over ``Message`` alone."""
        condition, parameters = self.sql()
        return SQL(f"({condition})", parameters)

    def holds(self, branch: int, message_id: int) -> bool:
        """Whether a message of ``branch`` is one of them."""
        if self.before is not None and message_id >= self.before:
            return False
        return message_id < reach_of(self.segments).get(branch, 0)


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
    first, _ = _turn_start(conversation_id, turn_id)
    return path_to(conversation_id, first)


def path_of_turn(conversation_id: str, turn_id: str) -> Path:
    """The branch of a turn; of one that has no message yet, the one that is shown."""
    return _path(conversation_id, branch_for(conversation_id, turn_id))


def fork(conversation_id: str, turn_id: str, at: str) -> None:
    """Begin a branch in the place of a turn, and show it. Raises ``NotFoundError``.

    ``at``: the time, as stored. To be called in one transaction with the branch's first message:
    a branch without messages could not be left again.
    """
    message, branch = _turn_start(conversation_id, turn_id)
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


def _turn_start(conversation_id: str, turn_id: str) -> tuple[int, int]:
    rows = current.rows(
        "SELECT id, branch_id FROM messages WHERE turn_id = ? AND conversation_id = ? "
        "ORDER BY id LIMIT 1",
        (turn_id, conversation_id),
    )
    if not rows:
        raise _unknown()
    message, branch = rows[0]
    return message, branch


def _firsts(conversation_id: str) -> dict[int, int]:
    """The first message of each branch that left another."""
    rows = current.rows(
        "SELECT branch_id, min(id) FROM messages WHERE conversation_id = ? AND branch_id > 0 "
        "GROUP BY branch_id",
        (conversation_id,),
    )
    return dict(rows)


def _any_of(conditions: list[str]) -> str:
    """Joined by OR in halves: a chain of a thousand is deeper than SQLite takes."""
    if len(conditions) == 1:
        return f"({conditions[0]})"
    half = len(conditions) // 2
    return f"({_any_of(conditions[:half])} OR {_any_of(conditions[half:])})"


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
