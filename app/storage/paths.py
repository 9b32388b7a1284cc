"""The condition on rows that says which messages of a conversation belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import SQL

from app.domain.branches import Segment, reach_of


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
        mine, values = _is_on(self.segments[::-1], table)
        condition = f"{table}conversation_id = ? AND {mine}"
        parameters: list[object] = [self.conversation_id, *values]
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


def _is_on(segments: tuple[Segment, ...], table: str) -> tuple[str, list[object]]:
    """Whether a message is on one of the segments of a path, the oldest first.

    A branch begins after the message before which it left another. So ids rise along a path, and
    which segment an id falls into is found by halves: in a chain of hundreds each row costs a few
    comparisons, and no condition is deeper than SQLite takes.
    """
    if len(segments) == 1:
        return f"{table}branch_id = ?", [segments[0].branch]
    half = len(segments) // 2
    older, before = _is_on(segments[:half], table)
    newer, after = _is_on(segments[half:], table)
    choice = f"CASE WHEN {table}id < ? THEN {older} ELSE {newer} END"
    return choice, [segments[half - 1].until, *before, *after]
