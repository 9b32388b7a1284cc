"""Lists of the files that have a history, read from one row a file. Only within a ``read``."""

from __future__ import annotations

import os
from datetime import datetime

from app.domain.files import TrackedFile
from app.storage.file_rows import NO_LIMIT, select, stored_path, used_path


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
