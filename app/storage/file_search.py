"""Looks for files with a history by path, time, who changed them and where. Only within a ``read``.

Costs about what it finds: a time is looked up in the index of each file's versions, never by going
through all versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from app.domain.file_search import (
    ChangedBy,
    ConversationFiles,
    FileQuery,
    FoundFile,
    kind_of,
)
from app.domain.files import OperationType, TrackedFile
from app.storage.file_rows import each, select, stored_path, used_path
from app.storage.models import FileVersionRow

Keep = Callable[[str], bool]

_FILE: Final = "f.id, f.locator, f.present, f.versions, f.changed_at, f.changed_in"
_BY: Final = {
    ChangedBy.STEWARD: f"v.operation_type = '{OperationType.SKILL_EDIT}'",
    ChangedBy.PERSON: (
        f"v.operation_type <> '{OperationType.EXTERNAL}' AND v.skill IS NULL AND v.action <> 'seen'"
    ),
    ChangedBy.OUTSIDE: f"v.operation_type = '{OperationType.EXTERNAL}'",
}
_MOST_CONVERSATIONS: Final = 200
"""Conversations that are looked into, the newest first."""
_MOST_VERSIONS: Final = 500
"""Versions of one conversation that are looked at, the newest first."""


def find(words: Sequence[str], query: FileQuery, *, limit: int, keep: Keep) -> list[FoundFile]:
    """Files whose path has every one of ``words``; see ``FileHistory.find_tracked``."""
    where, values = _of_files(words, query)
    meant, times = _of_versions(query)
    source = f"files AS f WHERE {where}"
    if query.asks_for_versions:
        of_file = f"FROM file_versions AS v WHERE v.new_file_id = f.id AND {meant}"
        columns = (
            f"{_FILE}, (SELECT v.version {of_file} ORDER BY v.created_at DESC LIMIT 1), "
            f"(SELECT v.created_at {of_file} ORDER BY v.created_at DESC LIMIT 1)"
        )
        source += f" AND EXISTS (SELECT 1 {of_file})"
        values = [*times, *times, *values, *times]
    else:
        columns = f"{_FILE}, f.versions, f.changed_at"
    source += " ORDER BY f.changed_at DESC, f.newest_id DESC"
    rows = each(columns, source, *values)
    return list(islice(_kept(rows, query, keep), limit))


def by_conversation(
    words: Sequence[str], query: FileQuery, *, limit: int, keep: Keep
) -> list[ConversationFiles]:
    """As ``find``, by the conversations that changed them, the newest first."""
    found: list[ConversationFiles] = []
    left = limit
    conversations = select(
        "id, title", "conversations ORDER BY updated_at DESC LIMIT ?", _MOST_CONVERSATIONS
    )
    for conversation_id, title in conversations:
        files = _of_conversation(str(conversation_id), words, query, limit=left, keep=keep)
        if files:
            found.append(ConversationFiles(str(conversation_id), str(title), tuple(files)))
            left -= len(files)
        if left <= 0:
            break
    return found


def _of_conversation(
    conversation_id: str, words: Sequence[str], query: FileQuery, *, limit: int, keep: Keep
) -> list[FoundFile]:
    where, values = _of_files(words, query)
    meant, times = _of_versions(query)
    newest = (
        "SELECT new_file_id, version, created_at, state, operation_type, action, skill "
        "FROM file_versions WHERE conversation_id = ? ORDER BY id DESC LIMIT ?"
    )
    rows = each(
        f"{_FILE}, max(v.version), max(v.created_at)",
        f"({newest}) AS v JOIN files AS f ON f.id = v.new_file_id WHERE {meant} AND {where} "
        "GROUP BY v.new_file_id ORDER BY max(v.created_at) DESC",
        conversation_id,
        _MOST_VERSIONS,
        *times,
        *values,
    )
    return list(islice(_kept(rows, query, keep), limit))


def _kept(rows: Iterator[tuple[Any, ...]], query: FileQuery, keep: Keep) -> Iterator[FoundFile]:
    for file_id, locator, present, versions, changed_at, changed_in, version, at in rows:
        path = used_path(locator)
        if query.kind is not None and kind_of(path) is not query.kind:
            continue
        if keep(path):
            when = datetime.fromisoformat(changed_at)
            file = TrackedFile(file_id, path, present == 1, versions, when, changed_in)
            yield FoundFile(file, version, datetime.fromisoformat(at))


def _of_files(words: Sequence[str], query: FileQuery) -> tuple[str, list[object]]:
    """The condition for a file, and its values."""
    parts, values = ["f.versions > 0"], list[object]()
    if query.present is not None:
        parts.append("f.present = ?")
        values.append(int(query.present))
    if query.since is not None:  # its newest version is not older
        parts.append("f.changed_at >= ?")
        values.append(_stored(query.since))
    for word in words:
        forms = _forms(word)
        parts.append("(" + " OR ".join(["f.locator LIKE ? ESCAPE '\\'"] * len(forms)) + ")")
        values += forms
    return " AND ".join(parts), values


def _of_versions(query: FileQuery) -> tuple[str, list[object]]:
    """The condition for a version, and its values."""
    parts, values = ["v.state = 'done'"], list[object]()
    if query.since is not None:
        parts.append("v.created_at >= ?")
        values.append(_stored(query.since))
    if query.until is not None:
        parts.append("v.created_at < ?")
        values.append(_stored(query.until))
    if query.by is not None:
        parts.append(_BY[query.by])
    return " AND ".join(parts), values


def _stored(moment: datetime) -> object:
    return FileVersionRow.created_at.db_value(moment)


def _forms(word: str) -> list[object]:
    """SQLite ignores the case of ASCII letters only: the others are looked for in each case."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    return [stored_path(f"%{_literal(form)}%") for form in sorted(forms)]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
