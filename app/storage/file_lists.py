"""Lists of the files that have a history, read from one row a file. Only within a ``read``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from app.domain.files import TrackedFile
from app.storage.file_rows import NO_LIMIT, select, stored_path, used_path
from app.storage.models import File


def tracked(*, store: str | None, folder: str | None, limit: int | None) -> list[TrackedFile]:
    """Files with a version, newest change first; see ``FileHistory.tracked``."""
    where = "versions > 0"
    values: list[object] = []
    if store is not None:
        where += " AND store = ?"
        values.append(store)
    if folder is not None:
        inside, ends = _below(folder)
        where += f" AND ({inside})"
        values += ends
    rows = select(
        "id, locator, present, versions, changed_at, changed_in",
        f"files WHERE {where} ORDER BY changed_at DESC, newest_id DESC LIMIT ?",
        *values,
        NO_LIMIT if limit is None else limit,
    )
    return [
        TrackedFile(
            file_id,
            used_path(locator),
            present == 1,
            versions,
            datetime.fromisoformat(at),
            conversation,
        )
        for file_id, locator, present, versions, at, conversation in rows
    ]


def matching(words: Sequence[str], *, limit: int, keep: Callable[[str], bool]) -> list[TrackedFile]:
    """Files whose path has every one of ``words``; see ``FileHistory.find_tracked``."""
    query: Any = (
        File.select(
            File.id, File.locator, File.present, File.versions, File.changed_at, File.changed_in
        )
        .where(File.versions > 0)
        .order_by(File.changed_at.desc(), File.newest_id.desc())
    )
    for word in words:
        query = query.where(_has_in_it(File.locator, word))
    found = (
        TrackedFile(file_id, path, bool(present), versions, at, conversation)
        for file_id, path, present, versions, at, conversation in query.tuples()
        if keep(path)
    )
    return list(islice(found, limit))


def standing(store: str, folder: str) -> dict[str, str | None]:
    """Files with a version that stand below an absolute folder, and how each was last seen."""
    inside, ends = _below(folder)
    rows = select(
        "locator, seen",
        f"files WHERE store = ? AND ({inside}) AND present = 1 AND versions > 0",
        store,
        *ends,
    )
    return {used_path(locator): seen for locator, seen in rows}


def _below(folder: str) -> tuple[str, list[object]]:
    """The condition for a ``locator`` below an absolute folder, and its values.

    It is two ranges of the index, for a path that is not UTF-8 is stored as bytes, and SQLite
    sorts bytes behind all text.
    """
    start = folder if folder.endswith(os.sep) else folder + os.sep
    end = start[:-1] + chr(ord(os.sep) + 1)
    values: list[object] = [os.fsencode(start), os.fsencode(end)]
    if isinstance(stored_path(start), str):
        values += [start, end]
    return " OR ".join(["(locator > ? AND locator < ?)"] * (len(values) // 2)), values


def _has_in_it(column: Any, word: str) -> Any:
    """SQLite ignores the case of ASCII letters only: the others are looked for in each case."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return reduce(or_, [column.contains(form) for form in sorted(forms)])
