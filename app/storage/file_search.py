"""Finds files with a history by words of their path, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from peewee import SQL

from app.domain.files import TrackedFile
from app.storage.database import Database
from app.storage.models import File, FileVersionRow


def find_tracked(
    database: Database, words: Sequence[str], *, limit: int, keep: Callable[[str], bool]
) -> list[TrackedFile]:
    """Files whose path has every one of ``words`` in it, changed last first; blocking.

    Reads no further than it must: only files that are given back have their newest version looked
    up, and those whose place ``keep`` does not want.

    Args:
        database: open.
        words: parts of the path, in any case.
        limit: at most so many.
        keep: says of a path whether its file counts.
    """

    def read() -> list[TrackedFile]:
        newest = FileVersionRow.alias()
        number = (
            newest.select(newest.id)
            .where(
                # The first condition is that of the index by number, which SQLite then uses.
                newest.state.in_((SQL("'pending'"), SQL("'done'"))),
                newest.new_file_id == File.id,
                newest.state == "done",
            )
            .order_by(newest.version.desc())
            .limit(1)
        )
        query = (
            File.select(
                File.id,
                File.locator,
                File.present,
                FileVersionRow.version,
                FileVersionRow.created_at,
                FileVersionRow.conversation_id,
            )
            .join(FileVersionRow, on=(FileVersionRow.id == number))
            .order_by(File.updated_at.desc(), File.id)
        )
        for word in words:
            query = query.where(_has_in_it(File.locator, word))
        found = (
            TrackedFile(file_id, path, bool(present), version, at, conversation)
            for file_id, path, present, version, at, conversation in query.tuples().iterator()
            if keep(path)
        )
        return list(islice(found, limit))

    return database.read(read)


def _has_in_it(column: Any, word: str) -> Any:
    # SQLite ignores the case of ASCII letters only: other words are looked for in each case.
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return reduce(or_, [column.contains(form) for form in sorted(forms)])
